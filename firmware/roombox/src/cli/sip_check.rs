//! `roombox sip-check`.

use std::path::PathBuf;

use roombox_sip::{api::Transport, check::check_message};
use serde_json::{Value, json};

use super::{arguments::CheckTransport, ask::say};
use crate::exit::{Outcome, Refusal};

/// One JSON line a file. A refused message is a result, not a failure; a file that cannot be read is a failure.
pub(crate) fn sip_check(transport: CheckTransport, files: &[PathBuf]) -> Outcome {
    let transport = match transport {
        CheckTransport::Tcp => Transport::Tcp,
        CheckTransport::Udp => Transport::Udp,
        CheckTransport::Ws => Transport::Ws,
    };
    let mut unreadable = Vec::new();
    for file in files {
        match std::fs::read(file) {
            Ok(bytes) => say(&line(&file.display().to_string(), &bytes, transport))?,
            Err(error) => unreadable.push(format!("{}: {error}", file.display())),
        }
    }
    if unreadable.is_empty() { Ok(()) } else { Err(Refusal::usage(unreadable.join("\n"))) }
}

fn line(file: &str, bytes: &[u8], transport: Transport) -> String {
    let mut object = json!({ "file": file });
    let verdict = serde_json::to_value(check_message(bytes, transport)).unwrap_or_default();
    if let (Value::Object(object), Value::Object(verdict)) = (&mut object, verdict) {
        object.extend(verdict);
    }
    object.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_the_documented_keys() {
        let value: Value = serde_json::from_str(&line("a.dat", b"no sip", Transport::Ws)).unwrap();
        let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["file", "kind", "reason", "status", "verdict"]);
        assert_eq!(value["kind"], "unparsable");
    }
}
