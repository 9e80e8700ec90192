//! The composed picture: remote picture, self view, idle picture; from here it goes to the display and to snapshots.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use tokio::sync::watch;

use gst::prelude::*;

use crate::{
    api::{Snapshot, View, Words},
    capture::Pictures,
    compose::{
        audience::{Audience, Work},
        idle::{self, Painter},
        layout::{HEIGHT, Scene, WIDTH},
        mixer::{self, Mixer},
        overlay::Overlay,
    },
    error::MediaError,
    output,
    paint::Canvas,
    pipeline::{Running, locked, named},
    relay::{self, Hub, Taking},
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// Every input of a compositor that was just started has given a picture by then.
const COMPLETE: gst::ClockTime = gst::ClockTime::from_mseconds(150);
/// A picture of a screen that nobody looked at before takes no longer.
const PATIENCE: Duration = Duration::from_secs(1);

/// Told when the first remote frame was composed.
type Shown = Box<dyn Fn() + Send + Sync>;

/// The screen. Remote frames are pushed into `remote` and `content`, composed pictures come out of `composed`.
pub(crate) struct Screen {
    pub(crate) remote: Arc<Hub>,
    pub(crate) content: Arc<Hub>,
    pub(crate) composed: Arc<Hub>,
    parts: Arc<Parts>,
    audience: Audience,
    composing: watch::Receiver<bool>,
    pictures: Arc<Pictures>,
}

/// What the pipeline and its owner share.
pub(super) struct Parts {
    mixer: Mutex<Option<Mixer>>,
    /// What is to be seen, and how the screen is divided.
    wanted: Mutex<(Scene, View)>,
    last: watch::Sender<Option<gst::Buffer>>,
    shown: Mutex<Option<(Shown, gst::ClockTime)>>,
    overlay: Overlay,
    /// Of the own picture.
    own: (u32, u32),
}

impl Screen {
    /// Starts the tasks that keep the screen going: for those who look, pictures are composed while a call is on and
    /// painted otherwise.
    pub(crate) fn start(pictures: &Arc<Pictures>, tasks: &Tasks) -> Result<Self, MediaError> {
        let work = Work { painting: watch::Sender::new(false), composing: watch::Sender::new(false) };
        let (painting, composing) = (work.painting.subscribe(), work.composing.subscribe());
        let (remote, content, composed) = (Arc::<Hub>::default(), Arc::<Hub>::default(), Arc::<Hub>::default());
        let parts = Arc::new(Parts {
            mixer: Mutex::default(),
            wanted: Mutex::new((Scene::Idle, View::default())),
            last: watch::Sender::new(None),
            shown: Mutex::default(),
            overlay: Overlay::default(),
            own: (pictures.format.info.width(), pictures.format.info.height()),
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
        tasks.spawn(idle::run(painter, shared, painting, tasks.closing()));
        tasks.spawn(supervise(device, composing.clone(), tasks.closing()));
        let (audience, attended) = (Audience::new(), pictures.attention.subscribe());
        tasks.spawn(audience.run(work, composed.taken(), attended, tasks.closing()));
        Ok(Self { remote, content, composed, parts, audience, composing, pictures: Arc::clone(pictures) })
    }

    /// What is to be seen; may be said again and again.
    pub(crate) fn show(&self, scene: Scene) {
        self.change(|wanted| wanted.0 = scene);
    }

    /// How the screen is divided from now on.
    pub(crate) fn divide(&self, view: View) {
        self.change(|wanted| wanted.1 = view);
    }

    /// What is written over the pictures from now on. May read fonts.
    pub(crate) fn write(&self, words: Words) {
        self.parts.overlay.write(words);
    }

    fn change(&self, change: impl FnOnce(&mut (Scene, View))) {
        let mixer = locked(&self.parts.mixer);
        let (before, now) = {
            let mut wanted = locked(&self.parts.wanted);
            let before = *wanted;
            change(&mut wanted);
            (before, *wanted)
        };
        // Not held meanwhile: pictures that are being composed look at it.
        if let Some(mixer) = mixer.as_ref().filter(|_| now != before) {
            mixer.show(now.0, now.1);
        }
    }

    /// `shown` is called once a picture made at `time` or later was composed; at once where nobody looks.
    pub(crate) fn when_shown(&self, time: gst::ClockTime, shown: impl Fn() + Send + Sync + 'static) {
        *locked(&self.parts.shown) = Some((Box::new(shown), time));
        if !*self.composing.borrow() {
            self.parts.tell_shown();
        }
    }

    /// The picture of now. Where nobody looked until now it is made first.
    pub(crate) async fn look(&self) {
        if self.audience.look() {
            return;
        }
        let call = self.pictures.attention.is_on();
        let begun = self.pictures.timeline.now() + if call { COMPLETE } else { gst::ClockTime::ZERO };
        let mut last = self.parts.last.subscribe();
        let newer = |picture: &Option<gst::Buffer>| picture.as_ref().and_then(|picture| picture.pts()) >= Some(begun);
        // What was made last does where nothing new comes.
        let _ = tokio::time::timeout(PATIENCE, last.wait_for(newer)).await;
    }

    /// The picture made last.
    pub(crate) fn snapshot(&self) -> Option<Snapshot> {
        let last = self.parts.last.borrow().clone()?;
        let converted = mixer::format().map_err(MediaError::from).and_then(|info| output::rgb(&last, &info));
        converted.inspect_err(|error| tracing::warn!(%error, size = ?(WIDTH, HEIGHT), "snapshot")).ok()
    }
}

impl Parts {
    /// Writes on a picture of the screen.
    pub(super) fn write_on(&self, canvas: &mut Canvas<'_>, now: gst::ClockTime) {
        let shown = *locked(&self.wanted);
        self.overlay.put(canvas, shown, self.own, now);
    }

    /// Every picture of the screen passes here.
    pub(super) fn composed(&self, picture: &gst::Buffer) {
        self.last.send_replace(Some(picture.clone()));
        let due = |(_, time): &(Shown, gst::ClockTime)| picture.pts() >= Some(*time);
        if locked(&self.shown).as_ref().is_some_and(due) {
            self.tell_shown();
        }
    }

    fn tell_shown(&self) {
        let shown = locked(&self.shown).take();
        if let Some((call, _)) = shown {
            call();
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
        write_on_pictures(&named(&pipeline, "out")?, &self.parts)?;
        let (parts, hub, flow) = (Arc::clone(&self.parts), Arc::clone(&self.composed), Arc::clone(&self.flow));
        relay::drain(&named(&pipeline, "out")?, Arc::clone(&self.pictures.timeline), move |picture, caps| {
            flow.pass();
            parts.composed(&picture);
            hub.push(&picture, caps);
        });
        // Held until the mixer is in its place: a scene asked for meanwhile would be lost.
        let mut place = locked(&self.parts.mixer);
        let (scene, view) = *locked(&self.parts.wanted);
        mixer.show(scene, view);
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
        // Who looked went away; the call goes on.
        if state == State::Off && self.pictures.attention.is_on() {
            self.parts.tell_shown();
        }
        if let State::Failed(_) = state {
            tracing::warn!(?state, "the screen is not composed");
        }
    }
}

/// Before the pictures are anybody's, so that none is copied.
fn write_on_pictures(sink: &gst::Element, parts: &Arc<Parts>) -> Result<(), MediaError> {
    let pad = sink.static_pad("sink").ok_or_else(|| MediaError::pipeline("screen", "the picture has no pad"))?;
    let (parts, info) = (Arc::clone(parts), mixer::format()?);
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        if let Some(gst::PadProbeData::Buffer(buffer)) = &mut probe.data {
            let now = buffer.pts().unwrap_or_default();
            if let Some(mut canvas) = Canvas::on(buffer.make_mut(), &info) {
                parts.write_on(&mut canvas, now);
            }
        }
        gst::PadProbeReturn::Ok
    });
    Ok(())
}
