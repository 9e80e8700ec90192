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
            Ok(bytes) => say(&line(&file.display().to_string(), &with_line_ends(bytes), transport))?,
            Err(error) => unreadable.push(format!("{}: {error}", file.display())),
        }
    }
    if unreadable.is_empty() { Ok(()) } else { Err(Refusal::usage(unreadable.join("\n"))) }
}

/// Editors and archives lose the CR of line ends: a file without a single one gets them, and the empty line at its end if
/// there is none at all, as they stood on the wire.
fn with_line_ends(bytes: Vec<u8>) -> Vec<u8> {
    if bytes.contains(&b'\r') || !bytes.contains(&b'\n') {
        return bytes;
    }
    let mut wire: Vec<u8> = bytes.split(|byte| *byte == b'\n').collect::<Vec<_>>().join(&b"\r\n"[..]);
    while !wire.windows(4).any(|end| end == b"\r\n\r\n") {
        wire.extend_from_slice(b"\r\n");
    }
    wire
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
    fn line_ends_that_were_lost_are_put_back_and_others_left_alone() {
        assert_eq!(with_line_ends(b"a\nb\n\nbody\n".to_vec()), b"a\r\nb\r\n\r\nbody\r\n");
        assert_eq!(with_line_ends(b"a\nb".to_vec()), b"a\r\nb\r\n\r\n");
        for kept in [&b"a\r\nb\n"[..], b"a"] {
            assert_eq!(with_line_ends(kept.to_vec()), kept);
        }
    }

    #[test]
    fn a_line_has_the_documented_keys() {
        let value: Value = serde_json::from_str(&line("a.dat", b"no sip", Transport::Ws)).unwrap();
        let keys: Vec<_> = value.as_object().unwrap().keys().map(String::as_str).collect();
        assert_eq!(keys, ["file", "kind", "reason", "status", "verdict"]);
        assert_eq!(value["kind"], "unparsable");
    }
}
