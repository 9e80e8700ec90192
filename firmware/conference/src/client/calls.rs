//! The calls there are: each with the parts that work for it.

use std::collections::VecDeque;
use std::time::Instant;

use roombox_sip::api as sip;

use crate::api::{CallId, Command, HttpId, HttpResponse, MediaFact, NetworkEvent};
use crate::call::{Call, Step};
use crate::connection::Link;
use crate::context::Context;
use crate::parts::CallParts;
use crate::vendor::{self, VendorMessage};

/// Sessions whose end is waited for; older ones are forgotten.
const CLOSING_MAX: usize = 16;

/// A call and the parts that work for it. Everything reaches the call first, then its parts.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) call: Call,
    pub(crate) parts: CallParts,
    /// Put on hold because another call was taken or made: it goes on when that one ends.
    pub(crate) set_aside: bool,
}

impl Leg {
    pub(crate) fn new(context: &mut Context, now: Instant, call: Call) -> Self {
        let mut leg = Self { call, parts: CallParts::default(), set_aside: false };
        leg.parts.call_begun(context, now, &mut leg.call);
        leg
    }

    /// An event of the session.
    pub(crate) fn sip(&mut self, context: &mut Context, now: Instant, event: &sip::Event) -> Step {
        let stood = self.call.is_up();
        self.call.handle_sip(context, now, event)?;
        if !stood && self.call.is_up() {
            self.parts.call_confirmed(context, now, &mut self.call)?;
        }
        if let sip::Event::Info { headers, body, .. } = event {
            for message in vendor::parse_info(headers, body.as_ref()) {
                self.call.hear(context, &message);
                self.parts.vendor_message(context, now, &mut self.call, &message)?;
            }
        }
        self.parts.session_event(context, now, &mut self.call, event)
    }

    /// The server says this outside any call; it has been told already.
    pub(crate) fn notified(&mut self, context: &mut Context, now: Instant, message: &VendorMessage) -> Step {
        self.call.note(message);
        self.parts.vendor_message(context, now, &mut self.call, message)
    }

    /// What became of a request. Every call is asked, so a part looks for its own number.
    pub(crate) fn response(
        &mut self,
        context: &mut Context,
        now: Instant,
        request: sip::RequestId,
        outcome: &Result<sip::FinalResponse, sip::Failure>,
    ) -> Step {
        self.call.handle_response(context, now, request, outcome);
        self.parts.response(context, now, &mut self.call, request, outcome)
    }

    /// What became of an HTTP request. Every call is asked, so a part looks for its own number.
    pub(crate) fn http(
        &mut self,
        context: &mut Context,
        now: Instant,
        id: HttpId,
        outcome: &Result<HttpResponse, String>,
    ) -> Step {
        self.parts.http(context, now, &mut self.call, id, outcome)
    }

    pub(crate) fn media(&mut self, context: &mut Context, now: Instant, fact: &MediaFact) -> Step {
        self.call.handle_media(context, now, fact)?;
        self.parts.media_fact(context, now, &mut self.call, fact)
    }

    /// A command for this call.
    pub(crate) fn command(&mut self, context: &mut Context, now: Instant, command: &Command) -> Step {
        self.call.handle_command(context, now, command)?;
        self.parts.command(context, now, &mut self.call, command)
    }

    pub(crate) fn link_changed(&mut self, context: &mut Context, now: Instant, link: Link) -> Step {
        self.call.handle_link(context, now, link)?;
        self.parts.link_changed(context, now, &mut self.call, link)
    }

    pub(crate) fn network_changed(&mut self, context: &mut Context, now: Instant, event: NetworkEvent) -> Step {
        self.parts.network_changed(context, now, &mut self.call, event);
        Step::Continue(())
    }

    pub(crate) fn timeout(&mut self, context: &mut Context, now: Instant) -> Step {
        self.call.handle_timeout(context, now)?;
        self.parts.handle_timeout(context, now, &mut self.call)
    }

    fn next_deadline(&self, context: &Context) -> Option<Instant> {
        [self.call.next_deadline(context), self.parts.next_deadline()].into_iter().flatten().min()
    }
}

/// The calls in the order they began.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    legs: Vec<Leg>,
    /// The one that comes back when it is lost.
    kept: Option<CallId>,
    /// Hung up here; the other side has not confirmed it yet.
    closing: VecDeque<sip::SessionId>,
}

impl Calls {
    pub(crate) const fn is_empty(&self) -> bool {
        self.legs.is_empty()
    }

    pub(crate) fn add(&mut self, leg: Leg) {
        self.legs.push(leg);
    }

    pub(crate) fn remove(&mut self, call: CallId) -> Option<Leg> {
        let index = self.legs.iter().position(|leg| leg.call.id() == call)?;
        Some(self.legs.remove(index))
    }

    pub(crate) fn get_mut(&mut self, call: CallId) -> Option<&mut Leg> {
        self.legs.iter_mut().find(|leg| leg.call.id() == call)
    }

    pub(crate) fn of_session(&self, session: sip::SessionId) -> Option<CallId> {
        self.legs.iter().find(|leg| leg.call.is_session(session)).map(|leg| leg.call.id())
    }

    /// The call that the room is in; without one, a call that is being made, rings, or is on hold.
    pub(crate) fn present(&self) -> Option<&Leg> {
        self.legs.iter().min_by_key(|leg| match &leg.call {
            call if call.is_up() && !call.hold().asked && !leg.set_aside => 0,
            call if call.is_up() => 3,
            call if call.is_ringing() => 2,
            _ => 1,
        })
    }

    pub(crate) fn get(&self, call: CallId) -> Option<&Leg> {
        self.legs.iter().find(|leg| leg.call.id() == call)
    }

    pub(crate) fn len(&self) -> usize {
        self.legs.len()
    }

    /// This call comes back when it is lost.
    pub(crate) const fn keep(&mut self, call: CallId) {
        self.kept = Some(call);
    }

    pub(crate) fn is_kept(&self, call: CallId) -> bool {
        self.kept == Some(call)
    }

    /// There is the call that comes back when it is lost.
    pub(crate) fn has_kept(&self) -> bool {
        self.kept.is_some_and(|call| self.get(call).is_some())
    }

    /// The call that comes back when it is lost stands.
    pub(crate) fn kept_stands(&self) -> bool {
        self.kept.and_then(|call| self.get(call)).is_some_and(|leg| leg.call.is_up())
    }

    /// Its end was asked for, its session is not over yet.
    pub(crate) fn closes(&mut self, session: sip::SessionId) {
        if self.closing.len() == CLOSING_MAX {
            self.closing.pop_front();
        }
        self.closing.push_back(session);
    }

    /// A session is over at last.
    pub(crate) fn closed(&mut self, session: sip::SessionId) {
        self.closing.retain(|closing| *closing != session);
    }

    /// Without a connection nobody confirms an end.
    pub(crate) fn nothing_closes(&mut self) {
        self.closing.clear();
    }

    pub(crate) fn is_closing(&self) -> bool {
        !self.closing.is_empty()
    }

    /// One call goes on alone: every other one that stands is put on hold.
    pub(crate) fn set_others_aside(&mut self, context: &mut Context, active: CallId) {
        for leg in &mut self.legs {
            if leg.call.id() == active {
                leg.set_aside = false;
                leg.call.ask_hold(context, false);
            } else if leg.call.is_up() && !leg.call.hold().asked {
                leg.set_aside = true;
                leg.call.ask_hold(context, true);
            }
        }
    }

    /// The last call that was set aside goes on when nobody else is talked to.
    pub(crate) fn take_up_again(&mut self, context: &mut Context) {
        let busy = self.legs.iter().any(|leg| !leg.set_aside && !leg.call.is_ringing() && !leg.call.hold().asked);
        if let (false, Some(leg)) = (busy, self.legs.iter_mut().rev().find(|leg| leg.set_aside)) {
            leg.set_aside = false;
            leg.call.ask_hold(context, false);
        }
    }

    pub(crate) fn ids(&self) -> Vec<CallId> {
        self.legs.iter().map(|leg| leg.call.id()).collect()
    }

    pub(crate) fn next_deadline(&self, context: &Context) -> Option<Instant> {
        self.legs.iter().filter_map(|leg| leg.next_deadline(context)).min()
    }
}
