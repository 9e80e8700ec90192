//! Bringing a lost call back (spec section 6.2, with the traps of section 15 mended).
//!
//! It works for guests as for those who register, a failed attempt is announced as one that is tried again, and what is kept
//! never stops for good: it goes on slowly. What is not kept stops at its limit, and can be forced to go on; a spectator whom
//! nobody keeps in the call is not called back.

mod policy;

use std::time::{Duration, Instant};

use roombox_sip::api::Failure;

use crate::api::{CallId, CallState};
use crate::catalogue::{
    CallReconnectEvent as Told, CallReconnectPhase, CancelReason, Decision, EndEvent, Fault, Terminal,
};
use crate::connection::Link;
use crate::context::Context;
use policy::{Prospect, delay, prospect, reason};

/// What happens next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Plan {
    /// Nothing, or a call is under way.
    #[default]
    Rest,
    /// Dial when the connection is established; after a loss with its reason, and not for ever when there is a limit.
    WaitConnection { reason: Option<String>, until: Option<Instant> },
    /// Dial at that time.
    Wait { at: Instant, delay: Duration, reason: String },
    /// Given up; can be forced.
    Stopped { limit: bool },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Intent {
    target: String,
    keep: bool,
}

/// A call that ended.
pub(crate) struct Ended<'a> {
    pub(crate) call: CallId,
    pub(crate) failure: &'a Failure,
    /// How long it stood, if it did.
    pub(crate) stood: Option<Duration>,
    /// We only watched.
    pub(crate) spectator: bool,
}

/// The wish to be in a call, and when to try next.
#[derive(Debug, Default)]
pub(crate) struct Redial {
    intent: Option<Intent>,
    plan: Plan,
    /// Failures in a row.
    failures: u32,
    /// The call being made is an attempt to bring one back.
    attempting: bool,
    /// As last told.
    reconnecting: bool,
}

impl Redial {
    /// From now on this target is wanted. Dial with [`Redial::due`] when the connection is established.
    pub(crate) fn want(&mut self, context: &mut Context, target: String, keep: bool) {
        *self = Self { intent: Some(Intent { target, keep }), ..Self::default() };
        self.plan = Plan::WaitConnection { reason: None, until: None };
        context.tell(Told::Armed {});
    }

    /// The call that is up (or being made) is the one wanted.
    pub(crate) fn keep_present(&mut self, context: &mut Context, target: String, keep: bool) {
        if self.intent.is_none() {
            context.tell(Told::Armed {});
        }
        self.intent = Some(Intent { target, keep });
    }

    /// Nothing is wanted any more.
    pub(crate) fn forget(&mut self, context: &mut Context, why: CancelReason) {
        if self.intent.is_none() {
            return;
        }
        if self.is_reconnecting() {
            context.tell(Told::Cancelled { reason: why });
        }
        let before = std::mem::take(self);
        context.tell(Told::Disarmed {});
        self.reconnecting = before.reconnecting;
        self.tell_status(context);
    }

    /// It is wanted, and will be called again by itself.
    pub(crate) const fn is_wanted(&self) -> bool {
        self.intent.is_some() && !matches!(self.plan, Plan::Stopped { .. })
    }

    /// There is something to dial, and it is not being dialled.
    pub(crate) fn can_be_forced(&self) -> bool {
        self.intent.is_some() && self.plan != Plan::Rest
    }

    /// Dial now, whatever was planned; also what was given up.
    pub(crate) fn force(&mut self) {
        if self.can_be_forced() {
            self.failures = 0;
            self.plan = Plan::WaitConnection { reason: None, until: None };
        }
    }

    /// The call wanted ended; true when it will be dialled again.
    pub(crate) fn call_ended(&mut self, context: &mut Context, now: Instant, ended: &Ended<'_>, link: Link) -> bool {
        let Some(Intent { keep, .. }) = self.intent else { return false };
        let failure = ended.failure;
        if ended.stood.is_some_and(|time| time >= context.config.redial.stable) {
            self.failures = 0;
        }
        if std::mem::take(&mut self.attempting) && ended.stood.is_none() {
            context.tell(Told::AttemptFailed { attempt: self.failures, error: Fault::from(failure) });
        }
        let prospect = prospect(failure);
        let left_out = ended.spectator && !keep && prospect == Prospect::Lost;
        let again = keep || (prospect == Prospect::Lost && !left_out);
        let (decision, event) =
            (if again { Decision::Redial } else { Decision::Finish }, EndEvent::new(ended.call, failure));
        context.tell(Told::TerminationClassified { decision, event });
        if left_out {
            context.tell(Told::Cancelled { reason: CancelReason::SpectatorRole });
        }
        if !again {
            self.refused(context, failure);
            return false;
        }
        self.failures = self.failures.saturating_add(1);
        let (cause, originator) = (failure.cause.to_string(), failure.originator.into());
        context.tell(Told::FailureDetected { cause, originator, attempt: self.failures });
        let limit = context.config.redial.limit;
        if !keep && limit > 0 && self.failures > limit {
            self.stop(context, Terminal::LimitReached { attempts: limit });
            return false;
        }
        self.plan_attempt(context, now, prospect, failure, link);
        self.tell_status(context);
        true
    }

    fn plan_attempt(&mut self, context: &mut Context, now: Instant, prospect: Prospect, failure: &Failure, link: Link) {
        if link == Link::Established {
            let delay = delay(context, prospect, self.failures, failure);
            self.wait(context, now, delay, reason(failure));
        } else {
            self.wait_connection(context, now, reason(failure));
        }
    }

    fn wait(&mut self, context: &mut Context, now: Instant, delay: Duration, reason: String) {
        context.tell(Told::AttemptScheduled { attempt: self.failures, delay_ms: milliseconds(delay) });
        self.plan = Plan::Wait { at: now + delay, delay, reason };
    }

    /// Only what is not kept waits no longer than the policy allows.
    fn wait_connection(&mut self, context: &mut Context, now: Instant, reason: String) {
        let keep = self.intent.as_ref().is_some_and(|intent| intent.keep);
        let longest = (!keep).then_some(context.config.redial.wait_connection);
        context.tell(Told::WaitingSignaling { timeout_ms: longest.map(milliseconds) });
        self.plan = Plan::WaitConnection { reason: Some(reason), until: longest.map(|time| now + time) };
    }

    /// A refusal ends what is not kept: a call that came back once can be forced, one that never stood is forgotten.
    fn refused(&mut self, context: &mut Context, failure: &Failure) {
        if self.reconnecting {
            self.stop(context, Terminal::ErrorTerminal { error: Fault::from(failure) });
        } else {
            let reconnecting = self.reconnecting;
            *self = Self { reconnecting, ..Self::default() };
            context.tell(Told::Disarmed {});
            self.tell_status(context);
        }
    }

    fn stop(&mut self, context: &mut Context, terminal: Terminal) {
        if let Terminal::LimitReached { attempts } = terminal {
            context.tell(Told::LimitReached { attempts });
        }
        self.plan = Plan::Stopped { limit: matches!(terminal, Terminal::LimitReached { .. }) };
        self.tell_status(context);
        context.tell(Told::Terminal(terminal));
    }

    /// The call wanted stands. Counting starts anew only when it has stood for a while: see [`Redial::call_ended`].
    pub(crate) fn call_stands(&mut self, context: &mut Context) {
        if std::mem::take(&mut self.attempting) {
            context.tell(Told::AttemptSucceeded { attempt: self.failures });
        }
        self.tell_status(context);
    }

    /// The connection changed: a new one is a new chance, spread a little so that a hall of boxes does not call in step.
    pub(crate) fn link_changed(&mut self, context: &mut Context, now: Instant, link: Link) {
        match (std::mem::take(&mut self.plan), link) {
            (Plan::Wait { reason, .. }, Link::Down | Link::Open) => self.wait_connection(context, now, reason),
            (Plan::WaitConnection { reason: Some(reason), .. }, Link::Established) => {
                self.failures = 1;
                let delay = context.between(Duration::ZERO, context.config.redial.base);
                self.wait(context, now, delay, reason);
            }
            (plan, Link::Established) => {
                self.failures = 0;
                self.plan = plan;
            }
            (plan, _) => self.plan = plan,
        }
    }

    /// The connection did not come back in time.
    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant) {
        if let Plan::WaitConnection { until: Some(until), .. } = &self.plan
            && *until <= now
        {
            let waited = milliseconds(context.config.redial.wait_connection);
            let error = Fault::new(format!("Wait signaling ready timeout after {waited}ms"));
            self.stop(context, Terminal::ErrorTerminal { error });
        }
    }

    /// The target to dial now, if its time has come.
    pub(crate) fn due(&mut self, context: &mut Context, now: Instant, link: Link) -> Option<String> {
        let (due, again) = match &self.plan {
            Plan::Rest | Plan::Stopped { .. } => (false, false),
            Plan::WaitConnection { reason, .. } => (reason.is_none() && link == Link::Established, self.reconnecting),
            Plan::Wait { at, .. } => (*at <= now, true),
        };
        let target = self.intent.as_ref().filter(|_| due)?.target.clone();
        self.plan = Plan::Rest;
        self.attempting = again;
        if again {
            context.tell(Told::AttemptStarted { attempt: self.failures });
        }
        Some(target)
    }

    /// `dialling` = there is no call, so that the next one may be made.
    pub(crate) fn next_deadline(&self, dialling: bool) -> Option<Instant> {
        match self.plan {
            Plan::Wait { at, .. } => Some(at).filter(|_| dialling),
            Plan::WaitConnection { until, .. } => until,
            Plan::Rest | Plan::Stopped { .. } => None,
        }
    }

    /// By the name of the catalogue. Evaluating takes no time here.
    pub(crate) const fn phase(&self) -> CallReconnectPhase {
        match (&self.intent, &self.plan) {
            (None, _) => CallReconnectPhase::Idle,
            (_, Plan::Stopped { limit: true }) => CallReconnectPhase::LimitReached,
            (_, Plan::Stopped { limit: false }) => CallReconnectPhase::ErrorTerminal,
            (_, Plan::Wait { .. }) => CallReconnectPhase::Backoff,
            (_, Plan::WaitConnection { reason: Some(_), .. }) => CallReconnectPhase::WaitingSignaling,
            (_, Plan::Rest) if self.attempting => CallReconnectPhase::Attempting,
            (_, Plan::Rest | Plan::WaitConnection { .. }) => CallReconnectPhase::Armed,
        }
    }

    const fn is_reconnecting(&self) -> bool {
        matches!(
            self.phase(),
            CallReconnectPhase::Attempting | CallReconnectPhase::Backoff | CallReconnectPhase::WaitingSignaling
        )
    }

    fn tell_status(&mut self, context: &mut Context) {
        let is_reconnecting = self.is_reconnecting();
        if is_reconnecting != self.reconnecting {
            self.reconnecting = is_reconnecting;
            context.tell(Told::StatusChanged { is_reconnecting });
        }
    }

    /// What the room sees while there is no call.
    pub(crate) fn state(&self) -> CallState {
        let Some(Intent { target, .. }) = self.intent.clone() else { return CallState::Idle };
        let attempt = self.failures;
        match &self.plan {
            Plan::Stopped { .. } => CallState::Idle,
            Plan::Rest | Plan::WaitConnection { reason: None, .. } => CallState::Waiting { target },
            Plan::WaitConnection { reason: Some(reason), .. } => {
                CallState::Redialling { target, attempt, retry_in_ms: 0, reason: reason.clone() }
            }
            Plan::Wait { delay, reason, .. } => {
                let retry_in_ms = milliseconds(*delay).max(1);
                CallState::Redialling { target, attempt, retry_in_ms, reason: reason.clone() }
            }
        }
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
