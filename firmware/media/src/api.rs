//! What the driver asks of the media engine and what the engine tells.
//!
//! The engine itself is [`crate::engine::MediaEngine`]: `start(MediaConfig, tokio::sync::mpsc::UnboundedSender<MediaEvent>)`,
//! then async methods (`prepare`, `create_offer`, `create_answer`, `accept_answer`, `add_presentation`,
//! `remove_presentation`, `close_call`, `snapshot`,
//! `camera_snapshot`, `statistics`, `stop`) and settings that take effect at once (`set_microphone`, `set_camera`,
//! `set_volume`).
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

mod screen;
mod sound_test;
mod tones;

use std::{path::PathBuf, sync::Arc, time::Duration};

use roombox_hal::{
    VirtualBoard,
    board::{AudioDevices, Camera, Codecs, Conversion, ScreenWiring},
};
use serde::{Deserialize, Serialize};

pub use screen::{Corner, Layout, Mark, Names, Sign, View, Words};
pub use sound_test::{EchoFound, Loopback, SoundFinding, SoundTest};
pub use tones::{Chime, Ring};

use crate::peer::{Dscp, Engine, IcePolicy, IceServer, RelaySecurity};

/// One call's media, or one receive connection's. The driver numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct MediaCall(pub u64);

/// Everything the engine needs to know before it starts.
#[derive(Clone, Debug)]
pub struct MediaConfig {
    /// Camera of the board file.
    pub camera: Camera,
    /// Cameras that can take its place, in this order.
    pub other_cameras: Vec<Camera>,
    /// Microphone and speaker of the board file.
    pub audio: AudioDevices,
    /// What is done to the microphone's sound before it is sent. Synthetic microphones are left as they are.
    pub voice: VoiceProcessing,
    /// Display of the board file, with the owner's override applied.
    pub screen: ScreenWiring,
    /// What converts camera pictures on the board.
    pub conversion: Conversion,
    /// Codec elements of the board file.
    pub codecs: Codecs,
    /// Where the test picture, synthetic microphones, the virtual speaker and the screen are plugged in, if that is a
    /// virtual board.
    pub virtual_board: Option<VirtualBoard>,
    /// Where it is kept which codec elements work; `None` = they are tried anew at every start.
    pub trials: Option<CodecTrials>,
    /// Audio codecs offered, best first, by encoding name (`OPUS`, `G722`, `PCMU`, `PCMA`); what is not to be had here is
    /// left out.
    pub audio_codecs: Vec<String>,
    /// Video codecs offered, best first, by encoding name (`H264`, `VP8`).
    pub video_codecs: Vec<String>,
    /// Sent picture: width, height in pixels, frames per second.
    pub picture: (u32, u32, u32),
    /// Upper bound of the sent video in kbit/s.
    pub max_bitrate_kbps: u32,
    /// What peer connections run on; the default engine where a part of the other is not installed.
    pub engine: Engine,
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Addresses for host candidates; empty = all that are up.
    pub bind: Vec<std::net::IpAddr>,
    /// Which candidates are used.
    pub ice_policy: IcePolicy,
    /// How what is sent is marked.
    pub dscp: Dscp,
    /// TLS to TURN servers; without it none is used over TLS.
    pub relay_security: Option<Arc<dyn RelaySecurity>>,
    /// Microphone muted at start.
    pub muted: bool,
    /// Camera off at start.
    pub camera_off: bool,
    /// Speaker volume 0..=100.
    pub volume: u8,
    /// Loudness of the box's own tones beside what the other side says, 0..=100; 0 = there are none.
    pub tones_volume: u8,
    /// Number that the test picture's frame code carries as `source`; that of a presented test card is 100 more.
    pub picture_source: u8,
    /// What a presentation shows; `None` = nothing can be presented until the engine is told otherwise.
    pub presentation: Option<PresentationSource>,
    /// The source of the presentation is kept open from the start, and whether it has a signal is told.
    pub watch_signal: bool,
    /// Upper bound of the presentation in kbit/s; spec section 4.1 has 1000.
    pub presentation_max_bitrate_kbps: u32,
}

/// Trials of codec elements are made once for a board, its kernel and its `GStreamer`, and kept over restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodecTrials {
    /// Folder that is there and can be written.
    pub folder: PathBuf,
    /// Name of the board.
    pub board: String,
}

/// What is done to the microphone's sound before it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VoiceProcessing {
    /// What the speaker plays is taken out of what the microphone hears.
    pub echo_cancellation: bool,
    /// Quiet voices are amplified, loud ones are not.
    pub automatic_gain: bool,
    /// Noise is made quieter.
    pub noise_suppression: NoiseSuppression,
}

/// What noise is made quieter with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NoiseSuppression {
    /// It is left as it is.
    #[default]
    Off,
    /// The `WebRTC` audio processing: steady noise, at little cost.
    Webrtc,
    /// A recurrent network (`RNNoise`): more noise and such that is not steady, for more of the processor and 10 ms.
    Rnnoise,
}

impl VoiceProcessing {
    /// The sound stays as it is.
    pub const NONE: Self =
        Self { echo_cancellation: false, automatic_gain: false, noise_suppression: NoiseSuppression::Off };
}

/// What a presentation shows. It runs only while it is presented.
#[derive(Clone, Debug, PartialEq)]
pub enum PresentationSource {
    /// The moving test card.
    TestCard,
    /// A camera or a capture device, as an HDMI-USB adapter is.
    Camera(Camera),
    /// Pages, turned by [`crate::engine::MediaEngine::turn_page`] or, with `interval`, by themselves.
    Pages { of: Pages, interval: Option<Duration> },
    /// The screen that a browser shares ([`crate::engine::MediaEngine::answer_share`]).
    Share,
    /// A stream from the network. It is connected again when it breaks.
    Stream(NetworkStream),
}

/// Where pages come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pages {
    /// A picture file (PNG or JPEG), the only page.
    Picture(PathBuf),
    /// The PNG and JPEG files of a folder by name; read again at each turn.
    Folder(PathBuf),
    /// The pages of a PDF file, drawn by the tools of Poppler.
    Pdf(PathBuf),
}

/// A picture stream from the network.
#[derive(Clone, PartialEq, Eq)]
pub struct NetworkStream {
    /// `rtsp://`, `rtsps://`, `http://` or `https://`, without user and password.
    pub url: String,
    /// User and password, where the server asks for them.
    pub login: Option<(String, String)>,
}

impl std::fmt::Debug for NetworkStream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NetworkStream").field("url", &self.url).finish_non_exhaustive()
    }
}

/// Where to turn to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Turn {
    /// The first page.
    First,
    /// The last.
    Last,
    /// The next; the last stays.
    Next,
    /// The one before; the first stays.
    Previous,
    /// The page of this number, from 1 on, or the last.
    Page(u32),
}

/// What the engine tells.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "event", content = "data")]
pub enum MediaEvent {
    /// The camera delivers, or does not (reason in plain words).
    Camera { working: bool, name: String, reason: Option<String> },
    /// The configured engine of peer connections cannot be used here: calls run on the default one.
    EngineMissing { reason: String },
    /// STUN and TURN servers that cannot be used, each with the reason; calls go on without them where they can.
    IceServers { failed: Vec<String> },
    /// ICE and DTLS of this call stand.
    Connected { call: MediaCall },
    /// The path is lost; it may come back.
    Disconnected { call: MediaCall },
    /// This call's media failed for good.
    Failed { call: MediaCall, reason: String },
    /// The first remote sound that is not silence was played.
    FirstAudio { call: MediaCall },
    /// The first remote picture was shown.
    FirstFrame { call: MediaCall },
    /// Checked behind the last stage: these samples go out (`muted` = all zero).
    Microphone { muted: bool },
    /// In a call somebody speaks although the microphone is muted, or not any more (told some seconds after the last word,
    /// so at most every few seconds).
    SpeakingMuted { speaking: bool },
    /// Size in pixels of the picture that goes into the encoder's chain of this stream, before it is scaled down.
    PictureSize { call: MediaCall, stream: Stream, width: u32, height: u32 },
    /// Sound and picture of this receive connection are there; they are heard and seen instead of the call's.
    ReceiveRunning { call: MediaCall },
    /// Checked behind the last stage: the camera picture goes out or the still picture does.
    CameraSending { sending: bool },
    /// Echo, gain and noise are dealt with as configured, or a part of that is not to be had here.
    Voice { working: bool, reason: Option<String> },
    /// The microphone or speaker works, or does not.
    Sound { device: SoundDevice, working: bool, name: String, reason: Option<String> },
    /// This page is presented, of so many; `name` is the file's.
    PresentationPage { page: u32, pages: u32, name: String },
    /// The capture device that is watched for it has a signal, or has none any more.
    PresentationSignal { present: bool },
    /// What is presented gives no picture any more (the call goes on, the last picture stands), or again.
    PresentationSource { working: bool, reason: Option<String> },
    /// What is presented cannot be encoded here; the call goes on without.
    PresentationFailed { call: MediaCall, reason: String },
    /// Telephone keys can be sent beside the sound of this call (RFC 4733), or not; not until this is told.
    KeysAgreed { call: MediaCall, agreed: bool },
    /// The other side pressed a telephone key (`0-9`, `*`, `#`, `A-D`, `R` = flash) for so long; told once for each.
    KeyPressed { call: MediaCall, key: char, duration_ms: u32 },
    /// The other side sends a track, or describes it anew.
    RemoteTrackAdded { call: MediaCall, track: RemoteTrack },
    /// The other side sends the track of this id no more.
    RemoteTrackRemoved { call: MediaCall, track: String },
    /// The path carries too little for this picture of ours: it rests so that sound goes on, or it is sent again.
    PictureRests { call: MediaCall, stream: Stream, rests: bool },
    /// The connection of this screen share is lost: nothing more of it comes.
    ShareLost { share: u64, reason: String },
    /// The remote picture stands still or comes again (no frame for 3 s).
    RemoteVideo { call: MediaCall, flowing: bool },
    /// The screen output works, or does not (the picture is composed all the same).
    Screen { working: bool, name: String, reason: Option<String> },
}

/// A track of the other side, as its description has it (spec section 2.10).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteTrack {
    /// Names it inside the call.
    pub id: String,
    /// Sound or picture.
    pub kind: TrackKind,
    /// As the other side labels it; may be empty.
    pub label: String,
    /// The identifier of its msid (RFC 8830), where it has one.
    pub msid: Option<String>,
    /// The stream it belongs to.
    pub stream: Option<String>,
}

/// Sound or picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

/// Which sound device.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SoundDevice {
    /// The microphone.
    Microphone,
    /// The speaker.
    Speaker,
}

/// Which of the sent streams, or of what comes for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    /// The microphone.
    Audio,
    /// The camera.
    Camera,
    /// The presentation.
    Presentation,
}

/// How a stream is encoded (W3C `RTCRtpEncodingParameters`); `None` = as configured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encoding {
    /// Upper bound in bit/s; what is configured is a bound as well.
    pub max_bitrate: Option<u32>,
    /// Width and height are divided by this, in thousandths, at least 1000: 2000 = half as wide and high. The picture
    /// stays at least 16 pixels wide and high.
    pub scale_down_millis: Option<u32>,
    /// Frames a second at most, at least 1.
    pub max_framerate: Option<u32>,
    /// What gives way when the bitrate is too little for size and frame rate; `None` = the encoder's quality.
    pub hint: Option<ContentHint>,
}

/// What the picture is about (W3C mst-content-hint).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentHint {
    /// Pictures and pages: detail stays, frame rate falls.
    Detail,
    /// Moving pictures: frame rate stays, resolution falls.
    Motion,
    /// Text: as detail, sharper.
    Text,
}

/// A picture of the screen.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Pixels a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width * height * 3` bytes, red green blue.
    pub rgb: Vec<u8>,
}

/// What the virtual speaker played, one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct SpeakerSamples {
    /// Samples a second.
    pub rate: u32,
    /// Oldest first, -1.0..=1.0; where nothing was played the samples are 0.
    pub samples: Vec<f32>,
}

/// What has been measured since the call began (plain numbers; W3C entries are in `entries`).
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Statistics {
    /// Remote frames decoded.
    pub frames_decoded: u64,
    /// Remote frames a second over the last second.
    pub frames_per_second: f64,
    /// Remote picture width in pixels.
    pub frame_width: u32,
    /// Remote picture height in pixels.
    pub frame_height: u32,
    /// Frames of the camera encoded by us.
    pub frames_encoded: u64,
    /// Frames of the presentation encoded by us.
    pub presentation_frames_encoded: u64,
    /// Frames of the other side's presentation decoded.
    pub content_frames_decoded: u64,
    /// Level of the remote sound in dBFS over the last 100 ms (-90 = silence).
    pub remote_audio_db: f64,
    /// Level of our microphone in dBFS over the last 100 ms, before mute.
    pub microphone_db: f64,
    /// Codec and element used to encode and decode (`H264 x264enc`).
    pub encoder: Option<String>,
    /// Codec and element that decodes the remote picture.
    pub decoder: Option<String>,
    /// How old the remote picture is when it is seen; `None` before the first frame.
    pub picture_delay: Option<PictureDelay>,
    /// webrtc-stats entries of the peer connection.
    pub entries: Vec<serde_json::Value>,
}

/// From the camera of the other side to the eye, in ms. What its camera, encoder and pacing take is in `by_stamps_ms`
/// only.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PictureDelay {
    /// Half the round trip of the selected candidate pair or of RTCP; `None` before one was measured.
    pub network_ms: Option<f64>,
    /// In the jitter buffer until a frame's turn, a mean.
    pub jitter_buffer_ms: f64,
    /// In the decoder, a mean.
    pub decode_ms: f64,
    /// Until the screen is composed and sent, reckoned as one interval of it.
    pub render_ms: f64,
    /// The sum of those.
    pub estimate_ms: f64,
    /// From capture by the sender's clock (its sender reports) until it is shown here by ours, without rendering: right
    /// where both clocks are set (NTP), and not there before a sender report has come.
    pub by_stamps_ms: Option<f64>,
}
