//! The 2xx to our INVITE, and its ACK (RFC 3261 sections 13.2.2.4 and 22.1).

use std::time::Instant;

use super::offer::{Asked, Theirs};
use super::{Exchange, Session, State, cause};
use crate::api::{Body, Cause, Event, HeaderLine, Originator, Output};
use crate::dialog::Dialog;
use crate::endpoint::core::{Core, Owner};
use crate::message::{Request, Response};
use crate::transaction::{Outcome, TransactionEvent};

/// An unwanted branch of a fork may have seen PRACK and UPDATE in its early dialog; the number of its BYE is beyond theirs
/// (gaps are allowed: section 12.2.2).
const CSEQ_GAP: u32 = 1000;

impl Session {
    pub(super) fn on_answer(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, response: &Response) {
        let Some(dialog) = Dialog::of_caller(&event.request, response) else { return };
        if let Some(established) = &self.dialog {
            // A repeated 2xx gets its ACK again; another branch of a fork gets ACK and BYE (section 13.2.2.4).
            return if established.remote_tag == dialog.remote_tag {
                self.repeat_ack(core, dialog.local_cseq);
            } else {
                end_unwanted(core, now, event, response, None);
            };
        }
        let body = response.typed_body();
        let exchange = self.early.get(&dialog.remote_tag).map_or(self.exchange, |early| early.exchange);
        if body.is_none() && matches!(exchange, Exchange::None | Exchange::Ours) {
            end_unwanted(core, now, event, response, Some(Cause::BadMediaDescription));
            let failure = cause::without_status(Originator::Remote, Cause::BadMediaDescription, "Missing SDP");
            return self.end(core, failure);
        }
        self.establish(now, dialog, response);
        let headers = response.headers.lines().to_vec();
        if exchange == Exchange::None {
            self.peer_described(core, body.as_ref(), true);
            let asked = Asked::Ack { headers, invite: event.request.clone() };
            self.offer.ask(Theirs { asked, until: Self::asks_until(now) });
            core.event(Event::Offer { session: self.id, body, by_update: false });
            return;
        }
        self.exchange = Exchange::Done;
        self.acknowledge_invite(core, &event.request, None);
        core.event(Event::Accepted { session: self.id, body: body.clone(), headers });
        core.event(Event::Confirmed { session: self.id });
        self.peer_described(core, body.as_ref(), false);
        self.after_offer(core, now);
    }

    /// The dialog stands; what its early dialog has counted goes on (section 13.2.2.4).
    fn establish(&mut self, now: Instant, mut dialog: Dialog, response: &Response) {
        if let Some(early) = self.early.remove(&dialog.remote_tag) {
            dialog.local_cseq = early.dialog.local_cseq.max(dialog.local_cseq);
            dialog.remote_cseq = early.dialog.remote_cseq;
            self.peer_allows_update = early.allows_update;
        }
        self.early.clear();
        self.state = State::Established;
        self.timers.ring_over();
        self.learn(now, response, true);
        self.dialog = Some(dialog);
    }

    /// Sends the ACK for the 2xx to our INVITE.
    pub(super) fn acknowledge_invite(&mut self, core: &mut Core, invite: &Request, body: Option<&Body>) {
        let (Some(flow), Some(dialog)) = (self.flow, &self.dialog) else { return };
        let number = invite.headers.cseq().map_or(0, |cseq| cseq.number);
        self.ack = Some((number, core.send_ack(flow, ack(dialog, invite, body))));
    }

    /// The owner's answer to an offer in the 2xx; a refusal is ACK and BYE.
    pub(super) fn answer_in_ack(
        &mut self,
        core: &mut Core,
        now: Instant,
        invite: &Request,
        headers: Vec<HeaderLine>,
        answer: Result<Body, u16>,
    ) {
        match answer {
            Ok(body) => {
                self.exchange = Exchange::Done;
                let body = self.describe_ourselves(Some(body));
                self.acknowledge_invite(core, invite, body.as_ref());
                core.event(Event::Accepted { session: self.id, body: None, headers });
                core.event(Event::Confirmed { session: self.id });
            }
            Err(status) => {
                self.acknowledge_invite(core, invite, None);
                self.hang_up(core, now, cause::refused_by_us(status));
            }
        }
    }

    pub(super) fn repeat_ack(&mut self, core: &mut Core, cseq: u32) {
        if let (Some((number, bytes)), Some(flow)) = (&self.ack, self.flow)
            && *number == cseq
        {
            core.outputs.push_back(Output::Send { flow, bytes: bytes.clone() });
        }
    }
}

/// ACK for a 2xx, with the number and the credentials of the INVITE (section 22.1).
pub(super) fn ack(dialog: &Dialog, invite: &Request, body: Option<&Body>) -> Request {
    let mut ack = dialog.ack(invite.headers.cseq().map_or(0, |cseq| cseq.number));
    ack.headers.copy_credentials(&invite.headers);
    ack.set_body(body);
    ack
}

/// A 2xx that nobody wants: ACK, then BYE.
pub(crate) fn end_unwanted(
    core: &mut Core,
    now: Instant,
    event: &TransactionEvent,
    response: &Response,
    cause: Option<Cause>,
) {
    let Some(mut dialog) = Dialog::of_caller(&event.request, response) else { return };
    core.send_ack(event.path.flow, ack(&dialog, &event.request, None));
    dialog.local_cseq += CSEQ_GAP;
    let mut bye = dialog.next_request("BYE");
    if let Some(reason) = cause.and_then(cause::reason_header) {
        bye.headers.push("Reason", reason);
    }
    core.send(now, event.path.flow, bye, Owner::Detached);
}

/// The outcome of an INVITE whose session is gone.
pub(crate) fn on_abandoned(core: &mut Core, now: Instant, event: &TransactionEvent, owner: &Owner) {
    let Outcome::Response(response) = &event.outcome else { return };
    match (response.status, owner) {
        (..200, Owner::Abandoned { cancelled: false, reason, session }) => {
            let (reason, session) = (reason.clone(), *session);
            core.set_owner(event.id, Owner::Abandoned { cancelled: true, reason: None, session });
            core.send_cancel(now, event.id, reason);
        }
        (200..300, _) => end_unwanted(core, now, event, response, None),
        _ => {}
    }
}
