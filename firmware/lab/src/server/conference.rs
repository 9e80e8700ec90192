//! Calls into conference rooms: media, vendor messages, presentations.

use std::sync::Arc;
use std::time::Instant;

use roombox_media::peer::PeerError;
use roombox_sip::api::{Body, Cause, Command, HeaderLine, SessionId};

use super::Server;
use super::calls::{Answered, Call, Caller, Purpose, Way};
use super::dialect::{self, Share};
use super::due::Task;
use crate::config::Dialect;
use crate::events::LabEvent;
use crate::media::{MediaNote, Member, Note};

impl Server {
    pub(super) fn enter_room(&mut self, caller: Caller, room: String) {
        self.end_orphans(&caller.user, &room);
        let number = self.number();
        let member = match self.rooms.join(&room, number, &caller.name) {
            Ok(member) => member,
            Err(error) => {
                self.tell(LabEvent::MediaFailed { call: number, user: caller.user, reason: error.to_string() });
                return self.command(Command::Reject { session: caller.session, status: 500, headers: Vec::new() });
            }
        };
        let Caller { session, flow, user, name, offer, .. } = caller;
        self.negotiate(session, &member, Purpose::Accept, offer);
        self.tell(LabEvent::CallStarted { call: number, user: user.clone(), room: room.clone() });
        self.calls.by_session.insert(session, Call { number, user, name, flow, way: Way::Room { room, member } });
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

    /// Makes a session description in the background: an answer to this offer, or an offer where there is none.
    fn negotiate(&self, session: SessionId, member: &Arc<Member>, purpose: Purpose, offer: Option<Body>) {
        let (member, done) = (Arc::clone(member), self.answered.0.clone());
        tokio::spawn(async move {
            let result = match offer.as_ref().map(Body::text) {
                Some(Some(text)) => member.answer(text).await,
                Some(None) => Err(PeerError::BadSdp("not UTF-8".into())),
                None => member.offer().await,
            };
            // The lab may have stopped meanwhile.
            let _ = done.send(Answered { session, purpose, result });
        });
    }

    pub(super) fn on_answered(&mut self, answered: Answered) {
        let Answered { session, purpose, result } = answered;
        let Some(call) = self.calls.by_session.get(&session) else { return };
        if let Err(error) = &result {
            let (call, user) = (call.number, call.user.clone());
            self.tell(LabEvent::MediaFailed { call, user, reason: error.to_string() });
        }
        let answer = result.map(|text| Body::sdp(&text)).map_err(|error| match error {
            PeerError::BadSdp(_) | PeerError::NoCommonCodec(_) => 488,
            PeerError::Engine(_) => 500,
        });
        let headers = Vec::new();
        match (purpose, answer) {
            (Purpose::Accept, Ok(body)) => self.command(Command::Accept { session, body: Some(body), headers }),
            (Purpose::Accept, Err(status)) => self.command(Command::Reject { session, status, headers }),
            (Purpose::Answer, answer) => self.command(Command::AnswerOffer { session, answer }),
            (Purpose::Done, Ok(_)) => {}
            (Purpose::Done, Err(_)) => self.terminate(session, Cause::BadMediaDescription),
        }
    }

    pub(super) fn on_confirmed(&mut self, session: SessionId) {
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
            self.due.add(Instant::now() + after, Task::HangUp(session));
        }
    }

    pub(super) fn on_offer(&mut self, session: SessionId, body: Option<Body>) {
        let member = match self.calls.by_session.get(&session).map(|call| &call.way) {
            Some(Way::Relay { other, .. }) => return self.relay_offer(session, *other, body),
            Some(Way::Room { member, .. }) => Arc::clone(member),
            None => return,
        };
        self.negotiate(session, &member, Purpose::Answer, body);
    }

    pub(super) fn on_offer_answered(&mut self, session: SessionId, body: Option<Body>) {
        let member = match self.calls.by_session.get(&session).map(|call| &call.way) {
            Some(Way::Relay { other, .. }) => return self.relay_answer(*other, body),
            Some(Way::Room { member, .. }) => Arc::clone(member),
            None => return,
        };
        let done = self.answered.0.clone();
        tokio::spawn(async move {
            let text = body.as_ref().and_then(Body::text).unwrap_or_default();
            let result = member.accept(text).await.map(|()| String::new());
            // The lab may have stopped meanwhile.
            let _ = done.send(Answered { session, purpose: Purpose::Done, result });
        });
    }

    pub(super) fn on_info(&mut self, session: SessionId, headers: &[HeaderLine], body: Option<Body>) {
        let Some(call) = self.calls.by_session.get(&session) else { return };
        let content_type = headers.iter().find(|line| line.name.eq_ignore_ascii_case("Content-Type"));
        let content_type = content_type.map(|line| line.value.clone()).unwrap_or_default();
        let vendor: Vec<_> = headers.iter().filter(|line| line.name.to_ascii_lowercase().starts_with("x-")).collect();
        self.tell(LabEvent::Info {
            call: call.number,
            user: call.user.clone(),
            content_type: content_type.clone(),
            headers: vendor.iter().map(|line| (line.name.clone(), line.value.clone())).collect(),
        });
        match &call.way {
            Way::Relay { other, .. } => {
                let (session, headers) = (*other, vendor.into_iter().cloned().collect());
                self.requests += 1;
                let request = roombox_sip::api::RequestId(self.requests);
                let content_type = Some(content_type).filter(|_| body.is_none());
                self.command(Command::Info { session, request, headers, body, content_type });
            }
            Way::Room { room, .. } if self.config.dialect == Dialect::Vinteo => {
                let room = room.clone();
                match Share::of(headers) {
                    Some(Share::Start) => self.presentation_starts(&room, session),
                    Some(Share::Stop) => self.presentation_over(&room, session),
                    None => {}
                }
            }
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

    pub(super) fn presentation_over(&mut self, room: &str, session: SessionId) {
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

    pub(super) fn on_note(&mut self, note: MediaNote) {
        let Some((session, call)) = self.calls.of_number(note.call) else { return };
        let (call, user) = (call.number, call.user.clone());
        match note.note {
            Note::Connected => self.tell(LabEvent::MediaConnected { call, user }),
            Note::Failed(reason) => {
                self.tell(LabEvent::MediaFailed { call, user, reason });
                self.terminate(session, Cause::WebrtcError);
            }
            Note::Seen(seen) => self.tell(LabEvent::Media {
                call,
                user,
                frame_code: seen.frame_code.map(Into::into),
                frames_decoded: seen.frames_decoded,
                width: seen.size.0,
                height: seen.size.1,
                tone_hz: seen.tone.map(|(hz, _)| hz),
                tone_share: seen.tone.map_or(0.0, |(_, share)| share),
                level_db: seen.level_db,
            }),
        }
    }
}
