//! The called side (RFC 3261 section 13.3, spec section 14.7).

use std::time::{Duration, Instant};

use super::{Exchange, Session, State, cause};
use crate::api::{Body, Cause, Event, Failure, FlowId, HeaderLine, Originator, SessionId};
use crate::dialog::Dialog;
use crate::endpoint::core::Core;
use crate::message::{Request, Response};
use crate::transaction::TransactionId;
use crate::transaction::timing::{GIVE_UP, Repeat};

/// An INVITE that waits for its final response.
#[derive(Debug)]
pub(crate) struct Ringing {
    pub request: Request,
    pub transaction: TransactionId,
}

/// A 2xx that waits for its ACK; sent again until then, over any transport (section 13.3.1.4).
#[derive(Debug)]
pub(crate) struct Answered {
    /// Our description before this 2xx, if it holds an offer.
    before: Option<Body>,
    cseq: u32,
    /// It may be lost with its flow, as may its ACK.
    flow_lost: bool,
    give_up: Instant,
    /// The 2xx answers the first INVITE of the session.
    initial: bool,
    /// The 2xx holds an offer, the ACK the answer.
    offered: bool,
    repeat: Repeat,
    response: Response,
}

impl Answered {
    pub(super) fn deadline(&self) -> Instant {
        self.repeat.at().min(self.give_up)
    }
}

impl Session {
    /// A call came in: tells the owner and rings.
    pub(crate) fn ring(
        core: &mut Core,
        now: Instant,
        id: SessionId,
        flow: FlowId,
        (transaction, request): (TransactionId, Request),
        replaces: Option<SessionId>,
    ) -> Option<Self> {
        let tag = core.random.tag();
        let dialog = Dialog::of_called(&request, &tag)?;
        let headers = &request.headers;
        let (from, to) = (headers.address("From").ok()?, headers.address("To").ok()?);
        core.event(Event::Incoming {
            session: id,
            flow,
            from_uri: from.uri,
            from_display: from.display,
            to_uri: to.uri,
            request_uri: request.uri.clone(),
            offer: request.typed_body(),
            headers: headers.lines().to_vec(),
            replaces,
        });
        let expires = headers.seconds("Expires").map(|s| Duration::from_secs(s.into()));
        let patience = core.config.no_answer_timeout;
        let mut session = Self::new(id, flow, dialog.call_id.clone(), tag, State::Over);
        session.contact = Some(core.contact(flow));
        session.dialog = Some(dialog);
        session.exchange = Exchange::of_incoming(!request.body.is_empty());
        session.timers.ring_limit(now + expires.map_or(patience, |expires| expires.min(patience)));
        session.learn_allow(&request.headers);
        session.state = State::Ringing(Ringing { request, transaction });
        session.timers.ring_again(now);
        session.progress(core, now, 180, (None, &[]), false);
        Some(session)
    }

    /// A response to the ringing INVITE or a re-INVITE, with our tag and Contact.
    pub(super) fn response(&self, core: &Core, request: &Request, status: u16) -> Response {
        let mut response = Response::to(request, status, None, Some(&self.local_tag));
        if status < 300 {
            for route in request.headers.all("Record-Route") {
                response.headers.push("Record-Route", route);
            }
            if let Some(flow) = self.flow {
                response.headers.push("Contact", core.contact(flow));
            }
            response.headers.push("Allow", core.allow());
        }
        response
    }

    /// 200 to the ringing INVITE.
    pub(super) fn answer_call(&mut self, core: &mut Core, now: Instant, body: Option<Body>, headers: &[HeaderLine]) {
        if !matches!(self.state, State::Ringing(_)) {
            return;
        }
        let State::Ringing(ringing) = std::mem::replace(&mut self.state, State::Established) else { return };
        self.timers.ring_over();
        self.learn_request(&ringing.request);
        // What has been agreed on before the answer is not said again (RFC 6337 section 2.2).
        let body = body.filter(|_| self.exchange != Exchange::Done);
        self.answer_with_200(core, now, &ringing, body, headers, true);
    }

    /// 200 to an INVITE, sent again until the ACK comes.
    pub(super) fn answer_with_200(
        &mut self,
        core: &mut Core,
        now: Instant,
        ringing: &Ringing,
        body: Option<Body>,
        headers: &[HeaderLine],
        initial: bool,
    ) {
        let mut response = self.response(core, &ringing.request, 200);
        response.headers.extend(headers);
        self.timers.answer_interval(now, &ringing.request, &mut response, core.config.session_expires);
        let offered = ringing.request.body.is_empty() && body.is_some();
        let before = self.local_sdp.clone().filter(|_| offered);
        self.peer_described(core, ringing.request.typed_body().as_ref(), true);
        response.set_body(self.describe_ourselves(body).as_ref());
        if initial {
            self.exchange = if offered { Exchange::Ours } else { Exchange::Done };
        }
        core.sign(&mut response.headers);
        self.answered = Some(Answered {
            cseq: ringing.request.headers.cseq().map_or(0, |cseq| cseq.number),
            give_up: now + GIVE_UP,
            initial,
            before,
            flow_lost: false,
            offered,
            repeat: Repeat::start(now),
            response: response.clone(),
        });
        core.transactions.respond(now, ringing.transaction, &response);
        core.flush();
    }

    /// A refusal of the ringing INVITE; its owner asked for it.
    pub(crate) fn reject(&mut self, core: &mut Core, now: Instant, status: u16, headers: &[HeaderLine]) {
        if self.refuse_ringing(core, now, status, headers) {
            let failure = Failure {
                status: Some(status),
                ..cause::without_status(
                    Originator::Local,
                    cause::of_status(status),
                    crate::message::reason::phrase(status),
                )
            };
            self.end(core, failure);
        }
    }

    pub(super) fn refuse_ringing(
        &mut self,
        core: &mut Core,
        now: Instant,
        status: u16,
        headers: &[HeaderLine],
    ) -> bool {
        let State::Ringing(ringing) = &self.state else { return false };
        let mut response = self.response(core, &ringing.request, status.clamp(300, 699));
        response.headers.extend(headers);
        core.respond(now, ringing.transaction, response);
        true
    }

    /// The caller gave up (CANCEL of the transaction): 487.
    pub(crate) fn on_cancel(&mut self, core: &mut Core, now: Instant, cancelled: TransactionId, cancel: &Request) {
        if matches!(&self.state, State::Ringing(ringing) if ringing.transaction == cancelled) {
            self.refuse_ringing(core, now, 487, &[]);
            self.end(core, cause::of_cancel(cancel));
        } else {
            self.cancel_offer(core, now, cancelled);
        }
    }

    /// The ACK for our 2xx.
    pub(crate) fn on_ack(&mut self, core: &mut Core, now: Instant, ack: &Request) {
        let number = ack.headers.cseq().map(|cseq| cseq.number).ok();
        if self.answered.as_ref().is_none_or(|answered| Some(answered.cseq) != number) {
            return;
        }
        let Some(answered) = self.answered.take() else { return };
        if self.closing {
            return self.send_bye(core, now, None);
        }
        if answered.offered && !self.take_answer(core, now, &answered, ack) {
            return;
        }
        if answered.initial {
            core.event(Event::Confirmed { session: self.id });
        }
        self.next_offer(core, now);
    }

    /// The answer to the offer in our 2xx. Without one a call cannot begin; later it only fails the offer.
    fn take_answer(&mut self, core: &mut Core, now: Instant, answered: &Answered, ack: &Request) -> bool {
        let body = ack.typed_body();
        let failure = cause::without_status(Originator::Remote, Cause::BadMediaDescription, "Missing SDP");
        match (body, answered.initial) {
            (None, true) => {
                self.hang_up(core, now, failure);
                return false;
            }
            (None, false) => {
                self.local_sdp.clone_from(&answered.before);
                core.event(Event::OfferFailed { session: self.id, failure });
            }
            (body, _) => {
                self.exchange = Exchange::Done;
                self.peer_described(core, body.as_ref(), false);
                core.event(Event::OfferAnswered { session: self.id, body });
            }
        }
        true
    }

    /// Sends the 2xx again, or gives up.
    pub(super) fn on_answered_timeout(&mut self, core: &mut Core, now: Instant) {
        let Some(answered) = self.answered.as_mut().filter(|a| a.deadline() <= now) else { return };
        if answered.give_up <= now {
            self.answered = None;
            let reason = "the answer was never acknowledged";
            return self.hang_up(core, now, cause::without_status(Originator::System, Cause::NoAck, reason));
        }
        answered.repeat = answered.repeat.doubled_to_t2(now);
        if let Some(flow) = self.flow {
            core.outputs.push_back(crate::api::Output::Send { flow, bytes: answered.response.to_bytes() });
        }
    }

    pub(super) fn ack_deadline(&self) -> Option<Instant> {
        self.answered.as_ref().map(Answered::deadline)
    }

    pub(super) fn waits_for_ack(&self) -> bool {
        self.answered.is_some()
    }

    pub(super) fn answer_may_be_lost(&mut self) {
        if let Some(answered) = &mut self.answered {
            answered.flow_lost = true;
        }
    }

    /// The peer offers anew where our 2xx to its last offer was lost with the flow: that one is forgotten.
    pub(super) fn drop_superseded(&mut self) {
        self.answered = self.answered.take().filter(|answered| !answered.flow_lost || answered.initial);
    }
}
