//! What the end of a WebSocket means (RFC 6455 section 7.4.1).

use roombox_sip::api::FlowError;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

/// The reason the other side gave, longest kept; the frame holds 123 bytes at most.
const LONGEST: usize = 123;

/// The other side said goodbye.
pub(crate) fn told(frame: Option<&CloseFrame>) -> FlowError {
    let Some(frame) = frame else { return FlowError::Closed("by the other side, without a code".into()) };
    let code = u16::from(frame.code);
    let reason: String = frame.reason.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let separator = if reason.is_empty() { "" } else { ": " };
    FlowError::Closed(format!("{code} {}{separator}{reason}", meaning(code)))
}

const fn meaning(code: u16) -> &'static str {
    match code {
        1000 => "normal end",
        1001 => "the other side goes away",
        1002 => "protocol error",
        1003 => "kind of data not accepted",
        1007 => "text that is none",
        1008 => "against the rules of the other side",
        1009 => "message too big",
        1010 => "extension missing",
        1011 => "failure inside the other side",
        1012 => "the server restarts",
        1013 => "try again later",
        1014 => "bad gateway",
        3000..=3999 => "a registered code",
        4000..=4999 => "a code of this server's own",
        _ => "a code without meaning",
    }
}
