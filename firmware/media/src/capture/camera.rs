//! A camera: opened when wanted, reported, replaced by the still picture while it is not there.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use roombox_hal::{
    Part,
    board::{Camera, CameraSource},
};
use tokio::sync::watch;

use crate::{
    api::MediaEvent,
    capture::{
        Pictures,
        source::{self, Bench},
    },
    error::MediaError,
    pipeline::Running,
    plug::Plug,
    report::Report,
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// How a camera is, as its task last told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Health {
    /// Closed on purpose.
    Off,
    /// Not open yet, or open without a frame so far.
    Opening,
    Works,
    Failed(String),
}

/// Which camera the box uses, by number; others are on trial.
#[derive(Debug, Default)]
pub(super) struct Post(AtomicU64);

impl Post {
    pub(super) fn give_to(&self, number: u64) {
        self.0.store(number, Ordering::Release);
    }

    pub(super) fn holds(&self, number: u64) -> bool {
        self.0.load(Ordering::Acquire) == number
    }
}

/// What cameras have in common.
#[derive(Clone, Debug)]
pub(super) struct Studio {
    pub(super) pictures: Arc<Pictures>,
    pub(super) post: Arc<Post>,
    pub(super) bench: Arc<Bench>,
}

impl Studio {
    /// Tells the owner; it may be gone while the engine stops.
    pub(super) fn tell(&self, working: bool, name: &str, reason: Option<String>) {
        let _ = self.pictures.events.send(MediaEvent::Camera { working, name: name.into(), reason });
    }
}

/// A camera and the task that keeps it going; it ends when this is dismissed.
#[derive(Debug)]
pub(super) struct Keeper {
    pub(super) camera: Camera,
    pub(super) number: u64,
    wanted: watch::Sender<bool>,
    pub(super) health: watch::Receiver<Health>,
    /// For people; known when it was opened.
    pub(super) name: watch::Receiver<String>,
}

impl Keeper {
    pub(super) fn start(camera: Camera, number: u64, on: bool, studio: &Studio, tasks: &Tasks) -> Self {
        let (wanted, receiver) = watch::channel(on);
        let (told, health) = watch::channel(Health::Opening);
        let (named, name) = watch::channel(camera.device.clone().unwrap_or_else(|| "camera".into()));
        let device = CameraDevice {
            camera: camera.clone(),
            number,
            studio: studio.clone(),
            flow: Arc::default(),
            name: named,
            health: told,
            report: Report::default(),
        };
        tasks.spawn(supervise(device, receiver, tasks.closing()));
        Self { camera, number, wanted, health, name }
    }

    /// Opens (true) or closes (false) it.
    pub(super) fn set(&self, on: bool) {
        self.wanted.send_if_modified(|wanted| std::mem::replace(wanted, on) != on);
    }

    /// Closes it for good.
    pub(super) fn dismiss(self) {
        self.set(false);
    }
}

struct CameraDevice {
    camera: Camera,
    number: u64,
    studio: Studio,
    flow: Arc<Flow>,
    name: watch::Sender<String>,
    health: watch::Sender<Health>,
    report: Report,
}

impl Device for CameraDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        self.health.send_replace(Health::Opening);
        let Studio { pictures, bench, .. } = &self.studio;
        let (to, flow, number) = (Arc::clone(pictures), Arc::clone(&self.flow), self.number);
        let plug = self.plug();
        let each = move |frame| {
            if plug.hangs() {
                return;
            }
            flow.pass();
            to.camera_frame(number, frame);
        };
        let opened = source::open(&self.camera, bench, each)?;
        self.name.send_replace(opened.name);
        Ok(opened.running)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    /// Only the test picture of a virtual board can be pulled out there.
    fn plug(&self) -> Plug {
        let board = self.studio.bench.board.as_ref().filter(|_| self.camera.source == CameraSource::TestPicture);
        Plug::new(board, Part::Camera)
    }

    fn report(&mut self, state: State<'_>) {
        if self.studio.post.holds(self.number) {
            self.studio.pictures.show_camera((state == State::Works).then_some(self.number));
            if let Some((working, reason)) = self.report.news(state) {
                self.studio.tell(working, &self.name.borrow(), reason);
            }
        }
        self.health.send_replace(match state {
            State::Works => Health::Works,
            State::Failed(reason) => Health::Failed(reason.to_owned()),
            State::Off => Health::Off,
        });
    }

    fn rewind(&mut self, running: &Running) -> bool {
        self.camera.source == CameraSource::File && source::from_beginning(running)
    }
}
