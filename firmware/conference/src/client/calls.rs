//! The calls there are: each with the parts that work for it.

use std::time::Instant;

use roombox_sip::api as sip;

use crate::api::{CallId, Command, HttpId, HttpResponse, MediaFact};
use crate::call::{Call, Step};
use crate::connection::Link;
use crate::context::Context;
use crate::parts::CallParts;
use crate::vendor;

/// A call and the parts that work for it. Everything reaches the call first, then its parts.
#[derive(Debug)]
pub(crate) struct Leg {
    pub(crate) call: Call,
    pub(crate) parts: CallParts,
}

impl Leg {
    pub(crate) fn new(context: &mut Context, now: Instant, call: Call) -> Self {
        let mut leg = Self { call, parts: CallParts::default() };
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

    /// What became of a request. Every call is asked, so a part looks for its own number.
    pub(crate) fn response(
        &mut self,
        context: &mut Context,
        now: Instant,
        request: sip::RequestId,
        outcome: &Result<sip::FinalResponse, sip::Failure>,
    ) -> Step {
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

    /// The call that the room is in, or that rings when there is no other.
    pub(crate) fn present(&self) -> Option<&Leg> {
        self.legs.first()
    }

    pub(crate) fn ids(&self) -> Vec<CallId> {
        self.legs.iter().map(|leg| leg.call.id()).collect()
    }

    pub(crate) fn next_deadline(&self, context: &Context) -> Option<Instant> {
        self.legs.iter().filter_map(|leg| leg.next_deadline(context)).min()
    }
}
