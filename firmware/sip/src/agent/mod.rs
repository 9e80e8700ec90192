//! A user agent that keeps one connection up and one registration fresh.

mod config;

pub use config::{AgentConfig, KeepAlive, Recovery, RegistrationConfig};

use std::time::Instant;

use crate::api::{Command, FlowId, FlowInput, Output};
use crate::endpoint::{Endpoint, EndpointStatus};
use crate::machine::Machine;

/// What goes into a [`UserAgent`].
#[derive(Clone, Debug)]
pub enum Input {
    /// A command for the endpoint.
    Command(Command),
    /// Something happened to a flow.
    Flow { flow: FlowId, input: FlowInput },
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
}

/// The connection as an onlooker sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionState {
    /// Being opened.
    Connecting,
    /// Up.
    Connected,
    /// Not wanted.
    #[default]
    Stopped,
    /// Lost; the next attempt has its time.
    Waiting,
}

/// The registration as an onlooker sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RegistrationState {
    /// A person is needed (wrong password).
    NeedsPerson,
    /// Not registered.
    #[default]
    None,
    /// A REGISTER is on its way.
    Registering,
    /// Registered.
    Registered,
    /// Refused; the next attempt has its time.
    Waiting,
}

/// What an onlooker may see of a user agent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentStatus {
    /// The connection.
    pub connection: ConnectionState,
    /// The endpoint below.
    pub endpoint: EndpointStatus,
    /// The registration.
    pub registration: RegistrationState,
}

/// Endpoint, connection and registration in one machine.
#[derive(Debug)]
pub struct UserAgent {
    endpoint: Endpoint,
}

impl UserAgent {
    /// A stopped user agent. The same `seed` and inputs give the same outputs, byte for byte.
    pub fn new(config: AgentConfig, seed: u64) -> Self {
        Self { endpoint: Endpoint::new(config.endpoint, seed) }
    }
}

impl Machine for UserAgent {
    type Input = Input;
    type Output = Output;
    type Status = AgentStatus;

    fn handle_input(&mut self, _now: Instant, _input: Input) {}

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.endpoint.poll_output()
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }

    fn status(&self) -> AgentStatus {
        AgentStatus::default()
    }
}
