//! The status tree. What the room is shown are facts; an intent that is not yet true is shown as pending.

use roombox_conference::api::{CallId, CallState, ConnectionState};
use roombox_hal::leds::Pattern;
use roombox_settings::model::{Layout, SelfView};
use serde::{Deserialize, Serialize};

use super::{cause::Cause, quality::QualityStatus, session::SessionStatus};
use crate::display::DisplayContent;

/// The whole state of the box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// Name, board and version.
    #[serde(rename = "box")]
    pub identity: BoxInfo,
    /// Connection to the conference server.
    pub connection: ConnectionState,
    /// Registered at the server right now.
    pub registered: bool,
    /// The call.
    pub call: CallStatus,
    /// Admission, presentation, role, hold and content of the call.
    #[serde(flatten)]
    pub session: SessionStatus,
    /// The ringing call, if any.
    pub incoming: Option<Incoming>,
    /// Microphone.
    pub microphone: MicrophoneStatus,
    /// Camera.
    pub camera: CameraStatus,
    /// Speaker.
    pub speaker: DeviceFact,
    /// Speaker volume, 0..=100.
    pub volume: u8,
    /// What the lights show.
    pub leds: Leds,
    /// What the status display shows.
    pub display: DisplayContent,
    /// The TV.
    pub screen: ScreenStatus,
    /// Media of the call.
    pub media: MediaStatus,
    /// How good the call is; null without a call, and until some seconds were measured.
    pub quality: Option<QualityStatus>,
    /// Everything that is wrong now, in catalogue order.
    pub causes: Vec<Cause>,
    /// Address of the web panel, when it is served.
    pub panel: Option<String>,
}

/// Who the box is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxInfo {
    /// Name shown to others.
    pub name: String,
    /// Name of the board.
    pub board: String,
    /// Version of the firmware.
    pub version: String,
}

/// The call; the fields of [`CallState`] are at the same level in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallStatus {
    /// State with its fields.
    #[serde(flatten)]
    pub state: CallState,
    /// Full minutes since the call stands.
    pub minutes: Option<u64>,
}

/// A ringing call.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// Its number.
    pub call: CallId,
    /// Who calls.
    pub from: String,
}

/// What is asked of the microphone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MicrophoneWanted {
    /// Its sound goes out.
    On,
    /// Silence goes out.
    Muted,
}

/// What was verified behind the last stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MicrophoneFact {
    /// Sound goes out.
    On,
    /// Silence goes out.
    Muted,
    /// Not verified yet.
    Unknown,
}

/// Microphone: intent, fact and device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MicrophoneStatus {
    /// What is asked for.
    pub wanted: MicrophoneWanted,
    /// What is true.
    pub fact: MicrophoneFact,
    /// The intent is not the fact yet.
    pub pending: bool,
    /// Somebody speaks to it in a call although it is muted.
    #[serde(default)]
    pub speaking_muted: bool,
    /// The device.
    pub device: DeviceFact,
}

/// What is asked of the camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameraWanted {
    /// Its picture goes out.
    On,
    /// A still picture goes out.
    Off,
}

/// What was verified behind the last stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CameraFact {
    /// The camera picture goes out.
    On,
    /// The still picture goes out.
    Off,
    /// Not verified yet.
    Unknown,
}

/// Camera: intent, fact and device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraStatus {
    /// What is asked for.
    pub wanted: CameraWanted,
    /// What is true.
    pub fact: CameraFact,
    /// The intent is not the fact yet.
    pub pending: bool,
    /// The device.
    pub device: DeviceFact,
}

/// A device of the box.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFact {
    /// It works; null as long as nothing is known.
    pub working: Option<bool>,
    /// Its name, as far as known.
    pub name: String,
    /// Why it does not work, in plain words.
    pub reason: Option<String>,
}

/// What the lights show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leds {
    /// Breathes while connecting or redialling, blinks while ringing, on in a call.
    pub call: Pattern,
    /// On when it is verified that the microphone is muted; breathes while the intent is pending.
    pub mute: Pattern,
    /// On when the server is reached, breathes on the way there, blinks when there is trouble.
    pub network: Pattern,
}

/// The TV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenStatus {
    /// `kms`, `window` or `none`.
    pub output: String,
    /// What is on it.
    pub picture: ScreenPicture,
    /// How it is divided in calls.
    #[serde(default)]
    pub layout: Layout,
    /// Where the own picture stands in calls.
    #[serde(default)]
    pub self_view: SelfView,
    /// What people in the room must know now, the most important first.
    #[serde(default)]
    pub signs: Vec<ScreenSign>,
}

/// A few words on the TV.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScreenSign {
    /// What it is about.
    pub sign: SignKind,
    /// In the language of the TV.
    pub text: String,
}

/// What a sign on the TV is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SignKind {
    /// Verified: the microphone is muted.
    Muted,
    /// Somebody speaks although it is.
    SpeakingMuted,
    /// One notices that the call is not good.
    Fair,
    /// One cannot work with it.
    Poor,
}

/// What is on the TV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ScreenPicture {
    /// The conference, moving.
    Conference,
    /// The conference, standing still.
    Frozen,
    /// No conference.
    Idle,
    /// In a call, no picture yet.
    Waiting,
}

/// Media of the call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaStatus {
    /// ICE and DTLS stand.
    pub connected: bool,
    /// A remote picture was shown.
    pub first_frame: bool,
    /// Remote sound that is not silence was played.
    pub first_audio: bool,
    /// The remote picture moves; null without a call or before the first picture.
    pub remote_video_flowing: Option<bool>,
}
