//! A board as data: what its file says is there.

mod builtin;
mod clashes;
mod load;
mod nearest;
mod values;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use builtin::{BUILTIN_NAMES, builtin};
pub use load::{BoardFinding, load};
pub use nearest::nearest;

use crate::buttons::ButtonAction;

/// One board file after its `extends` chain is merged.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Board {
    /// Name for people.
    pub name: String,
    /// File name (without folder) of the board this one extends.
    pub extends: Option<String>,
    /// True on the virtual board only.
    pub virtual_board: bool,
    /// Who drives GPIO lines.
    pub gpio_backend: GpioBackend,
    /// GPIO lines that belong to something else on this board, each with its purpose; a button or light there is an
    /// error.
    pub reserved_gpio: BTreeMap<String, String>,
    /// Buttons.
    pub buttons: Vec<Button>,
    /// Lights.
    pub leds: Vec<LedWiring>,
    /// The small display, where there is one.
    pub status_display: Option<DisplayWiring>,
    /// The camera.
    pub camera: Camera,
    /// Cameras that can take its place, in this order.
    pub other_cameras: Vec<Camera>,
    /// Microphone and speaker.
    pub audio: AudioDevices,
    /// The TV.
    pub screen: ScreenWiring,
    /// What converts camera pictures on the board, where that is not software.
    pub conversion: Conversion,
    /// Encoders and decoders of each video codec by `GStreamer` element name, best first; the first that works is taken.
    pub codecs: Codecs,
}

/// Who drives GPIO lines.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum GpioBackend {
    /// The kernel's GPIO character device; any board.
    #[default]
    Cdev,
    /// The `rppal` crate; Raspberry Pi only, lines by BCM number (`GPIO17`).
    Rppal,
}

/// One button.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// Name in events.
    pub name: String,
    /// What it asks for.
    pub action: ButtonAction,
    /// GPIO line as `gpiochipN:LINE` or a line name.
    #[serde(default)]
    pub gpio: Option<String>,
    /// Key of a keyboard or remote control by its Linux name (`KEY_ENTER`).
    #[serde(default)]
    pub key: Option<String>,
    /// The line is low when pressed, and is pulled up inside the chip; otherwise it is pulled down. Default true.
    #[serde(default = "yes")]
    pub active_low: bool,
    /// Debounce in milliseconds, 0..=200, default 10.
    #[serde(default = "ten")]
    pub debounce_ms: u32,
}

const fn yes() -> bool {
    true
}

const fn ten() -> u32 {
    10
}

/// One light.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct LedWiring {
    /// What it tells: `call`, `mute` or `network`.
    pub name: String,
    /// GPIO line as `gpiochipN:LINE` or a line name.
    #[serde(default)]
    pub gpio: Option<String>,
    /// The light shines when the line is low. Default false.
    #[serde(default)]
    pub active_low: bool,
}

/// The small display.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct DisplayWiring {
    /// `ssd1306` or `virtual`.
    pub driver: String,
    /// I2C bus device, for example `/dev/i2c-1`.
    #[serde(default)]
    pub i2c: Option<String>,
    /// I2C address, default 0x3c.
    #[serde(default)]
    pub address: Option<u8>,
}

/// Where the camera picture comes from.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Camera {
    /// `v4l2`, `libcamera`, `argus`, `test-picture`, `file` or `none`.
    pub source: CameraSource,
    /// Device node or file; for `v4l2` the first camera when absent; for `test-picture` the number in its frame code.
    pub device: Option<String>,
}

/// Kind of camera.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum CameraSource {
    /// A CSI camera of a Jetson through `nvarguscamerasrc`.
    Argus,
    /// A video file, played in a loop.
    File,
    /// A CSI camera of a Raspberry Pi through `libcamerasrc`.
    Libcamera,
    /// No camera.
    None,
    /// A moving test card with a frame code.
    TestPicture,
    /// A V4L2 device.
    #[default]
    V4l2,
}

/// Microphone and speaker.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct AudioDevices {
    /// `alsa:NAME`, `speech`, `tone:HZ`, `beeps` (while the test picture flashes), `silence`,
    /// `room:MS` (hears what the virtual speaker plays after so many ms, at most 500); default `alsa:default`.
    pub microphone: Option<String>,
    /// `alsa:NAME`, `virtual`; default `alsa:default`.
    pub speaker: Option<String>,
    /// Time in ms, at most 500, that sound takes from speaker to microphone beyond what the devices tell of themselves,
    /// at least; default 0. The echo canceller covers 150 ms more. A TV that processes its sound takes up to 100 ms.
    pub echo_delay_ms: Option<u16>,
}

/// The TV output.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct ScreenWiring {
    /// `kms`, `window` or `none`; the driver of `kms` by `kms_driver`.
    pub output: Option<String>,
    /// KMS driver name, for example `vc4`.
    pub kms_driver: Option<String>,
    /// `GStreamer` sink behind `kms`; default `kmssink`.
    pub kms_element: Option<String>,
    /// Connector that `kmssink` uses, by its number in the display driver; the first that is plugged in when absent.
    pub kms_connector: Option<u32>,
    /// Plane that `kmssink` draws on, by its number in the display driver; one that fits when absent.
    pub kms_plane: Option<u32>,
}

/// How raw camera pictures are converted.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Conversion {
    /// `GStreamer` element: `nvvidconv`, `v4l2convert`, or `videoconvert`, which is software and the default.
    pub element: Option<String>,
    /// `io-mode` of `v4l2src` for raw pictures: `auto`, `mmap` or `dmabuf`; `dmabuf` hands them to the element uncopied.
    pub io_mode: Option<String>,
}

/// Codec elements.
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Codecs {
    /// H.264 encoders.
    pub h264_encoders: Vec<String>,
    /// H.264 decoders.
    pub h264_decoders: Vec<String>,
    /// VP8 encoders.
    pub vp8_encoders: Vec<String>,
    /// VP8 decoders.
    pub vp8_decoders: Vec<String>,
    /// VP9 encoders.
    pub vp9_encoders: Vec<String>,
    /// VP9 decoders.
    pub vp9_decoders: Vec<String>,
    /// AV1 encoders.
    pub av1_encoders: Vec<String>,
    /// AV1 decoders.
    pub av1_decoders: Vec<String>,
}
