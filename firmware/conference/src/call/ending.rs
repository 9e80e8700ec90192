//! How a call is ended from this side.

use std::time::Instant;

use roombox_sip::api::{Cause, Command, Failure, Originator};

use super::{Call, Phase, Step};
use crate::catalogue::CallEvent;
use crate::context::Context;

impl Call {
    /// Somebody here ends it.
    pub(crate) fn leave(&self, context: &mut Context) -> Failure {
        if self.is_ringing() {
            return self.refuse(context, 486, Cause::Busy);
        }
        context.tell(CallEvent::EndCall { call: self.id });
        self.hang_up(context, Cause::Canceled, "left")
    }

    /// Ends it from this side in the way its phase asks for.
    pub(crate) fn hang_up(&self, context: &mut Context, cause: Cause, reason: &str) -> Failure {
        if let Some(session) = self.session {
            context.sip(Command::Terminate { session, cause });
        }
        failure(Originator::Local, cause, reason)
    }

    /// Ends it because it cannot go on.
    pub(crate) fn give_up(&self, context: &mut Context, cause: Cause, reason: &str) -> Step {
        let failure = self.hang_up(context, cause, reason);
        Step::Break(Failure { originator: Originator::System, ..failure })
    }

    pub(super) fn media_failed(&mut self, context: &mut Context, now: Instant, reason: &str) -> Step {
        self.tell_media_failed(context, reason);
        if self.media.flowing() && self.negotiation_refused(context, now, reason) {
            return Step::Continue(());
        }
        if let (Phase::Answering { .. }, Some(session)) = (&self.phase, self.session) {
            context.sip(Command::Reject { session, status: 488, headers: Vec::new() });
            return Step::Break(failure(Originator::System, Cause::IncompatibleSdp, reason));
        }
        self.give_up(context, Cause::WebrtcError, reason)
    }
}

pub(super) fn failure(originator: Originator, cause: Cause, reason: &str) -> Failure {
    Failure { originator, cause, status: None, reason: reason.to_owned(), retry_after: None, peer_reason: None }
}
