//! What an engine keeps of each stream it sends.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU8, AtomicU16, AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Codec, Stream,
    negotiation::{Line, repair_of},
    wire_types::WireTypes,
};

/// No payload type: they have 7 bits.
const NO_TYPE: u8 = u8::MAX;
/// Requests within this time ask for the same key frame; a sender that obeyed each would send nothing else.
const KEY_FRAME_INTERVAL: Duration = Duration::from_millis(200);

/// One stream we send, shared by the streaming thread and the negotiation.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) ssrc: u32,
    payload_type: AtomicU8,
    /// Packets of telephone keys keep their payload type.
    keys_type: AtomicU8,
    clock_rate: AtomicU32,
    /// Payload type of retransmissions on a stream of their own; 0 = on this one.
    repair: AtomicU8,
    /// What the engine takes for its payload types.
    pub(super) types: WireTypes,
    /// Own numbering: what was not sent must not look lost.
    sequence: AtomicU16,
    /// The peer wants it and the connection stands.
    allowed: AtomicBool,
    /// The negotiated codec and what the pad's caps say, by encoding name.
    names: Mutex<(String, String)>,
    /// Both names are the same.
    fitting: AtomicBool,
}

impl Outgoing {
    pub(super) fn new(ssrc: u32) -> Self {
        Self {
            ssrc,
            payload_type: AtomicU8::new(0),
            keys_type: AtomicU8::new(NO_TYPE),
            clock_rate: AtomicU32::new(0),
            repair: AtomicU8::new(0),
            types: WireTypes::default(),
            // Random by RFC 3550 section 5.1, and low enough that it does not wrap at once.
            sequence: AtomicU16::new(rand::random::<u16>() >> 1),
            allowed: AtomicBool::new(false),
            names: Mutex::default(),
            fitting: AtomicBool::new(false),
        }
    }

    /// Takes over what was negotiated.
    pub(super) fn set_codec(&self, codec: &Codec) {
        self.payload_type.store(codec.payload_type, Ordering::Relaxed);
        self.clock_rate.store(codec.clock_rate, Ordering::Relaxed);
        self.rename(|names| names.0.clone_from(&codec.name));
    }

    /// Takes over the payload type of telephone keys.
    pub(super) fn set_keys(&self, events: Option<&Codec>) {
        self.keys_type.store(events.map_or(NO_TYPE, |events| events.payload_type), Ordering::Relaxed);
    }

    /// Takes over the encoding name of the pad's caps.
    pub(super) fn set_caps(&self, caps: &gst::CapsRef) {
        let name = caps.structure(0).and_then(|s| s.get::<String>("encoding-name").ok()).unwrap_or_default();
        self.rename(|names| names.1 = name.to_uppercase());
    }

    /// What is lost is sent again under this payload type, on the stream that repairs this one.
    pub(super) fn set_repair(&self, payload_type: Option<u8>) {
        self.repair.store(payload_type.unwrap_or(0), Ordering::Relaxed);
    }

    /// Stream and payload type of retransmissions, where they have their own.
    pub(super) fn repair(&self) -> Option<(u32, u8)> {
        let payload_type = self.repair.load(Ordering::Relaxed);
        (payload_type > 0).then(|| (repair_of(self.ssrc), payload_type))
    }

    fn rename(&self, change: impl FnOnce(&mut (String, String))) {
        let mut names = self.names.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut names);
        // Some payloaders write another name for the same codec (rtpopuspay: X-GST-OPUS-DRAFT-SPITTKA-00 of old).
        self.fitting.store(!names.0.is_empty() && names.1.contains(&names.0), Ordering::Relaxed);
    }

    /// Opens or shuts the way to the wire.
    pub(super) fn allow(&self, allowed: bool) {
        self.allowed.store(allowed, Ordering::Relaxed);
    }

    /// What comes now goes out.
    pub(super) fn open(&self) -> bool {
        self.allowed.load(Ordering::Relaxed) && self.fitting.load(Ordering::Relaxed)
    }

    /// Payload type and sequence number of the next packet, which came with this type.
    pub(super) fn stamp(&self, came: u8) -> (u8, u16) {
        let is_keys = came == self.keys_type.load(Ordering::Relaxed);
        let payload_type = if is_keys { came } else { self.payload_type.load(Ordering::Relaxed) };
        (payload_type, self.sequence.fetch_add(1, Ordering::Relaxed))
    }

    /// Ticks of the RTP clock a second.
    pub(super) fn clock_rate(&self) -> u32 {
        self.clock_rate.load(Ordering::Relaxed)
    }
}

/// A stream we send and the line it is on.
#[derive(Debug)]
pub(super) struct Sending {
    pub(super) stream: Stream,
    pub(super) outgoing: Arc<Outgoing>,
    /// Name of its line, and whether the peer wants it.
    line: Mutex<Option<(String, bool)>>,
    key_frame_asked: Mutex<Option<Instant>>,
}

impl Sending {
    pub(super) fn new(stream: Stream, ssrc: u32) -> Self {
        Self {
            stream,
            outgoing: Arc::new(Outgoing::new(ssrc)),
            line: Mutex::new(None),
            key_frame_asked: Mutex::new(None),
        }
    }

    /// False while a request that was told lately covers this one.
    pub(super) fn asks_anew(&self) -> bool {
        let mut asked = self.key_frame_asked.lock().unwrap_or_else(PoisonError::into_inner);
        if asked.is_some_and(|asked| asked.elapsed() < KEY_FRAME_INTERVAL) {
            return false;
        }
        *asked = Some(Instant::now());
        true
    }

    /// Name of the line it is on.
    pub(super) fn line(&self) -> Option<String> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(|(mid, _)| mid.clone())
    }

    /// Takes over which line it is on and whether the peer wants it.
    pub(super) fn set_line(&self, line: &Line) {
        *self.line.lock().unwrap_or_else(PoisonError::into_inner) = Some((line.name.clone(), line.sends()));
    }

    /// Opens the way to the wire where the peer wants the stream and the connection stands.
    pub(super) fn update(&self, connected: bool) {
        let wanted = self.line.lock().unwrap_or_else(PoisonError::into_inner).as_ref().is_some_and(|line| line.1);
        self.outgoing.allow(connected && wanted);
    }
}
