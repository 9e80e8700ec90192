//! What sessions say: all of it as `new_RTCSession_state` (spec section 12.2).

use std::time::Instant;

use super::event::Why;
use super::session::{Session, Waiting, is_held_by_us};
use super::{CauseData, EventName, MAX_SESSIONS, MediaRequest, Output, SessionOrigin, Worker, WorkerEvent};
use crate::agent;
use crate::api::{Body, Cause, Command, Event, Failure, HoldState, Originator, RequestId, SessionId};

impl Worker {
    pub(super) fn on_session_event(&mut self, now: Instant, event: Event) {
        match event {
            Event::Incoming { session, from_uri, offer, .. } => self.incoming(now, session, from_uri, offer.as_ref()),
            Event::Progress { session, body, .. } => {
                self.remote(session, body.as_ref(), true);
                self.tell_of(now, session, EventName::SessionProgress);
            }
            Event::Accepted { session, body, .. } => {
                if let Some(session) = self.id_of(session).and_then(|id| self.sessions.get_mut(&id)) {
                    session.established = true;
                }
                self.remote(session, body.as_ref(), false);
                self.tell_of(now, session, EventName::SessionAccepted);
            }
            Event::Confirmed { session } => self.tell_of(now, session, EventName::SessionConfirmed),
            Event::Ended { session, failure } => self.ended(now, session, failure),
            Event::Hold { session, hold } => self.held(now, session, hold),
            Event::Offer { session, body, .. } => {
                if let Some(id) = self.id_of(session) {
                    self.ask_description(now, &id, Waiting::Reoffer, text(body.as_ref()), None);
                }
            }
            Event::OfferAnswered { session, body } => self.remote(session, body.as_ref(), false),
            Event::Refer { refer, .. } => self.respond(now, refer, 603),
            // As a library without listeners answers them (spec section 14.11).
            Event::Request { request, method, .. } => {
                self.respond(now, request, if method == "NOTIFY" { 200 } else { 405 });
            }
            // Not part of this surface.
            _ => {}
        }
    }

    /// Answers a request that this surface has no event for: the peer must not wait for nothing.
    fn respond(&mut self, now: Instant, request: RequestId, status: u16) {
        let command = Command::Respond { request, status, reason: None, headers: Vec::new(), body: None };
        self.tell_agent(now, agent::Input::Command(command));
    }

    fn incoming(&mut self, now: Instant, sip: SessionId, from_uri: String, offer: Option<&Body>) {
        if self.sessions.len() >= MAX_SESSIONS {
            let command = Command::Reject { session: sip, status: 486, headers: Vec::new() };
            return self.tell_agent(now, agent::Input::Command(command));
        }
        let mut session = Session::new(sip, SessionOrigin::Incoming, from_uri);
        session.offer = text(offer);
        let id = self.add(now, session);
        self.tell_session(now, &id, EventName::SessionProgress, Why::default());
    }

    fn remote(&mut self, session: SessionId, body: Option<&Body>, provisional: bool) {
        if let (Some(id), Some(description)) = (self.id_of(session), text(body)) {
            self.ask_media(&id, MediaRequest::Remote { description, provisional });
        }
    }

    fn ended(&mut self, now: Instant, session: SessionId, failure: Failure) {
        let Some(id) = self.id_of(session) else { return };
        let established = self.sessions.get(&id).is_some_and(|session| session.established);
        let name = if established { EventName::SessionEnded } else { EventName::SessionFailed };
        self.end_session(now, &id, name, failure.into());
    }

    /// Tells the end of a session, once, and forgets it.
    pub(super) fn end_session(&mut self, now: Instant, session_id: &str, name: EventName, why: Why) {
        let Some(session) = self.sessions.get(session_id) else { return };
        let relabelled = session.timed_out && name == EventName::SessionFailed;
        self.tell_session(now, session_id, if relabelled { EventName::SessionTimeout } else { name }, why);
        self.ask_media(session_id, MediaRequest::Close);
        self.sessions.remove(session_id);
    }

    /// The agent is gone, and with it whatever sessions it still had.
    pub(super) fn end_all(&mut self, now: Instant) {
        for id in self.sessions.keys().cloned().collect::<Vec<_>>() {
            let cause = Some(Cause::ConnectionError.to_string());
            let why = Why { originator: Some(Originator::System), cause, ..Why::default() };
            let established = self.sessions.get(&id).is_some_and(|session| session.established);
            let name = if established { EventName::SessionEnded } else { EventName::SessionFailed };
            self.end_session(now, &id, name, why);
        }
    }

    fn held(&mut self, now: Instant, session: SessionId, hold: HoldState) {
        let Some(id) = self.id_of(session) else { return };
        let Some(session) = self.sessions.get_mut(&id) else { return };
        let before = std::mem::replace(&mut session.hold, hold);
        let sides = [
            (Originator::Local, is_held_by_us(before), is_held_by_us(hold)),
            (Originator::Remote, before.by_peer, hold.by_peer),
        ];
        for (originator, _, is) in sides.into_iter().filter(|(_, was, is)| was != is) {
            let name = if is { EventName::Hold } else { EventName::Resume };
            self.tell_session(now, &id, name, Why { originator: Some(originator), ..Why::default() });
        }
    }

    fn id_of(&self, sip: SessionId) -> Option<String> {
        self.sessions.iter().find(|(_, session)| session.sip == sip).map(|(id, _)| id.clone())
    }

    fn tell_of(&mut self, now: Instant, session: SessionId, name: EventName) {
        if let Some(id) = self.id_of(session) {
            self.tell_session(now, &id, name, Why::default());
        }
    }

    pub(super) fn tell_session(&mut self, now: Instant, session_id: &str, msg: EventName, why: Why) {
        let Some(session) = self.sessions.get(session_id) else { return };
        let bad = why.cause.as_deref().is_some_and(|cause| cause != Cause::Bye.to_string());
        let mut data = CauseData { from_uri: Some(session.from_uri.clone()), ..self.data(now, msg) };
        (data.session_id, data.session_origin) = (Some(session_id.into()), Some(session.origin));
        data = data.because(why);
        if bad {
            data = data.bad();
        }
        self.outputs.push_back(Output::Event(Box::new(WorkerEvent { name: EventName::RtcSessionState, data })));
    }
}

fn text(body: Option<&Body>) -> Option<String> {
    body.and_then(Body::text).map(Into::into)
}
