//! The picture that goes out: the camera's, or a still picture while there is none.

mod camera;
mod check;
mod choice;
mod clock;
mod modes;
mod network;
mod pool;
mod raw_film;
mod replace;
pub(crate) mod source;
mod still;
mod test_card;
mod thin;

pub(crate) use replace::CameraControl;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicU64, Ordering},
};

use tokio::sync::{mpsc::UnboundedSender, watch};

use crate::{
    api::MediaEvent,
    attention::Attention,
    capture::check::StillCheck,
    error::MediaError,
    pipeline::{Timeline, locked},
    pipelines::PictureSize,
    relay::Hub,
};

/// The one format of the outgoing picture: I420 of the configured size and rate.
#[derive(Clone, Debug)]
pub(crate) struct PictureFormat {
    pub(crate) size: PictureSize,
    pub(crate) info: gst_video::VideoInfo,
    pub(crate) caps: gst::Caps,
}

impl PictureFormat {
    /// From width, height in pixels (even, at least 64) and frames per second (1..=60).
    pub(crate) fn new((width, height, rate): (u32, u32, u32)) -> Result<Self, MediaError> {
        if width < 64 || height < 36 || width % 2 == 1 || height % 2 == 1 || !(1..=60).contains(&rate) {
            let size = format!("{width}x{height} at {rate} frames a second");
            return Err(MediaError::BadSetting(format!(
                "the picture cannot be {size}: even sides of at least 64x36 pixels, 1 to 60 frames a second"
            )));
        }
        let size = PictureSize { width, height, rate };
        let caps: gst::Caps = size.caps().parse()?;
        let info = gst_video::VideoInfo::from_caps(&caps)?;
        Ok(Self { size, info, caps })
    }
}

/// The outgoing picture: takers take it at the hub, whatever feeds it.
#[derive(Debug)]
pub(crate) struct Pictures {
    pub(crate) format: PictureFormat,
    pub(crate) hub: Arc<Hub>,
    pub(crate) timeline: Arc<Timeline>,
    pub(crate) attention: Arc<Attention>,
    /// Number of the camera whose frames go out; 0 = none.
    on_air: AtomicU64,
    check: Mutex<StillCheck>,
    last: Mutex<Option<gst::Buffer>>,
    still: gst::Buffer,
    still_goes: watch::Sender<bool>,
    events: UnboundedSender<MediaEvent>,
}

impl Pictures {
    /// The still picture goes out from the start.
    pub(crate) fn new(
        format: PictureFormat,
        timeline: Arc<Timeline>,
        attention: Arc<Attention>,
        events: UnboundedSender<MediaEvent>,
    ) -> Result<Arc<Self>, MediaError> {
        let still = still::draw(&format)?;
        let check = Mutex::new(StillCheck::of(&still, &format.info)?);
        Ok(Arc::new(Self {
            format,
            hub: Arc::new(Hub::default()),
            timeline,
            attention,
            on_air: AtomicU64::new(0),
            check,
            last: Mutex::new(None),
            still,
            still_goes: watch::Sender::new(true),
            events,
        }))
    }

    /// A frame of this camera; dropped unless it is on air.
    fn camera_frame(&self, camera: u64, frame: gst::Buffer) {
        if self.on_air.load(Ordering::Acquire) == camera {
            self.push(frame);
        }
    }

    /// The picture of this camera goes out; with `None` the still picture does.
    fn show_camera(&self, camera: Option<u64>) {
        self.on_air.store(camera.unwrap_or(0), Ordering::Release);
        self.still_goes.send_replace(camera.is_none());
    }

    /// The last stage: what is checked here is what every encoder gets.
    fn push(&self, frame: gst::Buffer) {
        let change = locked(&self.check).look(&frame, &self.format.info);
        if let Some(sending) = change {
            // The owner may be gone while the engine stops.
            let _ = self.events.send(MediaEvent::CameraSending { sending });
        }
        self.hub.push(&frame, &self.format.caps);
        *locked(&self.last) = Some(frame);
    }

    /// The frame that went out last.
    pub(crate) fn last(&self) -> Option<gst::Buffer> {
        locked(&self.last).clone()
    }
}
