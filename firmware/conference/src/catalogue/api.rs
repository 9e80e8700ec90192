//! `api:` what the conference server says in INFO and NOTIFY (spec section 3).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Fault, Side};
use crate::api::CallId;

events! {
    /// `api:` events. Those that come by NOTIFY are about the account, not about a call.
    ApiEvent {
        /// The account has other rights or another name.
        "api:account:changed" AccountChanged {},
        /// The account is gone.
        "api:account:deleted" AccountDeleted {},
        /// What microphone and camera do is (or is no longer) told the server at once.
        "api:admin:force-sync-media-state" ForceSyncMediaState { is_sync_forced: bool },
        /// A moderator asks to switch the camera on; forced or not.
        "api:admin:start-main-cam" AdminStartMainCam { is_sync_forced: bool },
        /// A moderator asks to switch the microphone on; forced or not.
        "api:admin:start-mic" AdminStartMic { is_sync_forced: bool },
        /// A moderator asks to switch the camera off; forced or not.
        "api:admin:stop-main-cam" AdminStopMainCam { is_sync_forced: bool },
        /// A moderator asks to switch the microphone off; forced or not.
        "api:admin:stop-mic" AdminStopMic { is_sync_forced: bool },
        /// What became of something we said or asked in a call. Stands for the promises of old; an event of ours.
        "api:answered" Answered { call: CallId, asked: Asked, answer: Answer },
        /// Channels that the room has.
        "api:channels:all" ChannelsAll { input_channels: String, output_channels: String },
        /// Channels that the account has.
        "api:channels:notify" ChannelsNotify { input_channels: String, output_channels: String },
        /// A token for the conference was issued; the token itself is a secret.
        "api:conference:participant-token-issued" ParticipantTokenIssued { conference: String, participant: String },
        /// Somebody presents. `codec` in upper case, where the server says it.
        "api:contented-stream:available" ContentedStreamAvailable { codec: Option<String> },
        /// Nobody presents any more.
        "api:contented-stream:not-available" ContentedStreamNotAvailable {},
        /// We are in this room now; room and name keep their case. The token itself is a secret.
        "api:enter-room" EnterRoom {
            room: String,
            participant_name: String,
            has_bearer_token: bool,
            is_direct_peer_to_peer: bool,
        },
        /// The name of the room between two participants could not be sent. The call goes on.
        "api:failed-send-room-direct-p2p" FailedSendRoomDirectP2p { call: CallId, error: Fault },
        /// How the camera picture should be sent.
        "api:main-cam-control" MainCamControl {
            main_cam: Option<MainCamCommand>,
            /// `{width}x{height}`, in lower case.
            resolution_main_cam: Option<String>,
        },
        /// A telephone key from the other side.
        "api:new-dtmf" NewDtmf { originator: Side, tone: char, duration: u32 },
        /// We are a moderator of this conference now.
        "api:participant:added-to-list-moderators" AddedToListModerators { conference: String },
        /// We take part again.
        "api:participant:move-request-to-participants" MoveRequestToParticipants {},
        /// We only watch now.
        "api:participant:move-request-to-spectators" MoveRequestToSpectators {
            is_available_sending_media: bool,
            is_synthetic: bool,
            audio_id: Option<String>,
        },
        /// We only watch now, fed by the call itself. The event for any spectator follows.
        "api:participant:move-request-to-spectators-synthetic" MoveRequestToSpectatorsSynthetic {
            is_available_sending_media: bool,
        },
        /// We only watch now, fed by a connection of its own. The event for any spectator follows.
        "api:participant:move-request-to-spectators-with-audio-id" MoveRequestToSpectatorsWithAudioId {
            is_available_sending_media: bool,
            audio_id: String,
        },
        /// We watch the webcast of this conference now.
        "api:participant:move-request-to-stream" MoveRequestToStream { conference: String },
        /// We are no moderator of this conference any more.
        "api:participant:removed-from-list-moderators" RemovedFromListModerators { conference: String },
        /// Our request to speak was granted.
        "api:participation:accepting-word-request" AcceptingWordRequest { conference: String },
        /// Our request to speak was refused.
        "api:participation:cancelling-word-request" CancellingWordRequest { conference: String },
        /// Our presentation has to stop.
        "api:presentation:must-stop" PresentationMustStop {},
        /// An old server changes the tracks of the call (only version 19).
        "api:restart" Restart {
            tracks_direction: Option<TracksDirection>,
            audio_track_count: Option<u32>,
            video_track_count: Option<u32>,
        },
        /// A message that no row of the tables describes: what it was, and the value that was not understood. An event of ours.
        "api:unknown" Unknown { kind: String, value: String },
        /// What the licence allows us to use.
        "api:use-license" UseLicense(License),
        /// The webcast of this conference began.
        "api:webcast:started" WebcastStarted {
            conference: String,
            #[serde(rename = "type")]
            kind: String,
        },
        /// The webcast of this conference ended.
        "api:webcast:stopped" WebcastStopped {
            conference: String,
            #[serde(rename = "type")]
            kind: String,
        },
    }
}

/// What was said or asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Asked {
    /// To switch the camera on.
    Camera,
    /// Our channels.
    Channels,
    /// Telephone keys.
    Dtmf,
    /// That the person declined to switch a device on.
    Refusal,
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", tag = "outcome")]
pub enum Answer {
    /// No answer, or none that tells anything. The vendor's client switches its camera on then.
    Failed { error: Fault },
    /// The server has it and, where it was a question, says yes.
    Granted {},
    /// The server says no.
    Refused { status: u16, reason: String },
}

/// What a licence allows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum License {
    /// Sound.
    Audio,
    /// Sound, and showing something.
    AudioPlusPresentation,
    /// Everything.
    #[default]
    Video,
}

/// How the camera picture should be sent (spec section 7.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum MainCamCommand {
    /// No larger than the resolution beside it.
    MaxMainCamResolution,
    /// As little as possible.
    PauseMainCam,
    /// As large as it is.
    ResumeMainCam,
}

/// Direction of the tracks in the restart message of old servers (spec section 3.2, row 30).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum TracksDirection {
    /// Only to us.
    RecvOnly,
    /// Only from us.
    SendOnly,
    /// Both ways.
    SendRecv,
}
