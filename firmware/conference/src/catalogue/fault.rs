//! Errors and ends as events carry them.

use roombox_sip::api as sip;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::api::CallId;

/// An error: what the library of old throws or puts into an event.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Fault {
    /// For people.
    pub message: String,
    /// The named cause, as in [`EndEvent::cause`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// The final SIP status behind it, where there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

impl Fault {
    /// An error that only has words.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), cause: None, status: None }
    }
}

impl From<&sip::Failure> for Fault {
    fn from(failure: &sip::Failure) -> Self {
        Self { message: failure.reason.clone(), cause: Some(failure.cause.to_string()), status: failure.status }
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// This side.
    Local,
    /// The other side.
    Remote,
    /// Neither: timeout, lost connection, protocol failure.
    System,
}

impl From<sip::Originator> for Side {
    fn from(originator: sip::Originator) -> Self {
        match originator {
            sip::Originator::Local => Self::Local,
            sip::Originator::Remote => Self::Remote,
            sip::Originator::System => Self::System,
        }
    }
}

/// How a call ended or failed (spec section 2.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EndEvent {
    /// The call.
    pub call: CallId,
    /// Who caused it.
    pub originator: Side,
    /// The named cause in the words of spec section 14.5: `Terminated`, `Canceled`, `Rejected`, `Connection Error` …
    pub cause: String,
    /// The final SIP status behind it, where there was one; stands for the message object of old.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The reason phrase or a plain description.
    pub message: String,
}

impl EndEvent {
    /// How `call` ended.
    pub fn new(call: CallId, failure: &sip::Failure) -> Self {
        Self {
            call,
            originator: failure.originator.into(),
            cause: failure.cause.to_string(),
            status: failure.status,
            message: failure.reason.clone(),
        }
    }
}
