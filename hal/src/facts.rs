//! What a machine has, whatever its board file says.

use serde::{Deserialize, Serialize};

use crate::audio::AudioInfo;
use crate::cameras::CameraInfo;
use crate::findings::DeviceFinding;
use crate::screens::DisplayInfo;

/// Everything that was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineFacts {
    /// As the machine calls itself; empty where it does not.
    pub model: String,
    /// Version of the running kernel.
    pub kernel: String,
    /// Board inside the program that fits the model best.
    pub nearest_board: String,
    /// Cameras that V4L2 knows; CSI cameras behind an image processor are not among them.
    pub cameras: Vec<CameraInfo>,
    /// Sound devices.
    pub sound: Vec<AudioInfo>,
    /// Display connectors.
    pub displays: Vec<DisplayInfo>,
    /// GPIO chips that may be opened.
    pub gpio: Vec<GpioChip>,
    /// What the board file names and the machine does not have.
    pub missing: Vec<DeviceFinding>,
}

/// A GPIO chip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GpioChip {
    /// For example `gpiochip0`.
    pub name: String,
    /// As its driver calls it.
    pub label: String,
    /// Lines it has.
    pub lines: u32,
}
