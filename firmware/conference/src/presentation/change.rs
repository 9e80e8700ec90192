//! Another picture source on the running presentation (spec section 4.2).

use std::time::Instant;

use super::{Change, Failure, Presentation, Stage, refusal, tell_refused};
use crate::call::Call;
use crate::catalogue::PresentationEvent;
use crate::context::Context;
use crate::vendor::outgoing::Outcome;

impl Presentation {
    /// Asks again and changes the source, never with a new offer. One that starts is changed when it runs; that there is
    /// none is told.
    pub(super) fn update(&mut self, context: &mut Context, call: &Call) {
        match self.stage {
            Stage::Starting(_) | Stage::Active(Change::Asking(_) | Change::Attaching { .. }) => {
                self.update_wished = true;
            }
            Stage::Active(Change::None) => match self.say(context, call, self.permission()) {
                Some(request) => self.stage = Stage::Active(Change::Asking(request)),
                None => tell_failed(context, call, Failure::no_call()),
            },
            Stage::Idle | Stage::Failed | Stage::Stopping => {
                tell_refused(context, call.id(), "Presentation has not started yet");
            }
        }
    }

    /// The permission was given or not; when not, the present source stays on.
    pub(super) fn change_answered(&mut self, context: &mut Context, now: Instant, call: &Call, outcome: Outcome) {
        if let Some(failure) = refusal(outcome) {
            self.stage = Stage::Active(Change::None);
            return tell_failed(context, call, failure);
        }
        context.tell(PresentationEvent::Updating { call: call.id(), track: None });
        let deadline = self.attach(context, now, call);
        self.stage = Stage::Active(Change::Attaching { deadline });
    }

    /// Media has changed the source, or cannot; then the presentation is over.
    pub(super) fn changed(&mut self, context: &mut Context, call: &Call, outcome: Result<bool, &str>) {
        match outcome {
            Ok(_) => {
                self.stage = Stage::Active(Change::None);
                self.encode(context, call.id());
                context.tell(PresentationEvent::Updated { call: call.id(), track: None });
            }
            Err(_) => self.lost(context, call, outcome),
        }
    }

    /// The other source could not be opened: the present one stays on, and the failure is told. Nobody waits any more
    /// for an answer that comes too late.
    pub(super) fn not_changed(&mut self, context: &mut Context, call: &Call, reason: &str) {
        if matches!(self.stage, Stage::Active(Change::Attaching { .. })) {
            self.stage = Stage::Active(Change::None);
            tell_failed(context, call, Failure::track(reason));
        }
    }

    /// The picture is gone: the other side is told.
    pub(super) fn lost(&mut self, context: &mut Context, call: &Call, outcome: Result<bool, &str>) {
        let reason = outcome.err().unwrap_or_default();
        Self::detach(context, call);
        self.take_leave(context, call);
        self.give_up(context, call, Failure::track(reason));
    }
}

fn tell_failed(context: &mut Context, call: &Call, Failure { kind, error }: Failure) {
    context.tell(PresentationEvent::Failed { call: call.id(), kind, error });
}
