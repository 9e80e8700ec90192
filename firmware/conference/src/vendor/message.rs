//! What the conference server says (spec section 3.2, rows marked R, and section 3.3).

use serde::Deserialize;

use super::{Room, Secret};
use crate::catalogue::{License, MainCamCommand, TracksDirection};

/// One vendor message of a server; deserialised from the scripts of servers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "message")]
pub enum VendorMessage {
    /// The account has other rights or another name.
    AccountChanged {},
    /// The account is gone.
    AccountDeleted {},
    /// We are a moderator now.
    AddedToModerators { conference: String },
    /// Row 14: switch the camera on.
    AdminStartMainCam {
        #[serde(default)]
        is_sync_forced: bool,
    },
    /// Row 17: switch the microphone on.
    AdminStartMic {
        #[serde(default)]
        is_sync_forced: bool,
    },
    /// Row 15: switch the camera off.
    AdminStopMainCam {
        #[serde(default)]
        is_sync_forced: bool,
    },
    /// Row 18: switch the microphone off.
    AdminStopMic {
        #[serde(default)]
        is_sync_forced: bool,
    },
    /// Row 2: channels that the room has.
    ChannelsAll { input: String, output: String },
    /// Channels that the account has.
    ChannelsNotify { input: String, output: String },
    /// Row 4: somebody presents. `codec` in upper case.
    ContentAvailable { codec: Option<String> },
    /// Row 5: nobody presents any more.
    ContentGone {},
    /// Row 29: a telephone key.
    Dtmf { tone: char, duration_ms: u32 },
    /// Row 1.
    EnterRoom(Room),
    /// Rows 12 and 13: how the camera picture should be sent. `sync` as the header beside it says.
    MainCamControl { main_cam: Option<MainCamCommand>, resolution: Option<String>, sync: Option<bool> },
    /// Row 22: we take part again.
    MoveToParticipants {},
    /// Rows 20 and 21: we only watch now. Synthetic = without an audio id, fed by the call itself.
    MoveToSpectators {
        #[serde(default)]
        is_available_sending_media: bool,
        #[serde(default)]
        is_synthetic: bool,
        audio_id: Option<String>,
    },
    /// We watch the webcast now.
    MovedToStream { conference: String },
    /// Row 6: our presentation has to stop.
    PresentationMustStop {},
    /// We are no moderator any more.
    RemovedFromModerators { conference: String },
    /// Row 30: servers before version 20 change the tracks of the call.
    Restart { tracks_direction: Option<TracksDirection>, audio_tracks: Option<u32>, video_tracks: Option<u32> },
    /// Our token for the HTTP interface.
    TokenIssued { conference: String, participant: String, token: Secret },
    /// Nothing of the tables: the family, and the value that was not understood.
    Unknown { kind: String, value: String },
    /// Row 19: what the licence allows.
    UseLicense { license: License },
    /// The webcast began.
    WebcastStarted { conference: String, kind: String },
    /// The webcast ended.
    WebcastStopped { conference: String, kind: String },
    /// Our request to speak was granted.
    WordRequestAccepted { conference: String },
    /// Our request to speak was refused.
    WordRequestRejected { conference: String },
}

/// Longest value that an unknown message keeps, in signs.
const UNKNOWN_VALUE: usize = 120;

impl VendorMessage {
    pub(super) fn unknown(kind: &str, value: &str) -> Self {
        Self::Unknown { kind: kind.to_owned(), value: shortened(value) }
    }

    /// Whether the server wants to know at once what microphone and camera do, where the message says so (spec section
    /// 10.2, `isDuplexSendingMediaMode`).
    pub const fn forced_sync(&self) -> Option<bool> {
        match self {
            Self::AdminStartMic { is_sync_forced }
            | Self::AdminStopMainCam { is_sync_forced }
            | Self::AdminStopMic { is_sync_forced } => Some(*is_sync_forced),
            Self::MainCamControl {
                main_cam: Some(MainCamCommand::PauseMainCam | MainCamCommand::ResumeMainCam),
                sync,
                ..
            } => *sync,
            _ => None,
        }
    }
}

pub(super) fn shortened(value: &str) -> String {
    value.chars().take(UNKNOWN_VALUE).collect()
}
