//! What the element's signals and the engine share.

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use tokio::{runtime::Handle, sync::mpsc};

use super::{capacity::Capacity, certificate::Expected, keys::Listening};
use crate::{
    keys::Key,
    peer::{Kind, PeerConfig, PeerEvent, Stream, negotiation::Line, negotiation::Negotiation, outgoing::Sending},
};

pub(super) struct Shared {
    events: mpsc::UnboundedSender<PeerEvent>,
    pub(super) runtime: Handle,
    /// In the order of [`Stream::ALL`].
    pub(super) sending: [Arc<Sending>; 3],
    /// What is agreed, or about to be: media may come before the negotiation has ended.
    negotiation: Mutex<Negotiation>,
    pub(super) expected: Expected,
    pub(super) capacity: Capacity,
    pub(super) listening: Listening,
    connected: AtomicBool,
}

impl Shared {
    pub(super) fn new(config: &PeerConfig, events: mpsc::UnboundedSender<PeerEvent>, runtime: Handle) -> Self {
        let sending = Stream::ALL.map(|stream| Arc::new(Sending::new(stream, rand::random::<u32>() | 1)));
        let sources = [&sending[0], &sending[1], &sending[2]].map(|sending| sending.outgoing.ssrc);
        let negotiation = Negotiation::new(&config.audio_codecs, &config.video_codecs, sources);
        let negotiation = if config.keys { negotiation } else { negotiation.without_keys() };
        let telling = events.clone();
        let listening = Listening::new(Box::new(move |Key { key, duration_ms }| {
            let _ = telling.send(PeerEvent::KeyPressed { key, duration_ms });
        }));
        Self {
            events,
            runtime,
            negotiation: Mutex::new(negotiation),
            sending,
            expected: Expected::default(),
            capacity: Capacity::default(),
            listening,
            connected: AtomicBool::new(false),
        }
    }

    /// Tells the owner; an owner that has gone needs nothing.
    pub(super) fn tell(&self, event: PeerEvent) {
        let _ = self.events.send(event);
    }

    pub(super) fn negotiation(&self) -> MutexGuard<'_, Negotiation> {
        self.negotiation.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn sending(&self, stream: Stream) -> &Arc<Sending> {
        let [audio, camera, presentation] = &self.sending;
        match stream {
            Stream::Audio => audio,
            Stream::Camera => camera,
            Stream::Presentation => presentation,
        }
    }

    /// Takes over which line a stream is on and whether the peer wants it.
    pub(super) fn set_line(&self, stream: Stream, line: &Line) {
        let sending = self.sending(stream);
        sending.set_line(line);
        sending.update(self.is_connected());
    }

    pub(super) fn is_connected(&self) -> bool {
        self.connected.load(Ordering::Acquire)
    }

    pub(super) fn connected(&self) {
        if self.connected.swap(true, Ordering::AcqRel) {
            return;
        }
        self.sending.iter().for_each(|sending| sending.update(true));
        self.tell(PeerEvent::Connected);
        // Frames encoded before were not sent, so the next one must stand alone.
        let pictures = self.sending.iter().filter(|sending| sending.stream.kind() == Kind::Video);
        for mid in pictures.filter_map(|sending| sending.line()) {
            self.tell(PeerEvent::KeyFrameWanted { mid });
        }
    }

    pub(super) fn failed(&self, reason: &str) {
        self.tell(PeerEvent::Failed { reason: reason.to_owned() });
    }

    /// The peer asks for a key frame of a stream.
    pub(super) fn key_frame_wanted(&self, stream: Stream) {
        let sending = self.sending(stream);
        if let Some(mid) = sending.line()
            && sending.asks_anew()
        {
            self.tell(PeerEvent::KeyFrameWanted { mid });
        }
    }
}
