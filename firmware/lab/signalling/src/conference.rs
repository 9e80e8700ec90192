//! Calls into conference rooms: media, vendor messages, presentations.

use roombox_sip::api::{Body, Cause, Command, HeaderLine, SessionId};

use crate::calls::{Call, Caller, Way};
use crate::config::Dialect;
use crate::dialect::{self, Share};
use crate::due::Task;
use crate::events::LabEvent;
use crate::machine::Signalling;
use crate::media::{DescribeError, MediaNews, MediaRequest, Purpose};

impl Signalling {
    pub(crate) fn enter_room(&mut self, caller: Caller, room: String) {
        self.end_orphans(&caller.user, &room);
        let number = self.number();
        let Caller { session, flow, user, name, offer, .. } = caller;
        let participant = name.clone();
        self.ask_media(MediaRequest::Enter { call: number, room: room.clone(), participant, offer });
        self.tell(LabEvent::CallStarted { call: number, user: user.clone(), room: room.clone() });
        self.calls.by_session.insert(session, Call { number, user, name, flow, way: Way::Room { room } });
    }

    /// Calls of the same user to the same room whose connection is gone: the box has come back and calls anew.
    fn end_orphans(&mut self, user: &str, room: &str) {
        let here = self.calls.in_room(room);
        let orphan = |session: &SessionId| {
            let call = self.calls.by_session.get(session);
            call.is_some_and(|call| call.user == user && !self.flows.contains(&call.flow))
        };
        let orphans: Vec<_> = here.into_iter().filter(orphan).collect();
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
        }
    }

    pub(crate) fn on_confirmed(&mut self, session: SessionId) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        let vendor = match &call.way {
            Way::Room { room, .. } if self.config.dialect == Dialect::Vinteo => {
                Some(dialect::enter_room(room, &call.name, self.config.bearer_token.as_deref()))
            }
            _ => None,
        };
        self.tell(LabEvent::CallConfirmed { call: call.number, user: call.user.clone() });
        if let Some(headers) = vendor {
            self.send_info(session, dialect::ROOM, headers);
        }
        if let Some(after) = self.config.faults.hangup_after {
            self.due.add(self.now + after, Task::HangUp(session));
        }
    }

    pub(crate) fn on_offer(&mut self, session: SessionId, offer: Option<Body>) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        match call.way {
            Way::Relay { other, .. } => self.relay_offer(session, other, offer),
            Way::Room { .. } => self.ask_media(MediaRequest::Describe { call: call.number, offer }),
        }
    }

    pub(crate) fn on_offer_answered(&mut self, session: SessionId, answer: Option<Body>) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        match call.way {
            Way::Relay { other, .. } => self.relay_answer(other, answer),
            Way::Room { .. } => self.ask_media(MediaRequest::Accept { call: call.number, answer }),
        }
    }

    pub(crate) fn on_info(&mut self, session: SessionId, headers: &[HeaderLine], body: Option<Body>) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        let content_type = headers.iter().find(|line| line.name.eq_ignore_ascii_case("Content-Type"));
        let content_type = content_type.map(|line| line.value.clone()).unwrap_or_default();
        let vendor: Vec<_> = headers.iter().filter(|line| line.name.to_ascii_lowercase().starts_with("x-")).collect();
        let event = LabEvent::Info {
            call: call.number,
            user: call.user.clone(),
            content_type: content_type.clone(),
            headers: vendor.iter().map(|line| (line.name.clone(), line.value.clone())).collect(),
        };
        let way = call.way.clone();
        self.tell(event);
        match way {
            Way::Relay { other, .. } => {
                let (session, headers) = (other, vendor.into_iter().cloned().collect());
                let request = self.next_request();
                let content_type = Some(content_type).filter(|_| body.is_none());
                self.command(Command::Info { session, request, headers, body, content_type });
            }
            Way::Room { room, .. } if self.config.dialect == Dialect::Vinteo => match Share::of(headers) {
                Some(Share::Start) => self.presentation_starts(&room, session),
                Some(Share::Stop) => self.presentation_over(&room, session),
                None => {}
            },
            Way::Room { .. } => {}
        }
    }

    fn presentation_starts(&mut self, room: &str, session: SessionId) {
        let former = self.calls.presenters.insert(room.to_owned(), session);
        if let Some(former) = former.filter(|former| *former != session) {
            self.send_info(former, dialect::SHARE, dialect::must_stop());
        }
        self.tell_others(room, session, &dialect::content(true));
    }

    pub(crate) fn presentation_over(&mut self, room: &str, session: SessionId) {
        if self.calls.presenters.get(room) == Some(&session) {
            self.calls.presenters.remove(room);
            self.tell_others(room, session, &dialect::content(false));
        }
    }

    fn tell_others(&mut self, room: &str, session: SessionId, headers: &[HeaderLine]) {
        for other in self.calls.in_room(room).into_iter().filter(|other| *other != session) {
            self.send_info(other, dialect::SHARE, headers.to_vec());
        }
    }

    pub(crate) fn on_media(&mut self, number: u64, news: MediaNews) {
        let Some((session, call)) = self.calls.of_number(number) else { return };
        let (call, user) = (call.number, call.user.clone());
        match news {
            MediaNews::Connected => self.tell(LabEvent::MediaConnected { call, user }),
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
        }
    }
}
