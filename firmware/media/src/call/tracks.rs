//! The other side's tracks, as the owner is told of them.

use std::collections::HashMap;

use crate::{
    api::{RemoteTrack, TrackKind},
    peer::{Kind, Track},
};

/// What was told, by m-line.
#[derive(Debug, Default)]
pub(super) struct Tracks(HashMap<String, RemoteTrack>);

/// What is new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// A track is there, or described anew.
    Added(RemoteTrack),
    /// The track of this id is gone.
    Removed(String),
}

impl Tracks {
    /// The line brings this track.
    pub(super) fn comes(&mut self, mid: &str, kind: Kind, track: Track) -> Vec<News> {
        let kind = if kind == Kind::Audio { TrackKind::Audio } else { TrackKind::Video };
        let taken = self.0.iter().any(|(other, told)| other != mid && told.id == track.id);
        // Two tracks of one name could not be told apart.
        let id = if taken || track.id.is_empty() { format!("{}#{mid}", track.id) } else { track.id };
        let track = RemoteTrack { id, kind, label: track.label, msid: track.msid, stream: track.stream };
        let former = self.0.insert(mid.to_owned(), track.clone());
        let mut news = Vec::new();
        if let Some(former) = former.as_ref().filter(|former| former.id != track.id) {
            news.push(News::Removed(former.id.clone()));
        }
        if former.as_ref() != Some(&track) {
            news.push(News::Added(track));
        }
        news
    }

    /// The line brings nothing any more.
    pub(super) fn ends(&mut self, mid: &str) -> Option<News> {
        self.0.remove(mid).map(|track| News::Removed(track.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn track(id: &str, label: &str) -> Track {
        Track { id: id.into(), label: label.into(), ..Track::default() }
    }

    fn told(news: &[News]) -> Vec<(&str, bool)> {
        let name = |news: &'_ News| match news {
            News::Added(track) => (track.id.clone(), true),
            News::Removed(id) => (id.clone(), false),
        };
        news.iter().map(name).map(|(id, added)| (&*id.leak(), added)).collect()
    }

    #[test]
    fn a_track_is_told_once_and_again_when_it_is_described_anew() {
        let mut tracks = Tracks::default();
        assert_eq!(told(&tracks.comes("1", Kind::Video, track("v", "a"))), [("v", true)]);
        assert_eq!(told(&tracks.comes("1", Kind::Video, track("v", "a"))), []);
        assert_eq!(told(&tracks.comes("1", Kind::Video, track("v", "b"))), [("v", true)]);
        assert_eq!(told(&tracks.comes("1", Kind::Video, track("w", "b"))), [("v", false), ("w", true)]);
        assert_eq!(tracks.ends("1"), Some(News::Removed("w".into())));
        assert_eq!(tracks.ends("1"), None);
    }

    #[test]
    fn tracks_of_one_name_are_told_apart() {
        let mut tracks = Tracks::default();
        tracks.comes("1", Kind::Video, track("v", ""));
        assert_eq!(told(&tracks.comes("2", Kind::Video, track("v", ""))), [("v#2", true)]);
        assert_eq!(told(&tracks.comes("2", Kind::Video, track("v", ""))), []);
    }
}
