//! Everything that runs whether there is a call or not, shared by the calls.

use std::sync::{Arc, Mutex};

use roombox_hal::Part;
use tokio::sync::mpsc::UnboundedSender;

use crate::{
    api::{MediaConfig, MediaEvent},
    attention::Attention,
    capture::{CameraControl, PictureFormat, Pictures, source::Bench},
    codec::CodecElements,
    compose::{DELAY, Scene, Screen},
    error::MediaError,
    memory,
    output::{Display, Output},
    pipeline::{Timeline, locked},
    plug::Plug,
    presentation::Presenter,
    sound::{Microphone, MicrophoneSetup, Reference, Speaker},
    tasks::Tasks,
};

/// The devices and the screen.
pub(crate) struct Rooms {
    pub(crate) config: MediaConfig,
    pub(crate) events: UnboundedSender<MediaEvent>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) attention: Arc<Attention>,
    pub(crate) codecs: Arc<CodecElements>,
    pub(crate) pictures: Arc<Pictures>,
    pub(crate) camera: CameraControl,
    pub(crate) presenter: Presenter,
    pub(crate) microphone: Microphone,
    pub(crate) speaker: Speaker,
    pub(crate) screen: Screen,
    _display: Display,
    pub(crate) tasks: Tasks,
    /// Held by the sound test that runs.
    pub(crate) testing: tokio::sync::Mutex<()>,
    foreground: Mutex<Foreground>,
}

/// Serial numbers of what could be seen and heard, the latest last.
#[derive(Debug, Default)]
struct Foreground {
    calls: Vec<u64>,
    /// Receive connections; they cover calls.
    covers: Vec<u64>,
}

impl Foreground {
    fn seen(&self) -> Option<u64> {
        self.covers.last().or(self.calls.last()).copied()
    }

    fn forget(&mut self, serial: u64) {
        self.calls.retain(|other| *other != serial);
        self.covers.retain(|other| *other != serial);
    }
}

/// The display and where it is plugged in. A virtual board has one even where nothing is put out.
fn display(config: &MediaConfig, output: Option<Output>) -> (Option<Output>, Plug) {
    match (output, &config.virtual_board) {
        (None, Some(board)) => (Some(Output::of_virtual_board()), Plug::new(Some(board), Part::Screen)),
        (output, _) => {
            let plug = output.as_ref().map_or(Plug::Real, Output::plug);
            (output, plug)
        }
    }
}

impl Rooms {
    /// Starts the devices; must be called within a tokio runtime.
    pub(crate) fn start(config: MediaConfig, events: UnboundedSender<MediaEvent>) -> Result<Arc<Self>, MediaError> {
        let format = PictureFormat::new(config.picture)?;
        let output = Output::of(&config.screen)?;
        let timeline = Arc::new(Timeline::start());
        let attention = Arc::<Attention>::default();
        let pictures = Pictures::new(format, Arc::clone(&timeline), Arc::clone(&attention), events.clone())?;
        let tasks = Tasks::default();
        let cameras = std::iter::once(&config.camera).chain(&config.other_cameras).cloned().collect();
        let memory = config.trials.as_ref().map(|trials| (trials.folder.as_path(), trials.board.as_str()));
        let codecs = CodecElements::new(config.codecs.clone(), memory);
        let bench = Bench {
            format: pictures.format.clone(),
            timeline: Arc::clone(&timeline),
            conversion: config.conversion.clone(),
            codecs: Arc::clone(&codecs),
            board: config.virtual_board.clone(),
            card: config.picture_source,
            attention: Some(Arc::clone(&pictures.attention)),
        };
        let presenter = Presenter::new(config.presentation.clone(), &bench, events.clone());
        if config.watch_signal {
            presenter.watch(&attention, &tasks)?;
        }
        let camera = CameraControl::start(cameras, bench, !config.camera_off, &pictures, &tasks);
        let plug = |part| Plug::new(config.virtual_board.as_ref(), part);
        let reference = Arc::<Reference>::default();
        let setup = MicrophoneSetup {
            name: config.audio.microphone.clone(),
            muted: config.muted,
            voice: config.voice,
            echo_delay_ms: config.audio.echo_delay_ms.unwrap_or_default(),
            plug: plug(Part::Microphone),
        };
        let microphone = Microphone::start(setup, &reference, &timeline, &events, &tasks);
        let speaker = (config.audio.speaker.as_deref(), plug(Part::Speaker));
        let speaker =
            Speaker::start(speaker, [config.volume, config.tones_volume], &reference, &timeline, &events, &tasks);
        let screen = Screen::start(&pictures, &tasks)?;
        let display = Display::start(display(&config, output), &screen.composed, &timeline, &events, &tasks);
        tasks.spawn(memory::tend(attention.subscribe(), tasks.closing()));
        let foreground = Mutex::default();
        let rooms = Self {
            config,
            events,
            timeline,
            attention,
            codecs,
            pictures,
            camera,
            presenter,
            microphone,
            speaker,
            screen,
            _display: display,
            tasks,
            testing: tokio::sync::Mutex::default(),
            foreground,
        };
        Ok(Arc::new(rooms))
    }

    /// What a picture waits for the sound of the same instant, which takes longer through the speaker than it does to the
    /// screen.
    pub(crate) fn picture_wait(&self) -> gst::ClockTime {
        self.speaker.latency().saturating_sub(DELAY)
    }

    /// Tells the owner; it may be gone while the engine stops.
    pub(crate) fn tell(&self, event: MediaEvent) {
        let _ = self.events.send(event);
    }

    /// The call with this serial number is seen and heard from now on, unless a receive connection covers it.
    pub(crate) fn bring_forward(&self, serial: u64) {
        let mut foreground = locked(&self.foreground);
        foreground.forget(serial);
        foreground.calls.push(serial);
    }

    /// The receive connection with this serial number is seen and heard from now on, instead of any call.
    pub(crate) fn cover(&self, serial: u64) {
        let mut foreground = locked(&self.foreground);
        foreground.forget(serial);
        foreground.covers.push(serial);
        self.screen.show(Scene::Call);
    }

    /// Is this one seen and heard?
    pub(crate) fn is_forward(&self, serial: u64) -> bool {
        locked(&self.foreground).seen() == Some(serial)
    }

    /// This one is over: the one before it is seen again, else the idle picture.
    pub(crate) fn leave(&self, serial: u64) {
        let mut foreground = locked(&self.foreground);
        let seen = foreground.seen();
        foreground.forget(serial);
        match foreground.seen() {
            None if seen.is_some() => self.screen.show(Scene::Idle),
            // Its content, where there is any, takes the screen with the next frame.
            now if now != seen => self.screen.show(Scene::Call),
            _ => {}
        }
    }
}
