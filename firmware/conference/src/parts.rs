//! What works for one call beside the call itself: one place for each occasion.
//!
//! A part is a field of [`CallParts`], made with the call and dropped with it, so nothing has to be reset. On each occasion
//! the call itself has had its turn already. A part that wants the call to end returns `Break` (see
//! [`Call::give_up`]); one that wants to offer again calls [`Call::wish_offer`]. Keep the lines of an occasion sorted by
//! the name of the part, unless the order matters.

use std::time::Instant;

use roombox_sip::api as sip;

use crate::api::{Command, HttpId, HttpResponse, MediaFact, NetworkEvent};
use crate::call::{Call, Step};
use crate::care::Care;
use crate::catalogue::{CallSessionState, PresentationPhase};
use crate::connection::Link;
use crate::content::Content;
use crate::context::Context;
use crate::presentation::Presentation;
use crate::receive::Receive;
use crate::roles::Roles;
use crate::vendor::{Asking, VendorMessage};

/// The parts of one call.
#[derive(Debug, Default)]
pub(crate) struct CallParts {
    asking: Asking,
    care: Care,
    content: Content,
    presentation: Presentation,
    receive: Receive,
    roles: Roles,
}

#[allow(
    clippy::unused_self,
    clippy::needless_pass_by_ref_mut,
    clippy::unnecessary_wraps,
    unused_variables,
    reason = "every occasion is offered in the same form, whether a part needs it or not"
)]
impl CallParts {
    /// Licence and role.
    pub(crate) const fn session_state(&self) -> &CallSessionState {
        self.roles.state()
    }

    /// How far the presentation is.
    pub(crate) const fn presentation_phase(&self) -> PresentationPhase {
        self.presentation.phase()
    }

    /// The call begins: it rings here or is being made.
    pub(crate) fn call_begun(&mut self, context: &mut Context, now: Instant, call: &mut Call) {}

    /// The call stands both ways.
    pub(crate) fn call_confirmed(&mut self, context: &mut Context, now: Instant, call: &mut Call) -> Step {
        self.care.call_confirmed(context, now, call);
        Step::Continue(())
    }

    /// The call is over. Comes for every call that began.
    pub(crate) fn call_ended(&mut self, context: &mut Context, now: Instant, call: &Call, failure: &sip::Failure) {
        self.asking.call_ended(context, call.id(), call.standing_session());
        self.care.call_ended(context, call, failure);
        self.presentation.call_ended(context, call, failure);
        self.receive.call_ended(context, call.id());
        context.forget_encodings(call.id());
    }

    /// An event of the call's session.
    pub(crate) fn session_event(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        event: &sip::Event,
    ) -> Step {
        self.care.session_event(context, call, event);
        self.presentation.session_event(event);
        self.presentation.follow_up(context, now, call);
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
        self.asking.hear(context, call.id(), message);
        self.care.hear(context, now, call, message);
        let moved = self.roles.hear(context, call.id(), message);
        self.presentation.hear(context, call, message);
        self.content.hear(context, call.id(), self.roles.role(), message);
        if moved {
            self.content.choose(context, call.id(), self.roles.role());
        }
        self.receive.follow(context, now, call, self.roles.role());
        self.care.follow_receive(context, now, call.id(), self.receive.feed());
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
        self.care.response(request, outcome);
        self.presentation.response(context, now, call, request, outcome);
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
        self.receive.http(context, now, call.id(), id, outcome);
        self.care.follow_receive(context, now, call.id(), self.receive.feed());
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
        self.asking.media_fact(context, call.id(), call.standing_session(), fact);
        self.content.media_fact(context, self.roles.role(), fact);
        self.presentation.media_fact(context, now, call, fact);
        self.receive.media_fact(context, now, call.id(), fact);
        self.care.follow_receive(context, now, call.id(), self.receive.feed());
        let step = self.care.media_fact(context, now, call, fact);
        if self.care.takes_wish_for_new_feed() {
            self.receive.renew(context, now, call.id());
        }
        step
    }

    /// A command for this call, or for all of them (media state).
    pub(crate) fn command(&mut self, context: &mut Context, now: Instant, call: &mut Call, command: &Command) -> Step {
        self.asking.command(context, call.id(), call.standing_session(), command);
        self.care.command(context, now, call, command);
        self.presentation.command(context, now, call, command);
        self.receive.command(context, now, call, self.roles.role(), command);
        self.care.follow_receive(context, now, call.id(), self.receive.feed());
        Step::Continue(())
    }

    /// The connection under the call changed.
    pub(crate) fn link_changed(&mut self, context: &mut Context, now: Instant, call: &mut Call, link: Link) -> Step {
        Step::Continue(())
    }

    /// The network of the system changed.
    pub(crate) fn network_changed(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        event: NetworkEvent,
    ) {
        self.care.network_changed(context, now, event);
    }

    /// Time has passed.
    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: &mut Call) -> Step {
        self.care.handle_timeout(context, now, call);
        self.presentation.handle_timeout(context, now, call);
        self.receive.handle_timeout(context, now, call.id());
        self.care.follow_receive(context, now, call.id(), self.receive.feed());
        Step::Continue(())
    }

    /// When the next part wants to be woken.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let parts = [self.care.next_deadline(), self.presentation.next_deadline(), self.receive.next_deadline()];
        parts.into_iter().flatten().min()
    }
}
