//! Who presents in which room, and who is offered it (spec section 4).

use roombox_conference::vendor::VendorMessage;
use roombox_sip::api::SessionId;

use crate::config::Dialect;
use crate::events::LabEvent;
use crate::machine::Signalling;
use crate::media::MediaRequest;
use crate::orders::Form;
use crate::rules::{Permission, Presenting};

/// A presentation.
#[derive(Clone, Debug)]
pub(crate) struct Presentation {
    pub(crate) by: SessionId,
    /// Its codec, once its picture comes.
    pub(crate) codec: Option<String>,
}

impl Signalling {
    /// Somebody asks to present; when granted, it is told to the others, and the former presenter has to stop.
    pub(crate) fn asks_to_present(&mut self, session: SessionId) -> Permission {
        let Some(room) = self.conference_of(session).map(str::to_owned) else { return Permission::declined() };
        let former = self.calls.presentations.get(&room).map(|presentation| presentation.by);
        let other = former.filter(|former| *former != session);
        match &self.config.rules.presentation {
            Presenting::Refused { status, reason } => {
                return Permission::Refused { status: *status, reason: reason.clone() };
            }
            Presenting::WhenFree if other.is_some() => return Permission::declined(),
            Presenting::TakesOver | Presenting::WhenFree => {}
        }
        if former == Some(session) {
            return Permission::Granted;
        }
        if let Some(other) = other {
            self.say(other, &VendorMessage::PresentationMustStop {}, Form::Info);
            self.presentation_over(other);
        }
        self.calls.presentations.insert(room.clone(), Presentation { by: session, codec: None });
        self.tell_presentation(session, &room, true);
        for other in self.others(&room, session) {
            self.say(other, &VendorMessage::ContentAvailable { codec: None }, Form::Info);
        }
        Permission::Granted
    }

    /// A participant may not have heard that it presents no longer.
    pub(crate) fn stop_again(&mut self, session: SessionId) {
        // It may have gone, or have been granted it anew.
        let presents = self.calls.presentations.values().any(|presentation| presentation.by == session);
        if self.calls.by_session.contains_key(&session) && !presents {
            self.say(session, &VendorMessage::PresentationMustStop {}, Form::Info);
        }
    }

    /// A participant presents no longer; nothing happens when it did not.
    pub(crate) fn presentation_over(&mut self, session: SessionId) {
        let room = self.calls.presentations.iter().find(|(_, presentation)| presentation.by == session);
        let Some(room) = room.map(|(room, _)| room.clone()) else { return };
        self.calls.presentations.remove(&room);
        self.tell_presentation(session, &room, false);
        for other in self.others(&room, session) {
            self.show(other, false);
            self.say(other, &VendorMessage::ContentGone {}, Form::Info);
        }
    }

    /// A participant has gone to another room: what it presented ends, and what is presented there is offered to it.
    pub(crate) fn presentation_left(&mut self, session: SessionId) {
        self.presentation_over(session);
        let present = self.conference_of(session).and_then(|room| self.calls.presentations.get(room)).cloned();
        if let Some(Presentation { codec, .. }) = present {
            self.offer_content(session, codec);
        }
    }

    /// The picture of a presentation comes: now it can be sent on.
    pub(crate) fn content_comes(&mut self, session: SessionId, codec: &str) {
        let Some(room) = self.conference_of(session).map(str::to_owned) else { return };
        let Some(present) = self.calls.presentations.get_mut(&room).filter(|present| present.by == session) else {
            return;
        };
        // Told again and again while it comes.
        if present.codec.replace(codec.to_owned()).as_deref() == Some(codec) {
            return;
        }
        for other in self.others(&room, session) {
            self.offer_content(other, Some(codec.to_owned()));
        }
    }

    /// Tells of content, and sends it once it comes.
    fn offer_content(&mut self, session: SessionId, codec: Option<String>) {
        let comes = codec.is_some();
        self.say(session, &VendorMessage::ContentAvailable { codec }, Form::Info);
        if comes {
            self.show(session, true);
        }
    }

    fn show(&mut self, session: SessionId, shown: bool) {
        if let Some(call) = self.calls.by_session.get(&session) {
            let call = call.number;
            self.ask_media(MediaRequest::Content { call, shown });
        }
    }

    fn tell_presentation(&mut self, session: SessionId, room: &str, runs: bool) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        let (number, user, room) = (call.number, call.user.clone(), room.to_owned());
        self.ask_media(MediaRequest::Present { call: number, presents: runs });
        self.tell(if runs {
            LabEvent::PresentationStarted { call: number, user, room }
        } else {
            LabEvent::PresentationStopped { call: number, user, room }
        });
    }

    fn others(&self, room: &str, session: SessionId) -> Vec<SessionId> {
        if self.config.dialect == Dialect::Plain {
            return Vec::new();
        }
        self.calls.in_room(room).into_iter().filter(|other| *other != session).collect()
    }
}
