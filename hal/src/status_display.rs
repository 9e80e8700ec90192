//! The small display on the box: a 1-bit picture of 128x64 (SSD1306 size).

mod picture;
pub mod render;

pub use picture::{HEIGHT, Picture, WIDTH};

/// Somewhere a status picture is shown.
pub trait StatusDisplay: Send {
    /// Shows the picture. Returns at once; a slow bus is served in the background, and its failure is reported by the
    /// next call.
    fn show(&mut self, picture: &Picture) -> Result<(), DisplayError>;
}

/// Why a picture could not be shown.
#[derive(Debug, thiserror::Error)]
#[error("status display: {0}")]
pub struct DisplayError(pub String);
