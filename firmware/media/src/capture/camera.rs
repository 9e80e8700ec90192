//! The camera: opened when wanted, reported, replaced by the still picture while it is not there.

use std::sync::Arc;

use roombox_hal::board::{Camera, CameraSource};
use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    api::MediaEvent,
    capture::{Pictures, source, still},
    error::MediaError,
    pipeline::Running,
    report::Report,
    supervise::{Device, Flow, State, supervise},
    tasks::Tasks,
};

/// Switches the camera; dropping it closes the camera.
#[derive(Debug)]
pub(crate) struct CameraControl {
    wanted: watch::Sender<bool>,
}

impl CameraControl {
    /// Starts the tasks that keep the camera and the still picture going.
    pub(crate) fn start(camera: Camera, card: u8, on: bool, pictures: &Arc<Pictures>, tasks: &Tasks) -> Self {
        tasks.spawn(still::run(Arc::clone(pictures), tasks.closing()));
        let (wanted, receiver) = watch::channel(on);
        let events = pictures.events.clone();
        if camera.source == CameraSource::None {
            let reason = Some("no camera is configured".into());
            let _ = events.send(MediaEvent::Camera { working: false, name: "none".into(), reason });
        } else {
            let device = CameraDevice::new(camera, card, Arc::clone(pictures), events);
            tasks.spawn(supervise(device, receiver, tasks.closing()));
        }
        Self { wanted }
    }

    /// Opens (true) or closes (false) the camera.
    pub(crate) fn set(&self, on: bool) {
        self.wanted.send_if_modified(|wanted| std::mem::replace(wanted, on) != on);
    }
}

struct CameraDevice {
    camera: Camera,
    card: u8,
    pictures: Arc<Pictures>,
    events: UnboundedSender<MediaEvent>,
    flow: Arc<Flow>,
    name: String,
    report: Report,
}

impl CameraDevice {
    fn new(camera: Camera, card: u8, pictures: Arc<Pictures>, events: UnboundedSender<MediaEvent>) -> Self {
        let name = camera.device.clone().unwrap_or_else(|| "camera".into());
        Self { camera, card, pictures, events, flow: Arc::default(), name, report: Report::default() }
    }
}

impl Device for CameraDevice {
    fn open(&mut self) -> Result<Running, MediaError> {
        let opened = source::open(&self.camera, self.card, &self.pictures, &self.flow)?;
        self.name = opened.name;
        Ok(opened.running)
    }

    fn flow(&self) -> Option<Arc<Flow>> {
        Some(Arc::clone(&self.flow))
    }

    fn report(&mut self, state: State<'_>) {
        self.pictures.show_camera(state == State::Works);
        if let Some((working, reason)) = self.report.news(state) {
            let _ = self.events.send(MediaEvent::Camera { working, name: self.name.clone(), reason });
        }
    }

    fn rewind(&mut self, running: &Running) -> bool {
        self.camera.source == CameraSource::File && source::from_beginning(running)
    }
}
