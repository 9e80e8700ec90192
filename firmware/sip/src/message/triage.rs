//! The first look at a message, before any state: taken, refused or dropped. The endpoint and `roombox sip-check` ask the
//! same question here, so that what is checked is what happens on the wire.

use bytes::Bytes;
use serde::Serialize;

use super::framing::Framing;
use super::inspect::{inspect, inspect_response};
use super::parse::{Defect, parse};
use super::{Message, Request, Response};

/// What bytes were taken for.
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

/// What a user agent does with one whole message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Triage {
    /// A request for the layers above.
    Request(Request),
    /// A request to be answered with the status of its defect.
    Refused(Request, Defect),
    /// A response for the layers above.
    Response(Response),
    /// Nothing is answered: a response (RFC 3261 section 18.1.2), an ACK, a request without Via, or no SIP at all.
    Dropped(Kind, String),
}

/// Looks at one whole message. `methods` are the methods this element handles.
pub fn triage(bytes: &Bytes, framing: Framing, methods: &[String]) -> Triage {
    let parsed = match parse(bytes, framing) {
        Ok(parsed) => parsed,
        Err(error) => return Triage::Dropped(Kind::Unparsable, error.to_string()),
    };
    match parsed.message {
        Message::Response(response) => match parsed.defect.map_or_else(|| inspect_response(&response), Err) {
            Ok(()) => Triage::Response(response),
            Err(defect) => Triage::Dropped(Kind::Response, defect.reason),
        },
        Message::Request(request) => match parsed.defect.map_or_else(|| inspect(&request, methods), Err) {
            Ok(()) => Triage::Request(request),
            // An answer goes back with the Via as it came; without one it would fit no transaction of the peer.
            Err(defect) if request.method == "ACK" || request.headers.get("Via").is_none() => {
                Triage::Dropped(Kind::Request, defect.reason)
            }
            Err(defect) => Triage::Refused(request, defect),
        },
    }
}
