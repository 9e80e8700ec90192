//! What people call the layouts of the TV.
#![allow(clippy::doc_markdown, reason = "these sentences are read in a terminal")]

use clap::ValueEnum;
use roombox_appliance::tree;

/// How the TV is divided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Layout {
    /// The other side fills it; what it presents is large, with the pictures of both sides beside it
    Standard,
    /// Two halves: both sides, or what is presented and the other side
    SideBySide,
    /// What is presented fills it, the other side stands in a corner
    Content,
    /// The other side fills it, what it presents stands in a corner
    Speaker,
    /// The other side and nothing else
    RemoteOnly,
}

impl From<Layout> for tree::Layout {
    fn from(layout: Layout) -> Self {
        match layout {
            Layout::Standard => Self::Standard,
            Layout::SideBySide => Self::SideBySide,
            Layout::Content => Self::Content,
            Layout::Speaker => Self::Speaker,
            Layout::RemoteOnly => Self::RemoteOnly,
        }
    }
}

/// Where the own picture stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SelfView {
    Off,
    TopLeft,
    TopRight,
    BottomLeft,
    BottomRight,
}

impl From<SelfView> for tree::SelfView {
    fn from(place: SelfView) -> Self {
        match place {
            SelfView::Off => Self::Off,
            SelfView::TopLeft => Self::TopLeft,
            SelfView::TopRight => Self::TopRight,
            SelfView::BottomLeft => Self::BottomLeft,
            SelfView::BottomRight => Self::BottomRight,
        }
    }
}
