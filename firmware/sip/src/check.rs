//! What our user agent would do with a message on the wire, for `roombox sip-check`.

use serde::Serialize;

use crate::api::Transport;

/// The outcome of [`check_message`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// What the user agent does with it.
    pub verdict: Decision,
    /// What it was taken for.
    pub kind: Kind,
    /// The status we would answer a refused request with; `None` where nothing is answered.
    pub status: Option<u16>,
    /// One plain sentence.
    pub reason: String,
}

/// Taken or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Handed to the transaction layer.
    Accept,
    /// Refused or dropped.
    Reject,
}

/// What the bytes were taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A request.
    Request,
    /// A response.
    Response,
    /// Neither.
    Unparsable,
}

/// What our user agent would do with these bytes, received over this transport.
pub fn check_message(bytes: &[u8], transport: Transport) -> Verdict {
    let _ = (bytes, transport);
    Verdict { verdict: Decision::Reject, kind: Kind::Unparsable, status: None, reason: "not a SIP message".into() }
}
