//! The sections of `roombox.toml`.

mod conference;
mod network;
mod presentation;
mod screen;

use serde::{Deserialize, Serialize};

pub use conference::{CallWaiting, Conference, Entry, KeyTransport};
pub use network::{Dscp, IcePolicy, Network, NetworkReaction};
pub use presentation::{AutoPresent, ContentHint, PICTURE, Presentation, SHARE, Source, SourceKind, TEST_CARD};
pub use screen::{Language, Layout, Screen, ScreenOutput, SelfView};

/// Everything that can be configured. `deny_unknown_fields` everywhere: a typing error is an error with a line number.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Who we are and where the server is.
    pub account: Account,
    /// What to join and when.
    pub conference: Conference,
    /// Sound.
    pub audio: Audio,
    /// Picture.
    pub video: Video,
    /// What we show besides the camera.
    pub presentation: Presentation,
    /// The TV.
    pub screen: Screen,
    /// How the way to the server is kept.
    pub network: Network,
    /// The web panel.
    pub web: Web,
    /// Logging.
    pub log: Log,
}

/// `[account]`
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// `wss://host[:port]/path`, `ws://…`, `sip:host[:port][;transport=…]`, `sips:…`, or a bare host for a Vinteo server
    /// (`wss://host/webrtc/wss/`); taken apart by [`Account::server_address`].
    pub server: String,
    /// SIP domain; the host of `server` when absent.
    pub domain: Option<String>,
    /// User part of our address; a random number for guests (spec section 1.1).
    pub user: Option<String>,
    /// Secret.
    pub password: Option<Secret>,
    /// File holding the password on its first line.
    pub password_file: Option<String>,
    /// REGISTER with the server. Default: true when `user` is given.
    pub register: Option<bool>,
    /// Seconds asked for in REGISTER (60..=7200, default 300: spec section 1.2).
    pub register_expires: Option<u32>,
    /// Name shown to others.
    pub display_name: String,
    /// `stun:host[:port]`, `turn:host[:port]` with `user` and `password`.
    pub ice_servers: Vec<IceServer>,
    /// PEM file with the certificate authority to trust besides the system's.
    pub ca_file: Option<String>,
    /// Trust `ca_file` only. Default false.
    pub ca_only: bool,
    /// SHA-256 of the server's public key; taken apart by [`Account::pinned_key`].
    pub certificate_pin: Option<String>,
    /// PEM file with the certificate that we show to the server.
    pub client_certificate: Option<String>,
    /// PEM file with the key of `client_certificate`.
    pub client_key: Option<String>,
    /// The oldest TLS spoken; default 1.2.
    pub tls_min_version: Option<TlsVersion>,
    /// The name that the server's certificate must be for, instead of the host or domain of `server`.
    pub tls_server_name: Option<String>,
    /// Servers as in `server`, tried in order when that does not answer.
    pub backup_servers: Vec<String>,
    /// Connections kept up at the same time (RFC 5626), 1..=2, default 1.
    pub outbound_flows: Option<u8>,
}

/// A version of TLS.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
pub enum TlsVersion {
    /// TLS 1.2 (RFC 5246).
    #[serde(rename = "1.2")]
    V12,
    /// TLS 1.3 (RFC 8446).
    #[serde(rename = "1.3")]
    V13,
}

/// One STUN or TURN server.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct IceServer {
    /// `stun:…`, `turn:…` or `turns:…` (RFC 7064, RFC 7065).
    pub url: String,
    /// TURN user.
    #[serde(default)]
    pub user: Option<String>,
    /// TURN password.
    #[serde(default)]
    pub password: Option<Secret>,
}

/// `[audio]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
#[allow(clippy::struct_excessive_bools, reason = "independent switches of one table")]
pub struct Audio {
    /// Take what the speaker plays out of the microphone's sound. Default true.
    pub echo_cancellation: bool,
    /// Amplify quiet voices. Default true.
    pub automatic_gain: bool,
    /// Make steady noise quieter. Default true.
    pub noise_suppression: bool,
    /// What does that; default `webrtc`.
    pub noise_suppressor: NoiseSuppressor,
    /// Codecs offered, best first; default `opus`, `g722`, `pcmu`, `pcma`.
    pub codecs: Vec<AudioCodec>,
    /// Start with the microphone muted. Default false.
    pub start_muted: bool,
    /// The box rings and chimes itself. Default true.
    pub tones: bool,
    /// Loudness of its tones, 0..=100, beside the speaker volume; default 80.
    pub tones_volume: u8,
    /// Speaker volume, 0..=100, default 70.
    pub volume: u8,
}

impl Default for Audio {
    fn default() -> Self {
        Self {
            echo_cancellation: true,
            automatic_gain: true,
            noise_suppression: true,
            noise_suppressor: NoiseSuppressor::Webrtc,
            codecs: vec![AudioCodec::Opus, AudioCodec::G722, AudioCodec::Pcmu, AudioCodec::Pcma],
            start_muted: false,
            tones: true,
            tones_volume: 80,
            volume: 70,
        }
    }
}

/// What makes noise quieter.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum NoiseSuppressor {
    /// A recurrent network, for noise that is not steady as well.
    Rnnoise,
    /// The `WebRTC` audio processing, for steady noise.
    Webrtc,
}

/// An audio codec by its RTP name.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum AudioCodec {
    /// Opus, fullband (RFC 7587).
    Opus,
    /// G.722, wideband.
    G722,
    /// G.711 µ-law, as telephones sound.
    Pcmu,
    /// G.711 A-law.
    Pcma,
}

/// `[video]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Video {
    /// Sent picture width, default 1280.
    pub width: u32,
    /// Sent picture height, default 720.
    pub height: u32,
    /// Sent frames per second, default 30.
    pub fps: u32,
    /// Upper bound of the sent bit rate in kbit/s, default 2500.
    pub max_bitrate_kbps: u32,
    /// Codecs offered, best first: `h264`, `vp8`, `vp9`, `av1`. One that the board cannot do is left out.
    pub codecs: Vec<VideoCodec>,
    /// What calls run on, default `webrtc`.
    pub engine: CallEngine,
    /// Start with the camera off. Default false.
    pub start_off: bool,
}

impl Default for Video {
    fn default() -> Self {
        Self {
            width: 1280,
            height: 720,
            fps: 30,
            max_bitrate_kbps: 2500,
            codecs: vec![VideoCodec::H264, VideoCodec::Vp8],
            engine: CallEngine::Webrtc,
            start_off: false,
        }
    }
}

/// A video codec by its RTP name.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum VideoCodec {
    /// H.264, constrained baseline.
    H264,
    /// VP8.
    Vp8,
    /// VP9, profile 0.
    Vp9,
    /// AV1, main profile; where `GStreamer`'s `rtpav1pay` is installed, which is part of its plugins in Rust.
    Av1,
}

/// What carries sound and picture of a call to the other side.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum CallEngine {
    /// The box's own on the `webrtc` crate.
    Webrtc,
    /// `GStreamer`'s `webrtcbin`.
    Webrtcbin,
}

/// `[web]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Web {
    /// Serve the panel. Default true.
    pub enabled: bool,
    /// Address and port, default `127.0.0.1:8420`; port 0 takes a free one.
    pub listen: String,
}

impl Default for Web {
    fn default() -> Self {
        Self { enabled: true, listen: "127.0.0.1:8420".into() }
    }
}

/// `[log]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    /// `error`, `warn`, `info`, `debug` or `trace`; default `info`.
    pub level: LogLevel,
}

impl Default for Log {
    fn default() -> Self {
        Self { level: LogLevel::Info }
    }
}

/// How much is written to the log.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Only failures.
    Error,
    /// Failures and what may become one.
    Warn,
    /// What an owner wants to know.
    Info,
    /// For a person who looks for a fault.
    Debug,
    /// Everything.
    Trace,
}

/// A value that cannot be printed by accident; `Debug`, `Display` and serialisation give `***`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a secret.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The secret itself, for the one place that needs it.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}
