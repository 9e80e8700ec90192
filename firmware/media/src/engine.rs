//! The media engine: everything between the devices of the room and the peer connection.

use std::sync::Arc;

use tokio::sync::mpsc::UnboundedSender;

use crate::{
    api::{MediaCall, MediaConfig, MediaEvent, Snapshot, SpeakerSamples, Statistics},
    error::MediaError,
};

/// A running media engine. Cheap to clone; methods may be called from any task.
///
/// Devices run from the start: the camera, microphone and speaker come and go by themselves, each telling so with a
/// [`MediaEvent`]. Dropping the last clone stops everything as [`MediaEngine::stop`] does, without waiting.
#[derive(Clone)]
pub struct MediaEngine {
    shared: Arc<Shared>,
}

struct Shared {
    config: MediaConfig,
    events: UnboundedSender<MediaEvent>,
}

impl MediaEngine {
    /// Starts the engine. Must be called within a tokio runtime, which then runs the engine's tasks.
    pub fn start(config: MediaConfig, events: UnboundedSender<MediaEvent>) -> Result<Self, MediaError> {
        gst::init()?;
        Ok(Self { shared: Arc::new(Shared { config, events }) })
    }

    /// Arms the next outgoing call: makes its peer connection and gathers candidates now, so that the next
    /// [`MediaEngine::create_offer`] for a new call answers at once. Returns when it is armed.
    pub async fn prepare(&self) -> Result<(), MediaError> {
        Err(MediaError::Stopped)
    }

    /// Makes an offer, for a new call or again for a running one. `restart_ice`: with new ICE credentials.
    pub async fn create_offer(&self, call: MediaCall, restart_ice: bool) -> Result<String, MediaError> {
        let _ = (call, restart_ice);
        Err(MediaError::Stopped)
    }

    /// Answers the peer's offer, for a new call or again for a running one.
    pub async fn create_answer(&self, call: MediaCall, offer: &str) -> Result<String, MediaError> {
        let _ = (call, offer);
        Err(MediaError::Stopped)
    }

    /// Sets the peer's answer to the offer made last.
    pub async fn accept_answer(&self, call: MediaCall, answer: &str) -> Result<(), MediaError> {
        let _ = answer;
        Err(MediaError::NoSuchCall(call.0))
    }

    /// Ends the call's media; returns when nothing of it is left. No effect where there is no such call.
    pub async fn close_call(&self, call: MediaCall) {
        let _ = call;
    }

    /// The screen as composed now, whatever the output; `None` when nothing was composed yet.
    pub async fn snapshot(&self) -> Option<Snapshot> {
        None
    }

    /// The picture that goes out now: the camera's or the still picture.
    pub async fn camera_snapshot(&self) -> Option<Snapshot> {
        None
    }

    /// What has been measured in this call; `None` where there is no such call.
    pub async fn statistics(&self, call: MediaCall) -> Option<Statistics> {
        let _ = call;
        None
    }

    /// The last `seconds` (0.0..=10.0) that the virtual speaker played; `None` with any other speaker.
    pub fn speaker_samples(&self, seconds: f64) -> Option<SpeakerSamples> {
        let _ = seconds;
        None
    }

    /// Sends sound (true) or silence (false). The fact follows as [`MediaEvent::Microphone`].
    pub fn set_microphone(&self, on: bool) {
        let _ = on;
    }

    /// Sends the camera picture (true) or the still picture (false; the camera is closed). The fact follows as
    /// [`MediaEvent::CameraSending`].
    pub fn set_camera(&self, on: bool) {
        let _ = on;
    }

    /// Speaker volume, 0..=100; more counts as 100.
    pub fn set_volume(&self, volume: u8) {
        let _ = (volume, &self.shared.config, &self.shared.events);
    }

    /// Closes every call and device; returns when no thread and no device is left. The engine cannot be used again.
    pub async fn stop(&self) {}
}
