//! Starting (spec section 4.1).

use std::time::Instant;

use super::{Change, Failure, Presentation, RETRY_AFTER, Stage, Start, Wish, is_to_peer, refusal, tell_refused};
use crate::call::{Call, OfferOutcome};
use crate::catalogue::{Fault, PresentationEvent, PresentationFault};
use crate::context::Context;
use crate::vendor::outgoing::Outcome;

impl Presentation {
    /// Starts; one that is under way or runs is left as it is and that is told, one that stops is followed by this one.
    pub(super) fn start(&mut self, context: &mut Context, call: &Call, wish: Wish) {
        match self.stage {
            Stage::Idle | Stage::Failed => {
                self.wish = Some(wish);
                self.by_server = false;
                self.update_wished = false;
                self.ask(context, call);
            }
            Stage::Stopping if self.start_wished.is_none() => self.start_wished = Some(wish),
            Stage::Starting(_) | Stage::Active(_) | Stage::Stopping => {
                tell_refused(context, call.id(), "Presentation is already started");
            }
        }
    }

    /// One attempt begins with the permission.
    pub(super) fn ask(&mut self, context: &mut Context, call: &Call) {
        self.to_peer = is_to_peer(call.phase());
        if let Some(wish) = &mut self.wish {
            wish.attempts = wish.attempts.saturating_sub(1);
        }
        self.again.forget();
        match self.say(context, call, self.permission()) {
            Some(request) => self.stage = Stage::Starting(Start::Asking(request)),
            None => self.give_up(context, call, Failure::no_call()),
        }
    }

    /// The permission was given or not.
    pub(super) fn start_answered(&mut self, context: &mut Context, now: Instant, call: &Call, outcome: Outcome) {
        if let Some(failure) = refusal(outcome) {
            return self.attempt_failed(context, now, call, failure);
        }
        context.tell(PresentationEvent::Start { call: call.id(), track: None });
        let deadline = self.attach(context, now, call);
        self.stage = Stage::Starting(Start::Attaching { deadline });
    }

    /// The picture is on its sender (`true`: with a new m-line), or cannot be put there.
    pub(super) fn attached(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        outcome: Result<bool, &str>,
    ) {
        match outcome {
            Ok(renegotiate) => {
                self.encode(context, call.id());
                if renegotiate {
                    let ticket = call.wish_offer(context, now, false);
                    self.stage = Stage::Starting(Start::Offering(ticket));
                } else {
                    self.started(context, call);
                }
            }
            Err(reason) => self.take_back(context, now, call, Failure::track(reason)),
        }
    }

    /// Our offer has ended.
    pub(super) fn offered(&mut self, context: &mut Context, now: Instant, call: &Call, outcome: OfferOutcome) {
        let kind = PresentationFault::Renegotiation;
        match outcome {
            OfferOutcome::Agreed => {
                self.look_at_answer(context, call.id());
                self.started(context, call);
            }
            OfferOutcome::MediaFailed(reason) => {
                self.take_back(context, now, call, Failure { kind, error: Fault::new(reason) });
            }
            OfferOutcome::Refused(failure) => {
                self.take_back(context, now, call, Failure { kind, error: (&failure).into() });
            }
        }
    }

    fn started(&mut self, context: &mut Context, call: &Call) {
        self.stage = Stage::Active(Change::None);
        context.tell(PresentationEvent::Started { call: call.id(), track: None });
    }

    /// The server has permitted it, but it does not come: the picture comes off, and the other side is told.
    fn take_back(&mut self, context: &mut Context, now: Instant, call: &Call, failure: Failure) {
        Self::detach(context, call);
        self.take_leave(context, call);
        self.attempt_failed(context, now, call, failure);
    }

    fn attempt_failed(&mut self, context: &mut Context, now: Instant, call: &Call, failure: Failure) {
        if self.wish.is_some_and(|wish| wish.attempts > 0) {
            self.stage = Stage::Starting(Start::Resting { until: now + RETRY_AFTER });
        } else {
            self.give_up(context, call, failure);
        }
    }

    pub(super) fn give_up(&mut self, context: &mut Context, call: &Call, Failure { kind, error }: Failure) {
        self.stage = Stage::Failed;
        context.tell(PresentationEvent::Failed { call: call.id(), kind, error });
    }
}
