//! From what sockets, TLS and HTTP say to the reason a flow failed, in words for a person.

use std::io::{Error, ErrorKind};

use roombox_sip::api::FlowError;
use tokio_tungstenite::tungstenite;
use tokio_tungstenite::tungstenite::http::Response;
use tokio_tungstenite::tungstenite::http::header::LOCATION;

use crate::connect;
use crate::tls::words;

/// Characters of a redirection's target that are told.
const LONGEST_PLACE: usize = 200;

/// A connection attempt failed.
pub(crate) fn connecting(peer: &str, error: &Error) -> FlowError {
    match error.kind() {
        ErrorKind::ConnectionRefused => FlowError::Refused(format!("nobody listens at {peer}")),
        ErrorKind::TimedOut => FlowError::Timeout(format!("no answer from {peer}")),
        _ => FlowError::Unreachable(format!("{peer}: {error}")),
    }
}

/// The upgrade to a WebSocket failed.
pub(crate) fn upgrade(peer: &str, error: &tungstenite::Error) -> FlowError {
    use tungstenite::error::ProtocolError;
    match error {
        tungstenite::Error::Http(response) => FlowError::Handshake(http(peer, response)),
        tungstenite::Error::Io(error) => words::later(error)
            .unwrap_or_else(|| FlowError::Closed(format!("{peer} closed during the upgrade: {error}"))),
        tungstenite::Error::Protocol(ProtocolError::HandshakeIncomplete) => {
            FlowError::Closed(format!("{peer} closed during the upgrade"))
        }
        tungstenite::Error::Protocol(ProtocolError::HttparseError(_)) => {
            FlowError::Handshake(format!("{peer} does not speak HTTP"))
        }
        tungstenite::Error::Protocol(ProtocolError::SecWebSocketSubProtocolError(_)) => {
            FlowError::Handshake(format!("{peer} has WebSockets but does not agree to the subprotocol sip"))
        }
        other => FlowError::Handshake(format!("{peer}: {other}")),
    }
}

/// An answer other than 101.
fn http(peer: &str, response: &Response<Option<Vec<u8>>>) -> String {
    let status = response.status();
    let place = response.headers().get(LOCATION).filter(|_| status.is_redirection()).and_then(|at| at.to_str().ok());
    match place {
        Some(place) => {
            let place: String = place.chars().take(LONGEST_PLACE).collect();
            format!(
                "{peer} answered HTTP {status} and points to {place}; that is not followed, it would have to be configured"
            )
        }
        None => format!("{peer} answered HTTP {status}"),
    }
}

/// An open WebSocket failed.
pub(crate) fn websocket(error: &tungstenite::Error) -> FlowError {
    match error {
        tungstenite::Error::Io(error) => lost(error),
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => ended(),
        other => FlowError::Closed(other.to_string()),
    }
}

/// An open connection broke.
pub(crate) fn lost(error: &Error) -> FlowError {
    if let Some(told) = words::later(error) {
        return told;
    }
    match error.kind() {
        ErrorKind::TimedOut => FlowError::Timeout("the other side is silent".into()),
        kind if connect::is_no_route(kind) => FlowError::Unreachable(error.to_string()),
        ErrorKind::ConnectionRefused => FlowError::Refused(error.to_string()),
        _ => FlowError::Closed(error.to_string()),
    }
}

/// The other side closed in good order.
pub(crate) fn ended() -> FlowError {
    FlowError::Closed("by the other side".into())
}

/// The other side does not even answer a ping.
pub(crate) fn silent() -> FlowError {
    FlowError::Timeout("the other side does not answer a ping".into())
}

/// The other side took nothing for too long.
pub(crate) fn stuck() -> FlowError {
    FlowError::Timeout("the other side takes no data".into())
}
