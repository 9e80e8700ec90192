//! The flows of RFC 5626: each with a connection, a watch over it, and a registration of its own.

use std::time::Instant;

use super::binding::Binding;
use super::connection::{Attempt, Connection};
use super::keep_alive::Watch;
use super::{AgentConfig, ConnectionState, FlowStatus, RegistrationState, UserAgent};
use crate::api::{AgentEvent, FlowChange, FlowError, FlowId, FlowInput, Output, ServerTarget, Transport};
use crate::endpoint;
use crate::machine::Machine;

/// One flow.
#[derive(Debug)]
pub(super) struct Leg {
    pub binding: Binding,
    pub connection: Connection,
    pub watch: Watch,
}

impl Leg {
    pub(super) fn new(config: &AgentConfig, reg_id: u8) -> Self {
        let expires = config.registration.as_ref().map_or(0, |registration| registration.expires);
        Self {
            binding: Binding::new(reg_id, expires),
            connection: Connection::new(config.servers.clone(), config.recovery),
            watch: Watch::new(config.keep_alive),
        }
    }

    pub(super) fn is_registered(&self) -> bool {
        self.binding.state == RegistrationState::Registered
    }

    pub(super) fn status(&self) -> FlowStatus {
        FlowStatus {
            reg_id: self.binding.reg_id,
            connection: self.connection.state(),
            server: self.connection.servers.current().cloned(),
            registration: self.binding.state,
            outbound: self.binding.outbound,
        }
    }
}

impl UserAgent {
    /// The state of the leg that is best off.
    pub(super) fn best<T: Copy + Default>(&self, rank: impl Fn(T) -> u8, state: impl Fn(&Leg) -> T) -> T {
        self.legs.iter().map(state).max_by_key(|state| rank(*state)).unwrap_or_default()
    }

    /// The leg that has this flow, up or being opened.
    pub(super) fn leg_of(&self, flow: FlowId) -> Option<usize> {
        self.legs.iter().position(|leg| leg.connection.flow() == Some(flow))
    }

    /// Does another leg than this one stand?
    pub(super) fn another_stands(&self, n: usize) -> bool {
        self.legs.iter().enumerate().any(|(m, leg)| m != n && leg.connection.up().is_some())
    }

    pub(super) fn another_registered(&self, n: usize) -> bool {
        self.legs.iter().enumerate().any(|(m, leg)| m != n && leg.is_registered())
    }

    /// Places that other legs use: each flow goes to a server of its own (RFC 5626 section 4.2).
    pub(super) fn taken(&self, n: usize) -> Vec<ServerTarget> {
        let others = self.legs.iter().enumerate().filter(|(m, _)| *m != n);
        others.filter_map(|(_, leg)| leg.connection.place().cloned()).collect()
    }

    /// Tells what happened to a connection: of the agent as a whole, or of one flow beside another that stands.
    pub(super) fn tell_change(&mut self, n: usize, change: FlowChange) {
        let beside = match &change {
            FlowChange::Registered { .. } | FlowChange::RegistrationFailed { .. } => self.another_registered(n),
            _ => self.another_stands(n),
        };
        let reg_id = self.legs[n].binding.reg_id;
        self.tell(match change {
            change if beside => AgentEvent::Flow { reg_id, change },
            FlowChange::Connecting { server, attempt } => AgentEvent::Connecting { server, attempt },
            FlowChange::Connected { server } => AgentEvent::Connected { server },
            FlowChange::Disconnected { error, retry_in_ms } => AgentEvent::Disconnected { error, retry_in_ms },
            FlowChange::Registered { expires } => AgentEvent::Registered { expires },
            FlowChange::RegistrationFailed { failure, retry_in_ms } => {
                AgentEvent::RegistrationFailed { failure, retry_in_ms }
            }
        });
    }

    /// Begins an attempt of a leg that has none.
    pub(super) fn open(&mut self, now: Instant, n: usize) {
        let taken = self.taken(n);
        match self.legs[n].connection.open(now, &mut self.names, &taken) {
            Some(Attempt::Locate { locate, domain, transport, path }) => {
                self.outputs.push_back(Output::Locate { locate, domain, transport, path });
            }
            Some(Attempt::Open { flow, server, attempt }) => {
                self.tell_change(n, FlowChange::Connecting { server: server.clone(), attempt });
                self.outputs.push_back(Output::OpenFlow { flow, server });
            }
            Some(Attempt::Nothing) | None => {}
        }
    }

    /// The flows beside the first: a guest has them at once; registered ones need a registrar that does RFC 5626, for which
    /// a second contact would be a second telephone otherwise.
    pub(super) fn open_more(&mut self, now: Instant) {
        let first = &self.legs[0];
        let wanted = self.stopping.is_none()
            && first.connection.up().is_some()
            && (!self.registrar.wanted || (first.is_registered() && first.binding.outbound));
        for n in 1..self.legs.len() {
            if wanted && self.legs[n].connection.state() == ConnectionState::Stopped {
                self.legs[n].connection.start();
                self.open(now, n);
            }
        }
    }

    pub(super) fn flow_input(&mut self, now: Instant, flow: FlowId, input: FlowInput) {
        let Some(n) = self.leg_of(flow) else { return self.preferred_input(now, flow, &input) };
        match input {
            FlowInput::Opened(transport) => self.opened(now, n, flow, transport),
            FlowInput::Received(bytes) => {
                self.legs[n].watch.heard(now);
                self.endpoint_input(now, endpoint::Input::Flow { flow, input: FlowInput::Received(bytes) });
            }
            FlowInput::Closed(error) => {
                let input = FlowInput::Closed(error.clone());
                self.endpoint.handle_input(now, endpoint::Input::Flow { flow, input });
                self.drain();
                self.connection_lost(now, n, error);
            }
        }
    }

    /// A flow is up: it is registered, or, where none is to be, used.
    pub(super) fn opened(&mut self, now: Instant, n: usize, flow: FlowId, transport: Transport) {
        self.endpoint_input(now, endpoint::Input::Flow { flow, input: FlowInput::Opened(transport) });
        if let Some(server) = self.legs[n].connection.opened() {
            self.tell_change(n, FlowChange::Connected { server });
        }
        self.legs[n].watch.start(now, transport);
        if n == 0 {
            self.watch_preferred(now);
        }
        self.want_registration(now, n);
        if !self.registrar.wanted {
            self.use_best_flow(now);
        }
        self.open_more(now);
    }

    /// New requests, and calls that lost their flow, go over the first flow that is good: up, and not waiting for its first
    /// registration.
    pub(super) fn use_best_flow(&mut self, now: Instant) {
        let good = |leg: &&Leg| leg.connection.up().is_some() && leg.binding.state != RegistrationState::Registering;
        let best = self.legs.iter().find(|leg| leg.is_registered() && leg.connection.up().is_some());
        let best = best.or_else(|| self.legs.iter().find(good)).and_then(|leg| leg.connection.up());
        if let Some(flow) = best {
            self.endpoint.handle_input(now, endpoint::Input::UseFlow(flow));
            self.drain();
        }
    }

    pub(super) fn connection_lost(&mut self, now: Instant, n: usize, error: FlowError) {
        self.legs[n].watch.stop();
        self.registrar_lost(n);
        if n == 0 {
            self.forget_preferred();
        }
        if self.stopping.is_some() {
            self.legs[n].connection.stop();
        }
        let (taken, another) = (self.taken(n), self.another_stands(n));
        let random = &mut self.endpoint.core.random;
        let wait = self.legs[n].connection.lost(now, &error, random, (&taken, another));
        let retry_in_ms = wait.map(super::millis);
        self.tell_change(n, FlowChange::Disconnected { error, retry_in_ms });
        self.use_best_flow(now);
    }

    /// Nothing was heard in time: the flow is closed and another one opened.
    pub(super) fn connection_dead(&mut self, now: Instant, n: usize) {
        self.drop_flow(now, n, FlowError::Timeout("no sign of life from the server".into()));
    }

    /// Closes the flow of a leg, or gives up its lookup.
    pub(super) fn drop_flow(&mut self, now: Instant, n: usize, error: FlowError) {
        if let Some(flow) = self.legs[n].connection.flow() {
            if self.endpoint.core.flows.transport(flow).is_some() {
                self.endpoint.handle_input(now, endpoint::Input::CloseFlow(flow));
                self.drain();
            } else {
                self.outputs.push_back(Output::CloseFlow(flow));
            }
        }
        self.connection_lost(now, n, error);
    }
}
