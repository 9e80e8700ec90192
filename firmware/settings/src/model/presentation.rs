//! What we show besides the camera.

use serde::{Deserialize, Serialize};

use super::Secret;

/// Name of the moving test card among the sources.
pub const TEST_CARD: &str = "test-card";
/// Name of `picture` among the sources.
pub const PICTURE: &str = "picture";
/// Name of a screen that somebody shares through the panel; it is a source while that lasts.
pub const SHARE: &str = "screen-share";

/// `[presentation]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Presentation {
    /// Name of the source that is shown when no other is asked for; `picture` where there is one, else the test card.
    pub source: Option<String>,
    /// Whether it starts by itself; default never.
    pub auto: AutoPresent,
    /// What can be shown besides the test card.
    pub sources: Vec<Source>,
    /// PNG or JPEG file to show as a still; the moving test card when absent.
    pub picture: Option<String>,
    /// What the picture is about; default `detail`.
    pub hint: ContentHint,
    /// Upper bound of its bit rate in kbit/s, 64..=20000, default 1000 (spec section 4.6).
    pub max_bitrate_kbps: u32,
}

impl Default for Presentation {
    fn default() -> Self {
        Self {
            source: None,
            auto: AutoPresent::Never,
            sources: Vec::new(),
            picture: None,
            hint: ContentHint::Detail,
            max_bitrate_kbps: 1000,
        }
    }
}

impl Presentation {
    /// Names of everything that can be shown, the configured ones first.
    pub fn names(&self) -> Vec<&str> {
        let picture = self.picture.as_ref().map(|_| PICTURE);
        self.sources.iter().map(|source| source.name.trim()).chain(picture).chain([TEST_CARD]).collect()
    }

    /// Name of the source that is shown when no other is asked for.
    pub fn first(&self) -> &str {
        let fallback = if self.picture.is_some() { PICTURE } else { TEST_CARD };
        self.source.as_deref().map_or(fallback, str::trim)
    }
}

/// When a presentation starts by itself.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum AutoPresent {
    /// Only when somebody wants it.
    Never,
    /// In a call, as soon as the capture device named by `source` has a signal.
    OnSignal,
}

/// Something that can be presented.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What people call it.
    pub name: String,
    /// What it is.
    pub kind: SourceKind,
    /// A device, file, folder or address; a capture device may be left to the board.
    #[serde(default)]
    pub place: Option<String>,
    /// Seconds after which the next page comes by itself, 1..=86400; absent = never.
    #[serde(default)]
    pub interval: Option<u32>,
    /// User at the server of a stream.
    #[serde(default)]
    pub user: Option<String>,
    /// Password at the server of a stream.
    #[serde(default)]
    pub password: Option<Secret>,
}

/// Kinds of sources.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum SourceKind {
    /// A capture device (HDMI, USB) or a camera.
    Capture,
    /// A folder of PNG and JPEG files.
    Folder,
    /// A PDF file.
    Pdf,
    /// A PNG or JPEG file.
    Picture,
    /// A stream from the network.
    Stream,
}

impl SourceKind {
    /// Its place is a file or folder.
    pub const fn is_file(self) -> bool {
        matches!(self, Self::Folder | Self::Pdf | Self::Picture)
    }

    /// It has pages to turn.
    pub const fn has_pages(self) -> bool {
        matches!(self, Self::Folder | Self::Pdf)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_owners_source_comes_first_then_the_picture_then_the_test_card() {
        let mut presentation = Presentation::default();
        assert_eq!((presentation.first(), presentation.names()), (TEST_CARD, vec![TEST_CARD]));
        presentation.picture = Some("a.png".into());
        assert_eq!((presentation.first(), presentation.names()), (PICTURE, vec![PICTURE, TEST_CARD]));
        presentation.source = Some(" laptop ".into());
        assert_eq!(presentation.first(), "laptop");
    }
}
