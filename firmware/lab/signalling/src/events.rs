//! What a lab reports.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

use std::net::SocketAddr;

use roombox_conference::vendor::ClientMessage;
use serde::{Deserialize, Serialize};

use crate::calls::Role;
use crate::receive::Quality;

/// What a lab reports; serialised as `{"event": name, "data": {…}}`. `call` numbers calls from 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", content = "data")]
pub enum LabEvent {
    /// Ready for connections.
    Listening { address: SocketAddr, url: String },
    /// A user registered (told once, not at every refresh).
    Registered { user: String, expires: u32 },
    /// A registration is gone: `asked`, `expired` or `connection-lost`.
    Unregistered { user: String, reason: String },
    /// A registration or call was refused with this status.
    Refused { user: String, method: String, status: u16 },
    /// A call was answered: by the conference room `room`, or passed on to the user of that name.
    CallStarted { call: u64, user: String, room: String },
    /// The call is established both ways.
    CallConfirmed { call: u64, user: String },
    /// ICE and DTLS of the call stand.
    MediaConnected { call: u64, user: String },
    /// About once a second for each call in a room: what came in since its start.
    Media {
        call: u64,
        user: String,
        #[serde(flatten)]
        report: MediaReport,
    },
    /// The participant was put into this room; `purgatory` is where it waits.
    Entered { call: u64, user: String, room: String },
    /// The participant was given another role.
    Role {
        call: u64,
        user: String,
        #[serde(flatten)]
        role: Role,
    },
    /// What an INFO of a participant says.
    Said {
        call: u64,
        user: String,
        #[serde(flatten)]
        said: ClientMessage,
    },
    /// The participant was told whether it may do what it asked for: to present, or to switch its camera on.
    Permission { call: u64, user: String, granted: bool },
    /// A vendor message was answered by the user, or not at all (`status` is absent); `message` is the event by which
    /// clients tell it.
    Told { user: String, message: String, status: Option<u16> },
    /// The participant presents.
    PresentationStarted { call: u64, user: String, room: String },
    /// The participant presents no longer.
    PresentationStopped { call: u64, user: String, room: String },
    /// An offer of ours inside the call was answered, or refused by the participant.
    Offered { call: u64, user: String, accepted: bool },
    /// The participant offered anew inside the call.
    Renegotiated { call: u64, user: String },
    /// A spectator wants to receive by a connection of its own.
    ReceiveOffered { call: u64, user: String, quality: Quality },
    /// ICE and DTLS of that connection stand.
    ReceiveConnected { call: u64, user: String },
    /// A request to the HTTP interface was refused.
    ReceiveRefused { status: u16, reason: String },
    /// A vendor message came inside a call, as it stands on the wire.
    Info { call: u64, user: String, content_type: String, headers: Vec<(String, String)> },
    /// The call is over.
    CallEnded { call: u64, user: String, reason: String },
    /// The media of a call failed.
    MediaFailed { call: u64, user: String, reason: String },
    /// The lab plays dead: every connection is cut, nobody listens, everything is forgotten.
    Killed {},
    /// The lab has stopped.
    Stopped {},
}

/// A frame code that was read from a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenCode {
    /// Who drew the frame.
    pub source: u8,
    /// Its number.
    pub frame: u32,
}

/// What came in from a participant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MediaReport {
    /// Newest frame code in the participant's picture; `None` when the last picture had none.
    pub frame_code: Option<SeenCode>,
    /// Since the start of the call.
    pub frames_decoded: u64,
    /// Width of the participant's picture in pixels.
    pub width: u32,
    /// Height of the participant's picture in pixels.
    pub height: u32,
    /// The tone that carries most of the last second's sound, in Hz.
    pub tone_hz: Option<f64>,
    /// Its share of the energy, 0..=1.
    pub tone_share: f64,
    /// Level of the last second's sound in dBFS; -90 = silence.
    pub level_db: f64,
    /// The participant's presentation, while one comes.
    pub presentation: Option<VideoReport>,
}

/// A picture beside the camera's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VideoReport {
    /// Newest frame code in it; `None` when the last picture had none.
    pub frame_code: Option<SeenCode>,
    /// Since it began.
    pub frames_decoded: u64,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}
