//! New offers of ours inside a session, by re-INVITE or UPDATE (RFC 3261 section 14.1, RFC 3311, RFC 6337).
//!
//! What becomes of an offer that fails:
//!
//! | outcome | the offer | the session |
//! |---|---|---|
//! | 491, 500 with Retry-After | again after a wait, five times | goes on |
//! | 422 | again with the longer interval | goes on |
//! | 405 or 501 to UPDATE | again as re-INVITE | goes on |
//! | the flow is lost | again on the next flow | waits for a flow |
//! | 2xx without a description | failed | goes on |
//! | no final answer to a re-INVITE that is being worked on | cancelled and failed | goes on |
//! | any other refusal | failed | goes on, as if nothing had been offered (section 14.1) |
//! | 408, 481, no response at all | dropped | ends (sections 12.2.1.2 and 14.1, RFC 5057 section 5) |

use std::time::{Duration, Instant};

use super::offer::{Asked, Ours, Running, Theirs, What};
use super::{Exchange, Session, State, cause};
use crate::api::{Body, Cause, Event, Failure, HeaderLine, Originator};
use crate::endpoint::core::{Core, Purpose};
use crate::message::Response;
use crate::transaction::timing::GIVE_UP;
use crate::transaction::{Outcome, TransactionEvent, TransactionId};

/// Collisions in a row after which an offer is given up: with random waits, five have practically no chance.
const MAX_COLLISIONS: u8 = 5;
/// Offers that may wait for their turn.
const MAX_WAITING: usize = 16;
/// How long a re-INVITE may be worked on: a peer like us answers within 32 s, its answer needs its way back.
const PATIENCE: Duration = Duration::from_secs(40);

impl Session {
    /// Offers again as soon as no other offer is on its way: by UPDATE if the owner wants it and the peer allows it.
    pub(crate) fn offer_again(
        &mut self,
        core: &mut Core,
        now: Instant,
        body: Body,
        headers: Vec<HeaderLine>,
        update: bool,
    ) {
        self.queue_offer(core, now, Ours { headers, update, what: What::Owner(body) });
    }

    pub(super) fn queue_offer(&mut self, core: &mut Core, now: Instant, ours: Ours) {
        if self.offer.waiting.len() >= MAX_WAITING {
            let failure = cause::without_status(Originator::Local, Cause::InternalError, "too many offers wait");
            return self.tell_failed(core, &ours, failure);
        }
        self.offer.waiting.push_back(ours);
        self.next_offer(core, now);
    }

    /// Keeps the session alive with a re-INVITE of the description we have, unless an offer does so anyway.
    pub(super) fn reinvite_to_refresh(&mut self, core: &mut Core, now: Instant) {
        if self.local_sdp.is_some() && !self.offer.has_waiting() && !self.offer.is_ours() {
            self.queue_offer(core, now, Ours { headers: Vec::new(), update: false, what: What::Refresh });
        }
    }

    /// Does nothing stand against the first waiting offer (section 14.1; RFC 3311 section 5.1 in early dialogs)?
    fn may_offer(&self, now: Instant) -> bool {
        let Some(first) = self.offer.waiting.front() else { return false };
        let stands = match &self.state {
            State::Established => !self.waits_for_ack(),
            State::Calling { .. } => {
                let agreed = |e: &super::Early| e.exchange == Exchange::Done && e.allows_update;
                first.update && self.early.values().any(agreed)
            }
            State::Ringing(_) => first.update && self.peer_allows_update && self.is_agreed(),
            State::Over => false,
        };
        let free = !self.offer.is_running() && self.offer.wait.is_none_or(|wait| wait <= now);
        stands && free && self.flow.is_some() && !self.closing
    }

    /// Sends the next waiting offer if its turn has come.
    pub(super) fn next_offer(&mut self, core: &mut Core, now: Instant) {
        while self.may_offer(now) {
            let Some(ours) = self.offer.waiting.pop_front() else { return };
            self.offer.wait = None;
            match self.description_of(&ours.what) {
                Some(body) => self.send_offer(core, now, ours, body),
                None => self.tell_failed(core, &ours, Failure::local(Cause::BadMediaDescription)),
            }
        }
    }

    fn send_offer(&mut self, core: &mut Core, now: Instant, ours: Ours, body: Body) {
        let established = matches!(self.state, State::Established);
        let method = if ours.update && (self.peer_allows_update || !established) { "UPDATE" } else { "INVITE" };
        let interval = self.timers.interval_to_ask().filter(|_| established);
        let min_se = self.timers.min_se();
        let sent = self.send(core, now, Purpose::Offer, method, |core, flow, request| {
            request.headers.extend(&ours.headers);
            request.headers.push("Contact", core.contact(flow));
            request.headers.push("Allow", core.allow());
            request.headers.push("Supported", core.supported(interval.is_some()));
            if let Some(interval) = interval {
                request.headers.push("Session-Expires", interval);
                request.headers.push("Min-SE", min_se.to_string());
            }
            request.set_body(Some(&body));
        });
        let Some(transaction) = sent else { return };
        self.said(&body);
        let until = (method == "INVITE").then(|| now + PATIENCE);
        let tag = self.current_dialog().map(|dialog| dialog.remote_tag.clone()).unwrap_or_default();
        self.offer.running = Running::Ours { body, ours, tag, transaction, until };
    }

    pub(super) fn on_own_offer_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        let response = match &event.outcome {
            Outcome::FlowLost => return self.repeat_offer(core, now, event.id, None),
            Outcome::Timeout => return self.give_up(core, now, cause::timeout()),
            Outcome::Response(response) => response,
        };
        match response.status {
            ..200 => {}
            200..300 => self.on_offer_answered(core, now, event, response),
            401 | 407 => {
                if let Some(failure) = self.on_challenge(core, now, event, response) {
                    self.offer_failed(core, now, event.id, failure);
                }
            }
            408 | 481 if matches!(self.state, State::Established) => self.dialog_gone(core, response),
            405 | 501 if event.request.method == "UPDATE" => {
                self.forget_update();
                self.repeat_offer(core, now, event.id, None);
            }
            422 if self.timers.raise(response) => self.repeat_offer(core, now, event.id, Some(Duration::ZERO)),
            491 => self.on_collision(core, now, event, response),
            500 if response.headers.seconds("Retry-After").is_some() => self.on_collision(core, now, event, response),
            _ => self.offer_failed(core, now, event.id, cause::of_response(response)),
        }
    }

    fn forget_update(&mut self) {
        self.peer_allows_update = false;
        for early in self.early.values_mut() {
            early.allows_update = false;
        }
    }

    fn on_offer_answered(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, response: &Response) {
        let number = event.request.headers.cseq().map_or(0, |cseq| cseq.number);
        let invite = event.request.method == "INVITE";
        if invite && self.ack.as_ref().is_some_and(|(acked, _)| *acked == number) {
            return self.repeat_ack(core, number);
        }
        let tag = super::remote_tag(&event.request, "To").unwrap_or_default();
        let Some(dialog) = self.dialog_with(&tag) else { return };
        dialog.refresh_target(&response.headers);
        if invite {
            let ack = super::answer::ack(dialog, &event.request, None);
            self.ack = Some((number, core.send_ack(self.flow.unwrap_or(event.path.flow), ack)));
        }
        self.learn(now, response, matches!(self.state, State::Established));
        let Some((ours, body)) = self.offer.take_ours(event.id) else { return };
        self.offer.collisions = 0;
        match response.typed_body() {
            None if !matches!(ours.what, What::Refresh) => {
                let failure = cause::without_status(Originator::Remote, Cause::BadMediaDescription, "Missing SDP");
                self.tell_failed(core, &ours, failure);
            }
            answer => {
                self.local_sdp = Some(body);
                self.offer_stands(core, ours.what, answer);
            }
        }
        self.after_offer(core, now);
    }

    /// Our offer is agreed on.
    fn offer_stands(&mut self, core: &mut Core, what: What, answer: Option<Body>) {
        if let What::Hold(hold) = what {
            self.hold_agreed(hold);
        }
        self.peer_described(core, answer.as_ref(), false);
        if let What::Owner(own) = what {
            self.owns_description(&own);
            core.event(Event::OfferAnswered { session: self.id, body: answer });
        }
    }

    fn offer_failed(&mut self, core: &mut Core, now: Instant, id: TransactionId, failure: Failure) {
        let Some((ours, _)) = self.offer.take_ours(id) else { return };
        self.offer.collisions = 0;
        self.tell_failed(core, &ours, failure);
        self.after_offer(core, now);
    }

    fn tell_failed(&mut self, core: &mut Core, ours: &Ours, failure: Failure) {
        match ours.what {
            What::Owner(_) => core.event(Event::OfferFailed { session: self.id, failure }),
            What::Hold(_) => self.hold_refused(core),
            What::Refresh => {}
        }
    }

    /// What waits for the end of an offer: the 2xx to the INVITE, and the next offer.
    pub(super) fn after_offer(&mut self, core: &mut Core, now: Instant) {
        self.accept_when_ready(core, now);
        self.next_offer(core, now);
    }

    /// The offer goes out again, after `wait`; with a wait it counts as a collision.
    fn repeat_offer(&mut self, core: &mut Core, now: Instant, id: TransactionId, wait: Option<Duration>) {
        let Some((ours, _)) = self.offer.take_ours(id) else { return };
        self.offer.collisions += u8::from(wait.is_some());
        self.offer.wait = wait.map(|wait| now + wait);
        self.offer.waiting.push_front(ours);
        self.after_offer(core, now);
    }

    /// 491: who made the Call-ID waits 2.1 to 4 s, the other up to 2 s, so that one comes first (section 14.1).
    fn on_collision(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, response: &Response) {
        if self.offer.collisions >= MAX_COLLISIONS {
            return self.offer_failed(core, now, event.id, cause::of_response(response));
        }
        let asked = u64::from(response.headers.seconds("Retry-After").unwrap_or(0).min(30)) * 1000;
        let wait = if self.is_caller { core.random.millis(210, 400) } else { core.random.millis(0, 200) } * 10;
        self.repeat_offer(core, now, event.id, Some(Duration::from_millis(wait.max(asked))));
    }

    /// A branch of a fork is gone, and with it the offers to and from it.
    pub(super) fn drop_offers_with(&mut self, core: &mut Core, now: Instant, peer: &str) {
        let gone = match &self.offer.running {
            Running::Ours { tag, transaction, .. } if tag == peer => Some(*transaction),
            Running::Theirs(Theirs { asked: Asked::Prack(reliably), .. }) if Self::is_from(reliably, peer) => {
                self.offer.running = Running::None;
                None
            }
            _ => None,
        };
        if let Some(id) = gone {
            self.offer_failed(core, now, id, Failure::local(Cause::Unavailable));
        }
    }

    pub(super) fn on_offer_timeout(&mut self, core: &mut Core, now: Instant) {
        match &mut self.offer.running {
            Running::Theirs(theirs) if theirs.until <= now => self.answer_offer(core, now, Err(500)),
            Running::Ours { transaction, until, .. } if until.is_some_and(|until| until <= now) => {
                *until = None;
                core.send_cancel(now, *transaction, None);
            }
            Running::None if self.offer.wait.is_some_and(|wait| wait <= now) => {
                self.offer.wait = None;
                self.next_offer(core, now);
            }
            _ => {}
        }
    }

    /// An offer of the peer waits for its answer until then.
    pub(super) fn asks_until(now: Instant) -> Instant {
        now + GIVE_UP
    }
}
