//! Displays: where one can be plugged in and what it can show.

use serde::{Deserialize, Serialize};

/// A place where a display can be plugged in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplayInfo {
    /// Connector with its card, for example `card1-HDMI-A-1`.
    pub connector: String,
    /// Something is plugged in; true as well where the driver cannot tell.
    pub connected: bool,
    /// What the display can show, best first, for example `1920x1080`; empty without one.
    pub modes: Vec<String>,
}
