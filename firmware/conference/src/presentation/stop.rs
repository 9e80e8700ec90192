//! Stopping, by ourselves or because the server wants it (spec sections 4.3 and 4.5).

use super::{Presentation, Stage, Start, refusal};
use crate::call::Call;
use crate::catalogue::{PresentationEvent, UnprefixedEvent};
use crate::context::Context;
use crate::vendor::VendorMessage;
use crate::vendor::outgoing::Outcome;

impl Presentation {
    /// Stops: the picture comes off at once, then the other side is told. Never with a new offer.
    pub(super) fn stop(&mut self, context: &mut Context, call: &Call) {
        self.start_wished = None;
        let attached = match self.stage {
            Stage::Idle | Stage::Failed | Stage::Stopping => return,
            Stage::Starting(Start::Resting { .. }) => return self.ended(context, call),
            Stage::Starting(Start::Asking(_)) => false,
            Stage::Starting(Start::Attaching { .. } | Start::Offering(_)) | Stage::Active(_) => true,
        };
        if attached {
            Self::detach(context, call);
        }
        context.tell(PresentationEvent::End { call: call.id(), track: None });
        self.stopping = self.take_leave(context, call);
        self.stage = Stage::Stopping;
        if self.stopping.is_none() {
            self.ended(context, call);
        }
    }

    /// The server takes it away, also by moving us to the spectators.
    pub(crate) fn hear(&mut self, context: &mut Context, call: &Call, message: &VendorMessage) {
        let takes = matches!(message, VendorMessage::MoveToSpectators { .. } | VendorMessage::PresentationMustStop {});
        if !takes || matches!(self.stage, Stage::Idle | Stage::Failed) {
            return;
        }
        self.by_server = true;
        self.stop(context, call);
    }

    /// The other side has been told, or not: the presentation is over anyway.
    pub(super) fn stop_answered(&mut self, context: &mut Context, call: &Call, outcome: Outcome) {
        match refusal(outcome) {
            None => self.ended(context, call),
            Some(failure) => {
                self.give_up(context, call, failure);
                self.tell_why(context, call);
            }
        }
    }

    fn ended(&mut self, context: &mut Context, call: &Call) {
        self.stage = Stage::Idle;
        context.tell(PresentationEvent::Ended { call: call.id(), track: None });
        self.tell_why(context, call);
    }

    fn tell_why(&mut self, context: &mut Context, call: &Call) {
        if std::mem::take(&mut self.by_server) {
            context.tell(UnprefixedEvent::StoppedPresentationByServerCommand { call: call.id() });
        }
    }
}
