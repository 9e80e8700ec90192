//! Everything that runs whether there is a call or not, shared by the calls.

use std::sync::{Arc, Mutex};

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    api::{MediaConfig, MediaEvent},
    capture::{CameraControl, PictureFormat, Pictures},
    compose::{Scene, Screen},
    error::MediaError,
    output::{Display, Output},
    pipeline::{Timeline, locked},
    sound::{Microphone, Speaker},
    tasks::Tasks,
};

/// The devices and the screen.
pub(crate) struct Rooms {
    pub(crate) config: MediaConfig,
    pub(crate) events: UnboundedSender<MediaEvent>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) pictures: Arc<Pictures>,
    pub(crate) camera: CameraControl,
    pub(crate) microphone: Microphone,
    pub(crate) speaker: Speaker,
    pub(crate) screen: Screen,
    _display: Display,
    pub(crate) tasks: Tasks,
    /// Serial number of the call that is seen and heard.
    foreground: Mutex<Option<u64>>,
}

impl Rooms {
    /// Starts the devices; must be called within a tokio runtime.
    pub(crate) fn start(config: MediaConfig, events: UnboundedSender<MediaEvent>) -> Result<Arc<Self>, MediaError> {
        let format = PictureFormat::new(config.picture)?;
        let output = Output::of(&config.screen)?;
        let timeline = Arc::new(Timeline::start());
        let pictures = Pictures::new(format, Arc::clone(&timeline), events.clone())?;
        let tasks = Tasks::default();
        let cameras = std::iter::once(&config.camera).chain(&config.other_cameras).cloned().collect();
        let camera = CameraControl::start(cameras, config.picture_source, !config.camera_off, &pictures, &tasks);
        let (microphone, speaker) = (config.audio.microphone.as_deref(), config.audio.speaker.as_deref());
        let microphone = Microphone::start(microphone, config.muted, &timeline, &events, &tasks);
        let speaker = Speaker::start(speaker, config.volume, &timeline, &events, &tasks);
        let screen = Screen::start(&pictures, &tasks);
        let display = Display::start(output, &screen.composed, &timeline, &events, &tasks);
        let foreground = Mutex::default();
        let rooms = Self {
            config,
            events,
            timeline,
            pictures,
            camera,
            microphone,
            speaker,
            screen,
            _display: display,
            tasks,
            foreground,
        };
        Ok(Arc::new(rooms))
    }

    /// Tells the owner; it may be gone while the engine stops.
    pub(crate) fn tell(&self, event: MediaEvent) {
        let _ = self.events.send(event);
    }

    /// The call with this serial number is seen and heard from now on.
    pub(crate) fn bring_forward(&self, serial: u64) {
        *locked(&self.foreground) = Some(serial);
    }

    /// Is this call seen and heard?
    pub(crate) fn is_forward(&self, serial: u64) -> bool {
        *locked(&self.foreground) == Some(serial)
    }

    /// This call is over: the idle picture, if it was the one seen.
    pub(crate) fn leave(&self, serial: u64) {
        let mut foreground = locked(&self.foreground);
        if *foreground == Some(serial) {
            *foreground = None;
            self.screen.show(Scene::Idle);
        }
    }
}
