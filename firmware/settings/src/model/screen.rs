//! What is on the TV.

use serde::{Deserialize, Serialize};

/// `[screen]`
#[derive(Clone, Debug, Default, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Screen {
    /// Overrides the board's output: `kms`, `window` or `none`.
    pub output: Option<ScreenOutput>,
    /// How it is divided in calls, default `standard`.
    pub layout: Layout,
    /// Where the own picture stands in calls, default `bottom-right`.
    pub self_view: SelfView,
    /// Of what is written on it, default `en`.
    pub language: Language,
}

/// Where the conference picture goes.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum ScreenOutput {
    /// Straight to the display through kernel mode setting.
    Kms,
    /// No display: panel snapshots only.
    None,
    /// A desktop window.
    Window,
}

/// How the screen is divided in a call.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// The remote picture fills the screen; content takes the large place, the remote and the own picture stand beside it.
    #[default]
    Standard,
    /// Two halves: the remote and the own picture, or content and the remote picture.
    SideBySide,
    /// Content fills the screen, the remote picture stands in a corner.
    Content,
    /// The remote picture fills the screen, content stands in a corner.
    Speaker,
    /// The remote picture and nothing else.
    RemoteOnly,
}

/// Where the own picture stands.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum SelfView {
    /// It is not shown.
    Off,
    /// Upper left corner.
    TopLeft,
    /// Upper right corner.
    TopRight,
    /// Lower left corner.
    BottomLeft,
    /// Lower right corner.
    #[default]
    BottomRight,
}

/// A language that people read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Russian.
    Ru,
    /// Simplified Chinese.
    Zh,
}
