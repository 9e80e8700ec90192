//! The connection as the room sees it, from what the user agent tells (spec section 1.5).

use roombox_sip::api::AgentEvent;

use crate::api::{ConnectionFailure, ConnectionState, Event};
use crate::context::Context;

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

/// State of the connection to the server.
#[derive(Debug)]
pub(crate) struct Connection {
    state: ConnectionState,
    /// The socket is up. A refused registration leaves it up, and a call on it alive.
    open: bool,
    registered: bool,
    wanted: bool,
}

impl Connection {
    pub(crate) const fn new() -> Self {
        Self { state: ConnectionState::Idle, open: false, registered: false, wanted: false }
    }

    pub(crate) const fn state(&self) -> &ConnectionState {
        &self.state
    }

    pub(crate) const fn registered(&self) -> bool {
        self.registered
    }

    pub(crate) fn link(&self) -> Link {
        match (self.open, &self.state) {
            (true, ConnectionState::Established) => Link::Established,
            (true, _) => Link::Open,
            (false, _) => Link::Down,
        }
    }

    pub(crate) const fn start(&mut self) {
        self.wanted = true;
    }

    pub(crate) fn stop(&mut self, context: &mut Context) {
        *self = Self { state: self.state.clone(), ..Self::new() };
        self.become_state(context, ConnectionState::Idle);
    }

    pub(crate) fn handle(&mut self, context: &mut Context, event: AgentEvent) {
        if !self.wanted {
            return;
        }
        match &event {
            AgentEvent::Connected { .. } | AgentEvent::Registered { .. } => self.open = true,
            AgentEvent::Connecting { .. } | AgentEvent::Disconnected { .. } => self.open = false,
            AgentEvent::Flow { .. } | AgentEvent::RegistrationFailed { .. } | AgentEvent::Unregistered => {}
        }
        match event {
            AgentEvent::Connecting { attempt, .. } => {
                self.become_state(context, ConnectionState::Connecting { attempt });
            }
            AgentEvent::Connected { .. } if context.config.register => {
                self.become_state(context, ConnectionState::Connected);
            }
            AgentEvent::Connected { .. } => self.become_state(context, ConnectionState::Established),
            AgentEvent::Registered { expires } => {
                self.registered = true;
                context.event(Event::Registered { expires });
                self.become_state(context, ConnectionState::Established);
            }
            // Another flow stands: nothing changed for the room.
            AgentEvent::Flow { .. } => {}
            AgentEvent::Unregistered => {
                self.registered = false;
                self.become_state(context, ConnectionState::Connected);
            }
            AgentEvent::Disconnected { error, retry_in_ms } => {
                let reason = error.to_string();
                self.fail(context, ConnectionFailure::Flow(error), reason, retry_in_ms);
            }
            AgentEvent::RegistrationFailed { failure, retry_in_ms } => {
                let reason = registration_reason(&failure);
                self.fail(context, ConnectionFailure::Registration(failure), reason, retry_in_ms);
            }
        }
    }

    fn fail(&mut self, context: &mut Context, failure: ConnectionFailure, reason: String, retry_in_ms: Option<u64>) {
        self.registered = false;
        context.event(Event::ConnectionFailed(failure));
        let needs_person = retry_in_ms.is_none();
        self.become_state(context, ConnectionState::Disconnected { reason, retry_in_ms, needs_person });
    }

    fn become_state(&mut self, context: &mut Context, state: ConnectionState) {
        if self.state != state {
            self.state = state.clone();
            context.event(Event::Connection(state));
        }
    }
}

fn registration_reason(failure: &roombox_sip::api::Failure) -> String {
    match failure.status {
        Some(status) => format!("registration refused: {status} {}", failure.reason),
        None => format!("registration failed: {}", failure.reason),
    }
}
