//! What the client tells.

use roombox_sip::api as sip;
use serde::{Deserialize, Serialize};

use super::{CallId, CallState, ConnectionFailure, ConnectionState};
use crate::catalogue;

/// What the client tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", content = "data")]
pub enum Event {
    /// A call ended.
    CallEnded { call: CallId, failure: sip::Failure, will_redial: bool },
    /// The call changed state.
    Call(CallState),
    /// The connection changed state.
    Connection(ConnectionState),
    /// The connection or registration failed in this way; told before the state changes.
    ConnectionFailed(ConnectionFailure),
    /// Registered; the server granted `expires` seconds.
    Registered { expires: u32 },
    /// A vendor message of the conference server, by its name in the spec (section 3), with its values.
    Vendor { name: String, data: serde_json::Value },
    /// An event of the catalogue; written without an envelope of its own.
    #[serde(untagged)]
    Catalogue(catalogue::Event),
}
