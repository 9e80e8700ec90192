//! How the screen is divided and what is written on it.

use serde::{Deserialize, Serialize};

/// How the screen is divided in a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// The remote picture fills the screen. Content takes the large place when it comes, with the remote and the own
    /// picture in a column beside it.
    #[default]
    Standard,
    /// Two halves: the remote and the own picture, or content and the remote picture.
    SideBySide,
    /// Content fills the screen when it comes, the remote picture stands in a corner.
    Content,
    /// The remote picture always fills the screen, content stands in a corner.
    Speaker,
    /// The remote picture and nothing else.
    RemoteOnly,
}

/// A corner of the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Corner {
    /// Upper left.
    TopLeft,
    /// Upper right.
    TopRight,
    /// Lower left.
    BottomLeft,
    /// Lower right.
    #[default]
    BottomRight,
}

/// What is wanted of the screen in calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct View {
    /// How it is divided.
    pub layout: Layout,
    /// Where the own picture stands where it has no place of its own; `None` = it is not shown.
    pub own: Option<Corner>,
}

impl Default for View {
    fn default() -> Self {
        Self { layout: Layout::default(), own: Some(Corner::default()) }
    }
}

/// What is written over the pictures on the screen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    /// Whose picture is whose.
    pub names: Names,
    /// What people must know now, the most important first.
    pub signs: Vec<Sign>,
}

/// Names are shown for some seconds when they, or the pictures, change; an empty one is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names {
    /// Of the remote picture.
    pub remote: String,
    /// Of content.
    pub content: String,
    /// Of the own picture.
    pub own: String,
}

/// A few words with a mark before them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The mark.
    pub mark: Mark,
    /// For people.
    pub text: String,
}

/// What stands before the words of a sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A crossed-out microphone.
    Muted,
    /// The same in the colour of alarm.
    SpeakingMuted,
    /// A yellow light.
    Fair,
    /// A red light.
    Poor,
}
