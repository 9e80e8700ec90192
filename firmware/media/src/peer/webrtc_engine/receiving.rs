//! From the wire to a source pad of the bin: RTP and sender reports into `rtpbin`.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use gst::prelude::*;
use rtc::{
    rtcp::{self, sender_report::SenderReport, source_description::SourceDescription},
    rtp,
    shared::marshal::{Marshal, MarshalSize},
};
use webrtc::media_stream::track_remote::{TrackRemote, TrackRemoteEvent};

use super::{PeerError, jitter_buffers::JitterBuffers, turns::Turns};
use crate::peer::{
    Codec, Kind,
    key_listener::{KeyListener, KeyPressed},
    pads,
};

/// Packets waiting for the streaming thread; a second of 1080p. Beyond that the oldest is worth nothing any more.
const QUEUED_PACKETS: u64 = 2_000;

/// The way in of one m-line.
pub(super) struct Incoming {
    pub(super) mid: String,
    pub(super) kind: Kind,
    /// Session of the `rtpbin`.
    pub(super) session: u32,
    buffers: Arc<JitterBuffers>,
    media: gst_app::AppSrc,
    reports: gst_app::AppSrc,
    /// Stream last seen; 0 = none yet.
    ssrc: AtomicU32,
    /// When the last packet came.
    heard: Mutex<Option<Instant>>,
    /// Of requests for a key frame.
    pub(super) turns: Mutex<Turns>,
    track: Mutex<Option<Arc<dyn TrackRemote>>>,
    keys: KeyListener,
    /// In Hz.
    clock_rate: AtomicU32,
}

impl std::fmt::Debug for Incoming {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Incoming").field("mid", &self.mid).field("session", &self.session).finish_non_exhaustive()
    }
}

impl Incoming {
    /// Adds the sources to the bin and links them to their session of the `rtpbin`.
    pub(super) fn new(
        bin: &gst::Bin,
        rtpbin: &gst::Element,
        buffers: Arc<JitterBuffers>,
        line: (&str, Kind, u32),
        pressed: KeyPressed,
    ) -> Result<Self, PeerError> {
        let (mid, kind, session) = line;
        let (media, reports) = (source("application/x-rtp"), source("application/x-rtcp"));
        for (source, pad) in [(&media, "recv_rtp_sink_"), (&reports, "recv_rtcp_sink_")] {
            bin.add(source)?;
            source.link_pads(Some("src"), rtpbin, Some(&format!("{pad}{session}")))?;
        }
        for source in [&media, &reports] {
            source.sync_state_with_parent()?;
        }
        Ok(Self {
            mid: mid.to_owned(),
            kind,
            session,
            buffers,
            media,
            reports,
            ssrc: AtomicU32::new(0),
            heard: Mutex::new(None),
            turns: Mutex::default(),
            track: Mutex::new(None),
            clock_rate: AtomicU32::new(0),
            keys: KeyListener::new(pressed),
        })
    }

    /// Caps of what comes.
    pub(super) fn set_codec(&self, codec: &Codec) {
        self.clock_rate.store(codec.clock_rate, Ordering::Relaxed);
        self.media.set_caps(Some(&pads::caps(self.kind, codec)));
    }

    /// Payloads of telephone keys that may come.
    pub(super) fn set_keys(&self, events: impl Iterator<Item = (u8, u32)>) {
        self.keys.listen_to(events);
    }

    /// The crate's track, for feedback to the sender.
    pub(super) fn track(&self) -> Option<(Arc<dyn TrackRemote>, u32)> {
        let track = self.track.lock().unwrap_or_else(PoisonError::into_inner).clone()?;
        Some((track, self.ssrc.load(Ordering::Relaxed)))
    }

    /// Stream last seen.
    pub(super) fn ssrc(&self) -> u32 {
        self.ssrc.load(Ordering::Relaxed)
    }

    /// How long nothing has come; `None` = never anything yet.
    pub(super) fn silence(&self) -> Option<Duration> {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).map(|heard| heard.elapsed())
    }

    /// Hands a sender report with its source description to the `rtpbin`, which needs both for lip sync.
    pub(super) fn push_report(&self, report: &SenderReport, cname: &SourceDescription) {
        let parts: [&dyn rtcp::Packet; 2] = [report, cname];
        let bytes: Vec<u8> = parts.iter().filter_map(|part| part.marshal().ok()).flatten().collect();
        // Refused only while the bin is not running; then nobody needs the report.
        let _ = self.reports.push_buffer(gst::Buffer::from_mut_slice(bytes));
    }

    fn push(&self, packet: &rtp::Packet) {
        self.ssrc.store(packet.header.ssrc, Ordering::Relaxed);
        let now = Instant::now();
        *self.heard.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
        self.buffers.look(now);
        // Keys on the clock of the sound are packets of its stream, and missed where they do not pass the jitter buffer;
        // those on another clock would disturb it.
        let header = &packet.header;
        let clock_rate = self.keys.take((header.ssrc, header.timestamp), header.payload_type, &packet.payload);
        let passes = clock_rate.is_none_or(|rate| rate == self.clock_rate.load(Ordering::Relaxed));
        if let Some(buffer) = to_buffer(packet).filter(|_| passes) {
            let _ = self.media.push_buffer(buffer);
        }
    }
}

/// Feeds a remote track into its line until the track ends.
pub(super) async fn run(incoming: Arc<Incoming>, track: Arc<dyn TrackRemote>) {
    *incoming.track.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&track));
    while let Some(event) = track.poll().await {
        if let TrackRemoteEvent::OnRtpPacket(packet) = event {
            incoming.push(&packet);
        }
    }
}

fn source(caps: &str) -> gst_app::AppSrc {
    gst_app::AppSrc::builder()
        .caps(&gst::Caps::new_empty_simple(caps))
        .format(gst::Format::Time)
        .is_live(true)
        .do_timestamp(true)
        .max_buffers(QUEUED_PACKETS)
        .max_bytes(0)
        .leaky_type(gst_app::AppLeakyType::Downstream)
        .build()
}

/// The packet on one piece of memory, without header extensions: those were for the transport.
fn to_buffer(packet: &rtp::Packet) -> Option<gst::Buffer> {
    let header = rtp::Header {
        version: 2,
        marker: packet.header.marker,
        payload_type: packet.header.payload_type,
        sequence_number: packet.header.sequence_number,
        timestamp: packet.header.timestamp,
        ssrc: packet.header.ssrc,
        ..rtp::Header::default()
    };
    let size = header.marshal_size();
    let mut buffer = gst::Buffer::with_size(size + packet.payload.len()).ok()?;
    let mut map = buffer.get_mut()?.map_writable().ok()?;
    header.marshal_to(map.get_mut(..size)?).ok()?;
    map.get_mut(size..)?.copy_from_slice(&packet.payload);
    drop(map);
    Some(buffer)
}
