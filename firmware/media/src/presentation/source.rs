//! A source of the presentation as a device: opened, watched, opened again after it failed.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use roombox_hal::board::{Camera, CameraSource};
use tokio::sync::{mpsc::UnboundedSender, watch};

use super::{
    deck::Deck,
    shared::{Easel, SharedScreen},
    signal::SignalWatch,
};
use crate::{
    api::{MediaEvent, PresentationSource},
    capture::source::{self, Bench},
    error::MediaError,
    pipeline::Running,
    relay::Hub,
    report::Report,
    supervise::{self, Device, Flow, State},
};

/// A network stream may begin with its next key frame only.
const STREAM_BEGINS: Duration = Duration::from_secs(11);

/// What is known of a source: nothing yet, that it works, or why not.
pub(super) type Health = Option<Result<(), String>>;

/// A source and where its frames go.
pub(super) struct SourceDevice {
    pub(super) source: PresentationSource,
    pub(super) bench: Bench,
    pub(super) hub: Arc<Hub>,
    /// Its frames go to the hub.
    pub(super) on_air: Arc<AtomicBool>,
    pub(super) flow: Arc<Flow>,
    /// The pages, where it has any.
    pub(super) deck: Option<Arc<Deck>>,
    /// What a browser shares.
    pub(super) shared: Arc<SharedScreen>,
    /// Told whether there is a signal.
    pub(super) signal: Option<Arc<SignalWatch>>,
    pub(super) health: watch::Sender<Health>,
    pub(super) events: UnboundedSender<MediaEvent>,
    pub(super) report: Report,
}

impl SourceDevice {
    /// While it is opened only the opener needs to know; afterwards the room does.
    fn tell(&mut self, state: State<'_>) {
        let news = self.report.news(state);
        if let Some((working, reason)) = news.filter(|_| self.on_air.load(Ordering::Acquire)) {
            // The owner may be gone while the engine stops.
            let _ = self.events.send(MediaEvent::PresentationSource { working, reason });
        }
    }
}

impl Device for SourceDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let (hub, on_air, flow) = (Arc::clone(&self.hub), Arc::clone(&self.on_air), Arc::clone(&self.flow));
        let caps = self.bench.format.caps.clone();
        let signal = self.signal.clone();
        let each = move |frame: gst::Buffer| {
            flow.pass();
            if let Some(signal) = &signal {
                signal.frame(&frame);
            }
            if on_air.load(Ordering::Acquire) {
                hub.push(&frame, &caps);
            }
        };
        if let Some(deck) = &self.deck {
            deck.draw()?;
            let deck = Arc::clone(deck);
            return source::drawn(&self.bench, move |pace| deck.frame(pace), each);
        }
        let test_card = Camera { source: CameraSource::TestPicture, device: None };
        match &self.source {
            PresentationSource::Camera(camera) => source::open(camera, &self.bench, each).map(|opened| opened.running),
            PresentationSource::Stream(stream) => source::stream(stream, &self.bench, each),
            PresentationSource::Share => {
                let mut easel = Easel::new(Arc::clone(&self.shared), &self.bench.format)?;
                source::drawn(&self.bench, move |pace| easel.frame(pace), each)
            }
            PresentationSource::TestCard | PresentationSource::Pages { .. } => {
                source::open(&test_card, &self.bench, each).map(|opened| opened.running)
            }
        }
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn begins_within(&self) -> Duration {
        if matches!(self.source, PresentationSource::Stream(_)) { STREAM_BEGINS } else { supervise::BEGIN }
    }

    fn report(&mut self, state: State<'_>) {
        self.tell(state);
        if let (Some(signal), State::Failed(_)) = (&self.signal, state) {
            signal.lost();
        }
        let health = match state {
            State::Works => Ok(()),
            State::Failed(reason) => {
                tracing::warn!(reason, "the source of the presentation failed");
                Err(reason.to_owned())
            }
            State::Off => return,
        };
        self.health.send_replace(Some(health));
    }

    fn rewind(&mut self, running: &Running) -> bool {
        let film = |camera: &Camera| camera.source == CameraSource::File;
        matches!(&self.source, PresentationSource::Camera(camera) if film(camera)) && source::from_beginning(running)
    }
}
