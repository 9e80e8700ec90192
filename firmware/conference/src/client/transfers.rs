//! Handing calls on (RFC 3515, RFC 5589): what we ask for, and what others ask of us.

use std::time::Instant;

use roombox_sip::api::{self as sip, Cause, FinalResponse, ReferTo, RequestId};

use super::ConferenceClient;
use crate::api::{CallId, Event, TransferTo};
use crate::call::{Call, Dialled, Step};
use crate::catalogue::CallEvent;

/// A transfer that we have asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Transfer {
    call: CallId,
    request: RequestId,
    /// The call that ends with it, where the two are connected with each other.
    other: Option<CallId>,
}

impl ConferenceClient {
    pub(super) fn transfer(&mut self, call: CallId, to: TransferTo) {
        let (to, other) = match to {
            TransferTo::Uri(uri) => (ReferTo::Uri(uri), None),
            TransferTo::Call(other) => {
                let Some(session) = self.calls.get(other).and_then(|leg| leg.call.session()) else { return };
                (ReferTo::Session(session), Some(other))
            }
        };
        let Some(leg) = self.calls.get_mut(call) else { return };
        if let Some(request) = leg.call.transfer(&mut self.context, to) {
            self.transfers.push(Transfer { call, request, other });
        }
    }

    /// Blind, our part is done when the other side has agreed.
    pub(super) fn transfer_answered(
        &mut self,
        now: Instant,
        request: RequestId,
        outcome: &Result<FinalResponse, sip::Failure>,
    ) {
        let Some(index) = self.transfers.iter().position(|transfer| transfer.request == request) else { return };
        let agreed = outcome.as_ref().is_ok_and(|response| (200..300).contains(&response.status));
        if !agreed {
            self.transfers.remove(index);
        } else if self.transfers[index].other.is_none() {
            self.handed_on(now, self.transfers[index].call);
        }
    }

    /// Attended, both calls end when the two have each other.
    pub(super) fn transfer_progress(
        &mut self,
        now: Instant,
        request: RequestId,
        status: u16,
        reason: String,
        last: bool,
    ) {
        let Some(index) = self.transfers.iter().position(|transfer| transfer.request == request) else { return };
        let transfer = self.transfers[index];
        self.context.event(Event::Transfer { call: transfer.call, status, reason, last });
        if last {
            self.transfers.remove(index);
        }
        if let (true, 200..=299, Some(other)) = (last, status, transfer.other) {
            self.handed_on(now, transfer.call);
            self.handed_on(now, other);
        }
    }

    /// A transfer without news ends with its call.
    pub(super) fn transfers_of_ended(&mut self) {
        let calls = &self.calls;
        self.transfers.retain(|transfer| transfer.other.is_none() || calls.get(transfer.call).is_some());
        let excess = self.transfers.len().saturating_sub(self.context.config.sessions.limit);
        self.transfers.drain(..excess);
    }

    fn handed_on(&mut self, now: Instant, call: CallId) {
        self.with_call(now, call, |leg, context| {
            Step::Break(leg.call.hang_up(context, Cause::Replaced, "handed on to somebody else"))
        });
    }

    /// Somebody asks us to call somebody else: only from the list, and never from outside a call.
    pub(super) fn referred(&mut self, now: Instant, refer: RequestId, session: Option<sip::SessionId>, target: String) {
        let call = session.and_then(|session| self.calls.of_session(session));
        if let Some(call) = call {
            self.context.tell(CallEvent::Refer { call, target: target.clone() });
        }
        let asker = call.and_then(|call| self.calls.get(call)).filter(|leg| leg.call.is_up());
        let allowed = asker.is_some_and(|leg| self.context.config.sessions.transfers_from.allows(leg.call.peer()));
        if !allowed || self.calls.len() >= self.context.config.sessions.limit {
            let (status, headers) = (603, Vec::new());
            self.context.sip(sip::Command::Respond { request: refer, status, reason: None, headers, body: None });
            return;
        }
        let dialled = Dialled { target, presentation: false, follows: Some(refer) };
        let call = Call::dial(&mut self.context, now, dialled);
        self.make(now, call);
    }
}
