//! Where the server has let the call in: waiting room, conference, a room for two (spec section 2.9).
//!
//! Unlike the library of old, the names of the room and of the conference a token is for are compared without case: there,
//! one of the two was lowered on its way and a mixed-case conference never matched.

use std::fmt;

use crate::catalogue::CallPhase;
use crate::vendor::{Room, Secret, VendorMessage, is_peer_to_peer, is_purgatory};

/// The right to use the HTTP interface for one conference. The token is a secret: printing this hides it.
#[derive(Clone, PartialEq, Eq)]
struct Credentials {
    token: Secret,
    conference: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("conference", &self.conference).finish_non_exhaustive()
    }
}

/// What the server has said about where the call is.
#[derive(Debug, Default)]
pub(super) struct Admission {
    room: Option<Room>,
    credentials: Option<Credentials>,
    presentation: bool,
}

impl Admission {
    /// `presentation`: the call is marked as one that only shows a presentation.
    pub(super) const fn new(presentation: bool) -> Self {
        Self { room: None, credentials: None, presentation }
    }

    pub(super) const fn room(&self) -> Option<&Room> {
        self.room.as_ref()
    }

    /// The token, when it is for the conference the call is in.
    pub(super) fn token(&self) -> Option<&Secret> {
        let (room, credentials) = (self.room.as_ref()?, self.credentials.as_ref()?);
        same_name(&room.name, &credentials.conference).then_some(&credentials.token)
    }

    /// The server says something.
    pub(super) fn hear(&mut self, message: &VendorMessage, up: bool) {
        match message {
            VendorMessage::EnterRoom(room) => self.enter(room.clone()),
            VendorMessage::TokenIssued { conference, participant, token } if !(self.presentation && up) => {
                self.credentials = Some(Credentials { token: token.clone(), conference: conference.clone() });
                if let Some(room) = &mut self.room {
                    room.participant.clone_from(participant);
                }
            }
            _ => {}
        }
    }

    /// A token that came before stays stored in an ordinary room; a room that needs none forgets it.
    fn enter(&mut self, room: Room) {
        let needs_none = room.is_direct_peer_to_peer || is_peer_to_peer(&room.name) || is_purgatory(&room.name);
        match &room.token {
            Some(token) => {
                self.credentials = Some(Credentials { token: token.clone(), conference: room.name.clone() });
            }
            None if needs_none => self.credentials = None,
            None => {}
        }
        self.room = Some(room);
    }

    /// The first that fits, as the spec orders them.
    pub(super) fn phase(&self, up: bool) -> CallPhase {
        if self.presentation && up {
            return CallPhase::PresentationCall;
        }
        match &self.room {
            None => CallPhase::Connecting,
            Some(room) if self.token().is_some() && !is_purgatory(&room.name) => CallPhase::InRoom,
            Some(room) if room.is_direct_peer_to_peer => CallPhase::DirectP2pRoom,
            Some(room) if is_peer_to_peer(&room.name) => CallPhase::P2pRoom,
            Some(room) if is_purgatory(&room.name) => CallPhase::Purgatory,
            Some(_) => CallPhase::RoomPendingAuth,
        }
    }
}

fn same_name(one: &str, other: &str) -> bool {
    one == other || one.to_lowercase() == other.to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str, token: Option<&str>, direct: bool) -> VendorMessage {
        VendorMessage::EnterRoom(Room {
            name: name.into(),
            participant: "Room A".into(),
            token: token.map(Secret::new),
            is_direct_peer_to_peer: direct,
        })
    }

    fn issued(conference: &str) -> VendorMessage {
        let (conference, participant) = (conference.into(), "Room B".into());
        VendorMessage::TokenIssued { conference, participant, token: Secret::new("second") }
    }

    fn after(messages: &[VendorMessage]) -> Admission {
        let mut admission = Admission::default();
        for message in messages {
            admission.hear(message, true);
        }
        admission
    }

    #[test]
    fn every_room_has_its_phase() {
        for (messages, phase) in [
            (vec![], CallPhase::Connecting),
            (vec![room("purgatory", None, false)], CallPhase::Purgatory),
            (vec![room("Hall", None, false)], CallPhase::RoomPendingAuth),
            (vec![room("Hall", Some("t"), false)], CallPhase::InRoom),
            (vec![room("p2p100to200", None, false)], CallPhase::P2pRoom),
            (vec![room("p2p100to200", None, true)], CallPhase::DirectP2pRoom),
            (vec![room("Any", None, true)], CallPhase::DirectP2pRoom),
            (vec![room("purgatory", Some("t"), false)], CallPhase::Purgatory),
            (vec![room("p2p100to200", Some("t"), true)], CallPhase::InRoom),
            (vec![room("purgatory", None, false), room("Hall", Some("t"), false)], CallPhase::InRoom),
            (vec![room("Hall", Some("t"), false), room("purgatory", None, false)], CallPhase::Purgatory),
            (vec![room("Hall", None, false), issued("Hall")], CallPhase::InRoom),
            (vec![issued("Hall"), room("Hall", None, false)], CallPhase::InRoom),
            (vec![room("Hall", None, false), issued("Other")], CallPhase::RoomPendingAuth),
            (vec![room("Hall", Some("t"), false), room("Other", None, false)], CallPhase::RoomPendingAuth),
        ] {
            assert_eq!(after(&messages).phase(true), phase, "{messages:?}");
        }
    }

    #[test]
    fn a_token_for_a_mixed_case_conference_fits_its_room_in_lower_case() {
        assert_eq!(after(&[room("big hall", None, false), issued("Big Hall")]).phase(true), CallPhase::InRoom);
    }

    #[test]
    fn a_token_issued_in_the_waiting_room_changes_nothing_until_the_room_is_entered() {
        let mut admission = after(&[room("purgatory", None, false), issued("Hall")]);
        assert_eq!(admission.phase(true), CallPhase::Purgatory);
        assert!(admission.token().is_none());
        admission.hear(&room("Hall", None, false), true);
        assert_eq!(admission.phase(true), CallPhase::InRoom);
    }

    #[test]
    fn a_room_that_needs_no_token_forgets_the_one_there_was() {
        for between in [room("purgatory", None, false), room("p2paToB", None, false), room("x", None, true)] {
            let admission = after(&[room("Hall", Some("t"), false), between, room("Hall", None, false)]);
            assert_eq!(admission.phase(true), CallPhase::RoomPendingAuth);
        }
    }

    #[test]
    fn a_presentation_call_is_one_as_soon_as_it_stands_and_takes_no_token() {
        let mut admission = Admission::new(true);
        assert_eq!(admission.phase(false), CallPhase::Connecting);
        admission.hear(&room("Hall", Some("first"), false), false);
        assert_eq!(admission.phase(false), CallPhase::InRoom);
        assert_eq!(admission.phase(true), CallPhase::PresentationCall);
        admission.hear(&issued("Hall"), true);
        assert_eq!(admission.token().map(Secret::expose), Some("first"));
    }

    #[test]
    fn the_token_is_never_printed() {
        let admission = after(&[room("Hall", Some("eyJ.secret"), false)]);
        assert!(!format!("{admission:?}").contains("eyJ"));
    }
}
