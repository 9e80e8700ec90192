//! Calls into conference rooms: who comes in, and what media describes for it.

use roombox_conference::vendor::InviteHeaders;
use roombox_sip::api::{Body, Cause, Command, SessionId};

use crate::calls::{Call, Caller, PURGATORY, Role, Stay, Way};
use crate::config::Dialect;
use crate::due::Task;
use crate::events::LabEvent;
use crate::machine::Signalling;
use crate::media::{DescribeError, MediaNews, MediaRequest, Purpose};
use crate::rules::Purgatory;

impl Signalling {
    pub(crate) fn enter_room(&mut self, caller: Caller, wanted: String) {
        self.end_orphans(&caller.user, &wanted);
        let number = self.number();
        let Caller { session, flow, user, name, offer, vendor, .. } = caller;
        let room = if self.waits(&vendor) { PURGATORY.to_owned() } else { wanted.clone() };
        let participant = name.clone();
        self.ask_media(MediaRequest::Enter { call: number, room: room.clone(), participant, offer });
        self.tell(LabEvent::CallStarted { call: number, user: user.clone(), room: wanted.clone() });
        let way = Way::Room(Stay { room, wanted, role: Role::Participant, token: None });
        let call = Call { number, user, name, flow, media_state: vendor.media_state, way };
        self.calls.by_session.insert(session, call);
    }

    fn waits(&self, vendor: &InviteHeaders) -> bool {
        self.config.dialect == Dialect::Vinteo
            && match self.config.rules.purgatory {
                Purgatory::Everybody => true,
                Purgatory::Guests => vendor.guest,
                Purgatory::Nobody => false,
            }
    }

    /// Calls of the same user to the same room whose connection is gone: the box has come back and calls anew.
    fn end_orphans(&mut self, user: &str, room: &str) {
        let orphan = |session: &SessionId| {
            let call = self.calls.by_session.get(session).filter(|call| !self.flows.contains(&call.flow));
            call.is_some_and(|call| matches!(&call.way, Way::Room(stay) if stay.wanted == room))
        };
        let orphans: Vec<_> = self.calls.of_user(user).into_iter().filter(orphan).collect();
        for session in orphans {
            self.terminate(session, Cause::ConnectionError);
        }
    }

    fn on_described(&mut self, session: SessionId, purpose: Purpose, result: Result<String, DescribeError>) {
        let headers = Vec::new();
        let answer = result.map(|text| Body::sdp(&text)).map_err(|error| error.status());
        match (purpose, answer) {
            (Purpose::Accept, Ok(body)) => self.command(Command::Accept { session, body: Some(body), headers }),
            (Purpose::Accept, Err(status)) => self.command(Command::Reject { session, status, headers }),
            (Purpose::Answer, answer) => self.command(Command::AnswerOffer { session, answer }),
            (Purpose::Done, Ok(_)) => {}
            (Purpose::Done, Err(_)) => self.terminate(session, Cause::BadMediaDescription),
            (Purpose::Offer, Ok(body)) if body.content.is_empty() => {}
            (Purpose::Offer, Ok(body)) => self.command(Command::Reinvite { session, body, headers }),
            // The call goes on without what was to be offered; that media failed was told.
            (Purpose::Offer, Err(_)) => {}
            (Purpose::Watch(_), _) => {}
        }
    }

    pub(crate) fn on_confirmed(&mut self, session: SessionId) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        let room = match &call.way {
            Way::Room(stay) if self.config.dialect == Dialect::Vinteo => Some(stay.room.clone()),
            _ => None,
        };
        self.tell(LabEvent::CallConfirmed { call: call.number, user: call.user.clone() });
        if let Some(room) = room {
            self.enter(session, room);
            self.presentation_left(session);
        }
        if let Some(after) = self.config.faults.hangup_after {
            self.due.add(self.now + after, Task::HangUp(session));
        }
    }

    pub(crate) fn on_offer(&mut self, session: SessionId, offer: Option<Body>) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        if let Some(other) = call.way.other() {
            return self.relay_offer(session, other, offer);
        }
        let (call, user) = (call.number, call.user.clone());
        self.tell(LabEvent::Renegotiated { call, user });
        self.ask_media(MediaRequest::Describe { call, offer });
    }

    pub(crate) fn on_offer_answered(&mut self, session: SessionId, answer: Option<Body>) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        if let Some(other) = call.way.other() {
            return self.relay_answer(other, answer);
        }
        let (call, user) = (call.number, call.user.clone());
        self.tell(LabEvent::Offered { call, user, accepted: true });
        self.ask_media(MediaRequest::Accept { call, answer });
    }

    pub(crate) fn on_offer_failed(&mut self, session: SessionId, status: Option<u16>) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        if call.way.other().is_some() {
            return self.relay_refusal(session, status);
        }
        let (call, user) = (call.number, call.user.clone());
        self.tell(LabEvent::Offered { call, user, accepted: false });
    }

    pub(crate) fn on_media(&mut self, number: u64, news: MediaNews) {
        if let MediaNews::Described { purpose: Purpose::Watch(request), result } = news {
            return self.on_watch_described(request, result);
        }
        let Some((session, call)) = self.calls.of_number(number) else { return };
        let (call, user) = (call.number, call.user.clone());
        match news {
            MediaNews::Connected => self.tell(LabEvent::MediaConnected { call, user }),
            MediaNews::Content(codec) => self.content_comes(session, &codec),
            MediaNews::Described { purpose, result } => {
                if let Err(error) = &result {
                    self.tell(LabEvent::MediaFailed { call, user, reason: error.to_string() });
                }
                self.on_described(session, purpose, result);
            }
            MediaNews::Failed(reason) => {
                self.tell(LabEvent::MediaFailed { call, user, reason });
                self.terminate(session, Cause::WebrtcError);
            }
            MediaNews::Report(report) => self.tell(LabEvent::Media { call, user, report }),
            MediaNews::Watching => self.tell(LabEvent::ReceiveConnected { call, user }),
        }
    }
}
