//! Connection and call as one undertaking: what happens to it, and what it wishes (spec section 6.3).

use std::time::Instant;

use super::ConferenceClient;
use crate::api::{ConnectionState, Event};
use crate::catalogue::{AutoConnectPhase, CallReconnectPhase, CancelReason};
use crate::connection::Link;
use crate::session::{Fact, SessionPhase, SessionState, Wish};

impl ConferenceClient {
    pub(super) fn connect_and_call(&mut self, now: Instant, target: String) {
        let in_use = *self.connection.state() != ConnectionState::Idle || self.redial.is_wanted();
        match self.undertaking.start(target, in_use) {
            Ok(state) => {
                self.context.event(Event::ConnectAndCall(state));
                self.auto_connect.start(&mut self.context, &mut self.connection, now);
            }
            Err(reason) => {
                let state = SessionState { phase: SessionPhase::Closed, reason: Some(reason) };
                self.context.event(Event::ConnectAndCall(state));
            }
        }
    }

    /// True when it ended something.
    pub(super) fn end_undertaking(&mut self, now: Instant) -> bool {
        let open = self.undertaking.is_open();
        self.happened(now, Fact::Ended);
        open
    }

    /// Something happened to the connection or the redial.
    pub(super) fn follow_undertaking(&mut self, now: Instant) {
        if self.auto_connect.phase() == AutoConnectPhase::ErrorTerminal {
            self.happened(now, Fact::ConnectionFailed);
        }
        if self.connection.link() == Link::Established {
            self.happened(now, Fact::Connected);
        }
        if matches!(self.redial.phase(), CallReconnectPhase::ErrorTerminal | CallReconnectPhase::LimitReached) {
            self.happened(now, Fact::RedialStopped);
        }
    }

    pub(super) fn happened(&mut self, now: Instant, fact: Fact) {
        let (state, wish) = self.undertaking.handle(fact);
        if let Some(state) = state {
            self.context.event(Event::ConnectAndCall(state));
        }
        match wish {
            Some(Wish::Call(target)) => self.redial.want(&mut self.context, target, false),
            Some(Wish::CleanUp) => self.stop(now, CancelReason::Manual),
            None => {}
        }
    }
}
