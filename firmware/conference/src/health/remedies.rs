//! Mending a picture that does not come, one remedy after the other (spec section 8.4, which knows only the second).

use std::time::Instant;

use crate::api::TrackSource;
use crate::catalogue::ProblemReason;
use crate::media_policy::HealthPolicy;

/// What may help, the gentlest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// The decoder may only lack the start of the picture.
    KeyFrame,
    /// The server may have lost track of what we receive. A receive connection is made anew, so nothing comes after it.
    Renegotiate,
    /// The path may be half dead.
    RestartIce,
    /// A call of its own.
    Redial,
}

/// What a problem looks like when the next remedy is chosen.
#[derive(Clone, Copy, Debug)]
pub(super) struct Finding {
    pub(super) reason: ProblemReason,
    /// The connection that brings the picture.
    pub(super) source: TrackSource,
    /// There was a picture in this call.
    pub(super) had_picture: bool,
    /// The other side says that it sends no picture.
    pub(super) muted: bool,
    /// Something is being negotiated: nothing that negotiates may be added.
    pub(super) busy: bool,
}

/// Which remedies were tried.
#[derive(Debug, Default)]
pub(super) struct Remedies {
    last: Option<(Remedy, Instant)>,
    /// When the last one was tried; kept when a picture comes, so that a flickering one is not mended without end.
    tried_at: Option<Instant>,
}

impl Remedies {
    /// The picture came, or comes another way.
    pub(super) const fn reset(&mut self) {
        self.last = None;
    }

    /// The remedy to try now, if it is time for one.
    pub(super) fn next(&mut self, now: Instant, policy: &HealthPolicy, finding: Finding) -> Option<Remedy> {
        let waits = |since: Instant, time| now.saturating_duration_since(since) < time;
        if finding.busy || self.tried_at.is_some_and(|at| waits(at, policy.throttle)) {
            return None;
        }
        let next = match self.last {
            None => Some(first(finding.reason)),
            Some((last, at)) => match after(last).filter(|remedy| is_allowed(*remedy, policy, finding)) {
                None if waits(at, policy.rest) => None,
                None => Some(first(finding.reason)),
                remedy => remedy,
            },
        };
        if let Some(remedy) = next {
            self.last = Some((remedy, now));
            self.tried_at = Some(now);
        }
        next
    }
}

/// Where nothing ever came there is no sender to ask for a key frame.
fn first(reason: ProblemReason) -> Remedy {
    if reason == ProblemReason::NoInboundVideoTraffic { Remedy::Renegotiate } else { Remedy::KeyFrame }
}

const fn after(last: Remedy) -> Option<Remedy> {
    match last {
        Remedy::KeyFrame => Some(Remedy::Renegotiate),
        Remedy::Renegotiate => Some(Remedy::RestartIce),
        Remedy::RestartIce => Some(Remedy::Redial),
        Remedy::Redial => None,
    }
}

/// A call that never had a picture would be redialled without end, and one whose picture is not sent has none to bring back.
fn is_allowed(remedy: Remedy, policy: &HealthPolicy, finding: Finding) -> bool {
    match remedy {
        Remedy::KeyFrame | Remedy::Renegotiate => true,
        Remedy::RestartIce => finding.source == TrackSource::Call && !finding.muted,
        Remedy::Redial => policy.redial && finding.had_picture && !finding.muted,
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test takes one moment of the clock as the start of its virtual time")]
mod tests {
    use std::time::Duration;

    use super::*;

    const STALL: Finding = Finding {
        reason: ProblemReason::InboundVideoStalled,
        source: TrackSource::Call,
        had_picture: true,
        muted: false,
        busy: false,
    };

    /// Asks every second for so many seconds: when which remedy came.
    fn tried(seconds: u64, finding: impl Fn(u64) -> Finding) -> Vec<(u64, Remedy)> {
        let (start, mut remedies) = (Instant::now(), Remedies::default());
        let mut next = |second| {
            let now = start + Duration::from_secs(second);
            remedies.next(now, &HealthPolicy::default(), finding(second)).map(|remedy| (second, remedy))
        };
        (0..seconds).filter_map(&mut next).collect()
    }

    #[test]
    fn remedies_grow_and_keep_their_distance() {
        let expected = [(0, Remedy::KeyFrame), (4, Remedy::Renegotiate), (8, Remedy::RestartIce), (12, Remedy::Redial)];
        assert_eq!(tried(13, |_| STALL), expected);
    }

    #[test]
    fn nothing_is_added_to_a_negotiation() {
        let finding = |second| Finding { busy: (4..20).contains(&second), ..STALL };
        assert_eq!(tried(21, finding), [(0, Remedy::KeyFrame), (20, Remedy::Renegotiate)]);
    }

    #[test]
    fn a_call_that_never_had_a_picture_is_not_redialled_and_tries_again_after_a_rest() {
        let finding = Finding { reason: ProblemReason::NoInboundVideoTraffic, had_picture: false, ..STALL };
        let expected = [(0, Remedy::Renegotiate), (4, Remedy::RestartIce), (64, Remedy::Renegotiate)];
        assert_eq!(tried(66, |_| finding), expected);
    }

    #[test]
    fn a_receive_connection_is_made_anew_and_again_after_a_rest_and_never_costs_the_call() {
        let finding = Finding { source: TrackSource::Receive, ..STALL };
        let expected =
            [(0, Remedy::KeyFrame), (4, Remedy::Renegotiate), (64, Remedy::KeyFrame), (68, Remedy::Renegotiate)];
        assert_eq!(tried(70, |_| finding), expected);
    }

    #[test]
    fn a_picture_that_is_not_sent_costs_no_path_and_no_call() {
        let finding = Finding { reason: ProblemReason::InvalidInboundFrames, muted: true, ..STALL };
        assert_eq!(tried(60, |_| finding), [(0, Remedy::KeyFrame), (4, Remedy::Renegotiate)]);
    }
}
