//! Cameras: what they are called and what they can do.

use serde::{Deserialize, Serialize};

/// A camera that is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraInfo {
    /// Device node, for example `/dev/video0`.
    pub device: String,
    /// Name for people.
    pub name: String,
    /// Kernel driver.
    pub driver: String,
    /// Where it is plugged in, for example `usb-0000:01:00.0-1.2`; stays the same over restarts.
    pub bus: String,
    /// What it delivers.
    pub modes: Vec<CameraMode>,
}

/// One picture format of a camera.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CameraMode {
    /// V4L2 four-character code, for example `MJPG`.
    pub format: String,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Highest frame rate, frames per 1000 seconds; 0 when the driver does not tell.
    pub max_millifps: u32,
}
