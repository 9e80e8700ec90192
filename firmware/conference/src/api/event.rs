//! What the client tells.

use roombox_sip::api as sip;
use serde::{Deserialize, Serialize};

use super::{CallId, CallState, ConnectionFailure, ConnectionState, OperationKind, OperationOutcome};
use crate::catalogue;
use crate::session::SessionState;

/// What the client tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", content = "data")]
pub enum Event {
    /// What became of what a call asked of the other side; `fault` is absent when it was granted.
    Answered { call: CallId, asked: Asked, fault: Option<catalogue::Fault> },
    /// The facts about a hold changed: asked, agreed, by the other side.
    CallHold { call: CallId, hold: sip::HoldState },
    /// A call ended.
    CallEnded { call: CallId, failure: sip::Failure, will_redial: bool },
    /// The call changed state.
    Call(CallState),
    /// The undertaking of [`super::Command::ConnectAndCall`] changed.
    ConnectAndCall(SessionState),
    /// The connection changed state.
    Connection(ConnectionState),
    /// The connection or registration failed in this way; told before the state changes.
    ConnectionFailed(ConnectionFailure),
    /// An operation ended; `number` counts the commands that are operations from 1.
    Operation { number: u64, operation: OperationKind, outcome: OperationOutcome },
    /// Registered; the server granted `expires` seconds.
    Registered { expires: u32 },
    /// How the call goes that the other side makes for us (RFC 3515); nothing follows the `last`.
    Transfer { call: CallId, status: u16, reason: String, last: bool },
    /// A vendor message of the conference server, by its name in the spec (section 3), with its values.
    Vendor { name: String, data: serde_json::Value },
    /// An event of the catalogue; written without an envelope of its own.
    #[serde(untagged)]
    Catalogue(catalogue::Event),
}

/// What a call asks of the other side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// INFO: what microphone and camera do.
    MediaState,
    /// INFO: the name of the room for two.
    RoomName,
    /// To call somebody else.
    Transfer,
}
