//! New offers inside a session, both ways, and what happens when they cross (RFC 3261 section 14, RFC 3311).

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{Ringing, Session, State, Timers, cause};
use crate::api::{Body, Event, Failure, HeaderLine};
use crate::endpoint::core::{Core, Purpose};
use crate::message::{Request, Response};
use crate::transaction::timing::GIVE_UP;
use crate::transaction::{Outcome, TransactionEvent, TransactionId};

/// Collisions in a row after which an offer is given up: with random waits, five have practically no chance.
const MAX_COLLISIONS: u8 = 5;

/// An offer of ours.
#[derive(Clone, Debug)]
struct Ours {
    body: Body,
    headers: Vec<HeaderLine>,
    /// Only keeps the session alive: nobody waits for its answer.
    refresh: bool,
}

#[derive(Debug, Default)]
enum Running {
    #[default]
    None,
    Ours(TransactionId, Ours),
    /// The peer's, and until when its answer is worth anything.
    Theirs(Ringing, Instant),
}

/// The offers of a session.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    collisions: u8,
    running: Running,
    /// After a collision: not before this.
    wait: Option<Instant>,
    waiting: VecDeque<Ours>,
}

impl Offer {
    pub(super) fn resent(&mut self, old: TransactionId, new: TransactionId) {
        if let Running::Ours(transaction, _) = &mut self.running
            && *transaction == old
        {
            *transaction = new;
        }
    }

    /// The peer's INVITE cannot be answered any more; ours is reported by its transaction.
    pub(super) fn flow_lost(&mut self) {
        if matches!(self.running, Running::Theirs(..)) {
            self.running = Running::None;
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.running {
            Running::Theirs(_, until) => Some(*until),
            Running::None => self.wait,
            Running::Ours(..) => None,
        }
    }
}

impl Session {
    /// Offers again as soon as no other offer is on its way.
    pub(crate) fn reinvite(&mut self, core: &mut Core, now: Instant, body: Body, headers: Vec<HeaderLine>) {
        self.offer.waiting.push_back(Ours { body, headers, refresh: false });
        self.next_offer(core, now);
    }

    /// Keeps the session alive with a re-INVITE of the description we have, unless an offer does so anyway.
    pub(super) fn reinvite_to_refresh(&mut self, core: &mut Core, now: Instant) {
        if let (Some(body), true) = (self.local_sdp.clone(), self.offer.waiting.is_empty()) {
            self.offer.waiting.push_back(Ours { body, headers: Vec::new(), refresh: true });
            self.next_offer(core, now);
        }
    }

    /// Sends the next waiting offer if nothing stands against it (section 14.1).
    pub(super) fn next_offer(&mut self, core: &mut Core, now: Instant) {
        let free = matches!(self.state, State::Established)
            && matches!(self.offer.running, Running::None)
            && self.offer.wait.is_none_or(|wait| wait <= now)
            && !self.waits_for_ack()
            && !self.closing;
        let Some(ours) = free.then(|| self.flow.and_then(|_| self.offer.waiting.pop_front())).flatten() else { return };
        self.offer.wait = None;
        let interval = self.timers.interval_to_ask();
        let sent = self.send(core, now, Purpose::Reinvite, "INVITE", |core, flow, request| {
            request.headers.extend(&ours.headers);
            request.headers.push("Contact", core.contact(flow));
            request.headers.push("Allow", core.allow());
            request.headers.push("Supported", Core::supported(interval.is_some()));
            if let Some(interval) = interval {
                request.headers.push("Session-Expires", interval);
            }
            request.set_body(Some(&ours.body));
        });
        if let Some(transaction) = sent {
            self.offer.running = Running::Ours(transaction, ours);
        }
    }

    pub(super) fn on_reinvite_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        let response = match &event.outcome {
            Outcome::FlowLost => return self.offer_failed(core, now, cause::connection()),
            Outcome::Timeout => return self.hang_up(core, now, cause::timeout()),
            Outcome::Response(response) => response,
        };
        match response.status {
            ..200 => {}
            200..300 => self.on_offer_answered(core, now, event, response),
            401 | 407 => {
                if let Some(failure) = self.on_challenge(core, now, event, response) {
                    self.offer_failed(core, now, failure);
                }
            }
            408 | 481 => self.dialog_gone(core, response),
            491 => self.on_collision(core, now, response),
            500 if response.headers.seconds("Retry-After").is_some() => self.on_collision(core, now, response),
            _ => self.offer_failed(core, now, cause::of_response(response)),
        }
    }

    fn on_offer_answered(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, response: &Response) {
        let number = event.request.headers.cseq().map_or(0, |cseq| cseq.number);
        if self.ack.as_ref().is_some_and(|(acked, _)| *acked == number) {
            return self.repeat_ack(core, number);
        }
        let Some(dialog) = &mut self.dialog else { return };
        dialog.refresh_target(&response.headers);
        let mut ack = dialog.ack(number);
        for name in ["Authorization", "Proxy-Authorization"] {
            for value in event.request.headers.all(name) {
                ack.headers.push(name, value);
            }
        }
        self.ack = Some((number, core.send_ack(event.path.flow, ack)));
        self.learn(now, response, true);
        self.offer.collisions = 0;
        if let Running::Ours(_, ours) = std::mem::take(&mut self.offer.running) {
            if !ours.refresh {
                core.event(Event::OfferAnswered { session: self.id, body: response.typed_body() });
            }
            self.local_sdp = Some(ours.body);
        }
        self.next_offer(core, now);
    }

    fn offer_failed(&mut self, core: &mut Core, now: Instant, failure: Failure) {
        self.offer.collisions = 0;
        if let Running::Ours(_, ours) = std::mem::take(&mut self.offer.running)
            && !ours.refresh
        {
            core.event(Event::OfferFailed { session: self.id, failure });
        }
        self.next_offer(core, now);
    }

    /// 491: who made the Call-ID waits 2.1 to 4 s, the other up to 2 s, so that one comes first (section 14.1).
    fn on_collision(&mut self, core: &mut Core, now: Instant, response: &Response) {
        self.offer.collisions += 1;
        if self.offer.collisions > MAX_COLLISIONS {
            return self.offer_failed(core, now, cause::of_response(response));
        }
        let asked = u64::from(response.headers.seconds("Retry-After").unwrap_or(0).min(30)) * 1000;
        let wait = if self.is_caller { core.random.millis(210, 400) } else { core.random.millis(0, 200) } * 10;
        self.offer.wait = Some(now + Duration::from_millis(wait.max(asked)));
        if let Running::Ours(_, ours) = std::mem::take(&mut self.offer.running) {
            self.offer.waiting.push_front(ours);
        }
    }

    /// INVITE or UPDATE of the peer inside the dialog.
    pub(super) fn on_offer(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) {
        if self.closing || matches!(self.state, State::Over) {
            return core.refuse(now, transaction, request, 481, &[]);
        }
        if let Some(least) = Timers::too_short(request) {
            return core.refuse(now, transaction, request, 422, &[least]);
        }
        let bare_update = request.method == "UPDATE" && request.body.is_empty();
        if bare_update {
            return self.answer_update(core, now, transaction, request, None);
        }
        let busy = matches!(self.offer.running, Running::Theirs(..)) || !matches!(self.state, State::Established);
        if busy {
            let retry = HeaderLine::new("Retry-After", (core.random.millis(0, 10_000) / 1000).to_string());
            return core.refuse(now, transaction, request, 500, &[retry]);
        }
        if matches!(self.offer.running, Running::Ours(..)) || self.waits_for_ack() {
            return core.refuse(now, transaction, request, 491, &[]);
        }
        let theirs = Ringing { request: request.clone(), transaction };
        self.offer.running = Running::Theirs(theirs, now + GIVE_UP);
        if request.method == "INVITE" {
            core.respond(now, transaction, Response::to(request, 100, None, None));
        }
        core.event(Event::Offer { session: self.id, body: request.typed_body() });
    }

    /// The owner's answer to the peer's offer.
    pub(crate) fn answer_offer(&mut self, core: &mut Core, now: Instant, answer: Result<Body, u16>) {
        if !matches!(self.offer.running, Running::Theirs(..)) {
            return;
        }
        let Running::Theirs(theirs, _) = std::mem::take(&mut self.offer.running) else { return };
        match answer {
            Err(status) => core.refuse(now, theirs.transaction, &theirs.request, status.clamp(300, 699), &[]),
            Ok(body) if theirs.request.method == "UPDATE" => {
                self.answer_update(core, now, theirs.transaction, &theirs.request, Some(body));
            }
            Ok(body) => {
                self.learn_request(&theirs.request);
                self.answer_with_200(core, now, &theirs, Some(body), &[], false);
            }
        }
        self.next_offer(core, now);
    }

    fn answer_update(
        &mut self,
        core: &mut Core,
        now: Instant,
        transaction: TransactionId,
        request: &Request,
        body: Option<Body>,
    ) {
        self.learn_request(request);
        let mut response = self.response(core, request, 200);
        self.timers.answer_interval(now, request, &mut response);
        response.set_body(body.as_ref());
        self.local_sdp = body.or(self.local_sdp.take());
        core.respond(now, transaction, response);
    }

    /// Refuses the peer's offer that still waits, if there is one.
    pub(super) fn refuse_offer(&mut self, core: &mut Core, now: Instant, status: u16) {
        if matches!(self.offer.running, Running::Theirs(..)) {
            self.answer_offer(core, now, Err(status));
        }
    }

    /// CANCEL of the peer's re-INVITE.
    pub(super) fn cancel_offer(&mut self, core: &mut Core, now: Instant, cancelled: TransactionId) {
        if matches!(&self.offer.running, Running::Theirs(theirs, _) if theirs.transaction == cancelled) {
            self.answer_offer(core, now, Err(487));
        }
    }

    pub(super) fn on_offer_timeout(&mut self, core: &mut Core, now: Instant) {
        match &self.offer.running {
            Running::Theirs(_, until) if *until <= now => self.refuse_offer(core, now, 500),
            Running::None if self.offer.wait.is_some_and(|wait| wait <= now) => {
                self.offer.wait = None;
                self.next_offer(core, now);
            }
            _ => {}
        }
    }
}
