//! What is printed: one line for each thing that happens, with its time and who saw it.

use std::time::Instant;

use roombox_conference::catalogue::Event;
use roombox_sip::api::{Body, HeaderLine};
use serde_json::Value;

/// Events that say nothing new to a reader of the others.
const LEFT_OUT: [&str; 14] = [
    "auto-connect:changed-attempt-status",
    "call:call-status-changed",
    "call:newInfo",
    "call:peerconnection:confirmed",
    "call:sdp",
    "connected-with-configuration-from-out-of-call",
    "connection:connect-parameters-resolve-success",
    "connection:connect-succeeded",
    "connection:connected-with-configuration",
    "connection:newRTCSession",
    "main-stream-health:health-snapshot",
    "session:snapshot-changed",
    "stats:collected",
    "video-balancer:balancing-scheduled",
];

/// Prints, or keeps silent.
#[derive(Clone, Copy)]
pub(crate) struct Journal {
    pub(crate) start: Instant,
    pub(crate) silent: bool,
}

impl Journal {
    /// One line of what happens.
    pub(super) fn say(&self, now: Instant, who: &str, what: &str) {
        if !self.silent {
            println!("{:8.3} s  {who:<6}  {what}", (now - self.start).as_secs_f64());
        }
    }

    /// An event of the client, as name and data.
    pub(super) fn event(&self, now: Instant, event: &Event) {
        if LEFT_OUT.contains(&event.name()) {
            return;
        }
        let value = serde_json::to_value(event).unwrap_or_default();
        let data = value.get("data").map(in_words).unwrap_or_default();
        self.say(now, "room", format!("{:<44} {data}", event.name()).trim_end());
    }

    /// An INFO as it is on the wire.
    pub(super) fn info(&self, now: Instant, verb: &str, headers: &[HeaderLine], body: Option<&Body>) {
        let vendor = headers.iter().filter(|line| line.name.to_ascii_lowercase().starts_with("x-"));
        let mut pieces: Vec<_> = vendor.map(|line| format!("{}: {}", line.name, line.value)).collect();
        pieces.extend(body.and_then(Body::text).map(|text| text.replace("\r\n", ", ")));
        self.say(now, "server", &format!("{verb} INFO {}", pieces.join(", ")));
    }
}

/// `key value, key value`; what is absent is left out.
fn in_words(data: &Value) -> String {
    match data {
        Value::Object(fields) => {
            let said = fields.iter().filter(|(_, value)| !value.is_null());
            let words = |value: &Value| match value {
                Value::Object(_) => format!("({})", in_words(value)),
                _ => in_words(value),
            };
            said.map(|(key, value)| format!("{key} {}", words(value))).collect::<Vec<_>>().join(", ")
        }
        Value::String(text) => format!("{text:?}"),
        other => other.to_string(),
    }
}
