//! A call that comes to us: ring, answer or refuse (spec sections 2.2, 2.3 and 10.1).

use std::time::Instant;

use roombox_sip::api::{Body, Cause, Command, Failure, Originator, SessionId};

use super::admission::Admission;
use super::{Call, Phase, Step, failure};
use crate::api::{CallId, MediaRequest};
use crate::catalogue::{CallEvent, Side};
use crate::codecs;
use crate::context::Context;
use crate::vendor;

/// Who calls and what is offered.
#[derive(Debug)]
pub(crate) struct Caller {
    pub(crate) session: SessionId,
    pub(crate) uri: String,
    pub(crate) display: Option<String>,
    pub(crate) offer: Option<String>,
    /// The call only shows a presentation.
    pub(crate) presentation: bool,
    /// The call whose place it takes (RFC 3891).
    pub(crate) replaces: Option<CallId>,
}

impl Call {
    /// It rings until somebody answers. The endpoint has sent 180 and gives up when nobody does.
    pub(crate) fn ring(context: &mut Context, caller: Caller) -> Self {
        let name = caller.display.filter(|name| !name.trim().is_empty()).unwrap_or_else(|| caller.uri.clone());
        let mut call = Self::new(context, caller.uri, name, Phase::Ringing { offer: caller.offer });
        call.session = Some(caller.session);
        call.admission = Admission::new(caller.presentation);
        context.tell(CallEvent::Progress { call: call.id, originator: Side::Local, status: Some(180) });
        if let Some(replaced) = caller.replaces {
            context.tell(CallEvent::Replaces { call: call.id, replaced });
        }
        call
    }

    /// Answers; does nothing when it does not ring.
    pub(crate) fn answer(&mut self, context: &mut Context, now: Instant) {
        let Phase::Ringing { offer } = &mut self.phase else { return };
        let offer = offer.take();
        self.tell_start(context);
        self.phase = Phase::Answering { offerless: offer.is_none() };
        self.deadline = Some(now + context.config.call.media_answer);
        match offer {
            Some(offer) => {
                let offer = codecs::arrange(&offer, &context.config.media);
                context.media(MediaRequest::CreateAnswer { call: self.id, offer });
            }
            None => self.ask_for_offer(context, false),
        }
    }

    /// Refuses the ringing call.
    pub(crate) fn refuse(&self, context: &mut Context, status: u16, cause: Cause) -> Failure {
        if let Some(session) = self.session {
            context.sip(Command::Reject { session, status, headers: Vec::new() });
        }
        Failure { status: Some(status), ..failure(Originator::Local, cause, "not answered here") }
    }

    /// Media has made the answer: 200, or the answer to a re-INVITE.
    pub(super) fn answer_ready(&mut self, context: &mut Context, now: Instant, sdp: &str) -> Step {
        match self.phase {
            Phase::Answering { offerless: false } => self.send_accept(context, sdp),
            Phase::Up { .. } => self.answer_peer(context, now, sdp),
            _ => {}
        }
        Step::Continue(())
    }

    pub(super) fn send_accept(&mut self, context: &mut Context, sdp: &str) {
        let Some(session) = self.session else { return };
        self.tell_media_ready(context, sdp);
        let headers = vendor::invite_headers(context.media_state, false);
        self.announced = Some(context.media_state);
        let offerless = self.phase == (Phase::Answering { offerless: true });
        if offerless {
            self.negotiation.expect_answer();
        }
        self.tell_sdp(context, Side::Local, if offerless { "offer" } else { "answer" });
        self.phase = Phase::AwaitingAck;
        self.deadline = None;
        context.sip(Command::Accept { session, body: Some(Body::sdp(sdp)), headers });
        context.tell(CallEvent::Accepted { call: self.id, originator: Side::Local });
    }
}
