//! Where and how something went wrong, in the form of `error.getLinkError` and `error.getValuesFromError` (spec section 11).

use roombox_sip::api::{Cause, Failure};
use roombox_sip::message::uri::SipUri;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::ABNORMAL_CLOSE;
use crate::api::ConnectionFailure;

/// Where it went wrong: whom we called (`user@host`) when that side was the trouble, else `server`. What is no SIP URI is
/// given back as it is.
pub fn error_link(failure: &Failure, called: Option<&str>, server: Option<&str>) -> Option<String> {
    match failure.cause {
        Cause::BadMediaDescription | Cause::NotFound => called.map(bare_address),
        _ => server.map(ToOwned::to_owned),
    }
}

fn bare_address(uri: &str) -> String {
    match SipUri::parse(uri) {
        Ok(SipUri { user: Some(user), host, .. }) => format!("{user}@{host}"),
        Ok(SipUri { host, .. }) => host,
        Err(_) => uri.to_owned(),
    }
}

/// An error in words, for a log or a screen. What is not known is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorValues {
    /// The final SIP status, or the close code of the WebSocket.
    pub code: String,
    /// The named cause (spec section 14.5).
    pub cause: String,
    /// For people.
    pub message: String,
    /// Where it went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
}

impl ErrorValues {
    /// Of a failed request or call.
    pub fn of_failure(failure: &Failure, link: Option<String>) -> Self {
        let code = failure.status.map_or_else(String::new, |status| status.to_string());
        Self { code, cause: failure.cause.to_string(), message: failure.reason.clone(), link }
    }

    /// Of a failed connection to `server`.
    pub fn of_connection(failure: &ConnectionFailure, server: Option<&str>) -> Self {
        let link = server.map(ToOwned::to_owned);
        match failure {
            ConnectionFailure::Flow(error) => {
                let cause = Cause::ConnectionError.to_string();
                Self { code: ABNORMAL_CLOSE.to_string(), cause, message: error.to_string(), link }
            }
            ConnectionFailure::Registration(failure) => Self::of_failure(failure, link),
            ConnectionFailure::Telephony => {
                let (cause, message) = (Cause::RequestTimeout.to_string(), "the server does not answer".to_owned());
                Self { code: String::new(), cause, message, link }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use roombox_sip::api::{FlowError, Originator};

    use super::*;

    const CALLED: &str = "sip:100@meet.example;transport=ws";
    const SERVER: &str = "wss://meet.example/webrtc/wss/";

    fn failure(cause: Cause, status: Option<u16>, reason: &str) -> Failure {
        let originator = Originator::Remote;
        Failure { originator, cause, status, reason: reason.into(), retry_after: None, peer_reason: None }
    }

    #[test]
    fn the_called_side_is_the_place_when_it_is_not_there_or_has_no_media_in_common_and_else_the_server() {
        for (cause, place) in [
            (Cause::BadMediaDescription, "100@meet.example"),
            (Cause::NotFound, "100@meet.example"),
            (Cause::Busy, SERVER),
            (Cause::ConnectionError, SERVER),
        ] {
            let failure = failure(cause, None, "");
            assert_eq!(error_link(&failure, Some(CALLED), Some(SERVER)).as_deref(), Some(place), "{cause}");
            assert_eq!(error_link(&failure, None, None), None);
        }
        let gone = failure(Cause::NotFound, Some(404), "");
        assert_eq!(error_link(&gone, Some("nonsense"), None).as_deref(), Some("nonsense"));
    }

    #[test]
    fn an_error_is_told_by_code_cause_message_and_place() {
        let busy = failure(Cause::Busy, Some(486), "Busy Here");
        let values = ErrorValues::of_failure(&busy, Some(SERVER.into()));
        assert_eq!([&*values.code, &*values.cause, &*values.message], ["486", "Busy", "Busy Here"]);
        assert_eq!(values.link.as_deref(), Some(SERVER));
        let silent = ErrorValues::of_failure(&failure(Cause::RequestTimeout, None, "no answer"), None);
        assert_eq!((silent.code.as_str(), silent.link), ("", None));
    }

    #[test]
    fn every_failure_of_the_connection_has_its_values() {
        let lost = ConnectionFailure::Flow(FlowError::Refused("nobody listens".into()));
        let values = ErrorValues::of_connection(&lost, Some(SERVER));
        assert_eq!([&*values.code, &*values.cause], ["1006", "Connection Error"]);
        assert!(values.message.contains("nobody listens"));
        let refused = ConnectionFailure::Registration(failure(Cause::Rejected, Some(403), "Forbidden"));
        assert_eq!(ErrorValues::of_connection(&refused, None).code, "403");
        assert_eq!(ErrorValues::of_connection(&ConnectionFailure::Telephony, None).cause, "Request Timeout");
    }
}
