//! Requests inside the dialog, both ways (RFC 3261 section 12.2, RFC 6086, spec section 3.1).

use std::time::Instant;

use super::{Session, State, cause};
use crate::api::{Body, Event, Failure, FinalResponse, FlowId, HeaderLine, Originator, RequestId};
use crate::endpoint::core::{Core, Purpose};
use crate::message::{Request, Response};
use crate::transaction::{Outcome, TransactionEvent, TransactionId};

/// An INFO to send.
pub(crate) struct Info<'a> {
    pub request: RequestId,
    pub headers: &'a [HeaderLine],
    pub body: Option<&'a Body>,
    pub content_type: Option<&'a str>,
}

impl Session {
    /// Sends INFO; without an established dialog or a flow it fails at once.
    pub(crate) fn send_info(&mut self, core: &mut Core, now: Instant, info: &Info<'_>) {
        let established = matches!(self.state, State::Established);
        let sent = established.then(|| {
            self.send(core, now, Purpose::Info(info.request), "INFO", |core, flow, request| {
                request.headers.extend(info.headers);
                request.headers.push("Contact", core.contact(flow));
                if let Some(content_type) = info.content_type {
                    request.headers.extend(&[HeaderLine::new("Content-Type", content_type)]);
                }
                request.set_body(info.body);
            })
        });
        if sent.flatten().is_none() {
            Self::report(core, info.request, Err(Failure::no_flow()));
        }
    }

    pub(super) fn on_info_outcome(
        &mut self,
        core: &mut Core,
        now: Instant,
        event: &TransactionEvent,
        request: RequestId,
    ) {
        let response = match &event.outcome {
            Outcome::FlowLost => return Self::report(core, request, Err(cause::connection())),
            Outcome::Timeout => {
                Self::report(core, request, Err(cause::timeout()));
                return self.hang_up(core, now, cause::timeout());
            }
            Outcome::Response(response) => response,
        };
        match response.status {
            ..200 => {}
            401 | 407 => {
                if let Some(failure) = self.on_challenge(core, now, event, response) {
                    Self::report(core, request, Err(failure));
                }
            }
            status => {
                Self::report(core, request, Ok(FinalResponse::from(response)));
                if matches!(status, 408 | 481) {
                    self.dialog_gone(core, response);
                }
            }
        }
    }

    /// A request of the peer inside the dialog. ACK comes here too, without a transaction.
    pub(crate) fn on_request(
        &mut self,
        core: &mut Core,
        now: Instant,
        flow: FlowId,
        transaction: Option<TransactionId>,
        request: &Request,
    ) {
        self.heard_on(flow);
        let Some(transaction) = transaction else { return self.on_ack(core, now, request) };
        let number = request.headers.cseq().map_or(0, |cseq| cseq.number);
        let tag = request.headers.address("From").ok().and_then(|from| from.tag().map(String::from));
        let dialog = self.dialog.as_mut().or_else(|| self.early.get_mut(tag.as_deref().unwrap_or_default()));
        if dialog.is_some_and(|dialog| !dialog.take_remote_cseq(number)) {
            return core.refuse(now, transaction, request, 500, &[]);
        }
        match request.method.as_str() {
            "BYE" => self.on_bye(core, now, transaction, request),
            "INVITE" | "UPDATE" => self.on_offer(core, now, transaction, request),
            "INFO" => self.on_info(core, now, transaction, request),
            "OPTIONS" => {
                let response = crate::endpoint::outside::options_answer(core, request);
                core.respond(now, transaction, response);
            }
            // Only `Event: refer` and our own subscriptions would make a NOTIFY expected here.
            "NOTIFY" => core.refuse(now, transaction, request, 489, &[]),
            _ => {
                let allow = HeaderLine::new("Allow", core.allow());
                core.refuse(now, transaction, request, 405, &[allow]);
            }
        }
    }

    /// Any Content-Type is answered 200, none 415 (spec section 3.1).
    fn on_info(&mut self, core: &mut Core, now: Instant, transaction: TransactionId, request: &Request) {
        if self.closing {
            return core.refuse(now, transaction, request, 481, &[]);
        }
        if request.headers.get("Content-Type").is_none() {
            return core.refuse(now, transaction, request, 415, &[]);
        }
        core.respond(now, transaction, Response::to(request, 200, None, None));
        let headers = request.headers.lines().to_vec();
        core.event(Event::Info { session: self.id, headers, body: request.typed_body() });
    }
}

impl From<&Response> for FinalResponse {
    fn from(response: &Response) -> Self {
        Self {
            status: response.status,
            reason: response.reason.clone(),
            headers: response.headers.lines().to_vec(),
            body: response.typed_body(),
        }
    }
}

impl Failure {
    /// A request that found no flow to go on.
    pub(crate) fn no_flow() -> Self {
        cause::without_status(Originator::System, crate::api::Cause::ConnectionError, "there is no connection")
    }
}
