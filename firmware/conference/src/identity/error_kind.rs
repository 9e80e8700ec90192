//! What errors are called for a person (`error.getTypeFromError`, spec section 11).

use roombox_sip::api::{Cause, Failure, FlowError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::ConnectionFailure;

/// The kinds of error that the vendor's clients tell apart, by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ErrorKind {
    /// No description in common.
    BadMediaError,
    /// None of the others.
    ConnectServerFailed,
    /// None of the others, and the address is known.
    ConnectServerFailedByLink,
    /// Whom we called is not there.
    NotFoundError,
    /// User name or password are wrong, or the account is barred.
    WrongUserOrPassword,
    /// The connection itself is gone.
    WsConnectionFailed,
}

impl ErrorKind {
    /// The kind of a failed request or call. A 403 means the account, as intended upstream but never reached there.
    pub fn of_failure(failure: &Failure, link: Option<&str>) -> Self {
        match (failure.cause, failure.status) {
            (Cause::AuthenticationError, _) | (_, Some(401 | 403 | 407)) => Self::WrongUserOrPassword,
            (Cause::BadMediaDescription, _) => Self::BadMediaError,
            (Cause::NotFound, _) => Self::NotFoundError,
            (Cause::ConnectionError, _) => Self::WsConnectionFailed,
            _ if link.is_some_and(|link| !link.is_empty()) => Self::ConnectServerFailedByLink,
            _ => Self::ConnectServerFailed,
        }
    }

    /// The kind of a failed connection.
    pub fn of_connection(failure: &ConnectionFailure, link: Option<&str>) -> Self {
        match failure {
            ConnectionFailure::Flow(_) => Self::WsConnectionFailed,
            ConnectionFailure::Registration(failure) => Self::of_failure(failure, link),
            ConnectionFailure::Telephony if link.is_some_and(|link| !link.is_empty()) => {
                Self::ConnectServerFailedByLink
            }
            ConnectionFailure::Telephony => Self::ConnectServerFailed,
        }
    }
}

/// What browsers report as close code 1006: the connection did not come up or broke. Trying again at once may help; a
/// certificate stays what it is.
pub const fn is_handshake_failure(error: &FlowError) -> bool {
    !matches!(error, FlowError::Certificate(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure(cause: Cause, status: Option<u16>) -> Failure {
        let originator = roombox_sip::api::Originator::Remote;
        Failure { originator, cause, status, reason: String::new(), retry_after: None, peer_reason: None }
    }

    #[test]
    fn each_cause_has_its_kind() {
        let rows = [
            (Cause::Rejected, Some(403), None, ErrorKind::WrongUserOrPassword),
            (Cause::AuthenticationError, Some(401), Some("a@b"), ErrorKind::WrongUserOrPassword),
            (Cause::BadMediaDescription, Some(488), None, ErrorKind::BadMediaError),
            (Cause::NotFound, Some(404), None, ErrorKind::NotFoundError),
            (Cause::ConnectionError, None, Some("a@b"), ErrorKind::WsConnectionFailed),
            (Cause::Busy, Some(486), Some("a@b"), ErrorKind::ConnectServerFailedByLink),
            (Cause::Busy, Some(486), Some(""), ErrorKind::ConnectServerFailed),
            (Cause::RequestTimeout, None, None, ErrorKind::ConnectServerFailed),
        ];
        for (cause, status, link, kind) in rows {
            assert_eq!(ErrorKind::of_failure(&failure(cause, status), link), kind, "{cause}");
        }
    }

    #[test]
    fn each_failure_of_the_connection_has_its_kind() {
        let flow = ConnectionFailure::Flow(FlowError::Refused(String::new()));
        assert_eq!(ErrorKind::of_connection(&flow, None), ErrorKind::WsConnectionFailed);
        let registration = ConnectionFailure::Registration(failure(Cause::Rejected, Some(403)));
        assert_eq!(ErrorKind::of_connection(&registration, None), ErrorKind::WrongUserOrPassword);
        let deaf = ConnectionFailure::Telephony;
        assert_eq!(ErrorKind::of_connection(&deaf, Some("wss://x")), ErrorKind::ConnectServerFailedByLink);
        assert_eq!(ErrorKind::of_connection(&deaf, None), ErrorKind::ConnectServerFailed);
    }

    #[test]
    fn only_a_certificate_is_no_reason_to_try_again_at_once() {
        assert!(is_handshake_failure(&FlowError::Handshake("404".into())));
        assert!(is_handshake_failure(&FlowError::Closed(String::new())));
        assert!(!is_handshake_failure(&FlowError::Certificate("expired".into())));
    }
}
