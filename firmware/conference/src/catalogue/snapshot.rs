//! The whole client at one moment: the phase of every part, named as in the catalogue (spec section 10.3).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Caller, License};

/// The whole client at one moment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Snapshot {
    /// The connection that comes back by itself.
    pub auto_connector: AutoConnectPhase,
    /// The call.
    pub call: CallSnapshot,
    /// The call that comes back by itself.
    pub call_reconnect: CallReconnectPhase,
    /// Licence and role.
    pub call_session_state: CallSessionState,
    /// The connection.
    pub connection: ConnectionPhase,
    /// The call that rings.
    pub incoming: IncomingSnapshot,
    /// The presentation.
    pub presentation: PresentationPhase,
    /// All of this in one word.
    pub status: SystemStatus,
}

/// Phase of the connection (spec section 1.5).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum ConnectionPhase {
    #[serde(rename = "connection:connected")]
    Connected,
    #[serde(rename = "connection:connecting")]
    Connecting,
    #[serde(rename = "connection:disconnected")]
    Disconnected,
    #[serde(rename = "connection:disconnecting")]
    Disconnecting,
    #[serde(rename = "connection:established")]
    Established,
    #[default]
    #[serde(rename = "connection:idle")]
    Idle,
    #[serde(rename = "connection:preparing")]
    Preparing,
    #[serde(rename = "connection:registered")]
    Registered,
}

/// Phase of the call (spec section 2.9).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CallPhase {
    #[serde(rename = "call:connecting")]
    Connecting,
    #[serde(rename = "call:directP2pRoom")]
    DirectP2pRoom,
    #[serde(rename = "call:disconnecting")]
    Disconnecting,
    #[default]
    #[serde(rename = "call:idle")]
    Idle,
    #[serde(rename = "call:inRoom")]
    InRoom,
    #[serde(rename = "call:p2pRoom")]
    P2pRoom,
    #[serde(rename = "call:presentationCall")]
    PresentationCall,
    #[serde(rename = "call:purgatory")]
    Purgatory,
    #[serde(rename = "call:roomPendingAuth")]
    RoomPendingAuth,
}

/// The call.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallSnapshot {
    /// Its phase.
    pub value: CallPhase,
    /// Whom we called or who called us.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// The room, in the server's spelling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub room: Option<String>,
    /// Our name there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participant_name: Option<String>,
}

/// Phase of the call that comes back by itself (spec section 6.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum CallReconnectPhase {
    Armed,
    Attempting,
    Backoff,
    ErrorTerminal,
    Evaluating,
    #[default]
    Idle,
    LimitReached,
    WaitingSignaling,
}

/// Phase of the connection that comes back by itself (spec section 5.2).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AutoConnectPhase {
    AttemptingConnect,
    AttemptingGate,
    ConnectedMonitoring,
    Disconnecting,
    ErrorTerminal,
    #[default]
    Idle,
    TelephonyChecking,
    WaitingBeforeRetry,
}

/// Phase of a call that rings here (spec section 10.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum IncomingPhase {
    #[serde(rename = "incoming:consumed")]
    Consumed,
    #[serde(rename = "incoming:declined")]
    Declined,
    #[serde(rename = "incoming:failed")]
    Failed,
    #[default]
    #[serde(rename = "incoming:idle")]
    Idle,
    #[serde(rename = "incoming:ringing")]
    Ringing,
    #[serde(rename = "incoming:terminated")]
    Terminated,
}

/// The call that rings here, or the last one that did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct IncomingSnapshot {
    /// Its phase.
    pub value: IncomingPhase,
    /// Who it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub caller: Option<Caller>,
}

/// Phase of the presentation (spec section 4.4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PresentationPhase {
    Active,
    Failed,
    #[default]
    Idle,
    Starting,
    Stopping,
}

/// Licence and role (spec section 10.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CallSessionState {
    /// What we may use.
    pub license: License,
    /// The server wants what microphone and camera do at once.
    pub is_duplex_sending_media_mode: bool,
    /// What we are in the conference.
    pub role: Role,
    /// Our picture and sound may be sent: always for a participant.
    pub is_available_sending_media: bool,
}

impl Default for CallSessionState {
    fn default() -> Self {
        Self {
            license: License::default(),
            is_duplex_sending_media_mode: false,
            role: Role::Participant,
            is_available_sending_media: true,
        }
    }
}

impl CallSessionState {
    /// We only watch, in whatever way.
    pub fn is_spectator_any(&self) -> bool {
        self.role != Role::Participant
    }

    /// What we watch comes by a connection of its own.
    pub const fn is_recv_session_expected(&self) -> bool {
        matches!(self.role, Role::Spectator { .. })
    }
}

/// What we are in the conference.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case", rename_all_fields = "camelCase", tag = "type")]
pub enum Role {
    /// We take part.
    #[default]
    Participant,
    /// We only watch, fed by a connection of its own with the sound of this id.
    Spectator { audio_id: String },
    /// We only watch, fed by the call itself.
    SpectatorSynthetic,
}

/// The whole client in one word, by the rules of spec section 10.3.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SystemStatus {
    #[serde(rename = "system:callActive")]
    CallActive,
    #[serde(rename = "system:callConnecting")]
    CallConnecting,
    #[serde(rename = "system:callDisconnecting")]
    CallDisconnecting,
    #[serde(rename = "system:callReconnecting")]
    CallReconnecting,
    #[serde(rename = "system:connecting")]
    Connecting,
    #[default]
    #[serde(rename = "system:disconnected")]
    Disconnected,
    #[serde(rename = "system:disconnecting")]
    Disconnecting,
    #[serde(rename = "system:readyToCall")]
    ReadyToCall,
}
