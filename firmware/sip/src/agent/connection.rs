//! One flow kept up: lookup, attempt, loss, wait (spec section 14.2, RFC 5626 section 4.5).

use std::time::{Duration, Instant};

use super::servers::{Next, Servers};
use super::{ConnectionState, Recovery};
use crate::api::{FlowError, FlowId, LocateId, Server, ServerTarget, Transport};
use crate::ident::Random;

/// How long a lookup or an attempt may take before it counts as failed; TCP alone would try for minutes.
pub(super) const OPEN_PATIENCE: Duration = Duration::from_secs(10);
/// While another flow stands a lost one is not missed: RFC 5626 section 4.5 has 90 s there in place of 30 s.
const PACE_BESIDE_ANOTHER: u32 = 3;

#[derive(Clone, Copy, Debug)]
enum State {
    Connected(FlowId),
    Connecting(FlowId, Instant),
    Locating(LocateId, Instant),
    Stopped,
    Waiting(Instant),
}

/// Names for flows and lookups, never used twice.
#[derive(Debug, Default)]
pub(super) struct Names {
    flows: u64,
    lookups: u64,
}

impl Names {
    pub(super) fn flow(&mut self) -> FlowId {
        self.flows += 1;
        FlowId(self.flows)
    }

    pub(super) fn lookup(&mut self) -> LocateId {
        self.lookups += 1;
        LocateId(self.lookups)
    }
}

/// What an attempt begins with.
#[derive(Debug)]
pub(super) enum Attempt {
    Locate {
        locate: LocateId,
        domain: String,
        transport: Option<Transport>,
        path: String,
    },
    Open {
        flow: FlowId,
        server: ServerTarget,
        attempt: u32,
    },
    /// No server is left for this flow.
    Nothing,
}

/// Which flow we have, or when to open one.
#[derive(Debug)]
pub(super) struct Connection {
    /// Attempts since the last flow was up.
    attempt: u32,
    recovery: Recovery,
    /// Rounds over all servers since then.
    rounds: u32,
    pub(super) servers: Servers,
    state: State,
    wanted: bool,
}

impl Connection {
    pub(super) fn new(servers: Vec<Server>, recovery: Recovery) -> Self {
        let servers = Servers::new(servers);
        Self { attempt: 0, recovery, rounds: 0, servers, state: State::Stopped, wanted: false }
    }

    pub(super) fn state(&self) -> ConnectionState {
        match self.state {
            State::Connected(_) => ConnectionState::Connected,
            State::Connecting(..) | State::Locating(..) => ConnectionState::Connecting,
            State::Stopped => ConnectionState::Stopped,
            State::Waiting(_) => ConnectionState::Waiting,
        }
    }

    /// The flow that is up or being opened.
    pub(super) fn flow(&self) -> Option<FlowId> {
        match self.state {
            State::Connected(flow) | State::Connecting(flow, _) => Some(flow),
            State::Locating(..) | State::Stopped | State::Waiting(_) => None,
        }
    }

    /// The flow that is up.
    pub(super) fn up(&self) -> Option<FlowId> {
        self.flow().filter(|_| self.state() == ConnectionState::Connected)
    }

    /// The place of the flow that is up or being opened.
    pub(super) fn place(&self) -> Option<&ServerTarget> {
        self.flow().and_then(|_| self.servers.current())
    }

    pub(super) fn start(&mut self) {
        (self.wanted, self.attempt, self.rounds) = (true, 0, 0);
        self.servers.new_round();
    }

    /// No further attempts.
    pub(super) fn stop(&mut self) {
        self.wanted = false;
    }

    pub(super) fn stopped(&mut self) {
        self.state = State::Stopped;
    }

    /// Begins the next attempt; nothing while one is going on or a flow is up.
    pub(super) fn open(&mut self, now: Instant, names: &mut Names, taken: &[ServerTarget]) -> Option<Attempt> {
        if !self.wanted || !matches!(self.state, State::Stopped | State::Waiting(_)) {
            return None;
        }
        let until = now + OPEN_PATIENCE;
        Some(match self.servers.next(now, taken) {
            Next::Ask { domain, transport, path } => {
                let locate = names.lookup();
                self.state = State::Locating(locate, until);
                Attempt::Locate { locate, domain, transport, path }
            }
            Next::Open(server) => {
                let flow = names.flow();
                self.attempt += 1;
                self.state = State::Connecting(flow, until);
                Attempt::Open { flow, server, attempt: self.attempt }
            }
            Next::RoundOver => {
                self.servers.new_round();
                self.state = State::Waiting(now + self.recovery.max);
                Attempt::Nothing
            }
        })
    }

    /// Is this the lookup we wait for?
    pub(super) fn locates(&self, id: LocateId) -> bool {
        matches!(self.state, State::Locating(locate, _) if locate == id)
    }

    /// Places were found: the next attempt goes there.
    pub(super) fn located(&mut self, now: Instant, places: Vec<ServerTarget>) {
        self.servers.located(places);
        self.state = State::Waiting(now);
    }

    /// The flow is up.
    pub(super) fn opened(&mut self) -> Option<ServerTarget> {
        self.state = State::Connected(self.flow()?);
        (self.attempt, self.rounds) = (0, 0);
        self.servers.current().cloned()
    }

    /// A flow that is up already takes the place of the lost one.
    pub(super) fn adopt(&mut self, now: Instant, flow: FlowId, place: ServerTarget) {
        self.state = State::Connecting(flow, now + OPEN_PATIENCE);
        self.servers.moved(place);
    }

    /// The flow is gone or did not come up; gives the wait before the next attempt, `None` when stopped.
    pub(super) fn lost(
        &mut self,
        now: Instant,
        error: &FlowError,
        random: &mut Random,
        (taken, another): (&[ServerTarget], bool),
    ) -> Option<Duration> {
        let was_up = matches!(self.state, State::Connected(_));
        if !self.wanted {
            self.state = State::Stopped;
            return None;
        }
        if was_up {
            self.servers.lost();
        } else {
            self.servers.failed();
        }
        let wait = if !was_up && self.servers.has_more(taken) {
            Duration::ZERO
        } else {
            self.end_round(was_up);
            self.wait(error, random) * if another { PACE_BESIDE_ANOTHER } else { 1 }
        };
        self.state = State::Waiting(now + wait);
        Some(wait)
    }

    fn end_round(&mut self, was_up: bool) {
        if !was_up {
            self.rounds += 1;
            self.servers.new_round();
        }
    }

    fn wait(&self, error: &FlowError, random: &mut Random) -> Duration {
        let spread = Duration::from_millis(random.millis(0, super::millis(self.recovery.spread)));
        // Nothing at our end changes a certificate, so that is looked at with the longest wait.
        let wait = if matches!(error, FlowError::Certificate(_)) {
            self.recovery.max
        } else {
            let ceiling = 1000 << (self.rounds + 1).min(16);
            let whole_seconds = random.millis(1000, ceiling) / 1000;
            Duration::from_secs(whole_seconds).clamp(self.recovery.min, self.recovery.max.max(self.recovery.min))
        };
        wait + spread
    }

    /// The next attempt does not wait.
    pub(super) fn retry_at_once(&mut self, now: Instant) {
        (self.attempt, self.rounds) = (0, 0);
        if matches!(self.state, State::Waiting(_)) {
            self.state = State::Waiting(now);
        }
    }

    pub(super) fn due(&self, now: Instant) -> bool {
        matches!(self.state, State::Waiting(at) if at <= now)
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match self.state {
            State::Waiting(at) | State::Connecting(_, at) | State::Locating(_, at) => Some(at),
            State::Connected(_) | State::Stopped => None,
        }
    }

    /// Has a lookup or an attempt taken too long?
    pub(super) fn overdue(&self, now: Instant) -> bool {
        matches!(self.state, State::Connecting(_, at) | State::Locating(_, at) if at <= now)
    }
}
