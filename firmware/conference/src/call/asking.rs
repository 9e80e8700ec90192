//! What a call asks of the other side beside offers: INFO about itself, a transfer; and what became of it.

use std::collections::BTreeMap;
use std::time::Instant;

use roombox_sip::api::{self as sip, Command, FinalResponse, ReferTo, RequestId};

use super::{Call, user_part};
use crate::again::Again;
use crate::api::{Asked, Event};
use crate::auto_connect::ping::answers;
use crate::catalogue::{ApiEvent, CallEvent, Fault, Side};
use crate::context::Context;
use crate::vendor::outgoing::{Outcome, Outgoing, Reply};
use crate::vendor::{ClientMessage, is_peer_to_peer};

/// Requests on their way.
#[derive(Debug, Default)]
pub(super) struct Asking {
    info: Outgoing,
    /// The media state, when the server may not have got it.
    pub(super) media_state: Again,
    others: BTreeMap<RequestId, Asked>,
    /// The server is asked for a sign of life.
    life: Option<RequestId>,
}

impl Call {
    /// Spec section 2.4, with a better rule: whatever the peer answers, the call goes on.
    pub(super) fn announce_room(&mut self, context: &mut Context) {
        let (true, Some(session)) = (context.config.announce_room, self.session) else { return };
        let (own, number) = (context.config.user.clone(), user_part(&self.peer).to_owned());
        let room = if self.incoming { format!("p2p{number}to{own}") } else { format!("p2p{own}to{number}") };
        if is_peer_to_peer(&room) {
            self.asking.info.say(context, session, ClientMessage::RoomName { room, participant: number });
        }
    }

    /// The microphone or camera changed: the server is told when the call stands and does not know it.
    pub(crate) fn announce_media_state(&mut self, context: &mut Context) {
        let (true, Some(session)) = (self.is_up(), self.session) else { return };
        let state = context.media_state;
        if self.announced != Some(state) {
            if let Some(before) = self.announced.replace(state) {
                self.tell_muting(context, before, state);
            }
            self.asking.media_state.forget();
            self.asking.info.say(context, session, ClientMessage::MediaState(state));
        }
    }

    /// The server may not know what microphone and camera do: it is told again.
    pub(super) fn say_again(&mut self, context: &mut Context, now: Instant) {
        if self.asking.media_state.due(now)
            && let Some(session) = self.standing_session()
        {
            self.asking.info.say(context, session, ClientMessage::MediaState(context.media_state));
        }
    }

    /// Asks the server for a sign of life (OPTIONS to our own address, as spec section 1.8 has it).
    pub(super) fn ask_for_life(&mut self, context: &mut Context) {
        let request = context.next_request();
        let (method, target) = ("OPTIONS".to_owned(), context.config.uri.clone());
        context.sip(Command::Request { request, method, target, headers: Vec::new(), body: None });
        self.asking.life = Some(request);
    }

    /// Asks the peer to call somebody else; the number of the request.
    pub(crate) fn transfer(&mut self, context: &mut Context, to: ReferTo) -> Option<RequestId> {
        let (true, Some(session)) = (self.is_up(), self.session) else { return None };
        let request = context.next_request();
        self.asking.others.insert(request, Asked::Transfer);
        context.sip(Command::Refer { session, request, to, headers: Vec::new() });
        Some(request)
    }

    /// What became of a request, if it is one of this call.
    pub(crate) fn handle_response(
        &mut self,
        context: &mut Context,
        now: Instant,
        request: RequestId,
        outcome: &Result<FinalResponse, sip::Failure>,
    ) {
        if let Some(reply) = self.asking.info.handle_response(request, outcome) {
            if let (ClientMessage::MediaState(_), Outcome::Failed(_)) = (&reply.message, &reply.outcome) {
                self.asking.media_state.plan(now);
            }
            self.info_answered(context, reply);
        }
        if self.asking.life.take_if(|life| *life == request).is_some() && answers(outcome) {
            self.media.server_answers(now);
        }
        if let Some(asked) = self.asking.others.remove(&request) {
            let fault = match outcome {
                Ok(response) if (200..300).contains(&response.status) => None,
                Ok(response) => {
                    Some(Fault { message: response.reason.clone(), cause: None, status: Some(response.status) })
                }
                Err(failure) => Some(Fault::from(failure)),
            };
            self.tell_answer(context, asked, fault);
        }
    }

    /// Nobody answers any more.
    pub(crate) fn asking_ends(&mut self, context: &mut Context) {
        let Some(session) = self.session else { return };
        for reply in self.asking.info.session_ended(session) {
            self.info_answered(context, reply);
        }
        for asked in std::mem::take(&mut self.asking.others).into_values() {
            self.tell_answer(context, asked, Some(Fault::new("the call ended before the answer")));
        }
    }

    fn info_answered(&self, context: &mut Context, reply: Reply) {
        let (call, session_info) = (self.id, reply.message.info());
        let fault = match reply.outcome {
            Outcome::Granted => None,
            Outcome::Refused { status, reason } => Some(Fault { message: reason, cause: None, status: Some(status) }),
            Outcome::Failed(failure) => Some(Fault::from(&failure)),
        };
        if fault.is_none()
            && let Some(info) = session_info
        {
            let (originator, content_type) = (Side::Local, info.content_type);
            context.tell(CallEvent::NewInfo { call, originator, content_type });
        }
        let asked = match reply.message {
            ClientMessage::RoomName { .. } => Asked::RoomName,
            _ => Asked::MediaState,
        };
        if let (Asked::RoomName, Some(error)) = (&asked, fault.clone()) {
            context.tell(ApiEvent::FailedSendRoomDirectP2p { call, error });
        }
        self.tell_answer(context, asked, fault);
    }

    fn tell_answer(&self, context: &mut Context, asked: Asked, fault: Option<Fault>) {
        context.event(Event::Answered { call: self.id, asked, fault });
    }
}
