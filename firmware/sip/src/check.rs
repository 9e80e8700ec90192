//! What our user agent would do with a message on the wire, for `roombox sip-check`.

use bytes::Bytes;
use serde::Serialize;

use crate::api::Transport;
use crate::endpoint::EndpointConfig;
use crate::message::Message;
use crate::message::framing::{Frame, Framing, StreamFramer, whole};
use crate::message::parse::parse;
pub use crate::message::triage::Kind;
use crate::message::triage::{Triage, triage};

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
    /// Handed to the layers above.
    Accept,
    /// Refused or dropped.
    Reject,
}

impl Verdict {
    fn reject(kind: Kind, status: Option<u16>, reason: impl Into<String>) -> Self {
        Self { verdict: Decision::Reject, kind, status, reason: reason.into() }
    }

    fn accept(kind: Kind) -> Self {
        Self { verdict: Decision::Accept, kind, status: None, reason: "well-formed and handled".into() }
    }
}

/// What a server of ours (it takes every method that a box takes, and REGISTER) would do with these bytes, received over
/// this transport: by the message alone, whoever it is addressed to, and without any earlier message. On a stream the
/// first message counts.
pub fn check_message(bytes: &[u8], transport: Transport) -> Verdict {
    let bytes = match first_message(bytes, transport) {
        Ok(bytes) => bytes,
        Err(verdict) => return verdict,
    };
    let methods = EndpointConfig::server("sip:roombox@localhost", "localhost").allowed_methods;
    match triage(&bytes, transport.into(), &methods) {
        Triage::Request(_) => Verdict::accept(Kind::Request),
        Triage::Response(_) => Verdict::accept(Kind::Response),
        Triage::Refused(_, defect) => Verdict::reject(Kind::Request, Some(defect.status), defect.reason),
        Triage::Dropped(kind, reason) => Verdict::reject(kind, None, reason),
    }
}

fn first_message(bytes: &[u8], transport: Transport) -> Result<Bytes, Verdict> {
    let nothing = |reason| Err(Verdict::reject(Kind::Unparsable, None, reason));
    if Framing::from(transport) != Framing::Stream {
        return match whole(Bytes::copy_from_slice(bytes)) {
            Some(Frame::Message(message)) => Ok(message),
            Some(Frame::Ping | Frame::Pong) => nothing("a keep-alive, not a message"),
            None => nothing("nothing was received"),
        };
    }
    let mut framer = StreamFramer::default();
    framer.push(bytes);
    loop {
        match framer.next_frame() {
            Ok(Some(Frame::Message(message))) => return Ok(message),
            Ok(Some(Frame::Ping | Frame::Pong)) => {}
            Ok(None) => return Err(Verdict::reject(kind(bytes), None, "the stream ends before the message does")),
            Err(error) => return Err(Verdict::reject(kind(bytes), None, error.to_string())),
        }
    }
}

/// What the beginning of a message that never became whole looks like.
fn kind(bytes: &[u8]) -> Kind {
    match parse(&Bytes::copy_from_slice(bytes), Framing::Datagram).map(|parsed| parsed.message) {
        Ok(Message::Request(_)) => Kind::Request,
        Ok(Message::Response(_)) => Kind::Response,
        Err(_) => Kind::Unparsable,
    }
}
