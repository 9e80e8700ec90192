//! What a lab knows about its participants, as it was told.

use std::collections::{BTreeMap, BTreeSet};

use roombox_conference::vendor::{ClientMessage, InviteHeaders, MediaState};
use roombox_lab_signalling::{LabEvent, MediaRequest};
use roombox_sip::api::{Body, HeaderLine};

use crate::player::sdp::{Origin, direction};

/// A participant in a room.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Participant {
    /// Puts us on hold.
    pub(crate) holds: bool,
    pub(crate) media_state: Option<MediaState>,
    /// Who it is, by its own description.
    pub(crate) origin: Option<Origin>,
    pub(crate) presents: bool,
    pub(crate) room: String,
}

/// All that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Records {
    /// What the INVITE that is being read says of microphone and camera.
    invited: Option<MediaState>,
    pub(crate) participants: BTreeMap<u64, Participant>,
    pub(crate) registered: BTreeSet<String>,
}

impl Records {
    /// A message arrives.
    pub(crate) fn message(&mut self, bytes: &[u8]) {
        if bytes.starts_with(b"INVITE ") {
            let text = String::from_utf8_lossy(bytes);
            let lines = text.lines().take_while(|line| !line.is_empty()).filter_map(|line| line.split_once(':'));
            let lines: Vec<_> = lines.map(|(name, value)| HeaderLine::new(name, value.trim())).collect();
            self.invited = Some(InviteHeaders::parse(&lines).media_state);
        }
    }

    /// Media is asked something.
    pub(crate) fn describe(&mut self, request: &MediaRequest) {
        match request {
            MediaRequest::Enter { call, room, offer, .. } => {
                let (media_state, room) = (self.invited, room.clone());
                self.participants.insert(*call, Participant { media_state, room, ..Participant::default() });
                self.described(*call, offer.as_ref());
            }
            MediaRequest::Accept { call, answer: body } | MediaRequest::Describe { call, offer: body } => {
                self.described(*call, body.as_ref());
            }
            MediaRequest::Leave { call } => drop(self.participants.remove(call)),
            MediaRequest::Move { call, room } => {
                if let Some(participant) = self.participants.get_mut(call) {
                    participant.room.clone_from(room);
                }
            }
            MediaRequest::Present { call, presents } => {
                if let Some(participant) = self.participants.get_mut(call) {
                    participant.presents = *presents;
                }
            }
            MediaRequest::Content { .. }
            | MediaRequest::Faults(_)
            | MediaRequest::Offer { .. }
            | MediaRequest::Unwatch { .. }
            | MediaRequest::Watch { .. } => {}
        }
    }

    fn described(&mut self, call: u64, body: Option<&Body>) {
        let (Some(participant), Some(text)) = (self.participants.get_mut(&call), body.and_then(Body::text)) else {
            return;
        };
        participant.origin = Origin::of(text).or(participant.origin.take());
        participant.holds = matches!(direction(text), "sendonly" | "inactive");
    }

    /// The lab reports something.
    pub(crate) fn hear(&mut self, event: &LabEvent) {
        match event {
            LabEvent::Registered { user, .. } => drop(self.registered.insert(user.clone())),
            LabEvent::Unregistered { user, .. } => drop(self.registered.remove(user)),
            LabEvent::Info { call, content_type, headers, .. } => self.told(*call, content_type, headers),
            _ => {}
        }
    }

    fn told(&mut self, call: u64, content_type: &str, headers: &[(String, String)]) {
        let content_type = HeaderLine::new("Content-Type", content_type);
        let lines = headers.iter().map(|(name, value)| HeaderLine::new(name.clone(), value.clone()));
        let lines: Vec<_> = std::iter::once(content_type).chain(lines).collect();
        if let Some(message) = ClientMessage::parse(&lines, None) {
            self.told_by(call, &message);
        }
    }

    fn told_by(&mut self, call: u64, message: &ClientMessage) {
        if let (Some(participant), ClientMessage::MediaState(state)) = (self.participants.get_mut(&call), message) {
            participant.media_state = Some(*state);
        }
    }
}
