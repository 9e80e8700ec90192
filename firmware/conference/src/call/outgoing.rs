//! A call that we make: offer, INVITE, answer (spec section 2.1).

use std::time::Instant;

use roombox_sip::api::{Body, Cause, Command, RequestId};

use super::admission::Admission;
use super::{Call, Phase, Step};
use crate::catalogue::{CallEvent, Side};
use crate::context::Context;
use crate::vendor::InviteHeaders;

/// What to dial.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dialled {
    pub(crate) target: String,
    /// A call that only shows a presentation.
    pub(crate) presentation: bool,
    /// The other side of another call asked for it.
    pub(crate) follows: Option<RequestId>,
}

impl Call {
    /// Starts with asking media for an offer.
    pub(crate) fn dial(context: &mut Context, now: Instant, dialled: Dialled) -> Self {
        let Dialled { target, presentation, follows } = dialled;
        let mut call = Self::new(context, target.clone(), target, Phase::Offering);
        call.admission = Admission::new(presentation);
        call.presentation = presentation;
        call.follows = follows;
        call.deadline = Some(now + context.config.call.media_answer);
        call.tell_start(context);
        call.ask_for_offer(context, false);
        call
    }

    /// The offer is there: INVITE, or the next step of a renegotiation.
    pub(super) fn offer_ready(&mut self, context: &mut Context, now: Instant, sdp: &str) -> Step {
        match self.phase {
            Phase::Offering => self.invite(context, now, sdp),
            Phase::Answering { offerless: true } => self.send_accept(context, sdp),
            Phase::Up { .. } => self.send_offer(context, sdp),
            _ => {}
        }
        Step::Continue(())
    }

    /// 200 to our INVITE.
    pub(super) fn accepted(&mut self, context: &mut Context, now: Instant, body: Option<&Body>) -> Step {
        if self.phase != Phase::Calling {
            return Step::Continue(());
        }
        let Some(sdp) = body.and_then(Body::text).filter(|sdp| !sdp.trim().is_empty()) else {
            return self.give_up(context, Cause::BadMediaDescription, "the answer has no session description");
        };
        context.tell(CallEvent::Accepted { call: self.id, originator: Side::Remote });
        self.set_answer(context, now, sdp);
        self.phase = Phase::Accepted;
        self.deadline = None;
        Step::Continue(())
    }

    fn invite(&mut self, context: &mut Context, now: Instant, sdp: &str) {
        let session = context.next_session();
        self.tell_media_ready(context, sdp);
        self.tell_sdp(context, Side::Local, "offer");
        context.tell(CallEvent::Sending { call: self.id });
        let headers = InviteHeaders {
            media_state: context.media_state,
            guest: !context.config.register,
            presentation_call: self.presentation,
            ..InviteHeaders::default()
        }
        .lines();
        self.session = Some(session);
        self.announced = Some(context.media_state);
        self.phase = Phase::Calling;
        self.deadline = Some(now + context.config.call.answer);
        let body = Body::sdp(sdp);
        context.sip(match self.follows.take() {
            Some(refer) => Command::FollowRefer { refer, session, body: Some(body), headers },
            None => Command::invite(session, self.peer.clone(), body, headers),
        });
    }
}
