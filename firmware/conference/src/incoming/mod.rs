//! Calls that ring here, as the room is told of them (spec section 10.1).
//!
//! The library of old has one place for a ringing call, and a second one takes it. Here each has its own, and the phase that
//! is shown is that of the call that rang or changed last.

mod allow_list;

use roombox_sip::api::{Failure, Originator};

use crate::api::CallId;
use crate::call::Call;
use crate::catalogue::{Caller, IncomingCallEvent, IncomingPhase, IncomingSnapshot};
use crate::context::Context;

pub use allow_list::AllowList;

/// The calls that ring, and what became of the last one that did.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    ringing: Vec<Caller>,
    shown: IncomingSnapshot,
}

impl Incoming {
    /// A call rings.
    pub(crate) fn rings(&mut self, context: &mut Context, call: &Call) {
        let caller = caller(call);
        context.tell(IncomingCallEvent::Ringing(caller.clone()));
        self.ringing.push(caller.clone());
        self.shown = IncomingSnapshot { value: IncomingPhase::Ringing, caller: Some(caller) };
    }

    /// It was answered here.
    pub(crate) fn answered(&mut self, call: CallId) {
        if let Some(caller) = self.take(call) {
            self.show(IncomingPhase::Consumed, caller);
        }
    }

    /// It is refused here; its end follows.
    pub(crate) fn declined(&mut self, context: &mut Context, call: CallId) {
        if let Some(caller) = self.take(call) {
            context.tell(IncomingCallEvent::Declined(caller.clone()));
            context.tell(IncomingCallEvent::Terminated(caller.clone()));
            self.show(IncomingPhase::Declined, caller);
        }
    }

    /// It ended before anybody answered.
    pub(crate) fn ended(&mut self, context: &mut Context, call: CallId, failure: &Failure) {
        let Some(caller) = self.take(call) else { return };
        if failure.originator == Originator::Remote {
            context.tell(IncomingCallEvent::Failed(caller.clone()));
            self.show(IncomingPhase::Failed, caller);
        } else {
            context.tell(IncomingCallEvent::Terminated(caller.clone()));
            self.show(IncomingPhase::Terminated, caller);
        }
    }

    /// The connection is gone, and with it what rang.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) const fn snapshot(&self) -> &IncomingSnapshot {
        &self.shown
    }

    fn take(&mut self, call: CallId) -> Option<Caller> {
        let index = self.ringing.iter().position(|caller| caller.call == call)?;
        Some(self.ringing.remove(index))
    }

    /// While another call rings, that one is shown.
    fn show(&mut self, value: IncomingPhase, caller: Caller) {
        self.shown = match self.ringing.last() {
            Some(other) => IncomingSnapshot { value: IncomingPhase::Ringing, caller: Some(other.clone()) },
            None => IncomingSnapshot { value, caller: Some(caller) },
        };
    }
}

fn caller(call: &Call) -> Caller {
    let (number, host) = call.peer_parts();
    Caller { call: call.id(), display_name: call.display_name().to_owned(), host, incoming_number: number }
}
