//! A connection that stood: what is done when the user agent's own recovery is not enough, and the slow phase.

use std::time::{Duration, Instant};

use roombox_sip::api::{Failure, FinalResponse, FlowError, RequestId};

use super::checks::Asker;
use super::ping::Finding;
use super::{After, AutoConnect, Reason, tell_outcome, ticket};
use crate::api::{ConnectionFailure, Event, OperationKind, OperationOutcome, ProbeId, SipRequest};
use crate::catalogue::{AutoConnectPhase as Phase, Fault};
use crate::connection::{Connection, Happened, Link, needs_person};
use crate::context::Context;

/// What goes wrong on a connection that stood.
#[derive(Debug, Default)]
pub(super) struct Recovery {
    /// Tries of the user agent in a row that failed.
    lost: u32,
    /// The registration failed, and nothing was done about it yet.
    unregistered: bool,
    /// Failed registrations in a row, and when the next may lead to another connection.
    refusals: u32,
    window: Option<Instant>,
}

impl AutoConnect {
    /// In `connectedMonitoring`.
    pub(super) fn watch(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        happened: Happened,
    ) {
        match happened {
            Happened::Established => self.recovery = Recovery::default(),
            Happened::Lost => {
                self.recovery.lost = self.recovery.lost.saturating_add(1);
                self.follow_up(context, connection, now);
            }
            Happened::RegistrationFailed(failure) => self.registration_failed(context, connection, now, &failure),
            Happened::ConnectFailed(_) | Happened::Stopped => {}
        }
    }

    fn registration_failed(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        failure: &Failure,
    ) {
        if needs_person(failure) {
            self.halt(context, failure.into());
            return;
        }
        // The server named a time, or a connection made for the last refusal has just been refused again.
        let waits = failure.retry_after.is_some() || self.recovery.window.is_some_and(|until| now < until);
        self.recovery.unregistered = !waits;
        self.follow_up(context, connection, now);
    }

    /// Calls began or ended; some things wait for that.
    pub(crate) fn calls_changed(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        in_call: bool,
    ) {
        if self.in_call != in_call {
            self.in_call = in_call;
            self.follow_up(context, connection, now);
        }
    }

    fn follow_up(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        if self.in_call || self.phase != Phase::ConnectedMonitoring {
            return;
        }
        if self.recovery.lost >= context.config.auto_connect.recovery_tries {
            self.disconnect(context, connection, now, After::Attempt);
        } else if std::mem::take(&mut self.recovery.unregistered) {
            let policy = context.config.auto_connect;
            let backoff = policy.backoff.saturating_mul(1 << self.recovery.refusals.min(16)).min(policy.backoff_max);
            self.recovery.refusals = self.recovery.refusals.saturating_add(1);
            self.recovery.window = Some(now + backoff.max(Duration::from_secs(1)));
            self.request(context, connection, now, Reason::RegistrationFailedOutOfCall);
        }
    }

    /// Connects anew, if that was not asked for a moment ago.
    pub(super) fn request(&mut self, context: &mut Context, connection: &mut Connection, now: Instant, reason: Reason) {
        if !self.coalescer.accepts(now, reason) {
            return;
        }
        match self.phase {
            // Below the calls, which move over.
            Phase::ConnectedMonitoring => context.agent(SipRequest::Reconnect),
            Phase::TelephonyChecking if reason == Reason::TelephonyCheckFailed => {
                self.attempt(context, connection, now);
            }
            Phase::AttemptingConnect | Phase::AttemptingGate | Phase::TelephonyChecking | Phase::WaitingBeforeRetry => {
                self.disconnect(context, connection, now, After::Attempt);
            }
            Phase::Disconnecting | Phase::ErrorTerminal | Phase::Idle => {}
        }
    }

    /// The answer to a request, if it was one for a sign of life.
    pub(crate) fn handle_response(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        request: RequestId,
        outcome: &Result<FinalResponse, Failure>,
    ) {
        let finding = self.ping.handle_response(context, now, request, outcome);
        self.pinged(context, connection, now, finding);
    }

    pub(super) fn pinged(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        finding: Finding,
    ) {
        if finding == Finding::Deaf {
            context.event(Event::ConnectionFailed(ConnectionFailure::Telephony));
            self.request(context, connection, now, Reason::PeriodicPingFailed);
        }
    }

    /// The slow phase begins or goes on.
    pub(super) fn check_slowly(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        self.phase = Phase::TelephonyChecking;
        self.checks.schedule(context, now);
        if let Some(at) = self.checks.next_deadline() {
            connection.retry_in(context, at.saturating_duration_since(now));
        }
    }

    pub(super) fn look_at_server(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        if !self.checks.look(context, now, connection.server(), Asker::Periodic) {
            self.looked(context, connection, now, Asker::Periodic, Err(None));
        }
    }

    /// What became of a look at the server.
    pub(crate) fn handle_probed(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        id: ProbeId,
        outcome: &Result<(), FlowError>,
    ) {
        if let Some(asker) = self.checks.answered(id) {
            self.looked(context, connection, now, asker, outcome.as_ref().copied().map_err(Some));
        }
    }

    pub(super) fn looked(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        asker: Asker,
        outcome: Result<(), Option<&FlowError>>,
    ) {
        match (asker, outcome) {
            (Asker::Command(number), outcome) => {
                let failed = |_| OperationOutcome::Failed(Fault::new("Telephony is not available"));
                let outcome = outcome.map_or_else(failed, |()| OperationOutcome::Done);
                tell_outcome(context, ticket(OperationKind::CheckTelephony, number), outcome);
            }
            (Asker::Network, Ok(())) => self.request(context, connection, now, Reason::NetworkChange),
            (Asker::Network, Err(_)) => {}
            (Asker::Periodic, Ok(())) => self.request(context, connection, now, Reason::TelephonyDisconnected),
            (Asker::Periodic, Err(error)) => {
                let reconnect = self.checks.failed(context, now, error);
                self.check_slowly(context, connection, now);
                if reconnect {
                    self.request(context, connection, now, Reason::TelephonyCheckFailed);
                }
            }
        }
    }

    /// Is the connection there, as far as we know?
    pub(super) const fn is_up(connection: &Connection) -> bool {
        matches!(connection.link(), Link::Established)
    }
}
