//! Requests of ours inside the dialog that change nothing in it (RFC 3261 section 12.2, RFC 6086, spec section 3.1).
//!
//! Whatever becomes of them, the call goes on; only 481 ends it, since it says that the peer knows the dialog no more
//! (RFC 5057 section 5.1). A time-out of one request says nothing about the call: a dead connection is found by
//! keep-alives, a dead peer by session timers.

use std::time::Instant;

use super::{Session, State, cause};
use crate::api::{Body, Cause, Failure, FinalResponse, HeaderLine, Originator, RequestId};
use crate::endpoint::core::{Core, Purpose};
use crate::message::Response;
use crate::message::lexical::is_token;
use crate::transaction::{Outcome, TransactionEvent};

/// Methods that have commands of their own: sent from outside, they would change the dialog behind our back.
const OWN_COMMANDS: &[&str] = &["ACK", "BYE", "CANCEL", "INVITE", "PRACK", "REFER", "SUBSCRIBE", "UPDATE"];

/// A request to send.
pub(crate) struct Inside<'a> {
    pub request: RequestId,
    pub method: &'a str,
    pub headers: &'a [HeaderLine],
    pub body: Option<&'a Body>,
    /// For a request without a body (vendor INFO has its meaning in headers, spec section 3.1).
    pub content_type: Option<&'a str>,
}

impl Session {
    /// Does the dialog stand both ways, with nobody about to end it?
    pub(crate) fn is_established(&self) -> bool {
        matches!(self.state, State::Established) && !self.closing
    }

    /// Sends a request; without an established dialog or a flow it fails at once.
    pub(crate) fn send_inside(&mut self, core: &mut Core, now: Instant, inside: &Inside<'_>) {
        if !is_token(inside.method) || OWN_COMMANDS.contains(&inside.method) {
            let reason = format!("{} is not sent by itself", inside.method);
            return Self::report(core, inside.request, Err(Failure::not_sent(reason)));
        }
        let established = self.is_established();
        let sent = established.then(|| {
            self.send(core, now, Purpose::Request(inside.request), inside.method, |core, flow, request| {
                request.headers.extend(inside.headers);
                // RFC 3428 section 4: MESSAGE must not carry a Contact.
                if inside.method != "MESSAGE" {
                    request.headers.push("Contact", core.contact(flow));
                }
                if let Some(content_type) = inside.content_type {
                    request.headers.extend(&[HeaderLine::new("Content-Type", content_type)]);
                }
                request.set_body(inside.body);
            })
        });
        if sent.flatten().is_none() {
            Self::report(core, inside.request, Err(Failure::no_flow()));
        }
    }

    pub(super) fn on_inside_outcome(
        &mut self,
        core: &mut Core,
        now: Instant,
        event: &TransactionEvent,
        request: RequestId,
    ) {
        let Some(outcome) = self.conclusion(core, now, event) else { return };
        Self::report(core, request, outcome.as_ref().map(FinalResponse::from).map_err(Clone::clone));
        self.end_if_unknown(core, outcome.as_ref().ok());
    }

    /// How a request ended; `None` while it goes on, also with another round of credentials.
    pub(super) fn conclusion(
        &mut self,
        core: &mut Core,
        now: Instant,
        event: &TransactionEvent,
    ) -> Option<Result<Response, Failure>> {
        match &event.outcome {
            Outcome::FlowLost => Some(Err(cause::connection())),
            Outcome::Timeout => Some(Err(cause::timeout())),
            Outcome::Response(response) if response.status < 200 => None,
            Outcome::Response(response) if Core::is_challenge(response.status) => {
                self.on_challenge(core, now, event, response).map(Err)
            }
            Outcome::Response(response) => Some(Ok(response.clone())),
        }
    }

    /// 481: the peer does not know the dialog any more.
    pub(crate) fn end_if_unknown(&mut self, core: &mut Core, response: Option<&Response>) {
        if let Some(response) = response.filter(|response| response.status == 481) {
            self.dialog_gone(core, response);
        }
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
        cause::without_status(Originator::System, Cause::ConnectionError, "there is no connection")
    }

    /// A request that cannot be sent as it was asked for.
    pub(crate) fn not_sent(reason: impl Into<String>) -> Self {
        cause::without_status(Originator::Local, Cause::InternalError, reason)
    }
}
