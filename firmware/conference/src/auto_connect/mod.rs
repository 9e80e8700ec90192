//! The connection that comes back by itself (spec section 5).
//!
//! # Who retries what
//!
//! At any time exactly one part decides when the next attempt is made:
//!
//! - **Until the first success** it is this one. A connect makes a few quick tries, then the user agent is stopped and
//!   started again after a pause, with parameters asked for anew. After [`AutoConnectPolicy::attempts`] of these follows
//!   the slow phase: the server is looked at now and then, and a connect is made when it is there, or by the back-off of
//!   spec section 5.4. It never ends by itself; see [`AutoConnectPolicy::slow_phase`].
//! - **After a success** it is the user agent: it opens a lost connection again with waits of its own
//!   (`roombox_sip::agent::Recovery`), and refreshes and repeats its registration. Calls survive that. This part only
//!   interferes when that is not enough: a server that is connected but deaf (OPTIONS), a registration that failed
//!   (outside a call at once, else after it; not when the server named a time), a change of the network, or a recovery
//!   that failed [`AutoConnectPolicy::recovery_tries`] times while there is no call. The first three open the flow anew
//!   below the calls; the last goes back to the first rule.
//! - **401 and 403** need a person: nothing is tried by this part. What the user agent may do about them (a barred account
//!   is looked at every one or two minutes, a wrong password is never sent again) goes on, and a success counts.
//!
//! Every pause has a random part, so that many boxes do not come at once.

mod checks;
mod coalescer;
mod commands;
mod network;
pub(crate) mod ping;
mod policy;
mod recovery;

use std::time::Instant;

use crate::api::{Event, OperationKind, OperationOutcome};
use crate::catalogue::{AutoConnectEvent, AutoConnectPhase, Fault};
use crate::connection::{ConnectError, Connection, Happened, Link};
use crate::context::Context;
use crate::queue::{Queue, Ticket};
use checks::Checks;
use coalescer::{Coalescer, Reason};
use network::Network;
use ping::Ping;
pub use policy::{AutoConnectPolicy, ConnectPolicy, NetworkPolicy, NetworkReaction, TelephonyPolicy};

/// What comes after a disconnect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum After {
    Attempt,
    Rest,
}

/// The machine of spec section 5.2.
#[derive(Debug)]
pub(crate) struct AutoConnect {
    /// Since the last success or disconnect.
    attempts: u32,
    checks: Checks,
    coalescer: Coalescer,
    /// After a disconnect.
    after: After,
    in_call: bool,
    in_progress: bool,
    network: Network,
    phase: AutoConnectPhase,
    ping: Ping,
    queue: Queue,
    recovery: recovery::Recovery,
    retry: Option<Instant>,
}

impl AutoConnect {
    pub(crate) fn new() -> Self {
        Self {
            attempts: 0,
            checks: Checks::default(),
            coalescer: Coalescer::default(),
            after: After::Rest,
            in_call: false,
            in_progress: false,
            network: Network::default(),
            phase: AutoConnectPhase::Idle,
            ping: Ping::default(),
            queue: Queue::default(),
            recovery: recovery::Recovery::default(),
            retry: None,
        }
    }

    pub(crate) const fn phase(&self) -> AutoConnectPhase {
        self.phase
    }

    /// What the connection went through.
    pub(crate) fn happened(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        happened: Option<Happened>,
    ) {
        match (self.phase, happened) {
            (_, None) => {}
            (AutoConnectPhase::Disconnecting, Some(Happened::Stopped)) => self.stopped(context, connection, now),
            (AutoConnectPhase::AttemptingConnect | AutoConnectPhase::ErrorTerminal, Some(Happened::Established)) => {
                self.succeeded(context);
            }
            (AutoConnectPhase::AttemptingConnect, Some(Happened::ConnectFailed(error))) => {
                self.connect_failed(context, connection, now, &error);
            }
            (AutoConnectPhase::ConnectedMonitoring, Some(happened)) => {
                self.watch(context, connection, now, happened);
            }
            _ => {}
        }
    }

    fn disconnect(&mut self, context: &mut Context, connection: &mut Connection, now: Instant, after: After) {
        if self.phase == AutoConnectPhase::AttemptingConnect || self.phase == AutoConnectPhase::WaitingBeforeRetry {
            context.tell(AutoConnectEvent::CancelledAttempts(Fault::new("Promise is not actual")));
        }
        self.stop_watching();
        self.attempts = 0;
        self.checks.reset();
        self.set_in_progress(context, false);
        self.phase = AutoConnectPhase::Disconnecting;
        self.after = after;
        if connection.disconnect(context, now, after == After::Rest) {
            self.stopped(context, connection, now);
        }
    }

    fn stopped(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        self.phase = AutoConnectPhase::Idle;
        match self.after {
            After::Attempt => self.gate(context, connection, now),
            // The running operation goes on when the network is back.
            After::Rest if self.network.is_suspended() => {}
            After::Rest => {
                self.finish(context, &OperationOutcome::Done);
                if let Some(ticket) = self.queue.next() {
                    self.begin(context, connection, now, ticket);
                }
            }
        }
    }

    fn stop_watching(&mut self) {
        self.retry = None;
        self.checks.stop();
        self.recovery = recovery::Recovery::default();
    }

    /// Is another fast attempt allowed?
    fn gate(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        self.phase = AutoConnectPhase::AttemptingGate;
        self.stop_watching();
        if self.attempts < context.config.auto_connect.attempts {
            self.attempt(context, connection, now);
            return;
        }
        context.tell(AutoConnectEvent::BeforeAttempt {});
        let error = Fault::new("Limit reached");
        context.tell(AutoConnectEvent::LimitReachedAttempts(error.clone()));
        self.finish(context, &OperationOutcome::LimitReached(error.clone()));
        if context.config.auto_connect.slow_phase {
            self.check_slowly(context, connection, now);
        } else {
            self.set_in_progress(context, false);
            self.phase = AutoConnectPhase::ErrorTerminal;
            context.tell(AutoConnectEvent::FailedAllAttempts(error));
        }
    }

    fn attempt(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        context.tell(AutoConnectEvent::BeforeAttempt {});
        self.phase = AutoConnectPhase::AttemptingConnect;
        self.attempts = self.attempts.saturating_add(1);
        self.checks.stop();
        self.set_in_progress(context, true);
        connection.connect(context, now);
    }

    fn succeeded(&mut self, context: &mut Context) {
        self.phase = AutoConnectPhase::ConnectedMonitoring;
        self.attempts = 0;
        self.stop_watching();
        self.checks.reset();
        self.coalescer.reset();
        context.tell(AutoConnectEvent::Success {});
        self.finish(context, &OperationOutcome::Done);
    }

    fn connect_failed(
        &mut self,
        context: &mut Context,
        connection: &mut Connection,
        now: Instant,
        error: &ConnectError,
    ) {
        if error.needs_person() {
            self.halt(context, error.fault());
            return;
        }
        connection.stop_agent(context, now);
        if self.attempts > context.config.auto_connect.attempts {
            self.check_slowly(context, connection, now);
            return;
        }
        let pause = context.config.auto_connect.pause;
        // What the server asked for comes before the random part: it may have said the same to many.
        let wait = context.between(pause / 2, pause * 3 / 2) + error.retry_after().unwrap_or_default();
        self.phase = AutoConnectPhase::WaitingBeforeRetry;
        self.retry = Some(now + wait);
        connection.retry_in(context, wait);
    }

    /// An error that a person has to mend.
    fn halt(&mut self, context: &mut Context, fault: Fault) {
        self.stop_watching();
        self.set_in_progress(context, false);
        self.phase = AutoConnectPhase::ErrorTerminal;
        context.tell(AutoConnectEvent::StopAttemptsByError(fault.clone()));
        self.finish(context, &OperationOutcome::StoppedByError(fault));
    }

    fn set_in_progress(&mut self, context: &mut Context, is_in_progress: bool) {
        if self.in_progress != is_in_progress {
            self.in_progress = is_in_progress;
            context.tell(AutoConnectEvent::ChangedAttemptStatus { is_in_progress });
        }
    }

    /// The running operation and those that share its end get their outcome.
    fn finish(&mut self, context: &mut Context, outcome: &OperationOutcome) {
        for ticket in self.queue.finish() {
            tell_outcome(context, ticket, outcome.clone());
        }
    }

    /// The connection under the calls changed: the server is asked for signs of life while it is established.
    pub(crate) fn link_changed(&mut self, context: &mut Context, now: Instant, link: Link) {
        self.ping.link_changed(context, now, link);
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, connection: &mut Connection, now: Instant) {
        let happened = connection.handle_timeout(context, now);
        self.happened(context, connection, now, happened);
        if self.retry.take_if(|at| *at <= now).is_some() {
            self.gate(context, connection, now);
        }
        if self.checks.due(now) {
            self.look_at_server(context, connection, now);
        }
        while let Some(asker) = self.checks.overdue(now) {
            self.looked(context, connection, now, asker, Err(None));
        }
        self.network_timeout(context, connection, now);
        let finding = self.ping.handle_timeout(context, now);
        self.pinged(context, connection, now, finding);
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let own = [self.retry, self.checks.next_deadline(), self.network.next_deadline(self.in_call)];
        own.into_iter().chain([self.ping.next_deadline()]).flatten().min()
    }
}

fn tell_outcome(context: &mut Context, ticket: Ticket, outcome: OperationOutcome) {
    let Ticket { kind: operation, number } = ticket;
    context.event(Event::Operation { number, operation, outcome });
}

const fn ticket(kind: OperationKind, number: u64) -> Ticket {
    Ticket { kind, number }
}
