//! Client transactions: INVITE (RFC 3261 section 17.1.1, RFC 6026 section 8.4) and the others (section 17.1.2).

use std::time::Instant;

use bytes::Bytes;

use super::timing::{GIVE_UP, Repeat, T4, TIMER_D};
use super::{Outcome, Path, Step};
use crate::message::{Headers, Method, Request, Response};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// INVITE got a 2xx; more of them may come.
    Accepted,
    /// INVITE, no response yet.
    Calling,
    /// A final response came; repetitions of it are absorbed.
    Completed,
    /// A provisional response came.
    Proceeding,
    /// Not INVITE, no response yet.
    Trying,
}

#[derive(Debug)]
pub(super) struct ClientTransaction {
    ack: Option<Bytes>,
    bytes: Bytes,
    /// Timers B, D, F, K, M.
    end: Option<Instant>,
    /// Nobody waits for the final response any more: no provisional one prolongs the wait.
    giving_up: bool,
    path: Path,
    /// Timers A and E.
    repeat: Option<Repeat>,
    request: Request,
    state: State,
}

impl ClientTransaction {
    pub(super) fn start(now: Instant, path: Path, request: Request) -> Self {
        let state = if request.method == "INVITE" { State::Calling } else { State::Trying };
        let repeat = (!path.reliable).then(|| Repeat::start(now));
        Self {
            ack: None,
            bytes: request.to_bytes(),
            end: Some(now + GIVE_UP),
            giving_up: false,
            path,
            repeat,
            request,
            state,
        }
    }

    pub(super) fn bytes(&self) -> Bytes {
        self.bytes.clone()
    }

    pub(super) fn path(&self) -> Path {
        self.path
    }

    pub(super) fn request(&self) -> &Request {
        &self.request
    }

    /// Has no final response come yet?
    pub(super) fn is_waiting(&self) -> bool {
        matches!(self.state, State::Calling | State::Proceeding | State::Trying)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.repeat.map(Repeat::at).into_iter().chain(self.end).min()
    }

    fn is_invite(&self) -> bool {
        self.request.method == "INVITE"
    }

    pub(super) fn on_response(&mut self, now: Instant, response: Response) -> Step {
        match (self.state, response.status) {
            (State::Calling | State::Proceeding | State::Trying, 100..200) => self.provisional(now, response),
            (State::Calling | State::Proceeding, 200..300) if self.is_invite() => {
                self.wait_for_repetitions(State::Accepted, now + GIVE_UP);
                Step::outcome(Outcome::Response(response))
            }
            (State::Accepted, 200..300) => Step::outcome(Outcome::Response(response)),
            (State::Calling | State::Proceeding | State::Trying, _) => self.final_response(now, response),
            (State::Completed, 300..) => Step { send: self.ack.clone(), ..Step::default() },
            _ => Step::default(),
        }
    }

    fn provisional(&mut self, now: Instant, response: Response) -> Step {
        self.state = State::Proceeding;
        if self.is_invite() {
            self.repeat = None;
            self.end = self.end.filter(|_| self.giving_up);
        } else {
            self.repeat = self.repeat.map(|_| Repeat::at_t2(now));
        }
        Step::outcome(Outcome::Response(response))
    }

    fn final_response(&mut self, now: Instant, response: Response) -> Step {
        let linger = if self.is_invite() { TIMER_D } else { T4 };
        self.ack = self.is_invite().then(|| ack_for(&self.request, &response).to_bytes());
        self.wait_for_repetitions(State::Completed, now + linger);
        let outcome = Some(Outcome::Response(response));
        Step { send: self.ack.clone(), outcome, over: self.path.reliable }
    }

    fn wait_for_repetitions(&mut self, state: State, until: Instant) {
        self.state = state;
        self.repeat = None;
        self.end = Some(until);
    }

    pub(super) fn give_up_later(&mut self, now: Instant) {
        if self.is_invite() && self.is_waiting() && !self.giving_up {
            (self.end, self.giving_up) = (Some(now + GIVE_UP), true);
        }
    }

    pub(super) fn on_timeout(&mut self, now: Instant) -> Step {
        if self.end.is_some_and(|end| end <= now) {
            let outcome = self.is_waiting().then_some(Outcome::Timeout);
            return Step { outcome, over: true, send: None };
        }
        let Some(repeat) = self.repeat.filter(|r| r.at() <= now) else { return Step::default() };
        self.repeat = Some(if self.state == State::Calling { repeat.doubled(now) } else { repeat.doubled_to_t2(now) });
        Step::send(self.bytes.clone())
    }
}

/// ACK for a response other than 2xx (RFC 3261 sections 17.1.1.3 and 22.1): same branch, To of the response.
fn ack_for(invite: &Request, response: &Response) -> Request {
    let mut headers = Headers::default();
    if let Ok(via) = invite.headers.top_via() {
        headers.push("Via", via.to_string());
    }
    for route in invite.headers.all("Route") {
        headers.push("Route", route);
    }
    headers.push("Max-Forwards", "70");
    headers.push("From", invite.headers.get("From").unwrap_or_default());
    headers.push("To", response.headers.get("To").unwrap_or_default());
    headers.push("Call-ID", invite.headers.get("Call-ID").unwrap_or_default());
    let number = invite.headers.cseq().map_or(0, |cseq| cseq.number);
    headers.push("CSeq", format!("{number} ACK"));
    headers.copy_credentials(&invite.headers);
    Request { method: Method::new("ACK"), uri: invite.uri.clone(), headers, body: Bytes::new() }
}
