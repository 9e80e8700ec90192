//! A user agent that keeps one connection up and one registration fresh.
//!
//! # What happens by itself
//!
//! - After [`Input::Start`] the servers are tried in order, for ever, with the waits of [`Recovery`]. A wrong certificate
//!   is reported like any other failure and tried again at the slowest pace, since a person may mend it at the server.
//! - Up means registered at once (or, as a guest, ready). The registration is refreshed in time; a refused password is
//!   never sent again by itself: `RegistrationFailed` with `retry_in_ms: None` waits for [`Input::Register`] or new
//!   settings. It is not sent again after a reconnect either.
//! - A silent connection is found out by [`KeepAlive`] and replaced.
//! - Established sessions survive the loss of the connection for 32 s: on the next one (registered again, where
//!   registration is on) they move over and their peer is asked whether it still knows them.
//! - [`Input::Stop`] ends all sessions, unregisters, and closes after at most two seconds.

mod config;
mod connection;
mod keep_alive;
mod registration;

pub use config::{AgentConfig, KeepAlive, Recovery, RegistrationConfig};

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::api::{
    AgentEvent, Cause, Command, Event, FlowError, FlowId, FlowInput, LocateId, Output, Server, ServerTarget,
};
use crate::endpoint::{self, Endpoint, EndpointStatus};
use crate::machine::Machine;
use connection::Connection;
use keep_alive::Watch;
use registration::Registration;

/// Time for BYE and the last REGISTER to be answered when stopping (spec section 14.10).
const STOP_PATIENCE: Duration = Duration::from_secs(2);

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
}

/// The connection as an onlooker sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ConnectionState {
    /// Up.
    Connected,
    /// Being opened.
    Connecting,
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
    /// Registered.
    Registered,
    /// A REGISTER is on its way.
    Registering,
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
    connection: Connection,
    endpoint: Endpoint,
    outputs: VecDeque<Output>,
    registration: Registration,
    /// When a stop that waits for answers gives up.
    stopping: Option<Instant>,
    watch: Watch,
}

impl UserAgent {
    /// A stopped user agent. The same `seed` and inputs give the same outputs, byte for byte.
    pub fn new(config: AgentConfig, seed: u64) -> Self {
        let places = config.servers.into_iter().filter_map(|server| match server {
            Server::At(target) => Some(target),
            Server::Domain { .. } => None,
        });
        Self {
            connection: Connection::new(places.collect(), config.recovery),
            registration: Registration::new(config.registration, config.endpoint.instance_id.clone()),
            endpoint: Endpoint::new(config.endpoint, seed),
            outputs: VecDeque::new(),
            stopping: None,
            watch: Watch::new(config.keep_alive),
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
        if std::mem::take(&mut self.endpoint.core.keep_alive_failed) {
            self.connection_dead(now);
        }
        let broken = self.connection.state() == ConnectionState::Connected
            && self.connection.flow().is_some_and(|flow| self.endpoint.core.flows.transport(flow).is_none());
        if broken {
            // The endpoint could not follow the stream any further and has closed it.
            self.connection_lost(now, FlowError::Closed("the server sent what is no SIP".into()));
        }
        let stopped =
            self.stopping.is_some() && self.registration.is_idle() && self.endpoint.core.transactions.is_empty();
        if stopped {
            self.close(now);
        }
        self.drain();
    }

    fn drain(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            self.outputs.push_back(output);
        }
    }

    fn start(&mut self, now: Instant) {
        self.stopping = None;
        self.registration.wanted();
        if self.connection.state() == ConnectionState::Stopped {
            self.connection.start();
            self.open(now);
        } else {
            self.register_if_wanted(now);
        }
    }

    fn open(&mut self, now: Instant) {
        if let Some((flow, server, attempt)) = self.connection.open(now) {
            self.tell(AgentEvent::Connecting { server: server.clone(), attempt });
            self.outputs.push_back(Output::OpenFlow { flow, server });
        }
    }

    fn flow_input(&mut self, now: Instant, flow: FlowId, input: FlowInput) {
        if self.connection.flow() != Some(flow) {
            return;
        }
        match input {
            FlowInput::Opened(transport) => {
                self.endpoint_input(now, endpoint::Input::Flow { flow, input: FlowInput::Opened(transport) });
                if let Some(server) = self.connection.opened() {
                    self.tell(AgentEvent::Connected { server });
                }
                self.watch.start(now);
                if !self.register_if_wanted(now) {
                    self.endpoint_input(now, endpoint::Input::UseFlow(flow));
                }
            }
            FlowInput::Received(bytes) => {
                self.watch.heard(now);
                self.endpoint_input(now, endpoint::Input::Flow { flow, input: FlowInput::Received(bytes) });
            }
            FlowInput::Closed(error) => {
                let input = FlowInput::Closed(error.clone());
                self.endpoint.handle_input(now, endpoint::Input::Flow { flow, input });
                self.drain();
                self.connection_lost(now, error);
            }
        }
    }

    fn endpoint_input(&mut self, now: Instant, input: endpoint::Input) {
        self.endpoint.handle_input(now, input);
        self.settle(now);
    }

    fn connection_lost(&mut self, now: Instant, error: FlowError) {
        self.watch.stop();
        self.registration.connection_lost();
        if self.stopping.take().is_some() {
            self.connection.stop();
        }
        let wait = self.connection.lost(now, &error, &mut self.endpoint.core.random);
        let retry_in_ms = wait.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
        self.tell(AgentEvent::Disconnected { error, retry_in_ms });
    }

    /// Nothing was heard in time: the flow is closed and another one opened.
    fn connection_dead(&mut self, now: Instant) {
        self.drop_flow(now, FlowError::Timeout("no sign of life from the server".into()));
    }

    fn drop_flow(&mut self, now: Instant, error: FlowError) {
        let Some(flow) = self.connection.flow() else { return };
        if self.endpoint.core.flows.transport(flow).is_some() {
            self.endpoint.handle_input(now, endpoint::Input::CloseFlow(flow));
            self.drain();
        } else {
            self.outputs.push_back(Output::CloseFlow(flow));
        }
        self.connection_lost(now, error);
    }

    fn reconnect(&mut self, now: Instant) {
        if self.connection.state() == ConnectionState::Stopped {
            return;
        }
        self.drop_flow(now, FlowError::Closed("reconnecting".into()));
        self.connection.retry_at_once();
        self.open(now);
    }

    fn stop(&mut self, now: Instant) {
        if self.connection.state() != ConnectionState::Connected {
            self.endpoint.unsubscribe_all(now);
            return self.close(now);
        }
        self.stopping = Some(now + STOP_PATIENCE);
        for session in self.endpoint.status().sessions {
            let command = Command::Terminate { session, cause: Cause::Canceled };
            self.endpoint.handle_input(now, endpoint::Input::Command(command));
        }
        self.endpoint.unsubscribe_all(now);
        self.unregister(now);
        self.settle(now);
    }

    /// Closes for good.
    fn close(&mut self, now: Instant) {
        self.stopping = None;
        if self.connection.state() == ConnectionState::Stopped {
            return;
        }
        self.connection.stop();
        if self.connection.flow().is_some() {
            self.drop_flow(now, FlowError::Closed("stopped".into()));
        } else {
            let error = FlowError::Closed("stopped".into());
            self.tell(AgentEvent::Disconnected { error, retry_in_ms: None });
        }
        self.connection.stopped();
    }
}

impl Machine for UserAgent {
    type Input = Input;
    type Output = Output;
    type Status = AgentStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(command) => self.endpoint_input(now, endpoint::Input::Command(command)),
            Input::Flow { flow, input } => self.flow_input(now, flow, input),
            Input::Located { .. } => {}
            Input::Reconnect => self.reconnect(now),
            Input::Register => {
                self.registration.wanted();
                self.register_if_wanted(now);
            }
            Input::Start => self.start(now),
            Input::Stop => self.stop(now),
            Input::Unregister => self.unregister(now),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.settle(now);
        if self.connection.overdue(now) {
            self.drop_flow(now, FlowError::Timeout("the connection did not come up".into()));
        }
        if self.connection.due(now) {
            self.open(now);
        }
        if self.registration.due(now) {
            self.register_if_wanted(now);
        }
        if self.watch.due(now) {
            self.ask_for_life(now);
        }
        if self.stopping.is_some_and(|at| at <= now) {
            self.close(now);
        }
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let own = [self.connection.deadline(), self.registration.deadline(), self.watch.deadline(), self.stopping];
        own.into_iter().flatten().chain(self.endpoint.next_deadline()).min()
    }

    fn status(&self) -> AgentStatus {
        AgentStatus {
            connection: self.connection.state(),
            endpoint: self.endpoint.status(),
            registration: self.registration.state(),
        }
    }
}
