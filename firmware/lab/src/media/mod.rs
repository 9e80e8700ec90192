//! The media side: rooms with their picture and sound, participants with their peer connections.
//!
//! Every participant has a pipeline of its own around its peer connection, every codec in use one for its encoder; a
//! thread per room paints the picture and mixes the sound between them. All pipelines of a room share one time line, so
//! buffers keep their time when they go from one to another, and a participant leaves by stopping its own pipeline only.

mod branch;
mod canvas;
mod encoder;
mod layout;
mod member;
mod mixer;
mod painter;
mod room;
mod sound;
mod text;
mod timeline;
mod watch;

pub(crate) use member::Member;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use roombox_lab_signalling::{Faults, MediaNews};
use tokio::sync::mpsc;

use crate::config::{LabConfig, LabSound};
use room::Room;

/// Something about the media of a call.
#[derive(Debug)]
pub(crate) struct MediaNote {
    /// Number of the call.
    pub(crate) call: u64,
    /// What.
    pub(crate) news: MediaNews,
}

/// Why media cannot be set up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MediaError {
    #[error(transparent)]
    Peer(#[from] roombox_media::peer::PeerError),
    #[error("GStreamer: {0}")]
    Pipeline(String),
}

impl From<gst::glib::BoolError> for MediaError {
    fn from(error: gst::glib::BoolError) -> Self {
        Self::Pipeline(error.to_string())
    }
}

impl From<gst::glib::Error> for MediaError {
    fn from(error: gst::glib::Error) -> Self {
        Self::Pipeline(error.to_string())
    }
}

impl From<gst::StateChangeError> for MediaError {
    fn from(error: gst::StateChangeError) -> Self {
        Self::Pipeline(error.to_string())
    }
}

/// All rooms; each exists as long as somebody is in it.
#[derive(Debug)]
pub(crate) struct Rooms {
    bind: Vec<IpAddr>,
    faults: Faults,
    notes: mpsc::UnboundedSender<MediaNote>,
    open: BTreeMap<String, Room>,
    sound: LabSound,
}

impl Rooms {
    pub(crate) fn new(config: &LabConfig, notes: mpsc::UnboundedSender<MediaNote>) -> Self {
        let (bind, sound, faults) = (config.bind.clone(), config.sound, Faults::default());
        Self { bind, faults, notes, open: BTreeMap::new(), sound }
    }

    /// Sets the faults that concern media.
    pub(crate) fn set_faults(&mut self, faults: &Faults) {
        self.faults = faults.clone();
        self.open.values().for_each(|room| room.set_faults(faults));
    }

    /// Makes a participant in a room, which is made too if it is not there.
    pub(crate) fn join(&mut self, name: &str, call: u64, participant: &str) -> Result<Arc<Member>, MediaError> {
        let room = match self.open.entry(name.to_owned()) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let room = Room::open(name, self.sound)?;
                room.set_faults(&self.faults);
                entry.insert(room)
            }
        };
        let member = Member::new(call, participant, &self.bind, room.hall(), self.notes.clone())?;
        room.enter(Arc::clone(&member));
        Ok(member)
    }

    /// Takes a participant out; the last one closes the room. The rest is done in the background.
    pub(crate) fn leave(&mut self, call: u64) {
        let left = self.open.values().find_map(|room| room.exit(call));
        let empty: Vec<_> = self.open.iter().filter(|(_, room)| room.is_empty()).map(|(n, _)| n.clone()).collect();
        let closed: Vec<_> = empty.iter().filter_map(|name| self.open.remove(name)).collect();
        tokio::spawn(async move {
            if let Some(member) = left {
                member.close().await;
            }
            close(closed).await;
        });
    }

    /// Closes everything; when this returns, all media sockets are closed.
    pub(crate) async fn close(&mut self) {
        let rooms: Vec<_> = std::mem::take(&mut self.open).into_values().collect();
        for member in rooms.iter().flat_map(Room::members) {
            member.close().await;
        }
        close(rooms).await;
    }
}

/// Stopping pipelines and threads waits for them, so it is not done where others wait.
async fn close(rooms: Vec<Room>) {
    // Dropping a room cannot panic; there is no other failure.
    let _ = tokio::task::spawn_blocking(move || drop(rooms)).await;
}
