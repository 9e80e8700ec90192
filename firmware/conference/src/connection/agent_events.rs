//! What the user agent tells about its connection and registration.

use std::time::Instant;

use roombox_sip::api::{AgentEvent, Failure, FlowError, ServerTarget};

use super::attempt::{Stage, TRY_PATIENCE};
use super::{Agent, ConnectError, Connection, Happened, Trigger};
use crate::api::{ConnectionFailure, ConnectionState, Event};
use crate::catalogue::{ConnectionEvent, ConnectionPhase};
use crate::context::Context;
use crate::identity::{ABNORMAL_CLOSE, is_handshake_failure};

impl Connection {
    pub(crate) fn handle(&mut self, context: &mut Context, now: Instant, event: AgentEvent) -> Option<Happened> {
        if let AgentEvent::Disconnected { error, retry_in_ms } = event {
            return self.on_disconnected(context, now, error, retry_in_ms);
        }
        if self.agent != Agent::Running {
            self.on_farewell(context, &event);
            return None;
        }
        let was_established = self.phase == ConnectionPhase::Established;
        match event {
            AgentEvent::Connecting { server, attempt } => {
                self.open = false;
                if let Some(running) = &mut self.attempt {
                    running.stage = Stage::Opening { until: now + TRY_PATIENCE };
                }
                context.tell(ConnectionEvent::Connecting { socket: address(&server), attempts: attempt });
                self.server = Some(server);
                self.pass(context, Trigger::Connecting);
                self.become_state(context, ConnectionState::Connecting { attempt });
            }
            AgentEvent::Connected { server } => {
                self.open = true;
                context.tell(ConnectionEvent::Connected { socket: address(&server) });
                if let Some(configuration) = self.configuration.clone() {
                    context.tell(ConnectionEvent::ConnectedWithConfiguration(configuration));
                }
                self.server = Some(server);
                self.pass(context, Trigger::Connected);
            }
            AgentEvent::Registered { expires } => {
                (self.open, self.registered) = (true, true);
                context.tell(ConnectionEvent::Registered { expires });
                context.event(Event::Registered { expires });
                self.pass(context, Trigger::Registered);
            }
            AgentEvent::Unregistered => {
                self.registered = false;
                context.tell(ConnectionEvent::Unregistered { cause: None });
                self.pass(context, Trigger::Unregistered);
            }
            AgentEvent::RegistrationFailed { failure, retry_in_ms } => {
                return Some(self.on_registration_failed(context, failure, retry_in_ms));
            }
            // Another flow stands: nothing changed for the room.
            AgentEvent::Disconnected { .. } | AgentEvent::Flow { .. } => {}
        }
        if was_established || self.phase != ConnectionPhase::Established {
            return None;
        }
        self.connect_succeeded(context);
        Some(Happened::Established)
    }

    /// A user agent that stops gives its registration back; nothing else it says counts.
    fn on_farewell(&mut self, context: &mut Context, event: &AgentEvent) {
        if matches!((self.agent, event), (Agent::Stopping { .. }, AgentEvent::Unregistered)) {
            self.registered = false;
            context.tell(ConnectionEvent::Unregistered { cause: None });
        }
    }

    fn on_disconnected(
        &mut self,
        context: &mut Context,
        now: Instant,
        error: FlowError,
        retry_in_ms: Option<u64>,
    ) -> Option<Happened> {
        if self.agent == Agent::Stopped {
            return None;
        }
        let asked = self.agent != Agent::Running;
        context.tell(ConnectionEvent::Disconnected {
            socket: self.server.as_ref().map(address),
            error: !asked,
            code: (!asked).then_some(ABNORMAL_CLOSE),
            reason: Some(error.to_string()),
            retry_in_ms,
        });
        self.open = false;
        if asked {
            return self.after_stop(context, now);
        }
        let reason = error.to_string();
        self.failed(context, ConnectionFailure::Flow(error.clone()), reason, retry_in_ms);
        let Some(attempt) = &mut self.attempt else { return Some(Happened::Lost) };
        let tries = attempt.tries;
        if !is_handshake_failure(&error) {
            return Some(self.connect_failed(context, ConnectError::Flow(error)));
        }
        if tries >= context.config.connect.tries {
            return Some(self.connect_failed(context, ConnectError::Limit { tries, last: error }));
        }
        let pause = context.config.connect.pause;
        attempt.stage = Stage::Pausing { until: now + context.between(pause, pause * 2) };
        None
    }

    fn on_registration_failed(
        &mut self,
        context: &mut Context,
        failure: Failure,
        retry_in_ms: Option<u64>,
    ) -> Happened {
        context.tell(ConnectionEvent::RegistrationFailed((&failure).into()));
        let reason = registration_reason(&failure);
        self.failed(context, ConnectionFailure::Registration(failure.clone()), reason, retry_in_ms);
        if self.attempt.take().is_none() {
            return Happened::RegistrationFailed(failure);
        }
        let error = ConnectError::Registration(failure);
        context.tell(ConnectionEvent::ConnectFailed(error.fault()));
        Happened::ConnectFailed(error)
    }
}

/// `wss://host:port/path`.
fn address(server: &ServerTarget) -> String {
    let scheme = format!("{:?}", server.transport).to_lowercase();
    format!("{scheme}://{}:{}{}", server.host, server.port, server.path)
}

fn registration_reason(failure: &Failure) -> String {
    match failure.status {
        Some(status) => format!("registration refused: {status} {}", failure.reason),
        None => format!("registration failed: {}", failure.reason),
    }
}
