//! What is wrong now, and what the facts of other rooms mean as a cause.

use std::collections::BTreeMap;

use roombox_conference::api::{CallCause, CallFailure, ConnectionFailure, FlowError};
use roombox_hal::findings::{DeviceFinding, Part};

use crate::tree::{Cause, CauseCode, Event};

/// On the road to the server: at most one of them is true.
pub(crate) const CONNECTION: &[CauseCode] = &[
    CauseCode::WrongPassword,
    CauseCode::AccountRefused,
    CauseCode::ServerUnreachable,
    CauseCode::ServerNameNotFound,
    CauseCode::CertificateNotTrusted,
    CauseCode::NotAConferenceServer,
    CauseCode::NetworkDown,
];

/// On the road into the conference: at most one of them is true.
pub(crate) const CONFERENCE: &[CauseCode] = &[
    CauseCode::ConferenceNotFound,
    CauseCode::ConferenceBusy,
    CauseCode::ConferenceRefused,
    CauseCode::ConferenceUnavailable,
    CauseCode::NoCommonMedia,
    CauseCode::MediaPathLost,
];

/// Everything that is wrong now.
#[derive(Debug, Default)]
pub(crate) struct Causes {
    raised: BTreeMap<CauseCode, Cause>,
}

impl Causes {
    /// In catalogue order.
    pub(crate) fn list(&self) -> Vec<Cause> {
        self.raised.values().cloned().collect()
    }

    /// Raises it; the event, unless it stood already.
    pub(crate) fn raise(&mut self, cause: Cause) -> Option<Event> {
        let former = self.raised.insert(cause.code, cause.clone());
        (former.as_ref() != Some(&cause)).then_some(Event::CauseRaised(cause))
    }

    pub(crate) fn clear(&mut self, code: CauseCode) -> Option<Event> {
        self.raised.remove(&code).map(|_| Event::CauseCleared { code })
    }

    /// Makes `cause` the only one of its group.
    pub(crate) fn replace(&mut self, group: &[CauseCode], cause: Option<Cause>) -> Vec<Event> {
        let kept = cause.as_ref().map(|cause| cause.code);
        let gone = group.iter().filter(|code| Some(**code) != kept);
        let mut events: Vec<Event> = gone.filter_map(|code| self.clear(*code)).collect();
        events.extend(cause.and_then(|cause| self.raise(cause)));
        events
    }
}

/// What a failed connection means.
pub(crate) fn of_connection(failure: &ConnectionFailure) -> Cause {
    match failure {
        ConnectionFailure::Flow(error) => Cause::with_detail(of_flow(error), error.to_string()),
        ConnectionFailure::Registration(failure) => {
            let code = match (failure.cause, failure.status) {
                (CallCause::AuthenticationError, _) | (_, Some(401 | 407)) => CauseCode::WrongPassword,
                (_, None | Some(408 | 500..=599)) => CauseCode::ServerUnreachable,
                _ => CauseCode::AccountRefused,
            };
            Cause::with_detail(code, detail(failure))
        }
        ConnectionFailure::Telephony => {
            Cause::with_detail(CauseCode::ServerUnreachable, "connected, but requests are not answered")
        }
    }
}

const fn of_flow(error: &FlowError) -> CauseCode {
    match error {
        FlowError::Certificate(_) => CauseCode::CertificateNotTrusted,
        FlowError::Closed(_) | FlowError::Refused(_) | FlowError::Timeout(_) => CauseCode::ServerUnreachable,
        FlowError::Handshake(_) => CauseCode::NotAConferenceServer,
        FlowError::NameNotFound(_) => CauseCode::ServerNameNotFound,
        FlowError::Unreachable(_) => CauseCode::NetworkDown,
    }
}

/// What the end of a call to a conference means; nothing for a normal end, or for a loss that the connection explains.
pub(crate) fn of_call(failure: &CallFailure) -> Option<Cause> {
    let code = match failure.cause {
        CallCause::Bye | CallCause::Canceled | CallCause::ConnectionError | CallCause::Replaced => return None,
        CallCause::NotFound | CallCause::AddressIncomplete => CauseCode::ConferenceNotFound,
        CallCause::Busy => CauseCode::ConferenceBusy,
        CallCause::Rejected | CallCause::AuthenticationError | CallCause::Redirected => CauseCode::ConferenceRefused,
        CallCause::IncompatibleSdp | CallCause::BadMediaDescription => CauseCode::NoCommonMedia,
        CallCause::WebrtcError => CauseCode::MediaPathLost,
        CallCause::DialogError
        | CallCause::Expires
        | CallCause::InternalError
        | CallCause::NoAck
        | CallCause::NoAnswer
        | CallCause::RequestTimeout
        | CallCause::SipFailureCode
        | CallCause::Unavailable => CauseCode::ConferenceUnavailable,
    };
    Some(Cause::with_detail(code, detail(failure)))
}

/// What a transfer that came to nothing means.
pub(crate) fn of_transfer(status: Option<u16>, reason: &str) -> Cause {
    Cause::with_detail(CauseCode::TransferRefused, with_status(status, reason))
}

/// What the board report means: one cause a kind of part, with all its parts.
pub(crate) fn of_board(findings: &[DeviceFinding]) -> Vec<Cause> {
    let mut details: BTreeMap<CauseCode, Vec<String>> = BTreeMap::new();
    for finding in findings {
        let code = match finding.part {
            Part::Camera => CauseCode::NoCamera,
            Part::Microphone => CauseCode::NoMicrophone,
            Part::Screen => CauseCode::NoScreen,
            Part::Speaker => CauseCode::NoSpeaker,
            Part::Button | Part::Led | Part::StatusDisplay => CauseCode::BoardDeviceMissing,
        };
        details.entry(code).or_default().push(finding.to_string());
    }
    details.into_iter().map(|(code, texts)| Cause::with_detail(code, texts.join("; "))).collect()
}

fn detail(failure: &CallFailure) -> String {
    with_status(failure.status, &failure.reason)
}

/// `603 Decline`.
pub(crate) fn with_status(status: Option<u16>, reason: &str) -> String {
    status.map_or_else(|| reason.to_owned(), |status| format!("{status} {reason}"))
}
