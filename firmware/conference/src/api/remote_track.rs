//! Tracks of the other side (spec section 2.10).

use serde::{Deserialize, Serialize};

/// One track of the other side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RemoteTrack {
    /// Names the track inside the call.
    pub id: String,
    /// Sound or picture.
    pub kind: TrackKind,
    /// As the other side labels it; empty when it does not.
    pub label: String,
    /// The msid of its description (RFC 8830), where there is one.
    pub msid: Option<String>,
    /// Which connection brings it.
    pub source: TrackSource,
    /// The first stream it came with.
    pub stream: Option<String>,
}

/// Sound or picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrackKind {
    /// Sound.
    Audio,
    /// Picture.
    Video,
}

impl TrackKind {
    /// As W3C names it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Audio => "audio",
            Self::Video => "video",
        }
    }
}

/// Which connection brings a track.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TrackSource {
    /// That of the call.
    #[default]
    Call,
    /// The receive connection of a spectator.
    Receive,
}

impl RemoteTrack {
    /// Whose track it is: the stream it came with, else its msid, label or own name.
    pub fn participant(&self) -> &str {
        self.first_of([self.stream.as_deref(), self.msid.as_deref()])
    }

    /// The stream it belongs to: its msid, else the stream it came with, its label or own name.
    pub fn group(&self) -> &str {
        self.first_of([self.msid.as_deref(), self.stream.as_deref()])
    }

    fn first_of<'a>(&'a self, names: [Option<&'a str>; 2]) -> &'a str {
        let mut candidates = names.into_iter().flatten().chain([self.label.as_str()]);
        candidates.find(|name| !name.is_empty()).unwrap_or(&self.id)
    }
}
