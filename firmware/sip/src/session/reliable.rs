//! Provisional responses of the called side, reliable ones by RFC 3262 section 3.

use std::collections::VecDeque;
use std::time::Instant;

use super::{Exchange, Session, State, cause};
use crate::api::{Body, Cause, Event, Failure, HeaderLine, Originator, Reliable};
use crate::endpoint::core::Core;
use crate::message::headers::decimal;
use crate::message::{Request, Response};
use crate::transaction::TransactionId;
use crate::transaction::timing::{GIVE_UP, Repeat};

/// Reliable responses of one call that may wait for PRACK or for their turn.
const MAX_PROVISIONALS: usize = 16;
/// The first RSeq is below this (spec section 13.7), so that there is room for all that follow.
const MAX_FIRST_RSEQ: u64 = 9_999;

/// A reliable response that waits for its PRACK.
#[derive(Debug)]
struct Sent {
    /// What its description was.
    description: Option<Description>,
    give_up: Instant,
    /// `None` once the INVITE has its final response (section 3: no repetition after it).
    repeat: Option<Repeat>,
    response: Response,
    rseq: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Description {
    Answer,
    Offer,
}

/// One that waits for its turn.
#[derive(Debug)]
struct Waiting {
    body: Option<Body>,
    headers: Vec<HeaderLine>,
    status: u16,
}

/// The reliable provisional responses of a call that came in.
#[derive(Debug, Default)]
pub(super) struct Provisionals {
    /// The owner's answer to the call, held back until every description has arrived.
    accepting: Option<(Option<Body>, Vec<HeaderLine>)>,
    /// The first PRACK came: from then on several may be on their way (section 3).
    begun: bool,
    last_rseq: Option<u32>,
    sent: VecDeque<Sent>,
    waiting: VecDeque<Waiting>,
}

impl Provisionals {
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.sent.iter().filter_map(|sent| Some(sent.repeat?.at().min(sent.give_up))).min()
    }

    fn describes(&self) -> bool {
        self.sent.iter().any(|sent| sent.description.is_some())
    }

    fn may_send(&self) -> bool {
        let Some(next) = self.waiting.front() else { return false };
        let description_first = self.describes() && next.body.is_some();
        self.sent.is_empty() || (self.begun && !description_first)
    }

    fn stop(&mut self) {
        self.waiting.clear();
        for sent in &mut self.sent {
            sent.repeat = None;
        }
    }
}

/// Must, may or cannot provisional responses to this INVITE be reliable?
fn asked_for(invite: &Request) -> Reliable {
    match (invite.headers.lists("Require", "100rel"), invite.headers.lists("Supported", "100rel")) {
        (true, _) => Reliable::Required,
        (false, true) => Reliable::Supported,
        (false, false) => Reliable::Off,
    }
}

/// The refusal of an INVITE that requires what we have switched off (420), or lacks what we require (421).
pub(crate) fn without_need(invite: &Request, reliable: Reliable) -> Option<(u16, HeaderLine)> {
    match (asked_for(invite), reliable) {
        (Reliable::Required, Reliable::Off) => Some((420, HeaderLine::new("Unsupported", "100rel"))),
        (Reliable::Off, Reliable::Required) => Some((421, HeaderLine::new("Require", "100rel"))),
        _ => None,
    }
}

impl Session {
    /// Sends a provisional response; reliably if wanted and possible, or if the caller requires it.
    pub(crate) fn progress(
        &mut self,
        core: &mut Core,
        now: Instant,
        status: u16,
        (body, headers): (Option<Body>, &[HeaderLine]),
        reliable: bool,
    ) {
        let State::Ringing(ringing) = &self.state else { return };
        let status = status.clamp(101, 199);
        let acknowledged = match asked_for(&ringing.request) {
            Reliable::Required => true,
            Reliable::Supported => {
                core.config.reliable == Reliable::Required || (reliable && core.config.reliable != Reliable::Off)
            }
            Reliable::Off => false,
        };
        if acknowledged {
            if self.provisionals.waiting.len() < MAX_PROVISIONALS {
                self.provisionals.waiting.push_back(Waiting { body, headers: headers.to_vec(), status });
            }
            return self.send_provisionals(core, now);
        }
        let transaction = ringing.transaction;
        let mut response = self.response(core, &ringing.request, status);
        response.headers.extend(headers);
        response.set_body(body.as_ref());
        core.respond(now, transaction, response);
    }

    fn send_provisionals(&mut self, core: &mut Core, now: Instant) {
        while self.provisionals.may_send() && self.provisionals.sent.len() < MAX_PROVISIONALS {
            let State::Ringing(ringing) = &self.state else { return };
            let Some(next) = self.provisionals.waiting.pop_front() else { return };
            let transaction = ringing.transaction;
            let mut response = self.response(core, &ringing.request, next.status);
            response.headers.extend(&next.headers);
            let rseq = self.provisionals.last_rseq.map_or_else(|| core.random.first_rseq(), |last| last + 1);
            self.provisionals.last_rseq = Some(rseq);
            response.headers.push("Require", "100rel");
            response.headers.push("RSeq", rseq.to_string());
            let description = next.body.as_ref().and_then(|_| self.describe());
            if description.is_some() {
                response.set_body(self.describe_ourselves(next.body).as_ref());
            }
            core.sign(&mut response.headers);
            core.transactions.respond(now, transaction, &response);
            core.flush();
            let repeat = Some(Repeat::start(now));
            self.provisionals.sent.push_back(Sent { description, give_up: now + GIVE_UP, repeat, response, rseq });
        }
    }

    /// Our description goes out for good: as the offer or the answer, or not at all when both are known.
    fn describe(&mut self) -> Option<Description> {
        self.exchange.describe().then_some(match self.exchange {
            Exchange::Ours => Description::Offer,
            _ => Description::Answer,
        })
    }

    /// Are both descriptions known, and does the peer know ours?
    pub(super) fn is_agreed(&self) -> bool {
        self.exchange == Exchange::Done && !self.provisionals.describes()
    }

    /// PRACK: fits one of our responses, or nothing (481). It may hold the answer to our offer, or a new offer.
    pub(super) fn on_prack(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) {
        let Some(sent) = self.acknowledged_by(request) else {
            return core.refuse(now, transaction, request, 481, &[]);
        };
        self.provisionals.begun = true;
        let is_answer = sent.description == Some(Description::Offer);
        if is_answer {
            self.exchange = Exchange::Done;
        }
        let body = request.typed_body();
        let offers = body.is_some() && !is_answer;
        if self.is_told() {
            // The owner has been told the end; only the BYE still waits for the ACK.
            return if offers {
                core.refuse(now, transaction, request, 481, &[]);
            } else {
                self.answer_prack(core, now, transaction, request, None);
            };
        }
        core.event(Event::ProgressAcknowledged { session: self.id, body: body.filter(|_| is_answer) });
        if offers && self.offer.is_running() {
            core.refuse(now, transaction, request, 491, &[]);
        } else if offers {
            self.ask_owner(core, now, super::Ringing { request: request.clone(), transaction });
        } else {
            self.answer_prack(core, now, transaction, request, None);
        }
        self.send_provisionals(core, now);
        self.after_offer(core, now);
    }

    fn acknowledged_by(&mut self, prack: &Request) -> Option<Sent> {
        let mut parts = prack.headers.get("RAck")?.split_ascii_whitespace();
        let (rseq, cseq) = (decimal(parts.next()?)?, decimal(parts.next()?)?);
        let fits = |sent: &Sent| {
            let invite = sent.response.headers.cseq().map(|cseq| u64::from(cseq.number));
            u64::from(sent.rseq) == rseq && invite == Ok(cseq)
        };
        let at = self.provisionals.sent.iter().position(fits).filter(|_| parts.next() == Some("INVITE"))?;
        self.provisionals.sent.remove(at)
    }

    pub(super) fn answer_prack(
        &mut self,
        core: &mut Core,
        now: Instant,
        transaction: TransactionId,
        request: &Request,
        body: Option<Body>,
    ) {
        let mut response = Response::to(request, 200, None, Some(&self.local_tag));
        self.peer_described(core, request.typed_body().as_ref(), body.is_some());
        response.set_body(self.describe_ourselves(body).as_ref());
        core.respond(now, transaction, response);
    }

    /// Sends the oldest unacknowledged responses again (T1, doubling), and gives up after 64*T1 with 504.
    pub(super) fn on_provisional_timeout(&mut self, core: &mut Core, now: Instant) {
        let State::Ringing(ringing) = &self.state else { return };
        let transaction = ringing.transaction;
        for sent in &mut self.provisionals.sent {
            let Some(repeat) = sent.repeat.filter(|repeat| repeat.at().min(sent.give_up) <= now) else { continue };
            if sent.give_up <= now {
                let reason = "a provisional response was never acknowledged";
                let failure = cause::without_status(Originator::System, Cause::NoAck, reason);
                self.refuse_ringing(core, now, 504, &[]);
                return self.end(core, Failure { status: Some(504), ..failure });
            }
            sent.repeat = Some(repeat.doubled(now));
            core.transactions.respond(now, transaction, &sent.response);
        }
        core.flush();
    }

    /// 200 to the ringing INVITE, as soon as nothing that belongs before it is open.
    pub(crate) fn accept(&mut self, core: &mut Core, now: Instant, body: Option<Body>, headers: &[HeaderLine]) {
        if matches!(self.state, State::Ringing(_)) {
            self.provisionals.accepting = Some((body, headers.to_vec()));
            self.accept_when_ready(core, now);
        }
    }

    /// Held back while a description of ours waits for PRACK (section 3) or a later offer for its answer (RFC 6337).
    pub(super) fn accept_when_ready(&mut self, core: &mut Core, now: Instant) {
        if self.provisionals.describes() || self.exchange == Exchange::Ours || self.offer.is_running() {
            return;
        }
        if let Some((body, headers)) = self.provisionals.accepting.take() {
            self.provisionals.stop();
            self.answer_call(core, now, body, &headers);
        }
    }
}

impl crate::ident::Random {
    /// The RSeq of the first reliable response of a call.
    fn first_rseq(&mut self) -> u32 {
        u32::try_from(self.millis(1, MAX_FIRST_RSEQ)).unwrap_or(1)
    }
}
