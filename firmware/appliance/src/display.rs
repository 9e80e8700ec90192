//! What the status display says, in words and symbols; drawing it is the board's business.

use serde::{Deserialize, Serialize};

/// Content of the status display (128x64: a title, up to three lines, a row of symbols).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DisplayContent {
    /// One or two words: `In call`, `Ready`.
    pub title: String,
    /// Up to three short lines.
    pub lines: Vec<String>,
    /// Symbols, from left to right.
    pub icons: Vec<Icon>,
}

/// A symbol of the status display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Icon {
    /// In a call.
    Call,
    /// Verified: the camera picture does not go out.
    CameraOff,
    /// Verified: the microphone is muted.
    Muted,
    /// The server is reached.
    Network,
    /// The server is not reached.
    NoNetwork,
    /// A call rings.
    Ringing,
    /// Something needs a person.
    Trouble,
    /// Something is under way.
    Working,
}
