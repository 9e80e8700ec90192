//! The connection as the room sees it: connect, disconnect, and what the user agent tells (spec sections 1.3 to 1.5).
//!
//! A connect is one operation: parameters, start, and up to [`crate::ConnectPolicy::tries`] tries in quick succession. Once it
//! has succeeded, the user agent itself brings a lost connection back; see [`crate::auto_connect`] for who retries what.

mod agent_events;
mod attempt;
mod phase;

use std::time::{Duration, Instant};

use roombox_sip::api::{Failure, ServerTarget};

use crate::api::{ConnectionFailure, ConnectionState, Event, NoParameters, Output, ParametersId, SipRequest};
use crate::catalogue::{Configuration, ConnectionEvent, ConnectionPhase};
use crate::context::Context;
use crate::identity::{ConnectionParameters, Parameters};
use attempt::{Attempt, PARAMETERS_PATIENCE, Stage, TRY_PATIENCE};
pub(crate) use attempt::{ConnectError, needs_person};
use phase::Trigger;

/// For the user agent to stop; it gives up its farewells after 2 s itself.
const STOP_PATIENCE: Duration = Duration::from_secs(5);

/// What a call can count on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Link {
    /// Nothing can be sent.
    Down,
    /// The socket is up; the server may not know us.
    Open,
    /// Ready for calls.
    Established,
}

/// What the parts above have to know.
#[derive(Debug)]
pub(crate) enum Happened {
    /// The connect failed.
    ConnectFailed(ConnectError),
    /// Ready for calls, by a connect or by the user agent's own recovery.
    Established,
    /// The connection was lost, or a try of the user agent's own recovery failed.
    Lost,
    /// A standing connection lost its registration.
    RegistrationFailed(Failure),
    /// The user agent has stopped.
    Stopped,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Agent {
    Running,
    Stopped,
    Stopping { until: Instant },
}

/// State of the connection to the server.
#[derive(Debug)]
pub(crate) struct Connection {
    agent: Agent,
    attempt: Option<Attempt>,
    configuration: Option<Configuration>,
    /// The socket is up. A refused registration leaves it up, and a call on it alive.
    open: bool,
    phase: ConnectionPhase,
    registered: bool,
    /// The last server that was tried.
    server: Option<ServerTarget>,
    state: ConnectionState,
}

impl Connection {
    pub(crate) const fn new() -> Self {
        Self {
            agent: Agent::Stopped,
            attempt: None,
            configuration: None,
            open: false,
            phase: ConnectionPhase::Idle,
            registered: false,
            server: None,
            state: ConnectionState::Idle,
        }
    }

    pub(crate) const fn state(&self) -> &ConnectionState {
        &self.state
    }

    pub(crate) const fn phase(&self) -> ConnectionPhase {
        self.phase
    }

    pub(crate) const fn registered(&self) -> bool {
        self.registered
    }

    pub(crate) const fn server(&self) -> Option<&ServerTarget> {
        self.server.as_ref()
    }

    pub(crate) const fn is_stopped(&self) -> bool {
        matches!(self.agent, Agent::Stopped) && self.attempt.is_none()
    }

    pub(crate) const fn link(&self) -> Link {
        match (self.open, self.phase) {
            (true, ConnectionPhase::Established) => Link::Established,
            (true, _) => Link::Open,
            (false, _) => Link::Down,
        }
    }

    /// Begins a connect; its end is told by [`Happened::Established`] or [`Happened::ConnectFailed`].
    pub(crate) fn connect(&mut self, context: &mut Context, now: Instant) {
        self.attempt = Some(Attempt { stage: Stage::AwaitingStop, tries: 0 });
        if matches!(self.agent, Agent::Stopped) {
            self.prepare(context, now);
        }
    }

    fn prepare(&mut self, context: &mut Context, now: Instant) {
        self.pass(context, Trigger::StartConnect);
        self.become_state(context, ConnectionState::Connecting { attempt: 1 });
        context.tell(ConnectionEvent::ConnectStarted {});
        match context.config.parameters {
            Parameters::Static => {
                let configuration = self.static_configuration(context);
                self.resolved(context, now, configuration);
            }
            Parameters::AskedOnEachAttempt => {
                let id = ParametersId(context.next_operation());
                self.attempt =
                    Some(Attempt { stage: Stage::Asking { id, until: now + PARAMETERS_PATIENCE }, tries: 0 });
                context.output(Output::AskParameters { id });
            }
        }
    }

    /// The owner's answer, if it is the one waited for.
    pub(crate) fn handle_parameters(
        &mut self,
        context: &mut Context,
        now: Instant,
        id: ParametersId,
        outcome: Result<Box<ConnectionParameters>, NoParameters>,
    ) -> Option<Happened> {
        let asked =
            self.attempt.as_ref().is_some_and(|a| matches!(a.stage, Stage::Asking { id: asked, .. } if asked == id));
        if !asked {
            return None;
        }
        match outcome.map_err(ConnectError::from).and_then(|parameters| configure(context, &parameters)) {
            Ok(configuration) => {
                self.resolved(context, now, configuration);
                None
            }
            Err(error) => {
                context.tell(ConnectionEvent::ConnectParametersResolveFailed(error.fault()));
                Some(self.connect_failed(context, error))
            }
        }
    }

    fn resolved(&mut self, context: &mut Context, now: Instant, configuration: Configuration) {
        context.tell(ConnectionEvent::ConnectParametersResolveSuccess(configuration.clone()));
        self.configuration = Some(configuration);
        self.attempt = Some(Attempt { stage: Stage::Opening { until: now + TRY_PATIENCE }, tries: 1 });
        self.agent = Agent::Running;
        self.pass(context, Trigger::StartAgent);
        context.agent(SipRequest::Start);
    }

    fn static_configuration(&self, context: &Context) -> Configuration {
        let config = &context.config;
        let domain = config.uri.split_once('@').map_or("", |(_, domain)| domain);
        Configuration {
            sip_server_ip: domain.to_owned(),
            sip_server_url: self.server.as_ref().map_or_else(|| domain.to_owned(), |server| server.host.clone()),
            authorization_user: config.user.clone(),
            register: config.register,
            user: config.register.then(|| config.user.clone()),
            ..Configuration::default()
        }
    }

    fn connect_succeeded(&mut self, context: &mut Context) {
        if self.attempt.take().is_some()
            && let Some(configuration) = self.configuration.clone()
        {
            context.tell(ConnectionEvent::ConnectSucceeded(configuration));
        }
    }

    fn connect_failed(&mut self, context: &mut Context, error: ConnectError) -> Happened {
        self.attempt = None;
        if !matches!(error, ConnectError::NoParameters(NoParameters::NotReady)) {
            context.tell(ConnectionEvent::ConnectFailed(error.fault()));
        }
        self.pass(context, Trigger::Disconnected);
        let needs_person = error.needs_person();
        self.become_state(
            context,
            ConnectionState::Disconnected { reason: error.to_string(), retry_in_ms: None, needs_person },
        );
        Happened::ConnectFailed(error)
    }

    /// Tells when the next connect comes.
    pub(crate) fn retry_in(&mut self, context: &mut Context, wait: Duration) {
        if let ConnectionState::Disconnected { reason, needs_person, .. } = self.state.clone() {
            let retry_in_ms = Some(u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
            self.become_state(context, ConnectionState::Disconnected { reason, retry_in_ms, needs_person });
        }
    }

    /// Disconnects on purpose; [`Happened::Stopped`] follows, at once (`true`) or later.
    pub(crate) fn disconnect(&mut self, context: &mut Context, now: Instant, for_good: bool) -> bool {
        self.attempt = None;
        self.pass(context, Trigger::StartDisconnect);
        if for_good {
            self.become_state(context, ConnectionState::Idle);
        }
        if matches!(self.agent, Agent::Running) {
            context.tell(ConnectionEvent::Disconnecting {});
        }
        self.stop_agent(context, now);
        if matches!(self.agent, Agent::Stopped) {
            let (socket, code, reason, retry_in_ms) = (None, None, None, None);
            context.tell(ConnectionEvent::Disconnected { socket, error: false, code, reason, retry_in_ms });
            self.stopped(context);
            return true;
        }
        false
    }

    /// The user agent rests until the next connect.
    pub(crate) fn stop_agent(&mut self, context: &mut Context, now: Instant) {
        if matches!(self.agent, Agent::Running) {
            self.agent = Agent::Stopping { until: now + STOP_PATIENCE };
            context.agent(SipRequest::Stop);
        }
    }

    fn stopped(&mut self, context: &mut Context) {
        (self.agent, self.open, self.registered) = (Agent::Stopped, false, false);
        if self.phase == ConnectionPhase::Disconnecting {
            self.pass(context, Trigger::Disconnected);
            self.pass(context, Trigger::Reset);
            self.configuration = None;
        } else {
            self.pass(context, Trigger::Disconnected);
        }
    }

    /// What follows when the user agent has stopped.
    fn after_stop(&mut self, context: &mut Context, now: Instant) -> Option<Happened> {
        self.stopped(context);
        if self.attempt.is_some() {
            self.prepare(context, now);
            return None;
        }
        Some(Happened::Stopped)
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant) -> Option<Happened> {
        if let Agent::Stopping { until } = self.agent
            && until <= now
        {
            return self.after_stop(context, now);
        }
        let attempt = self.attempt.as_mut()?;
        if attempt.deadline().is_none_or(|at| at > now) {
            return None;
        }
        if let Stage::Pausing { .. } = attempt.stage {
            attempt.tries += 1;
            attempt.stage = Stage::Opening { until: now + TRY_PATIENCE };
            context.agent(SipRequest::Reconnect);
            return None;
        }
        Some(self.connect_failed(context, ConnectError::NoAnswer))
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let stop = match self.agent {
            Agent::Stopping { until } => Some(until),
            Agent::Running | Agent::Stopped => None,
        };
        [stop, self.attempt.as_ref().and_then(Attempt::deadline)].into_iter().flatten().min()
    }

    fn failed(&mut self, context: &mut Context, failure: ConnectionFailure, reason: String, retry_in_ms: Option<u64>) {
        self.registered = false;
        context.event(Event::ConnectionFailed(failure));
        self.pass(context, Trigger::Disconnected);
        let needs_person = retry_in_ms.is_none();
        self.become_state(context, ConnectionState::Disconnected { reason, retry_in_ms, needs_person });
    }

    /// Moves the machine; what a room sees of it follows.
    fn pass(&mut self, context: &mut Context, trigger: Trigger) {
        self.phase = phase::next(self.phase, trigger, context.config.register);
        match self.phase {
            ConnectionPhase::Connected => self.become_state(context, ConnectionState::Connected),
            ConnectionPhase::Established => self.become_state(context, ConnectionState::Established),
            ConnectionPhase::Idle if self.attempt.is_none() => self.become_state(context, ConnectionState::Idle),
            _ => {}
        }
    }

    fn become_state(&mut self, context: &mut Context, state: ConnectionState) {
        if self.state != state {
            self.state = state.clone();
            context.event(Event::Connection(state));
        }
    }
}

/// Takes the owner's parameters over: who we are, and a user agent made for that.
fn configure(context: &mut Context, parameters: &ConnectionParameters) -> Result<Configuration, ConnectError> {
    let identity = parameters.identity(context.chance());
    let config = Box::new(parameters.agent_config(&identity)?);
    let configuration = parameters.configuration(&identity);
    let seed = context.chance();
    context.agent(SipRequest::Configure { config, seed });
    let ours = &mut context.config;
    (ours.uri, ours.user, ours.register) = (identity.uri, identity.user, identity.register);
    Ok(configuration)
}
