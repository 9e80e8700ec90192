//! Buttons: what they are called and what they report.

mod debounce;

use std::time::Instant;

use serde::{Deserialize, Serialize};

pub use debounce::Debounce;

/// What a button asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ButtonAction {
    /// Switch the camera on or off.
    Camera,
    /// Join the conference, leave it, or answer a ringing call.
    JoinLeave,
    /// Mute or unmute the microphone.
    Mute,
    /// Start or stop the presentation.
    Present,
    /// Speaker quieter.
    VolumeDown,
    /// Speaker louder.
    VolumeUp,
}

/// A debounced press, stamped at its first edge.
#[derive(Clone, Debug)]
pub struct Press {
    /// Name in the board file.
    pub button: String,
    /// What it asks for.
    pub action: ButtonAction,
    /// When the first edge came.
    pub at: Instant,
}
