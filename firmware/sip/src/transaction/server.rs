//! Server transactions: INVITE (RFC 3261 section 17.2.1, RFC 6026 section 8.7) and the others (section 17.2.2).

use std::time::Instant;

use bytes::Bytes;

use super::key::{MergeKey, ServerKey, merge_key};
use super::timing::{GIVE_UP, Repeat, T4};
use super::{Path, Step};
use crate::message::{Request, Response};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// INVITE was answered with 2xx, which the session repeats.
    Accepted,
    /// A final response went out.
    Completed,
    /// INVITE: the ACK for a refusal came.
    Confirmed,
    /// A provisional response went out (for INVITE: or will).
    Proceeding,
    /// Not INVITE, no response yet.
    Trying,
}

#[derive(Debug)]
pub(super) struct ServerTransaction {
    /// Timers H, I, J, L; and the patience with a layer above that never answers.
    end: Option<Instant>,
    key: ServerKey,
    last: Option<Bytes>,
    merge: Option<MergeKey>,
    path: Path,
    /// Timer G.
    repeat: Option<Repeat>,
    state: State,
}

impl ServerTransaction {
    pub(super) fn start(now: Instant, path: Path, request: &Request, key: ServerKey) -> Self {
        let invite = request.method == "INVITE";
        let state = if invite { State::Proceeding } else { State::Trying };
        // The peer has given up by then (timer F), so nobody waits for the answer.
        let end = (!invite).then(|| now + GIVE_UP);
        Self { end, key, last: None, merge: merge_key(request), path, repeat: None, state }
    }

    pub(super) fn path(&self) -> Path {
        self.path
    }

    pub(super) fn key(&self) -> &ServerKey {
        &self.key
    }

    pub(super) fn merge_key(&self) -> Option<&MergeKey> {
        self.merge.as_ref()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        self.repeat.map(Repeat::at).into_iter().chain(self.end).min()
    }

    /// Is it not answered for good, or is the answer still repeated?
    pub(super) fn has_more_to_say(&self) -> bool {
        matches!(self.state, State::Trying | State::Proceeding) || self.repeat.is_some()
    }

    fn is_invite(&self) -> bool {
        match &self.key {
            ServerKey::Branch(_, _, method) => method == "INVITE",
            ServerKey::Old(parts) => parts.last().is_some_and(|method| method == "INVITE"),
        }
    }

    /// A request of this transaction came again, or its ACK. The second value: it is an ACK for the session.
    pub(super) fn on_request(&mut self, now: Instant, request: &Request) -> (Step, bool) {
        match (self.state, request.method == "ACK") {
            (State::Completed, true) => (self.confirmed(now), false),
            (State::Accepted, true) => (Step::default(), true),
            (State::Completed | State::Proceeding, false) => {
                (Step { send: self.last.clone(), ..Step::default() }, false)
            }
            _ => (Step::default(), false),
        }
    }

    fn confirmed(&mut self, now: Instant) -> Step {
        self.state = State::Confirmed;
        self.repeat = None;
        self.end = Some(now + T4);
        if self.path.reliable { Step::over() } else { Step::default() }
    }

    pub(super) fn respond(&mut self, now: Instant, response: &Response) -> Step {
        if !matches!(self.state, State::Trying | State::Proceeding) {
            return Step::default();
        }
        let bytes = response.to_bytes();
        self.last = Some(bytes.clone());
        let mut step = Step::send(bytes);
        match response.status {
            100..200 => self.state = State::Proceeding,
            200..300 if self.is_invite() => self.wait(State::Accepted, now),
            _ => {
                self.wait(State::Completed, now);
                self.repeat = (self.is_invite() && !self.path.reliable).then(|| Repeat::start(now));
                step.over = !self.is_invite() && self.path.reliable;
            }
        }
        step
    }

    fn wait(&mut self, state: State, now: Instant) {
        self.state = state;
        self.end = Some(now + GIVE_UP);
    }

    pub(super) fn on_timeout(&mut self, now: Instant) -> Step {
        if self.end.is_some_and(|end| end <= now) {
            return Step::over();
        }
        let Some(repeat) = self.repeat.filter(|r| r.at() <= now) else { return Step::default() };
        self.repeat = Some(repeat.doubled_to_t2(now));
        Step { send: self.last.clone(), ..Step::default() }
    }
}
