//! What works for one call beside the call itself: one place for each occasion.
//!
//! A part is a field of [`CallParts`], made with the call and dropped with it, so nothing has to be reset. On each occasion
//! the call itself has had its turn already. A part that wants the call to end returns `Break` (see
//! [`Call::give_up`]); one that wants to offer again calls [`Call::wish_offer`]. Keep the lines of an occasion sorted by
//! the name of the part, unless the order matters.

use std::time::Instant;

use roombox_sip::api as sip;

use crate::api::{Command, HttpId, HttpResponse, MediaFact};
use crate::call::{Call, Step};
use crate::connection::Link;
use crate::context::Context;
use crate::vendor::{Asking, VendorMessage};

/// The parts of one call.
#[derive(Debug, Default)]
pub(crate) struct CallParts {
    asking: Asking,
}

#[allow(
    clippy::unused_self,
    clippy::needless_pass_by_ref_mut,
    clippy::unnecessary_wraps,
    unused_variables,
    reason = "every occasion is offered in the same form, whether a part needs it or not"
)]
impl CallParts {
    /// The call begins: it rings here or is being made.
    pub(crate) fn call_begun(&mut self, context: &mut Context, now: Instant, call: &mut Call) {}

    /// The call stands both ways.
    pub(crate) fn call_confirmed(&mut self, context: &mut Context, now: Instant, call: &mut Call) -> Step {
        Step::Continue(())
    }

    /// The call is over. Comes for every call that began.
    pub(crate) fn call_ended(&mut self, context: &mut Context, now: Instant, call: &Call, failure: &sip::Failure) {
        self.asking.call_ended(context, call.id(), call.standing_session());
    }

    /// An event of the call's session.
    pub(crate) fn session_event(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        event: &sip::Event,
    ) -> Step {
        Step::Continue(())
    }

    /// The conference server says this by INFO.
    pub(crate) fn vendor_message(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        message: &VendorMessage,
    ) -> Step {
        Asking::hear(context, call.id(), message);
        Step::Continue(())
    }

    /// What became of a SIP request; a part looks whether it is its own.
    pub(crate) fn response(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        request: sip::RequestId,
        outcome: &Result<sip::FinalResponse, sip::Failure>,
    ) -> Step {
        self.asking.response(context, call.id(), request, outcome);
        Step::Continue(())
    }

    /// What became of an HTTP request; a part looks whether it is its own.
    pub(crate) fn http(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        id: HttpId,
        outcome: &Result<HttpResponse, String>,
    ) -> Step {
        Step::Continue(())
    }

    /// A fact about the call's media.
    pub(crate) fn media_fact(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        fact: &MediaFact,
    ) -> Step {
        Step::Continue(())
    }

    /// A command for this call, or for all of them (media state).
    pub(crate) fn command(&mut self, context: &mut Context, now: Instant, call: &mut Call, command: &Command) -> Step {
        self.asking.command(context, call.id(), call.standing_session(), command);
        Step::Continue(())
    }

    /// The connection under the call changed.
    pub(crate) fn link_changed(&mut self, context: &mut Context, now: Instant, call: &mut Call, link: Link) -> Step {
        Step::Continue(())
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: &mut Call) -> Step {
        Step::Continue(())
    }

    /// When the next part wants to be woken.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        None
    }
}
