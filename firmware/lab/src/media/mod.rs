//! The media side: rooms with their picture and sound, participants with their peer connections.
//!
//! Every participant has a pipeline of its own around its peer connection, every codec in use one for its encoder; a
//! thread per room paints the picture and mixes the sound between them. All pipelines of a room share one time line, so
//! buffers keep their time when they go from one to another, and a participant leaves by stopping its own pipeline only.

mod branch;
mod canvas;
mod encoder;
mod encoders;
mod layout;
mod member;
mod mixer;
mod painter;
mod room;
mod screen;
mod sound;
mod text;
mod timeline;
mod watch;

pub(crate) use member::Member;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use roombox_lab_signalling::{Faults, MediaNews, Quality};
use tokio::sync::mpsc;

use crate::config::{LabConfig, LabSound};
use encoder::{Seat, Size};
use room::Room;
use timeline::Timeline;

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
    /// Shared by all rooms, so that participants can go from one to another.
    timeline: Timeline,
}

impl Rooms {
    pub(crate) fn new(config: &LabConfig, notes: mpsc::UnboundedSender<MediaNote>) -> Self {
        let (bind, sound, faults) = (config.bind.clone(), config.sound, Faults::default());
        Self { bind, faults, notes, open: BTreeMap::new(), sound, timeline: Timeline::start() }
    }

    /// Sets the faults that concern media.
    pub(crate) fn set_faults(&mut self, faults: &Faults) {
        self.faults = faults.clone();
        self.open.values().for_each(|room| room.set_faults(faults));
    }

    /// Makes a participant in a room, which is made too if it is not there.
    pub(crate) fn join(&mut self, name: &str, call: u64, participant: &str) -> Result<Arc<Member>, MediaError> {
        self.room(name)?;
        self.seat(name, Seat { call, watches: false }, Size::Full, participant)
    }

    /// Makes the connection by which a spectator receives, in the place of a former one.
    pub(crate) fn watch(&mut self, call: u64, quality: Quality) -> Result<Arc<Member>, MediaError> {
        self.unwatch(call);
        let size = match quality {
            Quality::Low => Size::Quarter,
            Quality::Medium => Size::Half,
            Quality::High => Size::Full,
        };
        let here = |room: &Room| room.members().iter().any(|member| member.seat.call == call);
        let name = self.open.iter().find(|(_, room)| here(room)).map(|(name, _)| name.clone());
        let name = name.ok_or_else(|| MediaError::Pipeline("the call is in no room".into()))?;
        self.seat(&name, Seat { call, watches: true }, size, "")
    }

    /// Closes the connection by which a spectator receives, if there is one.
    pub(crate) fn unwatch(&mut self, call: u64) {
        self.take_out(|seat| seat == Seat { call, watches: true });
        self.rest(call, false);
    }

    /// A spectator that receives by a connection of its own gets no picture by the call meanwhile.
    pub(crate) fn rest(&self, call: u64, rests: bool) {
        let members = self.open.values().flat_map(Room::members);
        for member in members.filter(|member| member.seat == Seat { call, watches: false }) {
            if let Err(error) = member.rest(rests) {
                tracing::warn!(%error, call, "the picture does not come again");
            }
        }
    }

    /// Takes a participant out with all its connections; the last one closes the room. The rest is done in the background.
    pub(crate) fn leave(&mut self, call: u64) {
        self.take_out(|seat| seat.call == call);
    }

    /// Puts a participant into another room, which is made if it is not there.
    pub(crate) fn move_to(&mut self, call: u64, name: &str) -> Result<(), MediaError> {
        self.unwatch(call);
        let hall = self.room(name)?.hall();
        let moved: Vec<_> = self.open.values().flat_map(|room| room.exit(|seat| seat.call == call)).collect();
        for member in moved {
            member.move_to(Arc::clone(&hall))?;
            if let Some(room) = self.open.get(name) {
                room.enter(member);
            }
        }
        self.close_empty(Vec::new());
        Ok(())
    }

    /// This participant presents in its room, or no longer.
    pub(crate) fn present(&self, call: u64, presents: bool) {
        let here = |room: &&Room| room.members().iter().any(|member| member.seat.call == call);
        self.open.values().filter(here).for_each(|room| room.present(call, presents));
    }

    fn room(&mut self, name: &str) -> Result<&mut Room, MediaError> {
        Ok(match self.open.entry(name.to_owned()) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
            std::collections::btree_map::Entry::Vacant(entry) => {
                let room = Room::open(name, self.sound, self.timeline.clone())?;
                room.set_faults(&self.faults);
                entry.insert(room)
            }
        })
    }

    fn seat(&self, room: &str, seat: Seat, size: Size, participant: &str) -> Result<Arc<Member>, MediaError> {
        let room = self.open.get(room).ok_or_else(|| MediaError::Pipeline("the room is closed".into()))?;
        let member = Member::new(seat, size, participant, &self.bind, room.hall(), self.notes.clone())?;
        room.enter(Arc::clone(&member));
        Ok(member)
    }

    fn take_out(&mut self, wanted: impl Fn(Seat) -> bool) {
        let left = self.open.values().flat_map(|room| room.exit(&wanted)).collect();
        self.close_empty(left);
    }

    /// Closes these connections, and the rooms in which nobody is left, in the background.
    fn close_empty(&mut self, left: Vec<Arc<Member>>) {
        let closed: Vec<_> = self.open.extract_if(.., |_, room| room.is_empty()).map(|(_, room)| room).collect();
        tokio::spawn(async move {
            for member in left {
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
