//! Draws what the box has to say into a [`Picture`].

use super::Picture;

/// What the status display says; plain data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatusPicture {
    /// The state in one or two words, shown large.
    pub title: String,
    /// Up to three lines below the title; what does not fit is cut off with `…`.
    pub lines: Vec<String>,
    /// Symbols in the top bar.
    pub badges: Vec<Badge>,
    /// Text at the left of the top bar, for example a clock or the room's name.
    pub corner: String,
    /// Something is under way: phase of the moving dots, counted up by the caller a few times a second.
    pub progress: Option<u32>,
}

/// A symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Badge {
    /// The camera is off.
    CameraOff,
    /// In a call.
    InCall,
    /// The microphone is off.
    Muted,
    /// No network or no server.
    NetworkBad,
    /// Network and server are there.
    NetworkOk,
    /// Somebody is calling.
    Ringing,
}

/// Draws the picture.
pub fn render(status: &StatusPicture) -> Picture {
    let _ = status;
    Picture::default()
}
