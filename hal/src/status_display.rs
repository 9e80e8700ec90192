//! The small display on the box: a 1-bit picture of 128x64 (SSD1306 size).

/// Width in pixels.
pub const WIDTH: u32 = 128;
/// Height in pixels.
pub const HEIGHT: u32 = 64;

/// A complete 1-bit picture, row by row, one byte a pixel (0 or 1).
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    /// `WIDTH * HEIGHT` entries.
    pub pixels: Vec<u8>,
}

/// Somewhere a status picture is shown.
pub trait StatusDisplay: Send {
    /// Shows the picture.
    fn show(&mut self, picture: &Picture) -> Result<(), DisplayError>;
}

/// Why a picture could not be shown.
#[derive(Debug, thiserror::Error)]
#[error("status display: {0}")]
pub struct DisplayError(pub String);
