//! From what sockets, TLS and HTTP say to the reason a flow failed, in words for a person.

use std::io::{Error, ErrorKind};

use roombox_sip::api::FlowError;
use tokio_tungstenite::tungstenite;

use crate::connect;
use crate::tls::words;

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
    match error {
        tungstenite::Error::Http(response) => {
            FlowError::Handshake(format!("{peer} answered HTTP {}", response.status()))
        }
        tungstenite::Error::Io(error) => words::later(error)
            .unwrap_or_else(|| FlowError::Closed(format!("{peer} closed during the upgrade: {error}"))),
        tungstenite::Error::Protocol(tungstenite::error::ProtocolError::HandshakeIncomplete) => {
            FlowError::Closed(format!("{peer} closed during the upgrade"))
        }
        tungstenite::Error::Protocol(tungstenite::error::ProtocolError::HttparseError(_)) => {
            FlowError::Handshake(format!("{peer} does not speak HTTP"))
        }
        other => FlowError::Handshake(format!("{peer}: {other}")),
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

/// The other side took nothing for too long.
pub(crate) fn stuck() -> FlowError {
    FlowError::Timeout("the other side takes no data".into())
}
