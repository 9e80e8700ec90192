//! The calling side (RFC 3261 section 13.2, spec section 14.6).

use std::time::Instant;

use super::{Exchange, Session, State, Timers, cause};
use crate::api::{Body, Cause, Failure, FlowId, HeaderLine, InviteOptions, Originator, Reliable, SessionId};
use crate::endpoint::core::{Core, Owner, Purpose};
use crate::message::{Headers, Method, Request};
use crate::transaction::{Outcome, TransactionEvent};

/// What a session is started with.
pub(crate) struct Call<'a> {
    pub session: SessionId,
    pub flow: FlowId,
    pub target: &'a str,
    pub body: Option<Body>,
    pub headers: &'a [HeaderLine],
    pub options: &'a InviteOptions,
}

impl Session {
    /// Sends the INVITE.
    pub(crate) fn call(core: &mut Core, now: Instant, call: Call<'_>) -> Self {
        let (call_id, tag) = (core.random.token(22), core.random.tag());
        let request = invite(core, &call, &call_id, &tag);
        let invite = core.send(now, call.flow, request, Owner::Session(call.session, Purpose::Invite));
        let state = State::Calling { invite, progress: false };
        let mut session = Self::new(call.session, call.flow, call_id, tag, state);
        session.exchange = Exchange::of_call(call.body.as_ref());
        session.contact = Some(core.contact(call.flow));
        session.describe_ourselves(call.body);
        session
    }

    pub(super) fn on_invite_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        let response = match &event.outcome {
            Outcome::Timeout if self.try_elsewhere(core, now, event, None) => return,
            Outcome::Timeout => return self.end(core, cause::timeout()),
            Outcome::FlowLost => return self.end(core, cause::connection()),
            Outcome::Response(response) => response,
        };
        match response.status {
            ..200 => self.on_progress(core, now, event, response),
            200..300 => self.on_answer(core, now, event, response),
            401 | 407 => {
                if let Some(failure) = self.on_challenge(core, now, event, response) {
                    self.end(core, failure);
                }
            }
            422 if self.timers.raise(response) => self.retry_longer(core, now, event),
            _ if self.try_elsewhere(core, now, event, Some(response)) => {}
            _ => self.end(core, cause::of_response(response)),
        }
    }

    /// 422: the session interval is raised to Min-SE (RFC 4028 section 7.3).
    fn retry_longer(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        let mut request = again(&event.request);
        let least = self.timers.min_se();
        let asked = request.headers.seconds("Session-Expires").unwrap_or(least);
        request.headers.set("Session-Expires", asked.max(least).to_string());
        request.headers.set("Min-SE", least.to_string());
        let new = core.send(now, event.path.flow, request.clone(), Owner::Session(self.id, Purpose::Invite));
        self.resent(event.id, new, &request);
    }
}

fn invite(core: &mut Core, call: &Call<'_>, call_id: &str, tag: &str) -> Request {
    let mut request = initial_request(core, "INVITE", call.target, call_id, tag);
    if call.options.anonymous {
        hide_caller(&mut request.headers, &core.config.aor, tag);
    }
    request.headers.extend(call.headers);
    request.headers.push("Contact", core.contact(call.flow));
    request.set_body(call.body.as_ref());
    let session_expires = call.options.session_expires.or(core.config.session_expires);
    if let Some(expires) = session_expires.map(|seconds| seconds.max(Timers::MIN_SE)) {
        request.headers.push("Session-Expires", expires.to_string());
        request.headers.push("Min-SE", Timers::MIN_SE.to_string());
    }
    request.headers.push("Allow", core.allow());
    let reliable = call.options.reliable.unwrap_or(core.config.reliable);
    let offered = Core::supported_with(reliable != Reliable::Off, session_expires.is_some());
    request.headers.push("Supported", offered);
    if reliable == Reliable::Required {
        request.headers.push("Require", "100rel");
    }
    if let Some(replaces) = &call.options.replaces {
        request.headers.extend(&[HeaderLine::new("Replaces", replaces.as_str())]);
        request.headers.push("Require", "replaces");
    }
    request
}

/// Who calls is told to our own server only (RFC 3323 section 4.1, RFC 3325 section 9.2, spec section 13.4).
fn hide_caller(headers: &mut Headers, aor: &str, tag: &str) {
    headers.set("From", format!("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag={tag}"));
    headers.push("P-Preferred-Identity", format!("<{aor}>"));
    headers.push("Privacy", "id");
}

/// The same request once more, with the next number and without its Via and credentials.
pub(super) fn again(request: &Request) -> Request {
    let mut request = request.clone();
    request.headers.remove("Via");
    // It is signed anew when it is sent, and gets new credentials: each count of a nonce is good once.
    request.headers.remove_credentials();
    request.headers.remove("User-Agent");
    request.headers.remove("Server");
    let number = request.headers.cseq().map_or(1, |cseq| cseq.number + 1);
    request.headers.set("CSeq", format!("{number} {}", request.method));
    request
}

/// A request outside any dialog, in the header order of spec section 14.6; Via is added when it is sent.
pub(crate) fn initial_request(core: &mut Core, method: &str, target: &str, call_id: &str, tag: &str) -> Request {
    let mut headers = Headers::default();
    headers.push("Max-Forwards", "70");
    headers.push("To", format!("<{target}>"));
    let from = core.from(tag);
    headers.push("From", from);
    headers.push("Call-ID", call_id);
    headers.push("CSeq", format!("1 {method}"));
    headers.extend(&core.config.extra_headers);
    Request { method: Method::new(method), uri: target.into(), headers, body: bytes::Bytes::new() }
}

impl Failure {
    /// Asked for by this side.
    pub(crate) fn local(cause: Cause) -> Self {
        cause::without_status(Originator::Local, cause, cause.to_string())
    }
}
