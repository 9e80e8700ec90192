//! What the owner asks for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CallId, ReceiveQuality};
use crate::catalogue::CommandName;
use crate::replace::Strictness;

/// What the owner (the appliance) asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Command {
    /// Ask the moderator to allow the camera (spec section 3.2, row 16).
    AskForCamera { call: CallId },
    /// Steer the video balancer by hand (spec section 7.1).
    Balance { call: CallId, command: BalancerCommand },
    /// Make another call and put the present one on hold; it is not redialled. `presentation`: marked as a call that only
    /// shows a presentation (spec section 2.9).
    Call { target: String, presentation: bool },
    /// Does the server answer? One check with a connection of its own (spec section 1.8).
    CheckTelephony,
    /// Connect and call as one undertaking: when the call is over, the connection is given up, too. [`Command::Leave`] and
    /// [`Command::Stop`] end it (spec section 6.3).
    ConnectAndCall { target: String },
    /// Refuse the ringing incoming call on this device only; without a status as configured.
    Decline { call: CallId, status: Option<u16> },
    /// Send these telephone keys: by INFO (spec section 3.2, row 28) or as RTP events (RFC 4733), see
    /// [`crate::KeyTransport`].
    Dtmf { call: CallId, tones: String },
    /// End this call, whatever becomes of the others.
    HangUp { call: CallId },
    /// Put the other side on hold, or go on; going on with one puts the others on hold.
    Hold { call: CallId, hold: bool },
    /// Ask the server for a sign of life now (spec section 1.8).
    Ping,
    /// The presentation, our second stream (spec section 4).
    Present { call: CallId, command: PresentCommand },
    /// What a spectator wants to receive (spec section 2.8).
    ReceiveQuality { call: CallId, quality: ReceiveQuality },
    /// Tell the server that the person declined to switch a device on (spec section 3.2, row 26).
    RefuseDevice { call: CallId, device: Device },
    /// Offer again (spec section 2.6).
    Renegotiate { call: CallId },
    /// Register now (spec section 1.3).
    Register,
    /// Connect anew, whatever the state (spec section 5.5).
    Restart,
    /// Take the camera picture from another source. With `verify` it is done only when that is proved to be sent, within
    /// 5 s (spec section 2.7).
    ReplaceCamera { call: CallId, verify: Option<Strictness> },
    /// New ICE credentials, by UPDATE or re-INVITE (spec section 2.6).
    RestartIce { call: CallId, by_update: bool },
    /// Tell the server the channels of a multi-channel box (spec section 3.2, row 24).
    SendChannels { call: CallId, input: String, output: String },
    /// Hand the other side on to somebody else.
    Transfer { call: CallId, to: TransferTo },
    /// Answer the ringing incoming call.
    Answer { call: CallId },
    /// Call this SIP URI. With `keep` it is called again after every end, for ever, until [`Command::Leave`]; without,
    /// only after a loss and a limited number of times (spec section 6.2).
    Join { target: String, keep: bool },
    /// End the call or the attempt, and stop redialling.
    Leave,
    /// Tell the server what the microphone and camera really do (INFO mediastate).
    MediaState { microphone: bool, camera: bool },
    /// Dial what is wanted at once, also what was given up at its limit (`force`); or, without ending the call, do not bring
    /// it back any more (spec section 6.2).
    Redial { force: bool },
    /// Refuse the ringing incoming call for everywhere it rings (603, RFC 3261 section 21.6.2).
    Reject { call: CallId },
    /// Give the registration back, then register; a failure of the first is ignored (spec section 1.3).
    TryRegister,
    /// Give the registration back but stay connected (spec section 1.3).
    Unregister,
    /// The account goes to work: connect, register, recover for ever.
    Start,
    /// Leave, unregister, disconnect.
    Stop,
}

impl Command {
    /// The call it is for, where it is for one.
    pub const fn call(&self) -> Option<CallId> {
        match self {
            Self::Answer { call }
            | Self::AskForCamera { call }
            | Self::Balance { call, .. }
            | Self::Decline { call, .. }
            | Self::Dtmf { call, .. }
            | Self::HangUp { call }
            | Self::Hold { call, .. }
            | Self::Present { call, .. }
            | Self::ReceiveQuality { call, .. }
            | Self::RefuseDevice { call, .. }
            | Self::Reject { call }
            | Self::Renegotiate { call }
            | Self::ReplaceCamera { call, .. }
            | Self::RestartIce { call, .. }
            | Self::SendChannels { call, .. }
            | Self::Transfer { call, .. } => Some(*call),
            Self::Call { .. }
            | Self::CheckTelephony
            | Self::ConnectAndCall { .. }
            | Self::Join { .. }
            | Self::Leave
            | Self::MediaState { .. }
            | Self::Ping
            | Self::Redial { .. }
            | Self::Register
            | Self::Restart
            | Self::Start
            | Self::Stop
            | Self::TryRegister
            | Self::Unregister => None,
        }
    }
}

impl Command {
    /// How a refusal names it; `None` for what is never refused or has its own events.
    pub(crate) const fn name(&self) -> Option<CommandName> {
        Some(match self {
            Self::Answer { .. } => CommandName::Answer,
            Self::AskForCamera { .. } => CommandName::AskForCamera,
            Self::Balance { .. } => CommandName::Balance,
            Self::Call { .. } => CommandName::Call,
            Self::Decline { .. } => CommandName::Decline,
            Self::Dtmf { .. } => CommandName::Dtmf,
            Self::HangUp { .. } => CommandName::HangUp,
            Self::Hold { .. } => CommandName::Hold,
            Self::Present { .. } => CommandName::Present,
            Self::ReceiveQuality { .. } => CommandName::ReceiveQuality,
            Self::Redial { .. } => CommandName::Redial,
            Self::RefuseDevice { .. } => CommandName::RefuseDevice,
            Self::Register => CommandName::Register,
            Self::Reject { .. } => CommandName::Reject,
            Self::Renegotiate { .. } => CommandName::Renegotiate,
            Self::ReplaceCamera { .. } => CommandName::ReplaceCamera,
            Self::RestartIce { .. } => CommandName::RestartIce,
            Self::SendChannels { .. } => CommandName::SendChannels,
            Self::Transfer { .. } => CommandName::Transfer,
            Self::TryRegister => CommandName::TryRegister,
            Self::Unregister => CommandName::Unregister,
            Self::CheckTelephony
            | Self::ConnectAndCall { .. }
            | Self::Join { .. }
            | Self::Leave
            | Self::MediaState { .. }
            | Self::Ping
            | Self::Restart
            | Self::Start
            | Self::Stop => return None,
        })
    }
}

/// Steering of the video balancer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BalancerCommand {
    /// Balance once.
    Balance,
    /// Balance now and on every change from now on.
    Start,
    /// Stop, and go back to what the resolution alone asks for.
    Stop,
}

/// What the picture is about: what gives way first when little bandwidth is left (W3C mst-content-hint).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContentHint {
    /// Pictures and pages: detail stays, frame rate falls.
    #[default]
    Detail,
    /// Moving pictures: frame rate stays, resolution falls.
    Motion,
    /// Text: as detail, sharper.
    Text,
}

/// Microphone or camera.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Device {
    /// The camera.
    Camera,
    /// The microphone.
    Microphone,
}

/// The presentation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "do")]
pub enum PresentCommand {
    /// Start. `attempts`: how often the whole sequence is tried, 1 = once. `max_bitrate` in bit/s; `None` = 1 000 000.
    Start { hint: ContentHint, max_bitrate: Option<u32>, attempts: u32 },
    /// Stop.
    Stop,
    /// Another picture source on the running presentation.
    Update,
}

/// To whom a call is handed on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TransferTo {
    /// The other side of another call of ours (attended).
    Call(CallId),
    /// This URI (blind).
    Uri(String),
}
