//! A call that we make: offer, INVITE, answer (spec section 2.1).

use std::time::Instant;

use roombox_sip::api::{Body, Cause, Command};

use super::{Call, Phase, Step};
use crate::context::Context;
use crate::vendor;

impl Call {
    /// Starts with asking media for an offer.
    pub(crate) fn dial(context: &mut Context, now: Instant, target: &str) -> Self {
        let mut call = Self::new(context, target.to_owned(), target.to_owned(), Phase::Offering);
        call.deadline = Some(now + context.config.call.media_answer);
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
        self.set_answer(context, now, sdp);
        self.phase = Phase::Accepted;
        self.deadline = None;
        Step::Continue(())
    }

    fn invite(&mut self, context: &mut Context, now: Instant, sdp: &str) {
        let session = context.next_session();
        let headers = vendor::invite_headers(context.media_state, !context.config.register);
        self.session = Some(session);
        self.announced = Some(context.media_state);
        self.phase = Phase::Calling;
        self.deadline = Some(now + context.config.call.answer);
        context.sip(Command::invite(session, self.peer.clone(), Body::sdp(sdp), headers));
    }
}
