//! What the conference server says, with the event names of spec section 3.2 (without their `api:`).

use serde::Serialize;
use serde_json::Value;

use crate::api::Event;

/// The room the server put us into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Room {
    /// Room name in the server's spelling; `purgatory` is the waiting room.
    #[serde(rename = "room")]
    pub(crate) name: String,
    /// Our name there.
    pub(crate) participant: String,
    /// The server gave a bearer token with it; the token itself is a secret and stays out of events.
    pub(crate) has_token: bool,
    /// The other side is a single participant, not a conference.
    pub(crate) is_direct_peer_to_peer: bool,
}

/// One vendor message, serialised as `{"name": …, "data": …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "name", content = "data")]
pub(crate) enum VendorMessage {
    #[serde(rename = "enter-room")]
    EnterRoom(Room),
    #[serde(rename = "channels:all")]
    ChannelsAll { input: String, output: String },
    #[serde(rename = "contented-stream:available")]
    ContentAvailable { codec: Option<String> },
    #[serde(rename = "contented-stream:not-available")]
    ContentGone {},
    #[serde(rename = "presentation:must-stop")]
    PresentationMustStop {},
    #[serde(rename = "main-cam-control")]
    MainCamControl { main_cam: Option<String>, resolution: Option<String> },
    #[serde(rename = "admin:force-sync-media-state")]
    ForceSyncMediaState { is_sync_forced: bool },
    #[serde(rename = "admin:start-main-cam")]
    AdminStartMainCam { is_sync_forced: bool },
    #[serde(rename = "admin:stop-main-cam")]
    AdminStopMainCam { is_sync_forced: bool },
    #[serde(rename = "admin:start-mic")]
    AdminStartMic { is_sync_forced: bool },
    #[serde(rename = "admin:stop-mic")]
    AdminStopMic { is_sync_forced: bool },
    #[serde(rename = "use-license")]
    UseLicense { license: String },
    #[serde(rename = "participant:move-request-to-spectators")]
    MoveToSpectators { is_available_sending_media: bool, is_synthetic: bool, audio_id: Option<String> },
    #[serde(rename = "participant:move-request-to-participants")]
    MoveToParticipants {},
    #[serde(rename = "channels:notify")]
    ChannelsNotify { input: String, output: String },
    #[serde(rename = "webcast:started")]
    WebcastStarted { conference: String, kind: String },
    #[serde(rename = "webcast:stopped")]
    WebcastStopped { conference: String, kind: String },
    #[serde(rename = "participant:added-to-list-moderators")]
    AddedToModerators { conference: String },
    #[serde(rename = "participant:removed-from-list-moderators")]
    RemovedFromModerators { conference: String },
    #[serde(rename = "participation:accepting-word-request")]
    WordRequestAccepted { conference: String },
    #[serde(rename = "participation:cancelling-word-request")]
    WordRequestRejected { conference: String },
    #[serde(rename = "participant:move-request-to-stream")]
    MovedToStream { conference: String },
    #[serde(rename = "account:changed")]
    AccountChanged {},
    #[serde(rename = "account:deleted")]
    AccountDeleted {},
    #[serde(rename = "conference:participant-token-issued")]
    TokenIssued { conference: String, participant: String },
    #[serde(rename = "new-dtmf")]
    Dtmf { tone: char, duration_ms: u32 },
    /// Nothing of the table: what it was and why it could not be read.
    #[serde(rename = "unknown")]
    Unknown { kind: String, value: String },
}

impl VendorMessage {
    pub(super) fn unknown(kind: &str, value: &str) -> Self {
        Self::Unknown { kind: kind.to_owned(), value: value.to_owned() }
    }

    /// The event the owner hears.
    pub(crate) fn event(&self) -> Event {
        let mut object = match serde_json::to_value(self) {
            Ok(Value::Object(object)) => object,
            _ => serde_json::Map::new(),
        };
        let name = object.get("name").and_then(Value::as_str).unwrap_or("unknown").to_owned();
        Event::Vendor { name, data: object.remove("data").unwrap_or_default() }
    }
}
