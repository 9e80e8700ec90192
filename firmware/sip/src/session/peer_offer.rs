//! New offers of the peer inside a session (RFC 3261 section 14.2, RFC 3311 section 5.2).

use std::time::Instant;

use super::offer::{Asked, Theirs};
use super::{Exchange, Ringing, Session, State, Timers, remote_tag};
use crate::api::{Body, Event, HeaderLine};
use crate::endpoint::core::Core;
use crate::message::{Request, Response};
use crate::transaction::TransactionId;

/// How an offer of the peer that comes at the wrong time is refused.
enum Standing {
    /// 491: an offer of ours is on its way.
    Collides,
    Free,
    /// 500: an offer of the peer waits already.
    Later,
}

impl Session {
    /// INVITE or UPDATE of the peer inside the dialog.
    pub(super) fn on_offer(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) {
        if self.closing || matches!(self.state, State::Over) {
            return core.refuse(now, transaction, request, 481, &[]);
        }
        if let Some(least) = Timers::too_short(request) {
            return core.refuse(now, transaction, request, 422, &[least]);
        }
        if request.method == "UPDATE" && request.body.is_empty() {
            return self.answer_update(core, now, transaction, request, None);
        }
        match self.standing(request) {
            Standing::Collides => return core.refuse(now, transaction, request, 491, &[]),
            Standing::Later => {
                let retry = HeaderLine::new("Retry-After", (core.random.millis(0, 10_000) / 1000).to_string());
                return core.refuse(now, transaction, request, 500, &[retry]);
            }
            Standing::Free => {}
        }
        if request.method == "INVITE" {
            core.respond(now, transaction, Response::to(request, 100, None, None));
        }
        self.ask_owner(core, now, Ringing { request: request.clone(), transaction });
    }

    /// The owner has to answer what stands in this request.
    pub(super) fn ask_owner(&mut self, core: &mut Core, now: Instant, theirs: Ringing) {
        let body = theirs.request.typed_body();
        let by_update = theirs.request.method == "UPDATE";
        self.offer.ask(Theirs { asked: Asked::Request(theirs), until: Self::asks_until(now) });
        core.event(Event::Offer { session: self.id, body, by_update });
    }

    fn standing(&mut self, request: &Request) -> Standing {
        if self.offer.is_theirs() {
            return Standing::Later;
        }
        if self.offer.is_ours() {
            return Standing::Collides;
        }
        let exchange = match &self.state {
            State::Established => {
                self.drop_superseded();
                return if self.waits_for_ack() { Standing::Collides } else { Standing::Free };
            }
            State::Calling { .. } => {
                let tag = remote_tag(request, "From").unwrap_or_default();
                self.early.get(&tag).map_or(Exchange::None, |early| early.exchange)
            }
            State::Ringing(_) => self.exchange,
            State::Over => Exchange::None,
        };
        match (exchange, request.method == "INVITE") {
            // A second INVITE before the first is answered (section 14.2).
            (_, true) if matches!(self.state, State::Ringing(_)) => Standing::Later,
            (_, true) | (Exchange::None | Exchange::Ours, false) => Standing::Collides,
            (Exchange::Theirs, false) => Standing::Later,
            (Exchange::Done, false) => Standing::Free,
        }
    }

    /// The owner's answer to the peer's offer.
    pub(crate) fn answer_offer(&mut self, core: &mut Core, now: Instant, answer: Result<Body, u16>) {
        let Some(theirs) = self.offer.take_theirs() else { return };
        match theirs.asked {
            Asked::Ack { headers, invite } => self.answer_in_ack(core, now, &invite, headers, answer),
            Asked::Prack(reliably) => self.answer_in_prack(core, now, &reliably, answer),
            Asked::Request(theirs) => self.answer_request(core, now, &theirs, answer),
        }
        self.after_offer(core, now);
    }

    fn answer_request(&mut self, core: &mut Core, now: Instant, theirs: &Ringing, answer: Result<Body, u16>) {
        let (transaction, request) = (theirs.transaction, &theirs.request);
        match (answer, request.method.as_str()) {
            (Err(status), _) => core.refuse(now, transaction, request, status.clamp(300, 699), &[]),
            (Ok(body), "UPDATE") => self.answer_update(core, now, transaction, request, Some(body)),
            (Ok(body), "PRACK") => self.answer_prack(core, now, transaction, request, Some(body)),
            (Ok(body), _) => {
                self.learn_request(request);
                self.answer_with_200(core, now, theirs, Some(body), &[], false);
            }
        }
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
        if matches!(self.state, State::Established) {
            self.timers.answer_interval(now, request, &mut response, None);
        }
        self.peer_described(core, request.typed_body().as_ref(), true);
        response.set_body(self.describe_ourselves(body).as_ref());
        core.respond(now, transaction, response);
    }

    /// The call is over: the peer's offer that still waits gets the answer its transaction needs.
    pub(super) fn withdraw_offer(&mut self, core: &mut Core, now: Instant, status: u16) {
        match self.offer.take_theirs().map(|theirs| theirs.asked) {
            Some(Asked::Request(theirs)) => core.refuse(now, theirs.transaction, &theirs.request, status, &[]),
            Some(Asked::Ack { invite, .. }) => self.acknowledge_invite(core, &invite, None),
            Some(Asked::Prack(_)) | None => {}
        }
    }

    /// CANCEL of the peer's re-INVITE.
    pub(super) fn cancel_offer(&mut self, core: &mut Core, now: Instant, cancelled: TransactionId) {
        let asked = self.offer.theirs().map(|theirs| &theirs.asked);
        if matches!(asked, Some(Asked::Request(theirs)) if theirs.transaction == cancelled) {
            self.answer_offer(core, now, Err(487));
        }
    }
}
