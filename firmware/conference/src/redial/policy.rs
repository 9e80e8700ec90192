//! What the end of a call means for the next attempt, and how long to wait for it (spec section 6.2).
//!
//! Unlike the policy of old, losses that the user agent notices itself (originator local or system) count: there they never
//! did, so redial hardly ever began.

use std::time::Duration;

use roombox_sip::api::{Cause, Failure};

use crate::config::{Jitter, RedialPolicy};
use crate::context::Context;

/// Shortest wait after the other side hung up: it may have ended the conference on purpose.
const AFTER_BYE: Duration = Duration::from_secs(2);
/// Random part on top of a wait that the server asked for: it may have said the same to many.
const SPREAD: Duration = Duration::from_secs(5);

/// What an end means for the next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Prospect {
    /// A loss: the call should stand, so bring it back.
    Lost,
    /// The other side ended or refused it for now.
    Over,
    /// The same INVITE will get the same answer.
    Hopeless,
}

/// The wait before the next attempt, after `failures` in a row (at least 1).
pub(super) fn delay(context: &mut Context, prospect: Prospect, failures: u32, failure: &Failure) -> Duration {
    let policy = context.config.redial;
    let backoff = backoff(&policy, failures);
    let delay = match prospect {
        Prospect::Lost => backoff,
        Prospect::Over => backoff.max(AFTER_BYE),
        Prospect::Hopeless => policy.slow.max(backoff),
    };
    let jittered = match policy.jitter {
        Jitter::None => delay,
        Jitter::Equal => context.jittered(delay),
        Jitter::Full => context.between(Duration::ZERO, delay),
    };
    let asked = failure.asked_wait().map(|wait| wait + context.between(Duration::ZERO, SPREAD));
    jittered.max(asked.unwrap_or_default())
}

/// `base`·`factor`^(failures-1), up to `max`.
fn backoff(policy: &RedialPolicy, failures: u32) -> Duration {
    let factor = policy.factor.max(1).saturating_pow(failures.saturating_sub(1).min(16));
    policy.base.saturating_mul(factor).min(policy.max)
}

/// What this end means.
pub(super) const fn prospect(failure: &Failure) -> Prospect {
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

/// In words.
pub(super) fn reason(failure: &Failure) -> String {
    match failure.status {
        Some(status) => format!("{status} {}", failure.reason),
        None if failure.reason.is_empty() => failure.cause.to_string(),
        None => failure.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use roombox_sip::api::Originator;

    use super::*;
    use crate::config::ConferenceConfig;

    fn failure(originator: Originator, cause: Cause) -> Failure {
        Failure { originator, cause, status: None, reason: String::new(), retry_after: None, peer_reason: None }
    }

    #[test]
    fn a_network_failure_is_one_whoever_noticed_it() {
        for originator in [Originator::Local, Originator::Remote, Originator::System] {
            for cause in [Cause::ConnectionError, Cause::RequestTimeout, Cause::WebrtcError, Cause::InternalError] {
                assert_eq!(prospect(&failure(originator, cause)), Prospect::Lost);
            }
        }
    }

    #[test]
    fn what_the_other_side_decided_is_no_network_failure() {
        for cause in [Cause::Bye, Cause::Busy, Cause::Canceled, Cause::NoAnswer, Cause::Unavailable] {
            assert_eq!(prospect(&failure(Originator::Remote, cause)), Prospect::Over);
        }
        for cause in [Cause::Rejected, Cause::NotFound, Cause::AuthenticationError, Cause::IncompatibleSdp] {
            assert_eq!(prospect(&failure(Originator::Remote, cause)), Prospect::Hopeless);
        }
    }

    #[test]
    fn waits_grow_by_the_factor_to_the_longest() {
        let policy = RedialPolicy { base: Duration::from_secs(1), factor: 3, ..RedialPolicy::default() };
        let waits: Vec<_> = (1..7).map(|failures| backoff(&policy, failures).as_secs()).collect();
        assert_eq!(waits, [1, 3, 9, 27, 30, 30]);
        assert_eq!(backoff(&policy, u32::MAX), policy.max);
    }

    #[test]
    fn jitter_keeps_its_bounds() {
        let second = Duration::from_secs(1);
        for (jitter, low) in [(Jitter::None, second), (Jitter::Equal, second / 2), (Jitter::Full, Duration::ZERO)] {
            let mut config = ConferenceConfig::new("room1", "meet.example", true);
            config.redial = RedialPolicy { base: second, jitter, ..RedialPolicy::default() };
            let mut context = Context::new(config, 1);
            for _ in 0..50 {
                let wait = delay(&mut context, Prospect::Lost, 1, &failure(Originator::System, Cause::RequestTimeout));
                assert!((low..=second).contains(&wait), "{jitter:?} {wait:?}");
            }
        }
    }
}
