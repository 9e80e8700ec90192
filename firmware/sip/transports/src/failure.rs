//! From what sockets, TLS and HTTP say to the reason a flow failed, in words for a person.

use std::io::{Error, ErrorKind};

use roombox_sip::api::FlowError;
use rustls::CertificateError;
use tokio_tungstenite::tungstenite;

use crate::connect;

/// A connection attempt failed.
pub(crate) fn connecting(peer: &str, error: &Error) -> FlowError {
    match error.kind() {
        ErrorKind::ConnectionRefused => FlowError::Refused(format!("nobody listens at {peer}")),
        ErrorKind::TimedOut => FlowError::Timeout(format!("no answer from {peer}")),
        _ => FlowError::Unreachable(format!("{peer}: {error}")),
    }
}

/// The TLS handshake with `name` failed.
pub(crate) fn tls(name: &str, error: &Error) -> FlowError {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
        Some(rustls::Error::InvalidCertificate(why)) => FlowError::Certificate(certificate(name, why)),
        Some(rustls::Error::InvalidMessage(_)) => FlowError::Handshake(format!("{name} does not speak TLS")),
        Some(other) => FlowError::Handshake(format!("TLS with {name}: {other}")),
        None => FlowError::Closed(format!("{name} closed during the TLS handshake: {error}")),
    }
}

fn certificate(name: &str, why: &CertificateError) -> String {
    match why {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            format!("{name}: the certificate has expired (or the clock of this box is ahead)")
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            format!("{name}: the certificate is not valid yet (or the clock of this box is behind)")
        }
        CertificateError::UnknownIssuer => format!("{name}: the certificate is signed by an unknown authority"),
        CertificateError::NotValidForName => format!("the certificate is not for {name}"),
        CertificateError::NotValidForNameContext { presented, .. } => {
            format!("the certificate is not for {name} but for {}", presented.join(", "))
        }
        CertificateError::Revoked => format!("{name}: the certificate was revoked"),
        // Only the words tell this one: the type is private to the certificate library.
        CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity") => {
            format!("{name}: the server shows the certificate of an authority instead of one of its own")
        }
        other => format!("{name}: {other:?}"),
    }
}

/// The upgrade to a WebSocket failed.
pub(crate) fn upgrade(peer: &str, error: &tungstenite::Error) -> FlowError {
    match error {
        tungstenite::Error::Http(response) => {
            FlowError::Handshake(format!("{peer} answered HTTP {}", response.status()))
        }
        tungstenite::Error::Io(error) => FlowError::Closed(format!("{peer} closed during the upgrade: {error}")),
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
