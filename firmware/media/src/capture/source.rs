//! Pipelines from each kind of camera to the one format of the outgoing picture.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use gst::prelude::*;
use roombox_hal::{
    board::{Camera, CameraSource},
    linux,
};

use crate::{
    capture::{PictureFormat, modes, test_card::CardFrames},
    error::MediaError,
    pipeline::{Pace, Running, Timeline, described, locked, named},
    relay,
};

/// A camera that runs.
pub(crate) struct Opened {
    pub(crate) running: Running,
    /// For people.
    pub(crate) name: String,
}

/// Opens the camera; its frames, in this format and on this time line, go to `each`. `card`: number for the frame code of
/// a test picture that has none of its own.
pub(crate) fn open(
    camera: &Camera,
    card: u8,
    format: &PictureFormat,
    timeline: &Arc<Timeline>,
    each: impl FnMut(gst::Buffer) + Send + 'static,
) -> Result<Opened, MediaError> {
    let device = camera.device.as_deref();
    let (pipeline, name, own_pace) = match camera.source {
        CameraSource::V4l2 => {
            let (pipeline, name) = v4l2(device, format)?;
            (pipeline, name, false)
        }
        CameraSource::Libcamera => (libcamera(device, format)?, "CSI camera".into(), false),
        CameraSource::Argus => (argus(device, format)?, "CSI camera".into(), false),
        CameraSource::File => (file(device, format)?, "file".into(), true),
        CameraSource::TestPicture => (test_picture(card_of(device, card)?, format)?, "test picture".into(), false),
        CameraSource::None => return Err(MediaError::BadSetting("no camera is configured".into())),
    };
    let pace = if own_pace { Pace::Own(timeline) } else { Pace::Common(timeline) };
    Ok(Opened { running: run(pipeline, pace, timeline, each)?, name })
}

/// A picture file as a still, as often as the format says.
pub(crate) fn picture(
    path: &Path,
    format: &PictureFormat,
    timeline: &Arc<Timeline>,
    each: impl FnMut(gst::Buffer) + Send + 'static,
) -> Result<Running, MediaError> {
    let info = &format.info;
    let pipeline = described(&format!(
        "filesrc name=file ! decodebin ! videoconvert ! videoscale add-borders=true ! \
         video/x-raw,format=I420,width={},height={},pixel-aspect-ratio=1/1 ! imagefreeze is-live=true ! \
         capsfilter name=format ! appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=2 drop=true \
         sync=true",
        info.width(),
        info.height()
    ))?;
    named::<gst::Element>(&pipeline, "file")?.set_property("location", path);
    set_format(&pipeline, format)?;
    run(pipeline, Pace::Own(timeline), timeline, each)
}

fn run(
    pipeline: gst::Pipeline,
    pace: Pace<'_>,
    timeline: &Arc<Timeline>,
    mut each: impl FnMut(gst::Buffer) + Send + 'static,
) -> Result<Running, MediaError> {
    relay::drain(&named(&pipeline, "out")?, Arc::clone(timeline), move |frame, _| each(frame));
    Running::start("camera", pipeline, pace)
}

/// Plays a file from its beginning again.
pub(crate) fn from_beginning(running: &Running) -> bool {
    running.pipeline.seek_simple(gst::SeekFlags::FLUSH, gst::ClockTime::ZERO).is_ok()
}

fn v4l2(device: Option<&str>, format: &PictureFormat) -> Result<(gst::Pipeline, String), MediaError> {
    let cameras = linux::cameras();
    let camera = match device {
        Some(device) => cameras.into_iter().find(|camera| camera.device == device),
        None => cameras.into_iter().next(),
    };
    let missing = || {
        MediaError::pipeline("camera", device.map_or("no camera is connected".into(), |d| format!("{d} is not there")))
    };
    let camera = camera.ok_or_else(missing)?;
    let info = &format.info;
    let mode = modes::choose(&camera.modes, (info.width(), info.height(), info.fps().numer().cast_unsigned()));
    let (caps, decoder) = mode.map_or_else(|| ("ANY".into(), "decodebin"), |mode| modes::caps(&mode));
    let pipeline = described(&format!(
        "v4l2src name=device ! capsfilter name=mode ! {decoder} ! queue max-size-buffers=2 leaky=downstream ! {}",
        normal("sync=false")
    ))?;
    named::<gst::Element>(&pipeline, "device")?.set_property("device", &camera.device);
    named::<gst::Element>(&pipeline, "mode")?.set_property("caps", caps.parse::<gst::Caps>()?);
    set_format(&pipeline, format)?;
    Ok((pipeline, camera.name))
}

/// The image processor scales and converts: only the size asked for leaves it.
fn libcamera(name: Option<&str>, format: &PictureFormat) -> Result<gst::Pipeline, MediaError> {
    let (width, height) = (format.info.width(), format.info.height());
    let pipeline = described(&format!(
        "libcamerasrc name=device ! video/x-raw,width={width},height={height} ! \
         queue max-size-buffers=2 leaky=downstream ! {}",
        normal("sync=false")
    ))?;
    if let Some(name) = name {
        named::<gst::Element>(&pipeline, "device")?.set_property("camera-name", name);
    }
    set_format(&pipeline, format)?;
    Ok(pipeline)
}

/// Frames come in the video processor's own memory; `nvvidconv` brings them out of it.
fn argus(sensor: Option<&str>, format: &PictureFormat) -> Result<gst::Pipeline, MediaError> {
    let (width, height, rate) = (format.info.width(), format.info.height(), format.info.fps());
    let pipeline = described(&format!(
        "nvarguscamerasrc name=device ! \
         video/x-raw(memory:NVMM),format=NV12,width={width},height={height},framerate={rate} ! nvvidconv ! \
         video/x-raw,format=I420 ! {}",
        normal("sync=false")
    ))?;
    if let Some(sensor) = sensor {
        let number = || MediaError::BadSetting(format!("the sensor of a Jetson camera is a number, not {sensor:?}"));
        let sensor: i32 = sensor.parse().map_err(|_| number())?;
        named::<gst::Element>(&pipeline, "device")?.set_property("sensor-id", sensor);
    }
    set_format(&pipeline, format)?;
    Ok(pipeline)
}

fn file(path: Option<&str>, format: &PictureFormat) -> Result<gst::Pipeline, MediaError> {
    let path = path.ok_or_else(|| MediaError::BadSetting("the camera is a file, but no file is named".into()))?;
    let description = format!(
        "filesrc name=file ! decodebin name=decode caps=video/x-raw expose-all-streams=false ! {}",
        normal("sync=true")
    );
    let pipeline = described(&description)?;
    named::<gst::Element>(&pipeline, "file")?.set_property("location", path);
    set_format(&pipeline, format)?;
    Ok(pipeline)
}

/// Whatever comes, in the format of the outgoing picture.
fn normal(sync: &str) -> String {
    format!(
        "videoconvert n-threads=2 ! videoscale n-threads=2 add-borders=true ! videorate skip-to-first=true ! \
         capsfilter name=format ! appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=2 drop=true {sync}"
    )
}

fn set_format(pipeline: &gst::Pipeline, format: &PictureFormat) -> Result<(), MediaError> {
    named::<gst::Element>(pipeline, "format")?.set_property("caps", &format.caps);
    Ok(())
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

/// The source gives the pace; its buffers are replaced by frames of the card out of a pool.
fn test_picture(card: u8, format: &PictureFormat) -> Result<gst::Pipeline, MediaError> {
    let size = format.info.height() / 10;
    let pipeline = described(&format!(
        "videotestsrc name=pace is-live=true pattern=black ! capsfilter name=format ! \
         clockoverlay time-format=\"%H:%M:%S\" halignment=center valignment=position ypos=0.42 \
         font-desc=\"Sans Bold {size}px\" auto-resize=false draw-shadow=false draw-outline=false ! \
         appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=2 drop=true sync=false"
    ))?;
    set_format(&pipeline, format)?;
    let frames = Mutex::new(CardFrames::new(card, format)?);
    let pad = named::<gst::Element>(&pipeline, "pace")?.static_pad("src");
    let pad = pad.ok_or_else(|| MediaError::pipeline("test picture", "has no pad to draw at"))?;
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
        if let Some(gst::PadProbeData::Buffer(buffer)) = &mut probe.data {
            match locked(&frames).next(buffer) {
                Ok(frame) => *buffer = frame,
                Err(error) => tracing::warn!(%error, "test picture: no frame"),
            }
        }
        gst::PadProbeReturn::Ok
    });
    Ok(pipeline)
}
