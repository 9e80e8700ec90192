//! The tracks of the other side, grouped into streams (spec section 2.10).

use crate::api::{RemoteTrack, TrackSource};
use crate::catalogue::TrackChange;

/// More tracks than any conference sends; a peer cannot make us remember more.
const LIMIT: usize = 64;

/// The tracks in the order they came.
#[derive(Debug, Default)]
pub(super) struct Tracks(Vec<RemoteTrack>);

impl Tracks {
    /// Takes in a track; `None` when nothing changed.
    pub(super) fn add(&mut self, track: RemoteTrack) -> Option<TrackChange> {
        let Some(known) = self.0.iter_mut().find(|known| known.id == track.id) else {
            let room = self.0.len() < LIMIT;
            return room.then(|| self.0.push(track)).map(|()| TrackChange::Added);
        };
        let changed = *known != track;
        *known = track;
        changed.then_some(TrackChange::Updated)
    }

    pub(super) fn remove(&mut self, id: &str) -> Option<RemoteTrack> {
        let index = self.0.iter().position(|track| track.id == id)?;
        Some(self.0.remove(index))
    }

    /// The first stream of the call that is not labelled as a second one.
    pub(super) fn main(&self) -> Option<String> {
        self.groups().find(|group| !self.is_dual(group)).map(str::to_owned)
    }

    /// Another stream of the call.
    pub(super) fn content(&self) -> Option<String> {
        let main = self.main();
        self.groups().find(|group| main.as_deref() != Some(group)).map(str::to_owned)
    }

    /// The conference picture of the receive connection.
    pub(super) fn spectator_main(&self) -> Option<String> {
        self.of_participant("default")
    }

    /// The presentation of the receive connection in this codec.
    pub(super) fn spectator_content(&self, codec: &str) -> Option<String> {
        self.of_participant(&format!("content_{}", codec.to_ascii_lowercase()))
    }

    fn of_participant(&self, participant: &str) -> Option<String> {
        let found = self.of(TrackSource::Receive).find(|track| track.participant() == participant)?;
        Some(found.group().to_owned())
    }

    fn of(&self, source: TrackSource) -> impl Iterator<Item = &RemoteTrack> {
        self.0.iter().filter(move |track| track.source == source)
    }

    fn groups(&self) -> impl Iterator<Item = &str> {
        self.of(TrackSource::Call).map(RemoteTrack::group)
    }

    fn is_dual(&self, group: &str) -> bool {
        self.of(TrackSource::Call).any(|track| track.group() == group && track.label.contains("dual"))
    }
}
