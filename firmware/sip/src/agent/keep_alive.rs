//! Finding out a connection that has gone silent (RFC 5626 section 4.4.1, spec section 15 number 10).
//!
//! The question is OPTIONS to our own address of record: every server answers it in some way, over WebSocket too, where
//! the CRLF exchange is not answered by all, and any answer will do.

use std::time::Instant;

use super::{KeepAlive, UserAgent};
use crate::endpoint::core::Owner;
use crate::session::uac::initial_request;

#[derive(Clone, Copy, Debug)]
enum State {
    Asked(Instant),
    Off,
    Quiet(Instant),
}

/// Watches one connection.
#[derive(Debug)]
pub(super) struct Watch {
    config: KeepAlive,
    state: State,
}

impl Watch {
    pub(super) fn new(config: KeepAlive) -> Self {
        Self { config, state: State::Off }
    }

    pub(super) fn start(&mut self, now: Instant) {
        self.state = State::Quiet(now + self.config.interval);
    }

    pub(super) fn stop(&mut self) {
        self.state = State::Off;
    }

    /// Anything received is a sign of life.
    pub(super) fn heard(&mut self, now: Instant) {
        self.start(now);
    }

    pub(super) fn due(&self, now: Instant) -> bool {
        self.deadline().is_some_and(|at| at <= now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Asked(at) | State::Quiet(at) => Some(at),
            State::Off => None,
        }
    }

    fn asked(&mut self, now: Instant) {
        self.state = State::Asked(now + self.config.timeout);
    }
}

impl UserAgent {
    /// The silence has lasted: asks, or gives the connection up when it was asked in vain.
    pub(super) fn ask_for_life(&mut self, now: Instant) {
        let (Some(flow), State::Quiet(_)) = (self.connection.flow(), self.watch.state) else {
            return self.connection_dead(now);
        };
        let core = &mut self.endpoint.core;
        let (call_id, tag, aor) = (core.random.token(22), core.random.tag(), core.config.aor.clone());
        let mut request = initial_request(core, "OPTIONS", &aor, &call_id, &tag);
        request.headers.push("Contact", core.contact(flow));
        request.headers.push("Accept", "application/sdp");
        core.send(now, flow, request, Owner::KeepAlive);
        self.watch.asked(now);
    }
}
