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
    attention::Attention,
    capture::{PictureFormat, modes, test_card::CardFrames, thin},
    error::MediaError,
    pipeline::{Pace, Running, Timeline, described, locked, named},
    relay,
};

/// Name of the element behind which few frames go on while no call is on. What decodes stands behind it.
const THIN: &str = "thin";

/// A longer gap between two frames is left open, in nanoseconds: few frames come while no call is on.
const GAP: u64 = 500_000_000;

/// A camera that runs.
pub(crate) struct Opened {
    pub(crate) running: Running,
    /// For people.
    pub(crate) name: String,
}

/// Opens the camera; its frames, in this format and on this time line, go to `each`. `card`: number for the frame code of
/// a test picture that has none of its own. With `attention`, few frames are made while no call is on.
pub(crate) fn open(
    camera: &Camera,
    card: u8,
    format: &PictureFormat,
    timeline: &Arc<Timeline>,
    attention: Option<&Arc<Attention>>,
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
    if let (Some(attention), Ok(place)) = (attention, pad(&pipeline, THIN)) {
        thin::at(&place, attention);
    }
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
    let (caps, decoder) = mode.as_ref().map_or_else(|| ("ANY".into(), "decodebin"), modes::caps);
    let thin = if mode.is_some_and(|mode| modes::stands_alone(&mode)) { behind_thin() } else { String::new() };
    let pipeline = described(&format!(
        "v4l2src name=device ! capsfilter name=mode ! {thin}{decoder} ! queue max-size-buffers=2 leaky=downstream ! {}",
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
        "libcamerasrc name=device ! video/x-raw,width={width},height={height} ! {}\
         queue max-size-buffers=2 leaky=downstream ! {}",
        behind_thin(),
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
    let (width, height, rate) = (format.info.width(), format.info.height(), rate(format));
    let pipeline = described(&format!(
        "nvarguscamerasrc name=device ! \
         video/x-raw(memory:NVMM),format=NV12,width={width},height={height},framerate={rate} ! {}nvvidconv ! \
         video/x-raw,format=I420 ! {}",
        behind_thin(),
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

fn behind_thin() -> String {
    format!("identity name={THIN} ! ")
}

/// Whatever comes, in the format of the outgoing picture.
fn normal(sync: &str) -> String {
    format!(
        "videoconvert n-threads=2 ! videoscale n-threads=2 add-borders=true ! videorate skip-to-first=true max-duplication-time={GAP} ! \
         capsfilter name=format ! appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=2 drop=true {sync}"
    )
}

/// The frame rate as caps write it; a whole `gst::Fraction` shows itself without its denominator.
fn rate(format: &PictureFormat) -> String {
    let rate = format.info.fps();
    format!("{}/{}", rate.numer(), rate.denom())
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

/// A source of tiny pictures gives the pace; they are replaced by frames of the card out of a pool.
fn test_picture(card: u8, format: &PictureFormat) -> Result<gst::Pipeline, MediaError> {
    let pipeline = described(&format!(
        "videotestsrc name=pace is-live=true pattern=black ! \
         video/x-raw,format=I420,width=16,height=16,framerate={} ! \
         identity name={THIN} ! identity name=card ! \
         appsink name=out wait-on-eos=false enable-last-sample=false max-buffers=2 drop=true sync=false",
        rate(format)
    ))?;
    let (frames, caps) = (Mutex::new(CardFrames::new(card, format)?), format.caps.clone());
    let kinds = gst::PadProbeType::EVENT_DOWNSTREAM | gst::PadProbeType::BUFFER;
    pad(&pipeline, "card")?.add_probe(kinds, move |_, probe| {
        match &mut probe.data {
            Some(gst::PadProbeData::Event(event)) if event.type_() == gst::EventType::Caps => {
                *event = gst::event::Caps::new(&caps);
            }
            Some(gst::PadProbeData::Buffer(buffer)) => match locked(&frames).next(buffer) {
                Ok(frame) => *buffer = frame,
                Err(error) => tracing::warn!(%error, "test picture: no frame"),
            },
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
    Ok(pipeline)
}

/// The pad that a named element gives its buffers away at.
fn pad(pipeline: &gst::Pipeline, name: &str) -> Result<gst::Pad, MediaError> {
    let pad = named::<gst::Element>(pipeline, name)?.static_pad("src");
    pad.ok_or_else(|| MediaError::pipeline("camera", format!("{name} has no pad")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_frame_rates_are_written_as_fractions() {
        gst::init().unwrap();
        assert_eq!(rate(&PictureFormat::new((1280, 720, 30)).unwrap()), "30/1");
    }
}
