//! From each kind of camera to the one format of the outgoing picture. The end is named `out`.

use std::path::Path;

use roombox_hal::{board::Conversion, cameras::CameraMode};

use super::{Chain, Element, PictureSize};
use crate::error::MediaError;

/// Name of the element behind which few frames go on while no call is on. What decodes stands behind it, so every frame
/// there must stand alone, as raw pictures and JPEG do.
pub(crate) const THIN: &str = "thin";
/// A longer gap between two frames is left open, in nanoseconds: few frames come while no call is on.
const GAP: u64 = 500_000_000;
/// A film is read in blocks of so many bytes: one of raw pictures would otherwise come in ten thousand pieces a second.
const BLOCK: u32 = 262_144;

/// What turns a camera's pictures into the outgoing ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Workshop<'a> {
    pub(crate) picture: PictureSize,
    /// Of the board.
    pub(crate) conversion: &'a Conversion,
    /// For a camera that gives H.264.
    pub(crate) h264_decoder: &'a str,
}

/// A V4L2 camera opened in this mode; without one, in any.
pub(crate) fn v4l2(device: &str, mode: Option<&CameraMode>, shop: Workshop<'_>) -> Chain {
    let source = Element::new("v4l2src").set("device", device);
    let software = || Chain::new().to(queue()).then(software(shop.picture, false));
    let Some(mode) = mode else {
        return Chain::new().to(source).to(Element::new("decodebin")).then(software());
    };
    let size = format!("width={},height={}", mode.width, mode.height);
    match mode.format.as_str() {
        "MJPG" | "JPEG" => {
            let jpeg = Chain::new().to(source).caps(format!("image/jpeg,{size}")).to(thin());
            jpeg.to(Element::new("jpegdec")).then(software())
        }
        "H264" => {
            let h264 = Chain::new().to(source).caps(format!("video/x-h264,{size}")).to(Element::new("h264parse"));
            h264.then(super::decoder::decoder(shop.h264_decoder)).then(software())
        }
        raw => {
            let caps = format!("video/x-raw,format={},{size}", raw_name(raw).unwrap_or("I420"));
            let source = shop.conversion.io_mode.iter().fold(source, |source, mode| source.set("io-mode", mode));
            Chain::new().to(source).caps(caps).to(thin()).to(queue()).then(converted(shop))
        }
    }
}

/// `GStreamer`'s name of a V4L2 raw format that can be used.
pub(crate) fn raw_name(format: &str) -> Option<&'static str> {
    match format {
        "YU12" => Some("I420"),
        "YV12" => Some("YV12"),
        "NV12" => Some("NV12"),
        "YUYV" => Some("YUY2"),
        "UYVY" => Some("UYVY"),
        _ => None,
    }
}

/// A camera behind libcamera. The image processor scales and converts: only the size asked for leaves it.
pub(crate) fn libcamera(name: Option<&str>, shop: Workshop<'_>) -> Chain {
    let source = name.iter().fold(Element::new("libcamerasrc"), |source, name| source.set("camera-name", name));
    let caps = format!("video/x-raw,{}", shop.picture.size());
    Chain::new().to(source).caps(caps).to(thin()).to(queue()).then(software(shop.picture, false))
}

/// A CSI camera of a Jetson. Frames come in the video processor's own memory; `nvvidconv` brings them out of it.
pub(crate) fn argus(sensor: Option<&str>, shop: Workshop<'_>) -> Result<Chain, MediaError> {
    let mut source = Element::new("nvarguscamerasrc");
    if let Some(sensor) = sensor {
        let wrong = || MediaError::BadSetting(format!("the sensor of a Jetson camera is a number, not {sensor:?}"));
        source = source.set("sensor-id", sensor.parse::<u8>().map_err(|_| wrong())?);
    }
    let PictureSize { rate, .. } = shop.picture;
    let caps = format!("video/x-raw(memory:NVMM),format=NV12,{},framerate={rate}/1", shop.picture.size());
    let chain = Chain::new().to(source).caps(caps).to(thin()).to(Element::new("nvvidconv"));
    let chain = chain.caps("video/x-raw,format=I420");
    Ok(chain.to(queue()).then(software(shop.picture, false)))
}

/// A film, at its own pace.
pub(crate) fn film(path: &str, picture: PictureSize) -> Chain {
    let decode = Element::new("decodebin").set("caps", "video/x-raw").set("expose-all-streams", false);
    let file = Element::new("filesrc").set("location", path).set("blocksize", BLOCK);
    Chain::new().to(file).to(decode).then(software(picture, true))
}

/// One picture out of a file.
pub(crate) fn picture_file(path: &Path, picture: PictureSize) -> Chain {
    let caps = format!("video/x-raw,format=I420,{},pixel-aspect-ratio=1/1", picture.size());
    Chain::new()
        .to(Element::new("filesrc").set("location", path.display()))
        .to(Element::new("decodebin"))
        .to(Element::new("videoconvert"))
        .to(Element::new("videoscale").set("add-borders", true))
        .caps(caps)
        .to(out(false))
}

/// A stream from the network; the element `net` is told its address.
pub(crate) fn stream(picture: PictureSize) -> Chain {
    let net = Element::new("uridecodebin").named("net").set("caps", "video/x-raw").set("expose-all-streams", false);
    Chain::new().to(net).to(queue()).then(software(picture, true))
}

/// A source of tiny pictures gives the pace; they are replaced behind the element `card`.
pub(crate) fn test_picture(picture: PictureSize) -> Chain {
    Chain::new()
        .to(Element::new("videotestsrc").set("is-live", true).set("pattern", "black"))
        .caps(format!("video/x-raw,format=I420,width=16,height=16,framerate={}/1", picture.rate))
        .to(thin())
        .to(Element::new("identity").named("card"))
        .to(out(false))
}

fn thin() -> Element {
    Element::new("identity").named(THIN)
}

/// A camera thread must not wait for what comes behind it.
fn queue() -> Element {
    Element::new("queue").set("max-size-buffers", 2).set("leaky", "downstream")
}

/// By the board's own converter where it has one, which leaves the size to `videoscale`: it would not keep the shape.
fn converted(Workshop { picture, conversion, .. }: Workshop<'_>) -> Chain {
    let behind = match conversion.element.as_deref() {
        Some("v4l2convert") => {
            let import = conversion.io_mode.as_deref() == Some("dmabuf");
            let element = Element::new("v4l2convert");
            let element = if import { element.set("output-io-mode", "dmabuf-import") } else { element };
            Chain::new().to(element)
        }
        None | Some("videoconvert") => return software(picture, false),
        Some(other) => Chain::new().to(Element::new(other)),
    };
    behind.caps("video/x-raw,format=I420").then(software(picture, false))
}

/// Whatever comes, in the format of the outgoing picture; what fits already passes untouched.
fn software(picture: PictureSize, sync: bool) -> Chain {
    Chain::new()
        .to(Element::new("videoconvert").set("n-threads", 2))
        .to(Element::new("videoscale").set("n-threads", 2).set("add-borders", true))
        .to(Element::new("videorate").set("skip-to-first", true).set("max-duplication-time", GAP))
        .to(format(picture))
        .to(out(sync))
}

fn format(picture: PictureSize) -> Element {
    Element::new("capsfilter").named("format").set("caps", picture.caps())
}

fn out(sync: bool) -> Element {
    Element::new("appsink")
        .named("out")
        .set_all(&[("wait-on-eos", "false"), ("enable-last-sample", "false"), ("max-buffers", "2"), ("drop", "true")])
        .set("sync", sync)
}
