//! The end (spec section 14.10): sessions, registrations, flows.

use std::time::{Duration, Instant};

use super::{ConnectionState, RegistererState, UserAgent};
use crate::api::{AgentEvent, Cause, Command, FlowError};
use crate::endpoint;
use crate::machine::Machine;

/// Time for BYE and the last REGISTER to be answered (spec section 14.10).
const STOP_PATIENCE: Duration = Duration::from_secs(2);

impl UserAgent {
    /// Ends all sessions and gives the registrations back; closes when that is answered, or after two seconds.
    pub(super) fn stop(&mut self, now: Instant) {
        self.forget_preferred();
        for session in self.endpoint.status().sessions {
            let command = Command::Terminate { session, cause: Cause::Canceled };
            self.endpoint.handle_input(now, endpoint::Input::Command(command));
        }
        self.endpoint.unsubscribe_all(now);
        self.drain();
        if !self.legs.iter().any(|leg| leg.connection.up().is_some()) {
            return self.close(now);
        }
        self.stopping = Some(now + STOP_PATIENCE);
        self.unregister(now);
        self.settle(now);
    }

    /// Is everything answered? What only waits to absorb repetitions is not waited for.
    pub(super) fn has_said_farewell(&self) -> bool {
        let leaving = self.legs.iter().any(|leg| leg.binding.leaving && leg.connection.up().is_some());
        let quiet = self.endpoint.is_calm() && self.endpoint.core.transactions.is_quiet();
        quiet && self.registrar.is_idle() && !leaving
    }

    /// Closes for good.
    pub(super) fn close(&mut self, now: Instant) {
        self.stopping = None;
        let wanted = |n: &usize| self.legs[*n].connection.state() != ConnectionState::Stopped;
        let legs: Vec<usize> = (0..self.legs.len()).filter(wanted).collect();
        for leg in &mut self.legs {
            leg.connection.stop();
        }
        for n in legs {
            let error = FlowError::Closed("stopped".into());
            if self.legs[n].connection.flow().is_some() {
                self.drop_flow(now, n, error);
            } else if !self.another_stands(n) {
                self.tell(AgentEvent::Disconnected { error, retry_in_ms: None });
            }
            self.legs[n].connection.stopped();
        }
        self.registrar.state = RegistererState::Terminated;
    }
}
