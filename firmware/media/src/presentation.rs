//! What a presentation shows: opened with the first call that presents, closed with the last.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use roombox_hal::board::{Camera, CameraSource};
use tokio::sync::watch;

use crate::{
    api::PresentationSource,
    capture::{
        PictureFormat,
        source::{self, Bench},
    },
    error::MediaError,
    pipeline::{Running, locked},
    pipelines::PictureSize,
    relay::Hub,
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// Frames a second of moving pictures: what is presented is read rather than watched, and a second encoder costs as much
/// as the first.
const MOVING_RATE: u32 = 15;
/// Frames a second of a still: one soon for a peer that needs a key frame.
const STILL_RATE: u32 = 5;
/// Between the numbers in the frame codes of the camera's test card and the presented one.
const CARD_OFFSET: u8 = 100;
/// A source that neither gives a picture nor fails by then has failed: capture devices take up to two seconds.
const PATIENCE: Duration = Duration::from_secs(8);

/// The presentation of the box; encoders take its frames at the hub.
pub(crate) struct Presenter {
    pub(crate) hub: Arc<Hub>,
    /// The camera's; the presentation keeps to its size.
    bench: Bench,
    next: Mutex<Option<PresentationSource>>,
    open: tokio::sync::Mutex<Option<Open>>,
}

/// A source at work.
struct Open {
    source: PresentationSource,
    /// Its frames go to the hub.
    on_air: Arc<AtomicBool>,
    /// Dropped with this, which closes the source.
    _wanted: watch::Sender<bool>,
    /// Serial numbers of the calls that present it.
    calls: Vec<u64>,
}

impl Presenter {
    /// `bench`: what the camera is opened with.
    pub(crate) fn new(source: Option<PresentationSource>, bench: &Bench) -> Self {
        Self {
            hub: Arc::default(),
            bench: Bench { card: bench.card.wrapping_add(CARD_OFFSET), attention: None, board: None, ..bench.clone() },
            next: Mutex::new(source),
            open: tokio::sync::Mutex::default(),
        }
    }

    /// What is presented from the next start on.
    pub(crate) fn set(&self, source: PresentationSource) {
        *locked(&self.next) = Some(source);
    }

    /// This call presents; returns when there is a picture. Another source than before takes the place of the former,
    /// which goes on after an error.
    pub(crate) async fn start(&self, call: u64, tasks: &Tasks) -> Result<(), MediaError> {
        let source = locked(&self.next).clone().ok_or(MediaError::NoPresentation)?;
        let mut open = self.open.lock().await;
        let calls = match open.as_mut() {
            Some(former) => {
                if !former.calls.contains(&call) && former.source == source {
                    former.calls.push(call);
                }
                if former.source == source {
                    return Ok(());
                }
                former.calls.clone()
            }
            None => Vec::new(),
        };
        let mut opened = self.open(source, tasks).await?;
        if let Some(former) = open.take() {
            former.on_air.store(false, Ordering::Release);
        }
        opened.calls = calls;
        if !opened.calls.contains(&call) {
            opened.calls.push(call);
        }
        opened.on_air.store(true, Ordering::Release);
        *open = Some(opened);
        Ok(())
    }

    /// This call presents no more.
    pub(crate) async fn stop(&self, call: u64) {
        let mut open = self.open.lock().await;
        if let Some(present) = open.as_mut() {
            present.calls.retain(|other| *other != call);
            if present.calls.is_empty() {
                *open = None;
            }
        }
    }

    async fn open(&self, source: PresentationSource, tasks: &Tasks) -> Result<Open, MediaError> {
        let PictureSize { width, height, rate } = self.bench.format.size;
        let most = if matches!(source, PresentationSource::Picture(_)) { STILL_RATE } else { MOVING_RATE };
        let on_air = Arc::<AtomicBool>::default();
        let (wanted, receiver) = watch::channel(true);
        let (told, mut health) = watch::channel(None);
        let device = SourceDevice {
            source: source.clone(),
            bench: Bench { format: PictureFormat::new((width, height, rate.min(most)))?, ..self.bench.clone() },
            hub: Arc::clone(&self.hub),
            on_air: Arc::clone(&on_air),
            flow: Arc::default(),
            health: told,
        };
        tasks.spawn(supervise(device, receiver, tasks.closing()));
        let known = tokio::time::timeout(PATIENCE, health.wait_for(Option::is_some)).await;
        let failed = |reason: String| Err(MediaError::pipeline("presentation", reason));
        match known.map(|health| health.map(|health| health.clone())) {
            Ok(Ok(Some(Err(reason)))) => failed(reason),
            Ok(Ok(_)) => Ok(Open { source, on_air, _wanted: wanted, calls: Vec::new() }),
            Ok(Err(_)) => Err(MediaError::Stopped),
            Err(_) => failed(format!("gives no picture within {} s", PATIENCE.as_secs())),
        }
    }
}

struct SourceDevice {
    source: PresentationSource,
    bench: Bench,
    hub: Arc<Hub>,
    on_air: Arc<AtomicBool>,
    flow: Arc<Flow>,
    /// `None` until it is known whether it works.
    health: watch::Sender<Option<Result<(), String>>>,
}

impl Device for SourceDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let (hub, on_air, flow) = (Arc::clone(&self.hub), Arc::clone(&self.on_air), Arc::clone(&self.flow));
        let caps = self.bench.format.caps.clone();
        let each = move |frame: gst::Buffer| {
            flow.pass();
            if on_air.load(Ordering::Acquire) {
                hub.push(&frame, &caps);
            }
        };
        let camera = |camera: &Camera| source::open(camera, &self.bench, each.clone());
        match &self.source {
            PresentationSource::TestCard => {
                camera(&Camera { source: CameraSource::TestPicture, device: None }).map(|opened| opened.running)
            }
            PresentationSource::Camera(named) => camera(named).map(|opened| opened.running),
            PresentationSource::Picture(path) => source::picture(path, &self.bench, each.clone()),
        }
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn report(&mut self, state: State<'_>) {
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
