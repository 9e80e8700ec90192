//! Looks whether the server can be reached, by a connection beside that of the user agent (spec sections 1.8 and 5.4).

use std::time::{Duration, Instant};

use roombox_sip::api::{FlowError, ServerTarget};

use crate::api::{ProbeId, SipRequest};
use crate::catalogue::{AutoConnectEvent, EscalationLevel, Fault};
use crate::context::Context;

/// For the connection to come up.
const PATIENCE: Duration = Duration::from_secs(10);
/// Looks at the same time; more are refused.
const MOST: usize = 8;

/// Who wants to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asker {
    /// The owner, by this operation.
    Command(u64),
    /// A change of the network.
    Network,
    /// The slow phase.
    Periodic,
}

/// The looks that run, and the count of those that failed in the slow phase.
#[derive(Debug, Default)]
pub(super) struct Checks {
    running: Vec<(ProbeId, Asker, Instant)>,
    next: Option<Instant>,
    failures: u32,
    level: EscalationLevel,
    /// Nothing is asked for before.
    window: Option<Instant>,
}

impl Checks {
    /// The slow phase begins or goes on.
    pub(super) fn schedule(&mut self, context: &mut Context, now: Instant) {
        let pause = context.config.auto_connect.check;
        self.next = Some(now + context.between(pause / 2, pause * 3 / 2));
    }

    /// The slow phase is over; what it and the network asked for is forgotten, what the owner asked for is not.
    pub(super) fn stop(&mut self) {
        self.next = None;
        self.running.retain(|(_, asker, _)| matches!(asker, Asker::Command(_)));
    }

    /// The server works: counting starts anew.
    pub(super) fn reset(&mut self) {
        (self.failures, self.level, self.window) = (0, EscalationLevel::None, None);
    }

    /// Looks once; `false` when that is not possible.
    pub(super) fn look(
        &mut self,
        context: &mut Context,
        now: Instant,
        server: Option<&ServerTarget>,
        asker: Asker,
    ) -> bool {
        let Some(server) = server.cloned().filter(|_| self.running.len() < MOST) else { return false };
        let id = ProbeId(context.next_operation());
        self.running.push((id, asker, now + PATIENCE));
        context.agent(SipRequest::Probe { id, server });
        true
    }

    pub(super) fn is_asked_by(&self, wanted: Asker) -> bool {
        self.running.iter().any(|(_, asker, _)| *asker == wanted)
    }

    pub(super) fn answered(&mut self, id: ProbeId) -> Option<Asker> {
        let index = self.running.iter().position(|(running, ..)| *running == id)?;
        Some(self.running.remove(index).1)
    }

    /// A look that took too long.
    pub(super) fn overdue(&mut self, now: Instant) -> Option<Asker> {
        let index = self.running.iter().position(|(_, _, until)| *until <= now)?;
        Some(self.running.remove(index).1)
    }

    /// Is it time for the next look of the slow phase?
    pub(super) fn due(&mut self, now: Instant) -> bool {
        self.next.take_if(|at| *at <= now).is_some()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        self.running.iter().map(|(.., until)| *until).chain(self.next).min()
    }

    /// A look of the slow phase failed; `true` when a connect is to be tried all the same.
    pub(super) fn failed(&mut self, context: &mut Context, now: Instant, error: Option<&FlowError>) -> bool {
        let policy = context.config.auto_connect;
        self.failures = self.failures.saturating_add(1);
        let should_request_reconnect = self.window.is_none_or(|until| until <= now);
        let doublings = self.failures.saturating_sub(1).min(16);
        let wait = policy.backoff.saturating_mul(1 << doublings).min(policy.backoff_max);
        if should_request_reconnect {
            self.window = Some(now + wait);
        }
        let escalation_level = match self.failures {
            failures if failures >= policy.critical => EscalationLevel::Critical,
            failures if failures >= policy.warning => EscalationLevel::Warning,
            _ => EscalationLevel::None,
        };
        let detail = error.map_or_else(String::new, |error| format!(": {error}"));
        let error = Fault::new(format!("Telephony is not available{detail}"));
        context.tell(AutoConnectEvent::TelephonyCheckFailure {
            fail_count: self.failures,
            escalation_level,
            should_request_reconnect,
            next_retry_delay_ms: u64::try_from(wait.as_millis()).unwrap_or(u64::MAX),
            error: error.clone(),
        });
        if escalation_level > self.level {
            self.level = escalation_level;
            let fail_count = self.failures;
            context.tell(AutoConnectEvent::TelephonyCheckEscalated { fail_count, escalation_level, error });
        }
        should_request_reconnect
    }
}
