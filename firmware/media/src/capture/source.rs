//! Opens each kind of camera.

use std::sync::{Arc, Mutex};

use gst::prelude::*;
use roombox_hal::{
    VirtualBoard,
    board::{Camera, CameraSource, Conversion},
    linux,
};

use crate::{
    api::NetworkStream,
    attention::Attention,
    capture::{PictureFormat, modes, network, raw_film::RawFilm, test_card::CardFrames, thin},
    codec::{CodecElements, Direction},
    error::MediaError,
    pipeline::{Pace, Running, Timeline, described, locked, named},
    pipelines::{
        Chain,
        capture::{self, Workshop},
    },
    relay,
};

/// What every camera is opened with.
#[derive(Clone, Debug)]
pub(crate) struct Bench {
    pub(crate) format: PictureFormat,
    pub(crate) timeline: Arc<Timeline>,
    /// Of the board.
    pub(crate) conversion: Conversion,
    pub(crate) codecs: Arc<CodecElements>,
    /// Where virtual cameras are plugged in.
    pub(crate) board: Option<VirtualBoard>,
    /// Number for the frame code of a test picture that has none of its own.
    pub(crate) card: u8,
    /// With this, few frames are made while no call is on.
    pub(crate) attention: Option<Arc<Attention>>,
}

/// A camera that runs.
pub(crate) struct Opened {
    pub(crate) running: Running,
    /// For people.
    pub(crate) name: String,
}

/// Opens the camera; its frames, in the format and on the time line of the bench, go to `each`.
pub(crate) fn open(
    camera: &Camera,
    bench: &Bench,
    each: impl FnMut(gst::Buffer) + Send + 'static,
) -> Result<Opened, MediaError> {
    let device = camera.device.as_deref();
    let raw_film = raw_film(camera, bench)?;
    let (chain, name) = match camera.source {
        CameraSource::File if raw_film.is_some() => (capture::test_picture(bench.format.size), "file".into()),
        CameraSource::V4l2 => v4l2(device, bench)?,
        CameraSource::Libcamera => (capture::libcamera(device, bench.shop("")), "CSI camera".into()),
        CameraSource::Argus => (capture::argus(device, bench.shop(""))?, "CSI camera".into()),
        CameraSource::File => (file(device, bench)?, "file".into()),
        CameraSource::TestPicture => (capture::test_picture(bench.format.size), "test picture".into()),
        CameraSource::None => return Err(MediaError::BadSetting("no camera is configured".into())),
    };
    let pipeline = described(&chain.to_string())?;
    if camera.source == CameraSource::TestPicture {
        let mut frames = CardFrames::new(card_of(device, bench.card)?, &bench.format)?;
        replace(&pipeline, move |pace| frames.next(pace), &bench.format.caps)?;
    }
    let own = camera.source == CameraSource::File && raw_film.is_none();
    if let Some(mut film) = raw_film {
        replace(&pipeline, move |pace| film.next(pace), &bench.format.caps)?;
    }
    if let (Some(attention), Ok(place)) = (&bench.attention, pad(&pipeline, capture::THIN)) {
        thin::at(&place, attention);
    }
    let pace = if own { Pace::Own(&bench.timeline) } else { Pace::Common(&bench.timeline) };
    Ok(Opened { running: run(pipeline, pace, bench, each)?, name })
}

/// Pictures that `draw` makes, as often as the format says, each with the times of what it is given.
pub(crate) fn drawn(
    bench: &Bench,
    draw: impl FnMut(&gst::BufferRef) -> Result<gst::Buffer, MediaError> + Send + 'static,
    each: impl FnMut(gst::Buffer) + Send + 'static,
) -> Result<Running, MediaError> {
    let pipeline = described(&capture::test_picture(bench.format.size).to_string())?;
    replace(&pipeline, draw, &bench.format.caps)?;
    run(pipeline, Pace::Common(&bench.timeline), bench, each)
}

/// A stream from the network, at its own pace.
pub(crate) fn stream(
    stream: &NetworkStream,
    bench: &Bench,
    each: impl FnMut(gst::Buffer) + Send + 'static,
) -> Result<Running, MediaError> {
    let pipeline = described(&capture::stream(bench.format.size).to_string())?;
    let net: gst::Element = named(&pipeline, "net")?;
    net.set_property("uri", &stream.url);
    let login = stream.login.clone();
    net.connect("source-setup", false, move |values| {
        if let Some(source) = values.get(1).and_then(|value| value.get::<gst::Element>().ok()) {
            network::set_up(&source, login.as_ref());
        }
        None
    });
    run(pipeline, Pace::Own(&bench.timeline), bench, each)
}

fn run(
    pipeline: gst::Pipeline,
    pace: Pace<'_>,
    bench: &Bench,
    mut each: impl FnMut(gst::Buffer) + Send + 'static,
) -> Result<Running, MediaError> {
    relay::drain(&named(&pipeline, "out")?, Arc::clone(&bench.timeline), move |frame, _| each(frame));
    Running::start("camera", pipeline, pace)
}

/// Plays a file from its beginning again.
pub(crate) fn from_beginning(running: &Running) -> bool {
    running.pipeline.seek_simple(gst::SeekFlags::FLUSH, gst::ClockTime::ZERO).is_ok()
}

impl Bench {
    fn shop<'a>(&'a self, h264_decoder: &'a str) -> Workshop<'a> {
        Workshop { picture: self.format.size, conversion: &self.conversion, h264_decoder }
    }
}

fn v4l2(device: Option<&str>, bench: &Bench) -> Result<(Chain, String), MediaError> {
    let cameras = linux::cameras();
    let camera = match device {
        Some(device) => {
            // A link of udev (`/dev/v4l/by-id/…`) leads to the node and stays the same over restarts.
            let node = std::fs::canonicalize(device).map_or_else(|_| device.into(), |path| path.display().to_string());
            cameras.into_iter().find(|camera| camera.device == node || camera.bus == device)
        }
        None => cameras.into_iter().next(),
    };
    let missing = || {
        MediaError::pipeline("camera", device.map_or("no camera is connected".into(), |d| format!("{d} is not there")))
    };
    let camera = camera.ok_or_else(missing)?;
    let mode = modes::choose(&camera.modes, bench.format.size);
    let decoder = match &mode {
        Some(mode) if mode.format == "H264" => bench.codecs.first("H264", Direction::Decoder)?,
        _ => String::new(),
    };
    Ok((capture::v4l2(&camera.device, mode.as_ref(), bench.shop(&decoder)), camera.name))
}

/// A film whose pictures go out as they are.
fn raw_film(camera: &Camera, bench: &Bench) -> Result<Option<RawFilm>, MediaError> {
    let path = camera.device.as_deref().filter(|_| camera.source == CameraSource::File);
    path.map_or(Ok(None), |path| RawFilm::open(path.as_ref(), &bench.format))
}

fn file(path: Option<&str>, bench: &Bench) -> Result<Chain, MediaError> {
    let path = path.ok_or_else(|| MediaError::BadSetting("the camera is a file, but no file is named".into()))?;
    Ok(capture::film(path, bench.format.size))
}

/// The number that a test picture's frame code carries: its own, else the box's.
fn card_of(device: Option<&str>, card: u8) -> Result<u8, MediaError> {
    let number = |device: &str| {
        device.parse().map_err(|_| {
            MediaError::BadSetting(format!("the device of a test picture is a number from 0 to 255, not {device:?}"))
        })
    };
    device.map_or(Ok(card), number)
}

/// The source of tiny pictures gives the pace; they are replaced by what `draw` makes.
fn replace(
    pipeline: &gst::Pipeline,
    draw: impl FnMut(&gst::BufferRef) -> Result<gst::Buffer, MediaError> + Send + 'static,
    caps: &gst::Caps,
) -> Result<(), MediaError> {
    let (draw, caps) = (Mutex::new(draw), caps.clone());
    let kinds = gst::PadProbeType::EVENT_DOWNSTREAM | gst::PadProbeType::BUFFER;
    pad(pipeline, "card")?.add_probe(kinds, move |_, probe| {
        match &mut probe.data {
            Some(gst::PadProbeData::Event(event)) if event.type_() == gst::EventType::Caps => {
                *event = gst::event::Caps::new(&caps);
            }
            Some(gst::PadProbeData::Buffer(buffer)) => match locked(&draw)(buffer) {
                Ok(frame) => *buffer = frame,
                Err(error) => {
                    tracing::warn!(%error, "no frame");
                    return gst::PadProbeReturn::Drop;
                }
            },
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
    Ok(())
}

/// The pad that a named element gives its buffers away at.
fn pad(pipeline: &gst::Pipeline, name: &str) -> Result<gst::Pad, MediaError> {
    let pad = named::<gst::Element>(pipeline, name)?.static_pad("src");
    pad.ok_or_else(|| MediaError::pipeline("camera", format!("{name} has no pad")))
}
