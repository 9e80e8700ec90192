//! What connection and call look like from outside.

use roombox_sip::api as sip;
use serde::{Deserialize, Serialize};

use super::{CallFailure, CallId};

/// State of the connection to the server (spec section 1.5).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum ConnectionState {
    /// Not asked to connect.
    Idle,
    /// A connection is being opened; `attempt` counts from 1 since the last success.
    Connecting { attempt: u32 },
    /// The socket is up; a registration is under way.
    Connected,
    /// Ready for calls: registered, or connected as a guest.
    Established,
    /// Lost or refused; comes back by itself after `retry_in_ms`, or needs a person when that is absent.
    Disconnected { reason: String, retry_in_ms: Option<u64>, needs_person: bool },
}

/// Why the connection is not established.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "stage", content = "failure")]
pub enum ConnectionFailure {
    /// The connection was lost or did not come up.
    Flow(sip::FlowError),
    /// The registration was refused or not answered.
    Registration(CallFailure),
    /// The server is connected but does not answer requests (spec section 5.3).
    Telephony,
}

/// State of the call (spec section 2.9).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "state")]
pub enum CallState {
    /// No call.
    Idle,
    /// Joined in intent; dialled as soon as the connection is established.
    Waiting { target: String },
    /// An incoming call rings.
    Ringing { call: CallId, from: String },
    /// INVITE sent or being prepared.
    Connecting { call: CallId, target: String },
    /// Confirmed; `room` as the server named it.
    InCall { call: CallId, target: String, room: Option<String>, participant: Option<String>, media_connected: bool },
    /// The call was lost and is dialled again after `retry_in_ms`; 0 = as soon as the connection is established.
    /// `attempt` counts failures in a row from 1.
    Redialling { target: String, attempt: u32, retry_in_ms: u64, reason: String },
}
