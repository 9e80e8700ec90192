//! What we show besides the camera.

use serde::{Deserialize, Serialize};

/// `[presentation]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Presentation {
    /// PNG or JPEG file to show as a still; the moving test card when absent.
    pub picture: Option<String>,
    /// What the picture is about; default `detail`.
    pub hint: ContentHint,
    /// Upper bound of its bit rate in kbit/s, 64..=20000, default 1000 (spec section 4.6).
    pub max_bitrate_kbps: u32,
}

impl Default for Presentation {
    fn default() -> Self {
        Self { picture: None, hint: ContentHint::Detail, max_bitrate_kbps: 1000 }
    }
}

/// What gives way first when little bandwidth is left (W3C mst-content-hint).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ContentHint {
    /// Pages and pictures: frame rate.
    Detail,
    /// Moving pictures: resolution.
    Motion,
    /// Text: frame rate, sharper still.
    Text,
}
