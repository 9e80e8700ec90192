//! The end of a session (RFC 3261 sections 9 and 15, spec section 14.10).

use std::time::Instant;

use super::{Session, State, cause};
use crate::api::{Cause, Failure, Originator};
use crate::endpoint::core::{Core, Owner};
use crate::message::{Request, Response};
use crate::transaction::TransactionId;

impl Session {
    /// Ends the session in the way its state asks for.
    pub(crate) fn terminate(&mut self, core: &mut Core, now: Instant, cause: Cause) {
        match &self.state {
            State::Calling { .. } => self.give_up_calling(core, now, Failure::local(cause)),
            State::Ringing(_) => {
                self.refuse_ringing(core, now, 480, &[]);
                self.end(core, Failure::local(cause));
            }
            State::Established => self.hang_up(core, now, Failure::local(cause)),
            State::Over => {}
        }
    }

    /// CANCEL now or with the first provisional response; a 2xx that crosses it gets ACK and BYE.
    pub(super) fn give_up_calling(&mut self, core: &mut Core, now: Instant, failure: Failure) {
        let State::Calling { invite, progress } = self.state else { return };
        core.set_owner(invite, Owner::Abandoned { cancelled: progress });
        if progress {
            core.send_cancel(now, invite);
        }
        self.end(core, failure);
    }

    /// Ends an established session with BYE; before our 2xx is acknowledged, BYE has to wait (section 15).
    pub(super) fn hang_up(&mut self, core: &mut Core, now: Instant, failure: Failure) {
        let cause = failure.cause;
        self.refuse_offer(core, now, 487);
        if self.waits_for_ack() && !self.closing {
            core.event(crate::api::Event::Ended { session: self.id, failure });
            self.closing = true;
            return;
        }
        if !self.closing {
            core.event(crate::api::Event::Ended { session: self.id, failure });
        }
        self.send_bye(core, now, cause::reason_header(cause));
    }

    /// Sends BYE and is over; the owner has been told.
    pub(super) fn send_bye(&mut self, core: &mut Core, now: Instant, reason: Option<String>) {
        self.state = State::Over;
        let (Some(flow), Some(dialog)) = (self.flow, &mut self.dialog) else { return };
        let mut bye = dialog.next_request("BYE");
        if let Some(reason) = reason {
            bye.headers.push("Reason", reason);
        }
        core.send(now, flow, bye, Owner::Detached);
    }

    /// The peer ends the session.
    pub(crate) fn on_bye(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) {
        core.respond(now, transaction, Response::to(request, 200, None, None));
        self.refuse_offer(core, now, 487);
        // A caller may end a dialog that still rings (section 15).
        self.refuse_ringing(core, now, 487, &[]);
        let reason = request.headers.get("Reason").map_or_else(|| Cause::Bye.to_string(), Into::into);
        self.end(core, cause::without_status(Originator::Remote, Cause::Bye, reason));
    }
}
