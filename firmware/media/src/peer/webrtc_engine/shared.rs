//! What the crate's callbacks, the interceptors and the engine share.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use rtc::rtcp::reception_report::ReceptionReport;
use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
};

use super::{
    heard::Ear, path::Path, receiving::Incoming, rtcp_figures::RtcpFigures, runtime::Kick, servers::Servers,
    setup::LOST, undeclared::Found,
};
use crate::peer::{Kind, PeerEvent, Stream, negotiation::Line, outgoing::Sending};

/// Nothing is sent to a peer that has not been heard for so long (RFC 7675 section 5.1).
const CONSENT: Duration = Duration::from_secs(30);

/// How far gathering has come.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Gathered {
    pub(super) begun: Option<tokio::time::Instant>,
    pub(super) candidates: u32,
    pub(super) complete: bool,
}

pub(super) struct Shared {
    events: mpsc::UnboundedSender<PeerEvent>,
    streams: mpsc::UnboundedSender<Found>,
    pub(super) runtime: Handle,
    pub(super) kick: Kick,
    pub(super) path: Arc<Path>,
    pub(super) gathered: watch::Sender<Gathered>,
    /// In the order of [`Stream::ALL`].
    pub(super) sending: [Sending; 3],
    incoming: RwLock<Vec<Arc<Incoming>>>,
    pub(super) connected: AtomicBool,
    /// The path is lost, as was told.
    away: AtomicBool,
    pub(super) ear: Ear,
    /// How often the path was lost or found.
    pub(super) turns: AtomicU32,
    pub(super) figures: RtcpFigures,
    pub(super) servers: Arc<Servers>,
    /// Estimated, in bit/s; 0 = not yet.
    available: AtomicU32,
}

impl Shared {
    pub(super) fn new(
        events: mpsc::UnboundedSender<PeerEvent>,
        streams: mpsc::UnboundedSender<Found>,
        servers: Servers,
        runtime: Handle,
    ) -> Self {
        Self {
            events,
            streams,
            runtime,
            kick: Kick::default(),
            path: Arc::default(),
            gathered: watch::Sender::default(),
            sending: Stream::ALL.map(|stream| Sending::new(stream, rand::random::<u32>() | 1)),
            incoming: RwLock::default(),
            connected: AtomicBool::new(false),
            away: AtomicBool::new(false),
            ear: Ear::default(),
            turns: AtomicU32::new(0),
            figures: RtcpFigures::default(),
            servers: Arc::new(servers),
            available: AtomicU32::new(0),
        }
    }

    /// Tells the owner; an owner that has gone needs nothing.
    pub(super) fn tell(&self, event: PeerEvent) {
        let _ = self.events.send(event);
    }

    /// Candidates are gathered anew.
    pub(super) fn gather(&self) {
        self.servers.begin_anew();
        let begun = Some(tokio::time::Instant::now());
        self.gathered.send_replace(Gathered { begun, ..Gathered::default() });
    }

    pub(super) fn sending(&self, stream: Stream) -> &Sending {
        let [audio, camera, presentation] = &self.sending;
        match stream {
            Stream::Audio => audio,
            Stream::Camera => camera,
            Stream::Presentation => presentation,
        }
    }

    /// Takes over which line a stream is on and whether the peer wants it.
    pub(super) fn set_line(&self, stream: Stream, line: &Line) {
        self.sending(stream).set_line(line);
        self.update_gates();
    }

    pub(super) fn update_gates(&self) {
        let connected = self.connected.load(Ordering::Acquire);
        self.sending.iter().for_each(|sending| sending.update(connected));
    }

    pub(super) fn add_incoming(&self, incoming: Arc<Incoming>) {
        self.incoming.write().unwrap_or_else(PoisonError::into_inner).push(incoming);
    }

    pub(super) fn incoming(&self, mid: &str) -> Option<Arc<Incoming>> {
        self.find_incoming(|incoming| incoming.mid == mid)
    }

    pub(super) fn incoming_by_ssrc(&self, ssrc: u32) -> Option<Arc<Incoming>> {
        self.find_incoming(|incoming| incoming.ssrc() == ssrc)
    }

    fn find_incoming(&self, wanted: impl Fn(&Incoming) -> bool) -> Option<Arc<Incoming>> {
        let all = self.incoming.read().unwrap_or_else(PoisonError::into_inner);
        all.iter().find(|incoming| wanted(incoming)).map(Arc::clone)
    }

    /// Stream and payload type of the retransmissions of one of our streams, where they have their own.
    pub(super) fn repair(&self, ssrc: u32) -> Option<(u32, u8)> {
        self.sending.iter().find(|sending| sending.outgoing.ssrc == ssrc)?.outgoing.repair()
    }

    /// Some picture is sent whose retransmissions have a stream of their own.
    pub(super) fn repairs_pictures(&self) -> bool {
        self.sending.iter().any(|sending| sending.outgoing.open() && sending.outgoing.repair().is_some())
    }

    /// Payload type on the wire of what one of our streams has under this type of the engine.
    pub(super) fn wire_type(&self, ssrc: u32, engine: u8) -> u8 {
        let sending = self.sending.iter().find(|sending| sending.outgoing.ssrc == ssrc);
        sending.map_or(engine, |sending| sending.outgoing.types.wire(engine))
    }

    /// A stream not seen before has come.
    pub(super) fn new_stream(&self, stream: Found) {
        let _ = self.streams.send(stream);
    }

    pub(super) fn key_frame_wanted(&self, ssrc: u32) {
        let sending = self.sending.iter().find(|sending| sending.outgoing.ssrc == ssrc);
        if let Some(mid) = sending.filter(|sending| sending.asks_anew()).and_then(Sending::line) {
            self.tell(PeerEvent::KeyFrameWanted { mid });
        }
    }

    /// It is a stream of ours.
    pub(super) fn sends(&self, ssrc: u32) -> bool {
        self.sending.iter().any(|sending| sending.outgoing.ssrc == ssrc)
    }

    /// The other side reports a stream of ours; of others it can say what it likes.
    pub(super) fn reported(&self, report: &ReceptionReport, round_trip: Option<Duration>, now: SystemTime) {
        if !self.sends(report.ssrc) {
            return;
        }
        if let Some(round_trip) = round_trip {
            self.path.measured(round_trip);
        }
        self.figures.receives(report, round_trip, now);
    }

    /// The path carries so many bit/s and loses this share, as estimated.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
    pub(super) fn bandwidth(&self, rate: f64, loss: f64) {
        let rate = rate.clamp(1.0, f64::from(u32::MAX)) as u32;
        self.available.store(rate, Ordering::Relaxed);
        let loss_percent = (loss * 100.0).clamp(0.0, 100.0).round() as u8;
        self.tell(PeerEvent::Bandwidth { rate, loss_percent });
    }

    /// What the path carries in bit/s, where it was estimated.
    pub(super) fn available(&self) -> Option<u32> {
        Some(self.available.load(Ordering::Relaxed)).filter(|rate| *rate > 0)
    }

    /// The path is lost; one that stays so costs the peer's consent.
    pub(super) fn lost(self: &Arc<Self>) {
        if self.away.swap(true, Ordering::AcqRel) {
            return;
        }
        let turn = self.turns.fetch_add(1, Ordering::AcqRel) + 1;
        let shared = Arc::downgrade(self);
        self.runtime.spawn(async move {
            tokio::time::sleep(CONSENT.saturating_sub(LOST)).await;
            if let Some(shared) = shared.upgrade()
                && shared.turns.load(Ordering::Acquire) == turn
            {
                shared.connected.store(false, Ordering::Release);
                shared.update_gates();
            }
        });
        self.tell(PeerEvent::Disconnected);
    }

    /// The path is there, or there again.
    pub(super) fn connected(&self) {
        let was_away = self.away.swap(false, Ordering::AcqRel);
        if self.connected.swap(true, Ordering::AcqRel) && !was_away {
            return;
        }
        self.turns.fetch_add(1, Ordering::AcqRel);
        self.update_gates();
        self.tell(PeerEvent::Connected);
        // Frames encoded before were not sent, so the next one must stand alone.
        let pictures = self.sending.iter().filter(|sending| sending.stream.kind() == Kind::Video);
        for mid in pictures.filter_map(Sending::line) {
            self.tell(PeerEvent::KeyFrameWanted { mid });
        }
    }
}
