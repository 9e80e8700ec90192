//! Requests outside any session, both ways.

use std::time::Instant;

use super::core::{Core, Owner};
use super::{Endpoint, OWNER_PATIENCE, Role, Waiting};
use crate::api::{Body, Event, Failure, FinalResponse, FlowId, HeaderLine, RequestId, SessionId};
use crate::message::{Request, Response};
use crate::session::{cause, uac};
use crate::transaction::{Outcome, TransactionEvent, TransactionId};

/// The answer to OPTIONS: what we can do (RFC 3261 section 11.2).
pub(crate) fn options_answer(core: &mut Core, request: &Request) -> Response {
    let tag = core.random.tag();
    let mut response = Response::to(request, 200, None, Some(&tag));
    response.headers.push("Allow", core.allow());
    response.headers.push("Accept", "application/sdp");
    response.headers.push("Supported", core.supported(true));
    response
}

/// Requests that wait for the owner at a time: it answers at once or thinks for seconds, so more is a flood. A conference
/// server is registered at by a building full of boxes when the power comes back.
const MAX_WAITING: usize = 4096;

impl Endpoint {
    /// Sends a request in no dialog.
    pub(super) fn send_request(
        &mut self,
        now: Instant,
        flow: FlowId,
        id: RequestId,
        (method, target): (&str, &str),
        headers: &[HeaderLine],
        body: Option<&Body>,
    ) {
        let core = &mut self.core;
        let (call_id, tag) = (core.random.token(22), core.random.tag());
        let mut request = uac::initial_request(core, method, target, &call_id, &tag);
        request.headers.extend(headers);
        // RFC 3428 section 4: MESSAGE makes no dialog and must not carry one.
        if method != "MESSAGE" {
            request.headers.push("Contact", core.contact(flow));
        }
        request.set_body(body);
        core.send(now, flow, request, Owner::Request(id));
    }

    pub(super) fn on_request_outcome(&mut self, now: Instant, event: &TransactionEvent, id: RequestId) {
        let Some(result) = self.conclusion(now, event) else { return };
        let outcome = result.map(|response| FinalResponse::from(&response));
        self.core.auth.forget(event.request.headers.get("Call-ID").unwrap_or_default());
        self.core.event(Event::Response { request: id, outcome });
    }

    /// How a request outside dialogs ended; `None` while it goes on, also with another round of credentials.
    pub(super) fn conclusion(&mut self, now: Instant, event: &TransactionEvent) -> Option<Result<Response, Failure>> {
        match &event.outcome {
            Outcome::FlowLost => Some(Err(cause::connection())),
            Outcome::Timeout => Some(Err(cause::timeout())),
            Outcome::Response(response) if response.status < 200 => None,
            Outcome::Response(response) if Core::is_challenge(response.status) => {
                let refused = self.core.answer_challenge(now, event, response, 0).err()?;
                Some(Err(Failure { reason: refused.to_string(), ..cause::of_response(response) }))
            }
            Outcome::Response(response) => Some(Ok(response.clone())),
        }
    }

    /// A request of a peer outside any dialog that is neither INVITE, ACK nor CANCEL.
    pub(super) fn on_outside_request(
        &mut self,
        now: Instant,
        flow: FlowId,
        transaction: TransactionId,
        request: Request,
    ) {
        match request.method.as_str() {
            "OPTIONS" => {
                let response = options_answer(&mut self.core, &request);
                self.core.respond(now, transaction, response);
            }
            // These live in dialogs only.
            "BYE" | "INFO" | "PRACK" | "UPDATE" => self.core.refuse(now, transaction, &request, 481, &[]),
            "REFER" => self.on_refer(now, flow, transaction, &request, None),
            // A box notifies nobody: no event package is known here (RFC 6665 section 4.2.1.1).
            "SUBSCRIBE" if self.core.config.role == Role::Client => {
                self.core.refuse(now, transaction, &request, 489, &[HeaderLine::new("Allow-Events", "refer")]);
            }
            _ if self.waiting.len() >= MAX_WAITING => self.refuse_flood(now, transaction, &request),
            _ => {
                let (Ok(from), Ok(to)) = (request.headers.address("From"), request.headers.address("To")) else {
                    return;
                };
                self.incoming += 1;
                let id = RequestId::incoming(self.incoming);
                self.core.event(Event::Request {
                    request: id,
                    flow,
                    method: request.method.to_string(),
                    request_uri: request.uri.clone(),
                    from_uri: from.uri,
                    to_uri: to.uri,
                    headers: request.headers.lines().to_vec(),
                    body: request.typed_body(),
                });
                let until = now + OWNER_PATIENCE;
                self.waiting.insert(id, Waiting { refer: None, request, transaction, until });
            }
        }
    }

    /// An INFO inside a session that the owner answers.
    pub(super) fn ask_about_info(
        &mut self,
        now: Instant,
        session: SessionId,
        transaction: TransactionId,
        request: &Request,
    ) {
        if self.waiting.len() >= MAX_WAITING {
            return self.refuse_flood(now, transaction, request);
        }
        self.incoming += 1;
        let id = RequestId::incoming(self.incoming);
        let (headers, body) = (request.headers.lines().to_vec(), request.typed_body());
        self.core.event(Event::InfoAsked { session, request: id, headers, body });
        let until = now + OWNER_PATIENCE;
        self.waiting.insert(id, Waiting { refer: None, request: request.clone(), transaction, until });
    }

    fn refuse_flood(&mut self, now: Instant, transaction: TransactionId, request: &Request) {
        self.core.refuse(now, transaction, request, 503, &[HeaderLine::new("Retry-After", "30")]);
    }
}
