//! The loss of a flow, and the next one (RFC 5626 section 4.3, RFC 3261 section 12.2).

use std::time::Instant;

use super::{Session, State, cause};
use crate::api::{Failure, FlowId, Output};
use crate::endpoint::core::{Core, Purpose};
use crate::transaction::{Outcome, TransactionEvent};

impl Session {
    /// The flow is gone. An established session waits for another one; a session not yet answered dies with its
    /// transaction (RFC 3261 section 17.1.4).
    pub(crate) fn flow_lost(&mut self, core: &mut Core, now: Instant) {
        self.flow = None;
        match self.state {
            State::Established => self.timers.flow_lost(now + core.config.flow_patience),
            State::Calling { progress: false, .. } => {
                let reason = "the connection was lost before anybody answered".into();
                self.end(core, Failure { reason, ..cause::connection() });
            }
            _ => self.end(core, cause::connection()),
        }
        self.offer.flow_lost();
        self.answer_may_be_lost();
    }

    /// Goes on over another flow: says what may have been lost with the old one, tells the peer where we are now, and asks
    /// whether it still knows the dialog.
    pub(crate) fn move_to(&mut self, core: &mut Core, now: Instant, flow: FlowId) {
        self.flow = Some(flow);
        self.timers.flow_found();
        if self.closing && !self.waits_for_ack() {
            return self.send_bye(core, now, None);
        }
        if let Some((_, bytes)) = &self.ack {
            core.outputs.push_back(Output::Send { flow, bytes: bytes.clone() });
        }
        if self.closing {
            return;
        }
        if self.offer.has_waiting() && !self.offer.is_running() {
            // The offer refreshes the target, and its outcome tells whether the dialog stands.
            return self.next_offer(core, now);
        }
        let contact = Some(core.contact(flow));
        let moved = std::mem::replace(&mut self.contact, contact.clone()) != contact;
        if self.peer_allows_update {
            self.refresh_by_update(core, now);
        } else if moved && self.local_sdp.is_some() {
            self.reinvite_to_refresh(core, now);
        } else {
            self.probe(core, now);
        }
    }

    fn probe(&mut self, core: &mut Core, now: Instant) {
        self.send(core, now, Purpose::Probe, "OPTIONS", |core, flow, request| {
            request.headers.push("Contact", core.contact(flow));
            request.headers.push("Accept", "application/sdp");
        });
    }

    /// The peer was heard on this flow inside the dialog, so it is where it listens now, also to a BYE that waits.
    pub(crate) fn heard_on(&mut self, core: &mut Core, now: Instant, flow: FlowId) {
        self.flow = Some(flow);
        self.timers.flow_found();
        if self.closing && !self.is_over() && !self.waits_for_ack() {
            self.send_bye(core, now, None);
        }
    }

    pub(super) fn on_probe_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        match &event.outcome {
            Outcome::Response(response) if Core::is_challenge(response.status) => {
                drop(self.on_challenge(core, now, event, response));
            }
            Outcome::Response(response) if matches!(response.status, 408 | 481) => self.dialog_gone(core, response),
            Outcome::Timeout => self.hang_up(core, now, cause::timeout()),
            Outcome::Response(_) | Outcome::FlowLost => {}
        }
    }
}
