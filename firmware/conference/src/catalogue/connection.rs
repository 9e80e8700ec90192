//! `connection:` the connection to the server and its registration (spec section 1.4).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fault, Side};
use crate::api::CallId;

events! {
    /// `connection:` events. `socket` is the address of the server, `wss://host:port/path`.
    ConnectionEvent {
        /// An attempt failed for good or was not even started.
        "connection:connect-failed" ConnectFailed(Fault),
        /// The settings of this attempt are known.
        "connection:connect-parameters-resolve-success" ConnectParametersResolveSuccess(Configuration),
        /// The settings of this attempt could not be got.
        "connection:connect-parameters-resolve-failed" ConnectParametersResolveFailed(Fault),
        /// An attempt begins.
        "connection:connect-started" ConnectStarted {},
        /// Connected and, where the account registers, registered.
        "connection:connect-succeeded" ConnectSucceeded(Configuration),
        /// The socket is up, for the first time or again.
        "connection:connected" Connected { socket: String },
        /// Follows every `connection:connected` while a configuration is stored.
        "connection:connected-with-configuration" ConnectedWithConfiguration(Configuration),
        /// A socket is being opened; `attempts` counts from 1 since the last success.
        "connection:connecting" Connecting { socket: String, attempts: u32 },
        /// The socket is gone or did not come up; `error` is false when it was asked for. `code`: of the WebSocket's close.
        "connection:disconnected" Disconnected {
            socket: Option<String>, error: bool, code: Option<u16>, reason: Option<String>, retry_in_ms: Option<u64>,
        },
        /// Asked to disconnect.
        "connection:disconnecting" Disconnecting {},
        /// A MESSAGE came from outside a call. `text` is absent when it is no text.
        "connection:newMessage" NewMessage { originator: Side, from: String, text: Option<String> },
        /// A call began, ours or theirs. `peer` is the SIP URI of the other side.
        "connection:newRTCSession" NewRtcSession { originator: Side, call: CallId, peer: String },
        /// Registered; `expires` seconds were granted. Refreshes are silent.
        "connection:registered" Registered { expires: u32 },
        /// The registration was refused or not answered.
        "connection:registrationFailed" RegistrationFailed(Fault),
        /// A NOTIFY came from outside a call; `name` is its Event header.
        "connection:sipEvent" SipEvent { name: Option<String>, from: String },
        /// The registration is gone.
        "connection:unregistered" Unregistered { cause: Option<String> },
    }
}

/// What a connection was made with; the password stays out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    /// Domain of our address.
    pub sip_server_ip: String,
    /// Where the server is: `host[:port]`.
    pub sip_server_url: String,
    /// The address that `X-Vinteo-Remote` tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remote_address: Option<String>,
    /// As it goes on the wire (spec section 1.1).
    pub display_name: String,
    /// User part of our address: the account, or the random number of a guest.
    pub authorization_user: String,
    /// The account registers.
    pub register: bool,
    /// The account; absent for a guest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// No picture larger than this is sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_available_resolution: Option<Size>,
}

/// Size of a picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Size {
    /// Pixels across.
    pub width: u32,
    /// Pixels down.
    pub height: u32,
}
