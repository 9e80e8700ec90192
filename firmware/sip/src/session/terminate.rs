//! The end of a session (RFC 3261 sections 9 and 15, spec section 14.10).

use std::time::Instant;

use super::{Session, State, cause};
use crate::api::{Cause, Event, Failure};
use crate::endpoint::core::{Core, Owner};
use crate::message::{Request, Response};
use crate::transaction::TransactionId;

impl Session {
    /// The owner ends the session.
    pub(crate) fn terminate(&mut self, core: &mut Core, now: Instant, cause: Cause) {
        self.give_up(core, now, Failure::local(cause));
    }

    /// Ends the session in the way its state asks for.
    pub(super) fn give_up(&mut self, core: &mut Core, now: Instant, failure: Failure) {
        match &self.state {
            State::Calling { .. } => self.give_up_calling(core, now, failure),
            State::Ringing(_) => {
                self.withdraw_offer(core, now, 487);
                self.refuse_ringing(core, now, 480, &[]);
                self.end(core, failure);
            }
            State::Established if self.closing => {}
            State::Established => self.hang_up(core, now, failure),
            State::Over => {}
        }
    }

    /// CANCEL now or with the first provisional response; a 2xx that crosses it gets ACK and BYE.
    pub(super) fn give_up_calling(&mut self, core: &mut Core, now: Instant, failure: Failure) {
        let State::Calling { invite, progress } = self.state else { return };
        self.withdraw_offer(core, now, 487);
        let reason = cause::reason_header(failure.cause);
        let left = reason.clone().filter(|_| !progress);
        core.set_owner(invite, Owner::Abandoned { cancelled: progress, reason: left, session: self.id });
        if progress {
            core.send_cancel(now, invite, reason);
        }
        self.end(core, failure);
    }

    /// Ends an established session with BYE. Before our 2xx is acknowledged (section 15), or without a flow, BYE has to
    /// wait.
    pub(super) fn hang_up(&mut self, core: &mut Core, now: Instant, failure: Failure) {
        let cause = failure.cause;
        self.withdraw_offer(core, now, 487);
        let told = std::mem::replace(&mut self.closing, true);
        if !told {
            core.event(Event::Ended { session: self.id, failure });
        }
        if self.flow.is_some() && !self.waits_for_ack() {
            self.send_bye(core, now, cause::reason_header(cause));
        }
    }

    /// Sends BYE and is over; the owner has been told.
    pub(super) fn send_bye(&mut self, core: &mut Core, now: Instant, reason: Option<String>) {
        self.state = State::Over;
        let (Some(flow), Some(dialog)) = (self.flow, &mut self.dialog) else { return };
        let mut bye = dialog.next_request("BYE");
        if let Some(reason) = reason {
            bye.headers.push("Reason", reason);
        }
        core.send(now, flow, bye, Owner::Leaving(self.id));
    }

    /// The peer ends the session.
    pub(crate) fn on_bye(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) {
        core.respond(now, transaction, Response::to(request, 200, None, None));
        self.withdraw_offer(core, now, 487);
        // A caller may end a dialog that still rings (section 15).
        self.refuse_ringing(core, now, 487, &[]);
        self.end(core, cause::of_bye(request));
    }
}
