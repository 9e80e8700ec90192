//! From bytes to transactions and sessions (RFC 3261 sections 8.2, 12.2.2 and 18).

use std::time::Instant;

use bytes::Bytes;

use super::core::{Core, Owner, Purpose, RegisterOutcome};
use super::{Endpoint, Role};
use crate::api::{FlowId, HeaderLine, SessionId};
use crate::message::inspect::unsupported;
use crate::message::parse::Defect;
use crate::message::triage::{Triage, triage};
use crate::message::uri::SipUri;
use crate::message::{Request, Response};
use crate::session::{Session, on_abandoned, without_need};
use crate::transaction::{Arrival, Outcome, TransactionEvent, TransactionId};

/// Sessions at once of a user agent; further callers are told that it is busy.
const MAX_SESSIONS: usize = 32;

impl Endpoint {
    /// One message came in.
    pub(super) fn receive(&mut self, now: Instant, flow: FlowId, bytes: &Bytes) {
        let Some(transport) = self.core.flows.transport(flow) else { return };
        match triage(bytes, transport.into(), &self.core.config.allowed_methods) {
            Triage::Response(response) => self.core.transactions.receive_response(now, response),
            Triage::Request(request) => self.receive_request(now, flow, request, None),
            Triage::Refused(request, defect) => self.receive_request(now, flow, request, Some(defect)),
            Triage::Dropped(..) => {}
        }
        self.core.flush();
    }

    fn receive_request(&mut self, now: Instant, flow: FlowId, request: Request, defect: Option<Defect>) {
        let path = self.core.path(flow);
        let transaction = match self.core.transactions.receive_request(now, path, &request) {
            Arrival::Handled => return,
            Arrival::Ack => return self.dispatch(now, flow, None, request),
            Arrival::Merged(transaction) => return self.core.refuse(now, transaction, &request, 482, &[]),
            Arrival::New(transaction) => transaction,
        };
        match defect {
            Some(defect) => self.refuse_defect(now, transaction, &request, &defect),
            None => self.dispatch(now, flow, Some(transaction), request),
        }
    }

    fn refuse_defect(&mut self, now: Instant, transaction: TransactionId, request: &Request, defect: &Defect) {
        let extra = match defect.status {
            405 | 501 => Some(HeaderLine::new("Allow", self.core.allow())),
            406 | 415 => Some(HeaderLine::new("Accept", "application/sdp")),
            420 => Some(HeaderLine::new("Unsupported", unsupported(&request.headers).join(","))),
            _ => None,
        };
        let tag = self.core.random.tag();
        // The phrase tells the other side's engineer what is wrong (RFC 3261 section 21.4.1).
        let reason = (defect.status == 400).then_some(defect.reason.as_str());
        let mut response = Response::to(request, defect.status, reason, Some(&tag));
        response.headers.extend(extra.as_slice());
        self.core.respond(now, transaction, response);
    }

    fn dispatch(&mut self, now: Instant, flow: FlowId, transaction: Option<TransactionId>, request: Request) {
        if let (Some(transaction), true) = (transaction, request.method == "CANCEL") {
            return self.on_cancel(now, transaction, &request);
        }
        let tag = |name| request.headers.address(name).ok().and_then(|a| a.tag().map(String::from));
        if let Some(local_tag) = tag("To") {
            let remote_tag = tag("From").unwrap_or_default();
            let call_id = request.headers.get("Call-ID").unwrap_or_default();
            let session = self.sessions.values().find(|s| s.owns(call_id, &local_tag, &remote_tag)).map(|s| s.id);
            let mut done = false;
            if let Some(id) = session {
                self.with_session(id, |s, core| done = s.on_request(core, now, flow, transaction, &request));
            }
            let Some(transaction) = transaction.filter(|_| !done) else { return };
            if let Some(id) = session {
                return self.on_usage_request(now, id, transaction, &request);
            }
            let tags = (local_tag.as_str(), remote_tag.as_str());
            let taken = self.on_alone_request(now, flow, transaction, &request, tags)
                || self.on_notify(now, flow, transaction, &request, tags);
            if !taken {
                self.core.refuse(now, transaction, &request, 481, &[]);
            }
            return;
        }
        let Some(transaction) = transaction else { return };
        if !self.is_for_us(flow, &request) {
            return self.core.refuse(now, transaction, &request, 404, &[]);
        }
        if request.method == "INVITE" {
            self.on_invite(now, flow, transaction, &request);
        } else {
            self.on_outside_request(now, flow, transaction, request);
        }
    }

    /// A client takes requests for its own user and its contact only (spec section 14.11).
    fn is_for_us(&self, flow: FlowId, request: &Request) -> bool {
        let temp_gruu = self.core.flows.learnt(flow).and_then(|learnt| learnt.temp_gruu.as_deref());
        let user = |uri: &str| SipUri::parse(uri).ok().and_then(|uri| uri.user);
        match (self.core.config.role, user(&request.uri)) {
            (Role::Server, _) => true,
            (Role::Client, None) => request.method == "OPTIONS",
            (Role::Client, Some(asked)) => {
                asked == self.core.contact_user
                    || [Some(self.core.config.aor.as_str()), temp_gruu]
                        .into_iter()
                        .flatten()
                        .any(|uri| user(uri) == Some(asked.clone()))
            }
        }
    }

    fn on_invite(&mut self, now: Instant, flow: FlowId, transaction: TransactionId, request: &Request) {
        if let Some(least) = crate::session::Timers::too_short(request) {
            return self.core.refuse(now, transaction, request, 422, &[least]);
        }
        if let Some((status, header)) = without_need(request, self.core.config.reliable) {
            return self.core.refuse(now, transaction, request, status, &[header]);
        }
        if self.core.config.role == Role::Client && self.sessions.len() >= MAX_SESSIONS {
            return self.core.refuse(now, transaction, request, 486, &[]);
        }
        let replaces = match self.replaced_by(request) {
            Ok(replaces) => replaces,
            Err(status) => return self.core.refuse(now, transaction, request, status, &[]),
        };
        self.core.respond(now, transaction, Response::to(request, 100, None, None));
        self.incoming += 1;
        let id = SessionId::incoming(self.incoming);
        match Session::ring(&mut self.core, now, id, flow, (transaction, request.clone()), replaces) {
            Some(session) => {
                self.sessions.insert(id, session);
                if let Some(replaced) = replaces {
                    self.replacements.rings(id, replaced);
                }
            }
            None => self.core.refuse(now, transaction, request, 400, &[]),
        }
    }

    /// CANCEL is answered by itself; what it is for gets 487 (RFC 3261 section 9.2).
    fn on_cancel(&mut self, now: Instant, transaction: TransactionId, request: &Request) {
        let Some(cancelled) = self.core.transactions.cancelled_by(request) else {
            return self.core.refuse(now, transaction, request, 481, &[]);
        };
        self.core.refuse(now, transaction, request, 200, &[]);
        self.with_sessions(|_| true, |session, core| session.on_cancel(core, now, cancelled, request));
    }

    /// Hands the events of the transactions to those who wait for them, until nothing is left to do.
    pub(super) fn settle(&mut self, now: Instant) {
        self.core.flush();
        while let Some(event) = self.core.transactions.poll_event() {
            self.on_transaction_event(now, &event);
            self.core.flush();
        }
        self.report_news(now);
        self.core.give_up_offers(now);
        self.core.flush();
        self.core.tidy();
    }

    fn on_transaction_event(&mut self, now: Instant, event: &TransactionEvent) {
        if let Outcome::Response(response) = &event.outcome {
            self.core.auth.learn(&event.request, response);
        }
        match self.core.owner(event.id) {
            Some(Owner::Session(id, purpose)) if self.sessions.contains_key(&id) => {
                self.with_session(id, |s, core| s.on_outcome(core, now, event, purpose));
            }
            Some(Owner::Session(..)) if event.request.method == "INVITE" => {
                // The session is over: whatever still comes for its INVITEs is acknowledged.
                on_abandoned(&mut self.core, now, event, &Owner::Detached);
            }
            // The session is over, but whoever asked still waits for the outcome.
            Some(Owner::Session(_, Purpose::Request(id))) => self.on_request_outcome(now, event, id),
            Some(Owner::Subscription(id)) => self.on_subscribe_outcome(now, event, id),
            Some(Owner::Session(..)) | None => {}
            Some(owner @ Owner::Abandoned { .. }) => on_abandoned(&mut self.core, now, event, &owner),
            Some(Owner::Detached | Owner::Leaving(_)) => {
                // A BYE that is refused for good leaves nothing to do.
                let again = matches!(&event.outcome, Outcome::Response(response) if Core::is_challenge(response.status)
                    && self.core.answer_challenge(now, event, response, 0).is_ok());
                if !again {
                    self.core.auth.forget(event.request.headers.get("Call-ID").unwrap_or_default());
                }
            }
            // Any answer has been heard as a sign of life; without one, other traffic may have been.
            Some(Owner::KeepAlive) => {}
            Some(Owner::Register) => self.on_register_outcome(now, event),
            Some(Owner::Refer(id)) => self.on_refer_outcome(now, event, id),
            Some(Owner::Report(id)) => self.on_report_outcome(now, event, id),
            Some(Owner::Request(id)) => self.on_request_outcome(now, event, id),
        }
    }

    fn on_register_outcome(&mut self, now: Instant, event: &TransactionEvent) {
        let Some(result) = self.conclusion(now, event) else { return };
        let authorized = event.request.headers.get("Authorization").is_some();
        let cseq = event.request.headers.cseq().map_or(0, |cseq| cseq.number);
        self.core.register_outcome = Some(RegisterOutcome { authorized, cseq, result });
    }
}
