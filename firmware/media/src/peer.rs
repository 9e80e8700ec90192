//! The peer connection behind one trait.
//!
//! Media crosses the boundary as RTP in `GStreamer`: an engine is a `gst::Bin` that sits in the owner's pipeline, takes
//! `application/x-rtp` on its sink pads and gives de-jittered `application/x-rtp` on its source pads, with sender
//! reports, lost packets and clock drift dealt with inside.

mod addresses;
mod codecs;
mod dscp;
mod ice;
mod key_listener;
pub mod lines;
mod negotiation;
mod ntp;
mod outgoing;
mod pads;
mod reports;
mod told;
mod tracks;
pub mod webrtc_engine;
pub mod webrtcbin_engine;
mod wire_types;

pub use dscp::Dscp;
pub use ice::{ByteStream, IcePolicy, IceServer, RelaySecurity, ServerAddress, ServerWay};
pub use lines::{Direction, MediaLine, media_lines};
pub use tracks::Track;

pub(crate) use codecs::{VIDEO, offered, parameter};

use std::{future::Future, pin::Pin, sync::Arc};

use tokio::sync::mpsc;

pub(crate) use crate::api::Stream;

/// A boxed future, so that the trait can be used as an object.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Audio or video.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Sound (m-line `audio`).
    Audio,
    /// Picture (m-line `video`).
    Video,
}

/// What a line is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// Sound and the camera picture.
    Main,
    /// The second stream: the presentation, on the second video line of the session (spec sections 2.1 and 4).
    Content,
}

impl Stream {
    /// Each has one sender in a connection.
    pub(crate) const ALL: [Self; 3] = [Self::Audio, Self::Camera, Self::Presentation];

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Audio => Kind::Audio,
            Self::Camera | Self::Presentation => Kind::Video,
        }
    }

    /// What a line of this kind and role carries.
    pub(crate) const fn on(kind: Kind, role: Role) -> Self {
        match (kind, role) {
            (Kind::Audio, _) => Self::Audio,
            (Kind::Video, Role::Main) => Self::Camera,
            (Kind::Video, Role::Content) => Self::Presentation,
        }
    }
}

/// A codec as negotiated by SDP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec {
    /// Encoding name of the rtpmap, upper case: `H264`, `VP8`, `OPUS`, `G722`.
    pub name: String,
    /// RTP payload type.
    pub payload_type: u8,
    /// RTP clock rate in Hz; that of G.722 is half its sampling rate (RFC 3551 section 4.5.2).
    pub clock_rate: u32,
    /// The `fmtp` parameters, empty where there are none.
    pub fmtp: String,
}

/// What a peer connection runs on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Engine {
    /// The `webrtc` crate, with `rtpbin` for the timing.
    #[default]
    Webrtc,
    /// `GStreamer`'s `webrtcbin`.
    Webrtcbin,
}

impl Engine {
    /// This engine, or the one that takes its place where a part of it is not installed, with the reason.
    pub(crate) fn installed(self) -> (Self, Option<PeerError>) {
        match self {
            Self::Webrtc => (self, None),
            Self::Webrtcbin => match webrtcbin_engine::available() {
                Ok(()) => (self, None),
                Err(missing) => (Self::Webrtc, Some(missing)),
            },
        }
    }

    /// Makes a peer connection; must be called inside a tokio runtime.
    pub(crate) fn connect(
        self,
        config: PeerConfig,
        events: mpsc::UnboundedSender<PeerEvent>,
    ) -> Result<Arc<dyn PeerConnection>, PeerError> {
        Ok(match self {
            Self::Webrtc => Arc::new(webrtc_engine::WebrtcPeer::new(config, events)?),
            Self::Webrtcbin => Arc::new(webrtcbin_engine::WebrtcbinPeer::new(config, events)?),
        })
    }
}

/// How a peer connection is set up.
#[derive(Clone, Debug)]
pub struct PeerConfig {
    /// STUN and TURN servers.
    pub ice_servers: Vec<IceServer>,
    /// Audio codecs by encoding name (`OPUS`, `G722`, `PCMU`, `PCMA`), best first.
    pub audio_codecs: Vec<String>,
    /// Take telephone keys beside the sound, and send them so where the peer takes them (RFC 4733).
    pub keys: bool,
    /// Video codecs by encoding name, best first.
    pub video_codecs: Vec<String>,
    /// Addresses to gather host candidates on; empty = every address that is up (loopback only when nothing else is).
    pub bind: Vec<std::net::IpAddr>,
    /// Which candidates are used.
    pub ice_policy: IcePolicy,
    /// How what is sent is marked.
    pub dscp: Dscp,
    /// TLS to TURN servers; without it none is used over TLS.
    pub relay_security: Option<Arc<dyn RelaySecurity>>,
}

impl Default for PeerConfig {
    /// No server, every address, no picture, and the sound that every WebRTC stack has (RFC 7874 section 3).
    fn default() -> Self {
        Self {
            ice_servers: Vec::new(),
            audio_codecs: ["OPUS", "PCMU", "PCMA"].map(str::to_owned).into(),
            keys: true,
            video_codecs: Vec::new(),
            bind: Vec::new(),
            ice_policy: IcePolicy::All,
            dscp: Dscp::default(),
            relay_security: None,
        }
    }
}

/// What a peer connection tells its owner, through the channel given at its making.
///
/// An m-line is named by its place in the session, counted from 0, whatever `a=mid` the peer gives it: a line that is
/// taken again under another mid keeps its pads.
#[derive(Clone, Debug)]
pub enum PeerEvent {
    /// ICE and DTLS stand.
    Connected,
    /// ICE lost its path; it may come back.
    Disconnected,
    /// What of the STUN and TURN servers cannot be used; others, and what needs none, still can. Told when it changed
    /// and when all have answered; not without servers.
    Servers {
        /// URL and reason in plain words, each.
        failed: Vec<String>,
    },
    /// Failed for good.
    Failed {
        /// Plain words.
        reason: String,
    },
    /// What to send on this m-line: an encoder for `codec` belongs on the sink pad, which is there from now on. Told
    /// after a negotiation that changed it, not again when a later one leaves it as it is.
    SendCodec {
        /// Name of the m-line.
        mid: String,
        /// Audio or video.
        kind: Kind,
        /// `Content`: the presentation belongs on it.
        role: Role,
        /// Chosen codec.
        codec: Codec,
    },
    /// Nothing is sent on this m-line any more: it was refused, or the presentation was removed. The encoder can go;
    /// when the line is used again, [`PeerEvent::SendCodec`] comes again.
    SendEnded {
        /// Name of the m-line.
        mid: String,
    },
    /// A remote stream: the named source pad of the bin carries it (`src_<mid>`). Told when it is negotiated, before
    /// media comes; what comes while nobody is linked is dropped and a key frame asked for afterwards. Told again when
    /// its codec or its description is another.
    RemoteTrack {
        /// Name of the m-line.
        mid: String,
        /// Audio or video.
        kind: Kind,
        /// `Content`: every video line but the first.
        role: Role,
        /// Codec of what comes.
        codec: Codec,
        /// Name of the bin's source pad.
        pad: String,
        /// As the peer describes it.
        track: Track,
    },
    /// The peer sends nothing on this m-line any more: its direction changed or its port is 0.
    RemoteEnded {
        /// Name of the m-line.
        mid: String,
    },
    /// What the path to the peer carries, sound and pictures together; told when it has changed, not before the peer
    /// has reported.
    Bandwidth {
        /// Bit/s of RTP.
        rate: u32,
        /// Share of packets lost lately, 0..=100.
        loss_percent: u8,
    },
    /// How telephone keys can be sent on this line: as events of this payload type and clock rate (RFC 4733), or not.
    /// Told when it is another.
    KeysAgreed {
        /// Name of the m-line.
        mid: String,
        /// `telephone-event`; `None` = the peer takes none.
        events: Option<Codec>,
    },
    /// The peer pressed a telephone key (RFC 4733); told once, when it is over.
    KeyPressed {
        /// `0-9`, `*`, `#`, `A-D`, `R` (flash).
        key: char,
        /// How long it sounded.
        duration_ms: u32,
    },
    /// The peer needs a key frame from us on this m-line (PLI or FIR), or the connection has just come up; at most
    /// five a second by request.
    KeyFrameWanted {
        /// Name of the m-line.
        mid: String,
    },
}

/// A peer connection. Methods may be called from any task.
pub trait PeerConnection: Send + Sync {
    /// The bin to put into a pipeline. Sink pads are named `sink_<mid>`, with the name of the m-line as events tell it.
    fn bin(&self) -> gst::Bin;
    /// Makes an offer with all candidates in it (audio `mid` 0, video `mid` 1, presentation `mid` 2: spec section 2.1)
    /// and sets it locally. In a session that stands, an own offer that still waits for its answer was refused and is
    /// taken back first.
    fn create_offer(&self, restart_ice: bool) -> BoxFuture<'_, Result<String, PeerError>>;
    /// Sets the peer's offer, makes an answer with all candidates in it and sets it. An own offer that waits for its
    /// answer is taken back. After an error the session goes on as before.
    fn create_answer<'a>(&'a self, offer: &'a str) -> BoxFuture<'a, Result<String, PeerError>>;
    /// Sets the peer's answer.
    fn accept_answer<'a>(&'a self, answer: &'a str) -> BoxFuture<'a, Result<(), PeerError>>;
    /// Sends a presentation from now on, on the second video line. True: the peer has not agreed to that yet, so an
    /// offer of ours or an answer to the peer's has to follow. False: the line stands, and [`PeerEvent::SendCodec`] has
    /// been told. The other lines are not touched.
    fn add_presentation(&self) -> BoxFuture<'_, Result<bool, PeerError>>;
    /// Sends no presentation any more. The m-line stays for the next one and needs no offer (spec section 4.3).
    fn remove_presentation(&self) -> BoxFuture<'_, ()>;
    /// So much would be sent at most if the path carried it, in bit/s of RTP: an engine that can finds out by padding
    /// whether it does.
    fn want(&self, _rate: u32) {}
    /// Asks the peer for a key frame (PLI) on this m-line.
    fn request_key_frame(&self, mid: &str);
    /// Statistics with W3C names (webrtc-stats), one object per entry.
    fn stats(&self) -> BoxFuture<'_, Vec<serde_json::Value>>;
    /// Closes it; the bin may be taken out of the pipeline afterwards.
    fn close(&self) -> BoxFuture<'_, ()>;
}

/// Why a peer connection refused something.
#[derive(Debug, thiserror::Error)]
pub enum PeerError {
    /// The SDP cannot be used.
    #[error("the session description cannot be used: {0}")]
    BadSdp(String),
    /// No codec in common.
    #[error("no {0} codec in common with the peer")]
    NoCommonCodec(&'static str),
    /// This engine cannot restart ICE, neither by its own offer nor by the peer's; the session stays as it is.
    #[error("the webrtcbin engine cannot restart ICE")]
    IceRestart,
    /// An element that the engine is made of is not installed.
    #[error("the GStreamer element {0} of the webrtcbin engine is not installed")]
    Missing(&'static str),
    /// The engine failed.
    #[error("peer connection: {0}")]
    Engine(String),
}
