//! The composed picture: remote picture, self view, idle picture; from here it goes to the display and to snapshots.

use std::sync::{Arc, Mutex};

use crate::{
    api::Snapshot,
    capture::Pictures,
    compose::{
        idle::{self, Painter},
        layout::{HEIGHT, Scene, WIDTH},
        mixer::{self, Mixer},
    },
    error::MediaError,
    output,
    pipeline::{Running, locked, named},
    relay::{self, Hub, Taking},
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// Told when the first remote frame was composed.
type Shown = Box<dyn Fn() + Send + Sync>;

/// The screen. Remote frames are pushed into `remote` and `content`, composed pictures come out of `composed`.
pub(crate) struct Screen {
    pub(crate) remote: Arc<Hub>,
    pub(crate) content: Arc<Hub>,
    pub(crate) composed: Arc<Hub>,
    parts: Arc<Parts>,
}

/// What the pipeline and its owner share.
pub(super) struct Parts {
    mixer: Mutex<Option<Mixer>>,
    scene: Mutex<Scene>,
    last: Mutex<Option<gst::Buffer>>,
    shown: Mutex<Option<(Shown, gst::ClockTime)>>,
}

impl Screen {
    /// Starts the tasks that keep the screen going: pictures are composed while a call is on, painted otherwise.
    pub(crate) fn start(pictures: &Arc<Pictures>, tasks: &Tasks) -> Result<Self, MediaError> {
        let wanted = pictures.attention.subscribe();
        let (remote, content, composed) = (Arc::<Hub>::default(), Arc::<Hub>::default(), Arc::<Hub>::default());
        let parts = Arc::new(Parts {
            mixer: Mutex::default(),
            scene: Mutex::new(Scene::Idle),
            last: Mutex::default(),
            shown: Mutex::default(),
        });
        let device = ScreenDevice {
            pictures: Arc::clone(pictures),
            remote: Arc::clone(&remote),
            content: Arc::clone(&content),
            composed: Arc::clone(&composed),
            parts: Arc::clone(&parts),
            takings: Vec::new(),
            flow: Arc::default(),
        };
        let shared = (Arc::clone(pictures), Arc::clone(&parts), Arc::clone(&composed));
        let painter = Painter::new(&pictures.format.info)?;
        tasks.spawn(idle::run(painter, shared, wanted.clone(), tasks.closing()));
        tasks.spawn(supervise(device, wanted, tasks.closing()));
        Ok(Self { remote, content, composed, parts })
    }

    /// What is to be seen; may be said again and again.
    pub(crate) fn show(&self, scene: Scene) {
        let mixer = locked(&self.parts.mixer);
        if std::mem::replace(&mut *locked(&self.parts.scene), scene) == scene {
            return;
        }
        if let Some(mixer) = mixer.as_ref() {
            mixer.show(scene);
        }
    }

    /// `shown` is called once a picture made at `time` or later was composed.
    pub(crate) fn when_shown(&self, time: gst::ClockTime, shown: impl Fn() + Send + Sync + 'static) {
        *locked(&self.parts.shown) = Some((Box::new(shown), time));
    }

    /// The picture composed last.
    pub(crate) fn snapshot(&self) -> Option<Snapshot> {
        let last = locked(&self.parts.last).clone()?;
        let converted = mixer::format().map_err(MediaError::from).and_then(|info| output::rgb(&last, &info));
        converted.inspect_err(|error| tracing::warn!(%error, size = ?(WIDTH, HEIGHT), "snapshot")).ok()
    }
}

impl Parts {
    /// Every picture of the screen passes here.
    pub(super) fn composed(&self, picture: &gst::Buffer) {
        *locked(&self.last) = Some(picture.clone());
        let mut shown = locked(&self.shown);
        if shown.as_ref().is_some_and(|(_, time)| picture.pts().is_some_and(|pts| pts >= *time)) {
            let call = shown.take();
            drop(shown);
            if let Some((call, _)) = call {
                call();
            }
        }
    }
}

struct ScreenDevice {
    pictures: Arc<Pictures>,
    remote: Arc<Hub>,
    content: Arc<Hub>,
    composed: Arc<Hub>,
    parts: Arc<Parts>,
    takings: Vec<Taking>,
    flow: Arc<Flow>,
}

impl Device for ScreenDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let info = &self.pictures.format.info;
        let (mixer, pipeline) = Mixer::build((info.width(), info.height()), &self.content)?;
        let (parts, hub, flow) = (Arc::clone(&self.parts), Arc::clone(&self.composed), Arc::clone(&self.flow));
        relay::drain(&named(&pipeline, "out")?, Arc::clone(&self.pictures.timeline), move |picture, caps| {
            flow.pass();
            parts.composed(&picture);
            hub.push(&picture, caps);
        });
        // Held until the mixer is in its place: a scene asked for meanwhile would be lost.
        let mut place = locked(&self.parts.mixer);
        mixer.show(*locked(&self.parts.scene));
        let running = mixer.start(pipeline, &self.pictures.timeline)?;
        self.takings = vec![self.pictures.hub.attach(&mixer.own), self.remote.attach(&mixer.remote)];
        *place = Some(mixer);
        drop(place);
        Ok(running)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn report(&mut self, state: State<'_>) {
        if state != State::Works {
            self.takings.clear();
            *locked(&self.parts.mixer) = None;
        }
        if let State::Failed(_) = state {
            tracing::warn!(?state, "the screen is not composed");
        }
    }
}
