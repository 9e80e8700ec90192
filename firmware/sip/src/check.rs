//! What our user agent would do with a message on the wire, for `roombox sip-check`.

use bytes::Bytes;
use serde::Serialize;

use crate::api::Transport;
use crate::message::Message;
use crate::message::framing::{Frame, StreamFramer, whole};
use crate::message::inspect::{inspect, inspect_response};
use crate::message::parse::{Defect, parse};

/// The methods roombox handles, as user agent or as the lab's registrar.
const METHODS: &[&str] =
    &["INVITE", "ACK", "CANCEL", "BYE", "UPDATE", "INFO", "OPTIONS", "MESSAGE", "NOTIFY", "REGISTER"];

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

impl Verdict {
    fn reject(kind: Kind, status: Option<u16>, reason: impl Into<String>) -> Self {
        Self { verdict: Decision::Reject, kind, status, reason: reason.into() }
    }

    fn accept(kind: Kind) -> Self {
        Self { verdict: Decision::Accept, kind, status: None, reason: "well-formed and handled".into() }
    }
}

/// What our user agent would do with these bytes, received over this transport: by the message alone, whoever it is
/// addressed to, and without any earlier message. On a stream the first message counts.
pub fn check_message(bytes: &[u8], transport: Transport) -> Verdict {
    let bytes = match first_message(bytes, transport) {
        Ok(bytes) => bytes,
        Err(reason) => return Verdict::reject(Kind::Unparsable, None, reason),
    };
    let parsed = match parse(&bytes, transport.into()) {
        Ok(parsed) => parsed,
        Err(error) => return Verdict::reject(Kind::Unparsable, None, error.to_string()),
    };
    match parsed.message {
        Message::Response(response) => match parsed.defect.map_or_else(|| inspect_response(&response), Err) {
            Ok(()) => Verdict::accept(Kind::Response),
            Err(defect) => Verdict::reject(Kind::Response, None, defect.reason),
        },
        Message::Request(request) => {
            let methods: Vec<String> = METHODS.iter().map(|m| (*m).into()).collect();
            match parsed.defect.map_or_else(|| inspect(&request, &methods), Err) {
                Ok(()) => Verdict::accept(Kind::Request),
                Err(defect) => refused(&request, defect),
            }
        }
    }
}

/// A refused request is answered, except an ACK and one without Via.
fn refused(request: &crate::message::Request, defect: Defect) -> Verdict {
    let answered = request.method != "ACK" && request.headers.get("Via").is_some();
    Verdict::reject(Kind::Request, answered.then_some(defect.status), defect.reason)
}

fn first_message(bytes: &[u8], transport: Transport) -> Result<Bytes, String> {
    if !matches!(transport, Transport::Tcp | Transport::Tls) {
        return match whole(Bytes::copy_from_slice(bytes)) {
            Some(Frame::Message(message)) => Ok(message),
            Some(Frame::Ping | Frame::Pong) => Err("a keep-alive, not a message".into()),
            None => Err("nothing was received".into()),
        };
    }
    let mut framer = StreamFramer::default();
    framer.push(bytes);
    loop {
        match framer.next_frame() {
            Ok(Some(Frame::Message(message))) => return Ok(message),
            Ok(Some(Frame::Ping | Frame::Pong)) => {}
            Ok(None) => return Err("the stream ends before the message does".into()),
            Err(error) => return Err(error.to_string()),
        }
    }
}
