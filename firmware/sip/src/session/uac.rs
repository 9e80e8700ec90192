//! The calling side (RFC 3261 section 13.2, spec section 14.6).

use std::time::Instant;

use super::{Session, State, Timers, cause};
use crate::api::{Body, Cause, Event, Failure, FlowId, HeaderLine, Originator, SessionId};
use crate::dialog::Dialog;
use crate::endpoint::core::{Core, Owner, Purpose};
use crate::message::{Headers, Method, Request, Response};
use crate::transaction::{Outcome, TransactionEvent};

/// What a session is started with.
pub(crate) struct Call<'a> {
    pub session: SessionId,
    pub flow: FlowId,
    pub target: &'a str,
    pub body: Option<Body>,
    pub headers: &'a [HeaderLine],
}

impl Session {
    /// Sends the INVITE.
    pub(crate) fn call(core: &mut Core, now: Instant, call: Call<'_>) -> Self {
        let (call_id, tag) = (core.random.token(22), core.random.tag());
        let mut request = initial_request(core, "INVITE", call.target, &call_id, &tag);
        request.headers.extend(call.headers);
        request.headers.push("Contact", core.contact(call.flow));
        request.set_body(call.body.as_ref());
        if let Some(expires) = core.config.session_expires {
            request.headers.push("Session-Expires", expires.to_string());
            request.headers.push("Min-SE", Timers::MIN_SE.to_string());
        }
        request.headers.push("Allow", core.allow());
        request.headers.push("Supported", Core::supported(core.config.session_expires.is_some()));
        let invite = core.send(now, call.flow, request, Owner::Session(call.session, Purpose::Invite));
        let state = State::Calling { invite, progress: false };
        let mut session = Self::new(call.session, call.flow, call_id, tag, state);
        session.local_sdp = call.body;
        session
    }

    pub(super) fn on_invite_outcome(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent) {
        let response = match &event.outcome {
            Outcome::Timeout => return self.end(core, cause::timeout()),
            Outcome::FlowLost => return self.end(core, cause::connection()),
            Outcome::Response(response) => response,
        };
        match response.status {
            ..200 => self.on_progress(core, now, &event.request, response),
            200..300 => self.on_answer(core, now, event, response),
            401 | 407 => {
                if let Some(failure) = self.on_challenge(core, now, event, response) {
                    self.end(core, failure);
                }
            }
            422 if self.retry_longer(core, now, event, response) => {}
            _ => self.end(core, cause::of_response(response)),
        }
    }

    fn on_progress(&mut self, core: &mut Core, now: Instant, request: &Request, response: &Response) {
        let State::Calling { progress, .. } = &mut self.state else { return };
        if !*progress {
            *progress = true;
            self.timers.ring_limit(now + Timers::CALLER_PATIENCE);
        }
        if response.status == 100 {
            return;
        }
        if let Some(dialog) = response.to_tag().and_then(|_| Dialog::of_caller(request, response)) {
            self.early.entry(dialog.remote_tag.clone()).or_insert(dialog);
        }
        core.event(Event::Progress {
            session: self.id,
            status: response.status,
            body: response.typed_body(),
            headers: response.headers.lines().to_vec(),
            reliable: false,
        });
    }

    fn on_answer(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, response: &Response) {
        let Some(mut dialog) = Dialog::of_caller(&event.request, response) else { return };
        if let Some(established) = &self.dialog {
            // A repeated 2xx gets its ACK again; another branch of a fork gets ACK and BYE (section 13.2.2.4).
            return if established.remote_tag == dialog.remote_tag {
                self.repeat_ack(core, dialog.local_cseq);
            } else {
                end_unwanted(core, now, event, response, None);
            };
        }
        if response.typed_body().is_none() {
            end_unwanted(core, now, event, response, Some(Cause::BadMediaDescription));
            let failure = cause::without_status(Originator::Remote, Cause::BadMediaDescription, "Missing SDP");
            return self.end(core, failure);
        }
        // An early dialog has counted the peer's requests already.
        dialog.remote_cseq = self.early.get(&dialog.remote_tag).and_then(|early| early.remote_cseq);
        self.early.clear();
        self.state = State::Established;
        self.timers.ring_over();
        self.learn(now, response, true);
        let bytes = core.send_ack(event.path.flow, ack(&dialog, &event.request));
        self.ack = Some((dialog.local_cseq, bytes));
        self.dialog = Some(dialog);
        let headers = response.headers.lines().to_vec();
        core.event(Event::Accepted { session: self.id, body: response.typed_body(), headers });
        core.event(Event::Confirmed { session: self.id });
    }

    pub(super) fn repeat_ack(&mut self, core: &mut Core, cseq: u32) {
        if let (Some((number, bytes)), Some(flow)) = (&self.ack, self.flow)
            && *number == cseq
        {
            core.outputs.push_back(crate::api::Output::Send { flow, bytes: bytes.clone() });
        }
    }

    /// 422: the session interval is raised to Min-SE once (RFC 4028 section 7.3).
    fn retry_longer(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, response: &Response) -> bool {
        let asked = event.request.headers.seconds("Session-Expires");
        let Some(least) = response.headers.seconds("Min-SE").filter(|least| asked.is_some_and(|a| *least > a)) else {
            return false;
        };
        let mut request = event.request.clone();
        request.headers.remove("Via");
        request.headers.set("Session-Expires", least.to_string());
        request.headers.set("Min-SE", least.to_string());
        let number = request.headers.cseq().map_or(1, |cseq| cseq.number + 1);
        request.headers.set("CSeq", format!("{number} INVITE"));
        let new = core.send(now, event.path.flow, request.clone(), Owner::Session(self.id, Purpose::Invite));
        self.resent(event.id, new, &request);
        true
    }
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

/// ACK for a 2xx, with the credentials of the INVITE (section 22.1).
pub(super) fn ack(dialog: &Dialog, invite: &Request) -> Request {
    let mut ack = dialog.ack(dialog.local_cseq);
    for name in ["Authorization", "Proxy-Authorization"] {
        for value in invite.headers.all(name) {
            ack.headers.push(name, value);
        }
    }
    ack
}

/// A 2xx that nobody wants: ACK, then BYE.
pub(crate) fn end_unwanted(
    core: &mut Core,
    now: Instant,
    event: &TransactionEvent,
    response: &Response,
    cause: Option<Cause>,
) {
    let Some(mut dialog) = Dialog::of_caller(&event.request, response) else { return };
    core.send_ack(event.path.flow, ack(&dialog, &event.request));
    let mut bye = dialog.next_request("BYE");
    if let Some(reason) = cause.and_then(cause::reason_header) {
        bye.headers.push("Reason", reason);
    }
    core.send(now, event.path.flow, bye, Owner::Detached);
}

/// The outcome of an INVITE whose session is gone.
pub(crate) fn on_abandoned(core: &mut Core, now: Instant, event: &TransactionEvent, cancelled: bool) {
    let Outcome::Response(response) = &event.outcome else { return };
    match response.status {
        ..200 if !cancelled => {
            core.set_owner(event.id, Owner::Abandoned { cancelled: true });
            core.send_cancel(now, event.id);
        }
        200..300 => end_unwanted(core, now, event, response, None),
        _ => {}
    }
}

impl Failure {
    /// Asked for by this side.
    pub(crate) fn local(cause: Cause) -> Self {
        cause::without_status(Originator::Local, cause, cause.to_string())
    }
}
