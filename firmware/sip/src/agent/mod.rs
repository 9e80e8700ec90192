//! A user agent that keeps its connections up and its registrations fresh.
//!
//! # What happens by itself
//!
//! - After [`Input::Start`] the servers are tried in order, for ever: within a round at once, between rounds with the waits
//!   of [`Recovery`]. A wrong certificate is reported like any other failure and tried again at the slowest pace, since a
//!   person may mend it at the server. A domain is looked up anew in every round ([`Output::Locate`]). A registrar that
//!   cannot (503, no answer) is left for the next server; the server configured first is returned to when there is no call.
//! - With [`AgentConfig::outbound_flows`] = 2 another flow to another server stands beside the first (RFC 5626). The loss of
//!   one of them is told as [`AgentEvent::Flow`]; calls go on over the other.
//! - Up means registered at once (or, as a guest, ready). The registration is refreshed in time; a refused password is
//!   never sent again by itself: `RegistrationFailed` with `retry_in_ms: None` waits for [`Input::Register`] or new
//!   settings. It is not sent again after a reconnect either.
//! - A silent connection is found out by [`KeepAlive`] and replaced.
//! - Established sessions survive the loss of the connection for 32 s: on the next one (registered again, where
//!   registration is on) they move over and their peer is asked whether it still knows them.
//! - [`Input::Stop`] ends all sessions, unregisters, and closes after at most two seconds.

mod binding;
mod config;
mod connection;
mod keep_alive;
mod leg;
mod outcome;
mod preferred;
mod registration;
mod servers;
mod status;
mod stop;

pub use config::{AgentConfig, KeepAlive, Recovery, RegistrationConfig};
pub use status::{AgentStatus, ConnectionState, FlowStatus, RegistererState, RegistrationState};

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::api::{AgentEvent, Command, Event, FlowError, FlowId, FlowInput, LocateId, Output, ServerTarget};
use crate::endpoint::{self, Endpoint};
use crate::machine::Machine;
use connection::Names;
use leg::Leg;
use preferred::WayBack;
use registration::Registrar;

/// Flows at most; a third one would only cost (RFC 5626 section 4.2 has two in all its examples).
const MAX_FLOWS: u8 = 2;

/// What goes into a [`UserAgent`].
#[derive(Clone, Debug)]
pub enum Input {
    /// A command for the endpoint.
    Command(Command),
    /// Something happened to a flow.
    Flow {
        /// The flow.
        flow: FlowId,
        /// What happened.
        input: FlowInput,
    },
    /// What became of an [`Output::Locate`]: places in the order in which they are to be tried.
    Located {
        /// The question.
        locate: LocateId,
        /// The places, at least one.
        places: Result<Vec<ServerTarget>, FlowError>,
    },
    /// Drop the connection and connect again at once (network changed).
    Reconnect,
    /// Register now, also after a failure that waits for a person.
    Register,
    /// Connect, register, recover for ever.
    Start,
    /// End sessions, unregister, disconnect.
    Stop,
    /// Give the registration back but stay connected.
    Unregister,
    /// The same, with everything that is registered under our address of record, also by others (`Contact: *`).
    UnregisterAll,
}

/// Endpoint, connections and registrations in one machine.
#[derive(Debug)]
pub struct UserAgent {
    endpoint: Endpoint,
    /// One for each flow wanted, at least one.
    legs: Vec<Leg>,
    names: Names,
    outputs: VecDeque<Output>,
    registrar: Registrar,
    /// When a stop that waits for answers gives up.
    stopping: Option<Instant>,
    way_back: WayBack,
}

impl UserAgent {
    /// A stopped user agent. The same `seed` and inputs give the same outputs, byte for byte: all tags, branches, nonces,
    /// host names and waits come from it. Each box and each start needs a seed of its own, from the system's random
    /// source; two boxes with one seed would have the same Call-IDs and knock in step.
    pub fn new(config: AgentConfig, seed: u64) -> Self {
        let legs = (1..=config.outbound_flows.clamp(1, MAX_FLOWS)).map(|reg_id| Leg::new(&config, reg_id)).collect();
        Self {
            legs,
            names: Names::default(),
            registrar: Registrar::new(config.registration),
            endpoint: Endpoint::new(config.endpoint, seed),
            outputs: VecDeque::new(),
            stopping: None,
            way_back: WayBack::Off,
        }
    }

    /// How much is kept to spare challenges: nonces, and calls that have used them.
    pub fn kept_nonces(&self) -> usize {
        self.endpoint.core.auth.kept()
    }

    fn tell(&mut self, event: AgentEvent) {
        self.outputs.push_back(Output::Event(Event::Agent(event)));
    }

    /// Moves the endpoint's outputs behind ours and looks at what concerns us.
    fn settle(&mut self, now: Instant) {
        self.drain();
        if let Some(outcome) = self.endpoint.core.register_outcome.take() {
            self.on_register_outcome(now, outcome);
            self.drain();
        }
        if let Some(n) = self.endpoint.core.pong.take().and_then(|flow| self.leg_of(flow)) {
            self.legs[n].watch.pong();
        }
        for n in 0..self.legs.len() {
            let flow = self.legs[n].connection.up();
            if flow.is_some_and(|flow| self.endpoint.core.flows.transport(flow).is_none()) {
                // The endpoint could not follow the stream any further and has closed it.
                self.connection_lost(now, n, FlowError::Closed("the server sent what is no SIP".into()));
            }
        }
        if self.stopping.is_some() && self.has_said_farewell() {
            self.close(now);
        }
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            self.outputs.push_back(output);
        }
    }

    fn endpoint_input(&mut self, now: Instant, input: endpoint::Input) {
        self.endpoint.handle_input(now, input);
        self.settle(now);
    }

    fn start(&mut self, now: Instant) {
        self.stopping = None;
        if self.registrar.state == RegistererState::Terminated {
            self.registrar.state = RegistererState::Initial;
        }
        self.register(now);
        if self.legs[0].connection.state() == ConnectionState::Stopped {
            self.legs[0].connection.start();
            self.open(now, 0);
        }
    }

    fn located(&mut self, now: Instant, id: LocateId, places: Result<Vec<ServerTarget>, FlowError>) {
        let Some(n) = self.legs.iter().position(|leg| leg.connection.locates(id)) else {
            return self.preferred_located(now, id, places);
        };
        match places {
            Ok(places) => {
                self.legs[n].connection.located(now, places);
                self.open(now, n);
            }
            Err(error) => self.connection_lost(now, n, error),
        }
    }

    fn reconnect(&mut self, now: Instant) {
        for n in 0..self.legs.len() {
            if self.legs[n].connection.state() != ConnectionState::Stopped {
                self.drop_flow(now, n, FlowError::Closed("reconnecting".into()));
                self.legs[n].connection.retry_at_once(now);
            }
        }
        for n in 0..self.legs.len() {
            self.open(now, n);
        }
    }

    /// Every timer of one flow.
    fn leg_timeout(&mut self, now: Instant, n: usize) {
        if self.legs[n].connection.overdue(now) {
            self.drop_flow(now, n, FlowError::Timeout("the connection did not come up".into()));
        }
        if self.legs[n].connection.due(now) {
            self.open(now, n);
        }
        if self.legs[n].watch.due(now) {
            self.ask_for_life(now, n);
        }
    }
}

/// Whole milliseconds, saturating.
fn millis(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis()).unwrap_or(u64::MAX)
}

impl Machine for UserAgent {
    type Input = Input;
    type Output = Output;
    type Status = AgentStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(command) => self.endpoint_input(now, endpoint::Input::Command(command)),
            Input::Flow { flow, input } => self.flow_input(now, flow, input),
            Input::Located { locate, places } => self.located(now, locate, places),
            Input::Reconnect => self.reconnect(now),
            Input::Register => self.register(now),
            Input::Start => self.start(now),
            Input::Stop => self.stop(now),
            Input::Unregister => self.unregister(now),
            Input::UnregisterAll => self.unregister_all(now),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.settle(now);
        self.notice_run_out(now);
        for n in 0..self.legs.len() {
            self.leg_timeout(now, n);
        }
        self.look_for_preferred(now);
        self.next_register(now);
        if self.stopping.is_some_and(|at| at <= now) {
            self.close(now);
        }
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let legs = self.legs.iter().flat_map(|leg| [leg.connection.deadline(), leg.watch.deadline()]);
        let own = [self.register_deadline(), self.way_back.deadline(), self.stopping];
        legs.chain(own).flatten().chain(self.endpoint.next_deadline()).min()
    }

    fn status(&self) -> AgentStatus {
        let wanted = |leg: &&Leg| leg.connection.state() != ConnectionState::Stopped;
        AgentStatus {
            connection: self.best(ConnectionState::rank, |leg| leg.connection.state()),
            endpoint: self.endpoint.status(),
            flows: self.legs.iter().filter(wanted).map(Leg::status).collect(),
            registerer: self.registrar.state,
            registration: self.best(RegistrationState::rank, |leg| leg.binding.state),
        }
    }
}
