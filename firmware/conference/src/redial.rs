//! Bringing a lost call back (spec section 6.2, with the traps of section 15 mended).

use std::time::{Duration, Instant};

use roombox_sip::api::{Cause, Failure};

use crate::api::CallState;
use crate::connection::Link;
use crate::context::Context;

/// Shortest wait after the other side hung up: it may have ended the conference on purpose.
const AFTER_BYE: Duration = Duration::from_secs(2);
/// Longest wait that a server may ask for with Retry-After.
const RETRY_AFTER_MAX: Duration = Duration::from_hours(1);

/// What an end means for the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Prospect {
    /// A loss: the call should stand, so bring it back.
    Lost,
    /// The other side ended or refused it for now.
    Over,
    /// The same INVITE will get the same answer.
    Hopeless,
}

/// What happens next.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
enum Plan {
    /// Nothing, or a call is under way.
    #[default]
    Rest,
    /// Dial when the connection is established; after a loss with its reason.
    WaitConnection { reason: Option<String> },
    /// Dial at that time.
    Wait { at: Instant, delay: Duration, reason: String },
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Intent {
    target: String,
    keep: bool,
}

/// The wish to be in a call, and when to try next.
#[derive(Debug, Default)]
pub(crate) struct Redial {
    intent: Option<Intent>,
    plan: Plan,
    /// Failures in a row.
    failures: u32,
}

impl Redial {
    /// From now on this target is wanted. Dial with [`Redial::due`] when the connection is established.
    pub(crate) fn want(&mut self, target: String, keep: bool) {
        self.intent = Some(Intent { target, keep });
        self.plan = Plan::WaitConnection { reason: None };
        self.failures = 0;
    }

    /// The call that is up (or being made) is the one wanted.
    pub(crate) fn keep_present(&mut self, target: String, keep: bool) {
        self.intent = Some(Intent { target, keep });
    }

    /// Nothing is wanted any more.
    pub(crate) fn forget(&mut self) {
        *self = Self::default();
    }

    pub(crate) const fn is_wanted(&self) -> bool {
        self.intent.is_some()
    }

    /// A call that we made ended; true when it will be dialled again.
    pub(crate) fn call_ended(
        &mut self,
        context: &mut Context,
        now: Instant,
        failure: &Failure,
        stood: Option<Duration>,
        link: Link,
    ) -> bool {
        let Some(intent) = &self.intent else { return false };
        if stood.is_some_and(|time| time >= context.config.redial.stable) {
            self.failures = 0;
        }
        self.failures += 1;
        let prospect = prospect(failure);
        let limited = prospect != Prospect::Lost || self.failures > context.config.redial.limit;
        if !intent.keep && limited {
            self.forget();
            return false;
        }
        let reason = reason(failure);
        self.plan = if link == Link::Established {
            let delay = self.delay(context, prospect, failure);
            Plan::Wait { at: now + delay, delay, reason }
        } else {
            Plan::WaitConnection { reason: Some(reason) }
        };
        true
    }

    /// The connection changed: a new one is a new chance, spread a little so that a hall of boxes does not call in step.
    pub(crate) fn link_changed(&mut self, context: &mut Context, now: Instant, link: Link) {
        if link == Link::Established {
            self.failures = 0;
        }
        match (&mut self.plan, link) {
            (Plan::Wait { reason, .. }, Link::Down | Link::Open) => {
                self.plan = Plan::WaitConnection { reason: Some(std::mem::take(reason)) };
            }
            (Plan::WaitConnection { reason: Some(reason) }, Link::Established) => {
                let delay = context.between(Duration::ZERO, context.config.redial.base);
                self.plan = Plan::Wait { at: now + delay, delay, reason: std::mem::take(reason) };
                self.failures = 1;
            }
            _ => {}
        }
    }

    /// The target to dial now, if its time has come.
    pub(crate) fn due(&mut self, now: Instant, link: Link) -> Option<String> {
        let due = match &self.plan {
            Plan::Rest => false,
            Plan::WaitConnection { reason } => reason.is_none() && link == Link::Established,
            Plan::Wait { at, .. } => *at <= now,
        };
        let intent = self.intent.as_ref().filter(|_| due)?;
        self.plan = Plan::Rest;
        Some(intent.target.clone())
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match self.plan {
            Plan::Wait { at, .. } => Some(at),
            Plan::Rest | Plan::WaitConnection { .. } => None,
        }
    }

    /// What the room sees while there is no call.
    pub(crate) fn state(&self) -> CallState {
        let Some(Intent { target, .. }) = self.intent.clone() else { return CallState::Idle };
        let attempt = self.failures;
        match &self.plan {
            Plan::Rest | Plan::WaitConnection { reason: None } => CallState::Waiting { target },
            Plan::WaitConnection { reason: Some(reason) } => {
                CallState::Redialling { target, attempt, retry_in_ms: 0, reason: reason.clone() }
            }
            Plan::Wait { delay, reason, .. } => {
                let retry_in_ms = u64::try_from(delay.as_millis()).unwrap_or(u64::MAX).max(1);
                CallState::Redialling { target, attempt, retry_in_ms, reason: reason.clone() }
            }
        }
    }

    fn delay(&self, context: &mut Context, prospect: Prospect, failure: &Failure) -> Duration {
        let policy = context.config.redial;
        let doublings = self.failures.saturating_sub(1).min(16);
        let backoff = policy.base.saturating_mul(1 << doublings).min(policy.max);
        let delay = match prospect {
            Prospect::Lost => backoff,
            Prospect::Over => backoff.max(AFTER_BYE),
            Prospect::Hopeless => policy.slow.max(backoff),
        };
        let asked = failure.retry_after.map_or(Duration::ZERO, |seconds| Duration::from_secs(seconds.into()));
        context.jittered(delay).max(asked.min(RETRY_AFTER_MAX))
    }
}

fn prospect(failure: &Failure) -> Prospect {
    match failure.cause {
        Cause::ConnectionError
        | Cause::DialogError
        | Cause::Expires
        | Cause::InternalError
        | Cause::NoAck
        | Cause::RequestTimeout
        | Cause::WebrtcError => Prospect::Lost,
        Cause::Busy | Cause::Bye | Cause::Canceled | Cause::NoAnswer | Cause::SipFailureCode | Cause::Unavailable => {
            Prospect::Over
        }
        Cause::AddressIncomplete
        | Cause::AuthenticationError
        | Cause::BadMediaDescription
        | Cause::IncompatibleSdp
        | Cause::NotFound
        | Cause::Redirected
        | Cause::Rejected
        | Cause::Replaced => Prospect::Hopeless,
    }
}

fn reason(failure: &Failure) -> String {
    match failure.status {
        Some(status) => format!("{status} {}", failure.reason),
        None if failure.reason.is_empty() => failure.cause.to_string(),
        None => failure.reason.clone(),
    }
}
