//! Connecting and calling as one undertaking that is cleaned up once, however it ends (spec section 6.3).
//!
//! Unlike upstream, a failed attempt of a redial does not close it: the redial goes on.

use serde::{Deserialize, Serialize};

/// How far it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SessionPhase {
    /// Over or never begun.
    #[default]
    Closed,
    /// The connection is being made.
    Connecting,
    /// The first call is being made.
    Calling,
    /// The call stands.
    Active,
    /// The call is being brought back.
    Reconnecting,
}

/// Why it was closed, or not even begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CloseReason {
    /// The connection cannot be made without a person.
    AutoConnectFailed,
    /// The connection was in use before; it is not taken over.
    AutoConnectorActive,
    /// Ended here before the call stood.
    Cancelled,
    /// The call ended, as calls do.
    Completed,
    /// The first call failed.
    InitialCallFailed,
    /// Ended here.
    Manual,
    /// The call was lost and did not come back.
    RedialExhausted,
    /// There is one already.
    SessionActive,
    /// Another call was asked for; it takes the connection over.
    Superseded,
}

/// What is told of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionState {
    /// How far it is.
    pub phase: SessionPhase,
    /// Why it was closed or refused.
    pub reason: Option<CloseReason>,
}

/// What happened around it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fact {
    /// The call wanted ended. `again`: it is being brought back.
    CallEnded { again: bool },
    /// The call wanted stands.
    CallStands,
    /// The connection is ready for calls.
    Connected,
    /// The connection needs a person.
    ConnectionFailed,
    /// A person here ends it.
    Ended,
    /// The redial gave up.
    RedialStopped,
}

/// What has to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    /// Call this target.
    Call(String),
    /// End call, redial and connection.
    CleanUp,
}

/// The undertaking.
#[derive(Debug, Default)]
pub(crate) struct ConnectAndCall {
    phase: SessionPhase,
    target: String,
}

impl ConnectAndCall {
    pub(crate) fn is_open(&self) -> bool {
        self.phase != SessionPhase::Closed
    }

    /// Begins, unless there is one or the connection is in use.
    pub(crate) fn start(&mut self, target: String, connection_in_use: bool) -> Result<SessionState, CloseReason> {
        if self.is_open() {
            return Err(CloseReason::SessionActive);
        }
        if connection_in_use {
            return Err(CloseReason::AutoConnectorActive);
        }
        *self = Self { phase: SessionPhase::Connecting, target };
        Ok(self.state(None))
    }

    /// Another call is wanted instead: it is over, and nothing is cleaned up. The state when there was one.
    pub(crate) fn give_way(&mut self) -> Option<SessionState> {
        let open = self.is_open();
        *self = Self::default();
        open.then(|| self.state(Some(CloseReason::Superseded)))
    }

    /// What a fact leads to: the state when it changed, and what has to be done. Facts that do not fit are dropped.
    pub(crate) fn handle(&mut self, fact: Fact) -> (Option<SessionState>, Option<Wish>) {
        use SessionPhase::{Active, Calling, Closed, Connecting, Reconnecting};
        match (self.phase, fact) {
            (Connecting, Fact::Connected) => {
                let wish = Wish::Call(std::mem::take(&mut self.target));
                (Some(self.become_phase(Calling)), Some(wish))
            }
            (Calling | Reconnecting, Fact::CallStands) => (Some(self.become_phase(Active)), None),
            (Active, Fact::CallEnded { again: true }) => (Some(self.become_phase(Reconnecting)), None),
            (Calling | Connecting, Fact::Ended) => self.close(CloseReason::Cancelled),
            (Active | Reconnecting, Fact::Ended) => self.close(CloseReason::Manual),
            (Calling | Connecting | Reconnecting, Fact::ConnectionFailed) => self.close(CloseReason::AutoConnectFailed),
            (Calling, Fact::CallEnded { again: false } | Fact::RedialStopped) => {
                self.close(CloseReason::InitialCallFailed)
            }
            (Active, Fact::CallEnded { again: false }) => self.close(CloseReason::Completed),
            (Reconnecting, Fact::CallEnded { again: false } | Fact::RedialStopped) => {
                self.close(CloseReason::RedialExhausted)
            }
            (Closed | Connecting | Calling | Active | Reconnecting, _) => (None, None),
        }
    }

    /// The phase is left first, so that what the cleaning up leads to finds it closed.
    fn close(&mut self, reason: CloseReason) -> (Option<SessionState>, Option<Wish>) {
        *self = Self::default();
        (Some(self.state(Some(reason))), Some(Wish::CleanUp))
    }

    const fn become_phase(&mut self, phase: SessionPhase) -> SessionState {
        self.phase = phase;
        self.state(None)
    }

    const fn state(&self, reason: Option<CloseReason>) -> SessionState {
        SessionState { phase: self.phase, reason }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: [Fact; 7] = [
        Fact::CallEnded { again: true },
        Fact::CallEnded { again: false },
        Fact::CallStands,
        Fact::Connected,
        Fact::ConnectionFailed,
        Fact::Ended,
        Fact::RedialStopped,
    ];

    #[test]
    fn what_does_not_fit_the_phase_changes_nothing() {
        for fact in FACTS {
            assert_eq!(ConnectAndCall::default().handle(fact), (None, None), "{fact:?}");
        }
        for fact in [Fact::CallStands, Fact::CallEnded { again: true }, Fact::RedialStopped] {
            let mut undertaking = ConnectAndCall::default();
            undertaking.start("sip:100@meet.example".into(), false).unwrap();
            assert_eq!(undertaking.handle(fact), (None, None), "{fact:?}");
            assert_eq!(undertaking.phase, SessionPhase::Connecting);
        }
    }
}
