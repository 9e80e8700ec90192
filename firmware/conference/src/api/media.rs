//! Between the client and media.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CallId, RemoteTrack, TrackSource};
use roombox_sip::api::RequestId;

/// What the client needs from media, done by the driver; each is answered by a [`MediaFact`] with the same call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaRequest {
    /// Set the server's answer to the offer of a spectator (spec section 2.8).
    AcceptReceiveAnswer { call: CallId, sdp: String },
    /// Put the presentation on the second video sender, new or there already; answered by
    /// [`MediaFact::PresentationReady`], [`MediaFact::PresentationSourceFailed`] or [`MediaFact::PresentationFailed`]. Two or more `layers`, from the least to the
    /// best: send the picture in that many encodings at once (simulcast, RFC 8853), each made of what
    /// [`MediaRequest::SetEncoding`] leaves of the picture; media that cannot says so first
    /// ([`MediaFact::SimulcastRefused`]) and sends one.
    AddPresentation { call: CallId, layers: Vec<Encoding> },
    /// Set the peer's answer.
    AcceptAnswer { call: CallId, sdp: String },
    /// Close the peer connection.
    Close { call: CallId },
    /// Close the receive connection of a spectator. No fact about it comes after this.
    CloseReceive { call: CallId },
    /// Answer the peer's offer (also for a re-INVITE of a running call).
    CreateAnswer { call: CallId, offer: String },
    /// Make an offer. `restart_ice`: new credentials on the running connection.
    CreateOffer { call: CallId, restart_ice: bool },
    /// Make the offer of a spectator: a second connection that only receives (spec section 2.8).
    CreateReceiveOffer { call: CallId },
    /// Stop sending the presentation; its m-line stays.
    RemovePresentation { call: CallId },
    /// Take the camera picture from another source; answered by [`MediaFact::CameraReplaced`].
    ReplaceCamera { call: CallId },
    /// Ask the other side of this connection for a key frame (RFC 4585 section 6.3.1) of its camera or presentation.
    RequestKeyFrame { call: CallId, source: TrackSource, stream: Stream },
    /// Measure this connection; answered by [`MediaFact::Statistics`]. What is read of it: [`crate::STATISTICS_FIELDS`].
    SampleStatistics { call: CallId, source: TrackSource },
    /// Press telephone keys (`,` = a pause) that go out as RTP events beside the sound (RFC 4733), each for `duration_ms`
    /// with `gap_ms` behind it; answered by [`MediaFact::KeysSent`] or [`MediaFact::KeysRefused`].
    SendKeys { call: CallId, request: RequestId, keys: String, duration_ms: u32, gap_ms: u32 },
    /// Steer what is sent.
    SetEncoding { call: CallId, stream: Stream, encoding: Encoding },
}

/// What media reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MediaFact {
    /// The answer to [`MediaRequest::CreateAnswer`].
    AnswerReady { call: CallId, sdp: String },
    /// The peer's answer is set.
    AnswerAccepted { call: CallId },
    /// The camera picture could not be taken from another source; the old one goes on.
    CameraReplaceFailed { call: CallId, reason: String },
    /// The camera picture now comes from the track of this name.
    CameraReplaced { call: CallId, track: String },
    /// The size of the camera picture that goes into the encoder changed, in pixels.
    CameraSize { call: CallId, width: u32, height: u32 },
    /// ICE and DTLS stand: media can flow.
    Connected { call: CallId },
    /// ICE lost its path; it may come back.
    Disconnected { call: CallId },
    /// A request failed, or the connection failed for good.
    Failed { call: CallId, reason: String },
    /// Telephone keys can be sent beside the sound, or not; not until this is told.
    KeysAgreed { call: CallId, agreed: bool },
    /// The other side pressed a telephone key, heard beside its sound (RFC 4733).
    KeyPressed { call: CallId, key: char, duration_ms: u32 },
    /// These keys were not sent, or not all of them.
    KeysRefused { call: CallId, request: RequestId, reason: String },
    /// All of these keys have been sent.
    KeysSent { call: CallId, request: RequestId },
    /// Sound or picture of the other side comes in, or stands still: a fact of a hold.
    MediaSeen { call: CallId, flowing: bool },
    /// The offer asked for.
    OfferReady { call: CallId, sdp: String },
    /// The presentation could not be put on a sender, or came off it.
    PresentationFailed { call: CallId, reason: String },
    /// The presentation is on its sender. `renegotiate`: it has a new m-line, so an offer has to follow.
    PresentationReady { call: CallId, renegotiate: bool },
    /// The size of the presentation that goes into the encoder, in pixels: with its first picture, and whenever it changes,
    /// also from one presentation of the call to the next.
    PresentationSize { call: CallId, width: u32, height: u32 },
    /// The source of the presentation could not be opened; what was presented before goes on.
    PresentationSourceFailed { call: CallId, reason: String },
    /// The receive connection of a spectator failed.
    ReceiveFailed { call: CallId, reason: String },
    /// The offer of a spectator.
    ReceiveOfferReady { call: CallId, sdp: String },
    /// Sound and picture of the receive connection of a spectator are there.
    ReceiveRunning { call: CallId },
    /// A track of the other side is there, or something about it is different.
    RemoteTrackAdded { call: CallId, track: RemoteTrack },
    /// The track of this name ended.
    RemoteTrackRemoved { call: CallId, track: String },
    /// The stream is sent in one encoding, though several were asked for.
    SimulcastRefused { call: CallId, stream: Stream, reason: String },
    /// What was measured, as W3C webrtc-stats entries, and how long that took.
    Statistics { call: CallId, took_ms: u64, entries: Vec<serde_json::Value> },
}

impl MediaRequest {
    /// The call it is for.
    pub const fn call(&self) -> CallId {
        match self {
            Self::AcceptReceiveAnswer { call, .. }
            | Self::AddPresentation { call, .. }
            | Self::AcceptAnswer { call, .. }
            | Self::Close { call, .. }
            | Self::CloseReceive { call, .. }
            | Self::CreateAnswer { call, .. }
            | Self::CreateOffer { call, .. }
            | Self::CreateReceiveOffer { call, .. }
            | Self::RemovePresentation { call, .. }
            | Self::ReplaceCamera { call, .. }
            | Self::RequestKeyFrame { call, .. }
            | Self::SampleStatistics { call, .. }
            | Self::SendKeys { call, .. }
            | Self::SetEncoding { call, .. } => *call,
        }
    }
}

impl MediaFact {
    /// The call it is about.
    pub const fn call(&self) -> CallId {
        match self {
            Self::AnswerReady { call, .. }
            | Self::AnswerAccepted { call, .. }
            | Self::CameraReplaceFailed { call, .. }
            | Self::CameraReplaced { call, .. }
            | Self::CameraSize { call, .. }
            | Self::Connected { call, .. }
            | Self::Disconnected { call, .. }
            | Self::Failed { call, .. }
            | Self::KeysAgreed { call, .. }
            | Self::KeyPressed { call, .. }
            | Self::KeysRefused { call, .. }
            | Self::KeysSent { call, .. }
            | Self::MediaSeen { call, .. }
            | Self::OfferReady { call, .. }
            | Self::PresentationFailed { call, .. }
            | Self::PresentationReady { call, .. }
            | Self::PresentationSize { call, .. }
            | Self::PresentationSourceFailed { call, .. }
            | Self::ReceiveFailed { call, .. }
            | Self::ReceiveOfferReady { call, .. }
            | Self::ReceiveRunning { call, .. }
            | Self::RemoteTrackAdded { call, .. }
            | Self::RemoteTrackRemoved { call, .. }
            | Self::SimulcastRefused { call, .. }
            | Self::Statistics { call, .. } => *call,
        }
    }
}

/// Which of our video streams, or the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Stream {
    /// The microphone.
    Audio,
    /// The camera.
    Camera,
    /// The presentation.
    Presentation,
}

/// How a stream is encoded (W3C `RTCRtpEncodingParameters`); `None` = no wish.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Encoding {
    /// Upper bound in bit/s.
    pub max_bitrate: Option<u32>,
    /// Width and height are divided by this, in thousandths: 1000 = as it is, 200 000 = scaled down 200 times.
    pub scale_down_millis: Option<u32>,
    /// Frames a second at most.
    pub max_framerate: Option<u32>,
    /// What gives way first.
    pub hint: Option<super::ContentHint>,
}

/// What a spectator receives (spec section 2.8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReceiveQuality {
    /// As the server thinks best: high.
    #[default]
    Auto,
    /// Full.
    High,
    /// Least.
    Low,
    /// Half.
    Medium,
}
