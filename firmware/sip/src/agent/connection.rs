//! One connection at a time, to the servers in turn (spec section 14.2).

use std::time::{Duration, Instant};

use super::{ConnectionState, Recovery};
use crate::api::{FlowError, FlowId, ServerTarget};
use crate::ident::Random;

/// A hall of boxes after a power cut must not knock in step.
const SPREAD_MS: u64 = 500;
/// How long an attempt may take before it counts as failed; TCP alone would try for minutes.
const OPEN_PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug)]
enum State {
    Connected(FlowId),
    Connecting(FlowId, Instant),
    Stopped,
    Waiting(Instant),
}

/// Which flow we have, or when to open one.
#[derive(Debug)]
pub(super) struct Connection {
    attempt: u32,
    flows: u64,
    recovery: Recovery,
    server: usize,
    servers: Vec<ServerTarget>,
    state: State,
    wanted: bool,
}

impl Connection {
    pub(super) fn new(servers: Vec<ServerTarget>, recovery: Recovery) -> Self {
        Self { attempt: 0, flows: 0, recovery, server: 0, servers, state: State::Stopped, wanted: false }
    }

    pub(super) fn state(&self) -> ConnectionState {
        match self.state {
            State::Connected(_) => ConnectionState::Connected,
            State::Connecting(..) => ConnectionState::Connecting,
            State::Stopped => ConnectionState::Stopped,
            State::Waiting(_) => ConnectionState::Waiting,
        }
    }

    /// The flow that is up or being opened.
    pub(super) fn flow(&self) -> Option<FlowId> {
        match self.state {
            State::Connected(flow) | State::Connecting(flow, _) => Some(flow),
            State::Stopped | State::Waiting(_) => None,
        }
    }

    pub(super) fn start(&mut self) {
        (self.wanted, self.attempt, self.server) = (true, 0, 0);
    }

    /// No further attempts.
    pub(super) fn stop(&mut self) {
        self.wanted = false;
    }

    pub(super) fn stopped(&mut self) {
        self.state = State::Stopped;
    }

    /// The next flow to open; nothing while one is up or being opened.
    pub(super) fn open(&mut self, now: Instant) -> Option<(FlowId, ServerTarget, u32)> {
        if self.flow().is_some() || !self.wanted {
            return None;
        }
        let server = self.servers.get(self.server % self.servers.len().max(1))?.clone();
        self.flows += 1;
        self.attempt += 1;
        let flow = FlowId(self.flows);
        self.state = State::Connecting(flow, now + OPEN_PATIENCE);
        Some((flow, server, self.attempt))
    }

    /// The flow is up.
    pub(super) fn opened(&mut self) -> Option<ServerTarget> {
        let flow = self.flow()?;
        self.state = State::Connected(flow);
        self.attempt = 0;
        self.servers.get(self.server % self.servers.len().max(1)).cloned()
    }

    /// The flow is gone or did not come up; gives the wait before the next attempt, `None` when stopped.
    pub(super) fn lost(&mut self, now: Instant, error: &FlowError, random: &mut Random) -> Option<Duration> {
        let was_up = matches!(self.state, State::Connected(_));
        if !self.wanted {
            self.state = State::Stopped;
            return None;
        }
        // The server that worked is asked first again; one that did not come up makes room for the next.
        if !was_up {
            self.server = (self.server + 1) % self.servers.len().max(1);
        }
        let wait = self.wait(error, random);
        self.state = State::Waiting(now + wait);
        Some(wait)
    }

    fn wait(&self, error: &FlowError, random: &mut Random) -> Duration {
        let spread = Duration::from_millis(random.millis(0, SPREAD_MS));
        // Nothing at our end changes a certificate, so that is looked at with the longest wait.
        let wait = if matches!(error, FlowError::Certificate(_)) {
            self.recovery.max
        } else {
            let ceiling = 1000 << (self.attempt + 1).min(16);
            let whole_seconds = random.millis(1000, ceiling) / 1000;
            Duration::from_secs(whole_seconds).clamp(self.recovery.min, self.recovery.max.max(self.recovery.min))
        };
        wait + spread
    }

    /// The next attempt does not wait.
    pub(super) fn retry_at_once(&mut self) {
        self.attempt = 0;
    }

    pub(super) fn due(&self, now: Instant) -> bool {
        matches!(self.state, State::Waiting(at) if at <= now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Waiting(at) | State::Connecting(_, at) => Some(at),
            State::Connected(_) | State::Stopped => None,
        }
    }

    /// Has an attempt taken too long?
    pub(super) fn overdue(&self, now: Instant) -> bool {
        matches!(self.state, State::Connecting(_, at) if at <= now)
    }
}
