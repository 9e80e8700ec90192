//! Requests to connect anew that come close together are one (spec section 5.4).

use std::time::{Duration, Instant};

/// A request within this time of an accepted one has to be more important to count.
const WINDOW: Duration = Duration::from_millis(250);

/// Why to connect anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reason {
    ManualRestart,
    NetworkChange,
    NetworkOnline,
    PeriodicPingFailed,
    RegistrationFailedOutOfCall,
    TelephonyCheckFailed,
    TelephonyDisconnected,
}

impl Reason {
    const fn priority(self) -> u8 {
        match self {
            Self::TelephonyDisconnected | Self::TelephonyCheckFailed => 1,
            Self::PeriodicPingFailed => 2,
            Self::RegistrationFailedOutOfCall => 3,
            Self::ManualRestart | Self::NetworkOnline | Self::NetworkChange => 4,
        }
    }
}

/// The request accepted last.
#[derive(Debug, Default)]
pub(super) struct Coalescer {
    last: Option<(Instant, u8)>,
}

impl Coalescer {
    /// Is this request to be followed?
    pub(super) fn accepts(&mut self, now: Instant, reason: Reason) -> bool {
        let dropped = self.last.is_some_and(|(at, priority)| now < at + WINDOW && reason.priority() <= priority);
        if !dropped {
            self.last = Some((now, reason.priority()));
        }
        !dropped
    }

    pub(super) const fn reset(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::disallowed_methods, reason = "one moment of the clock as the start of virtual time")]
    fn within_a_quarter_of_a_second_only_what_is_more_important_counts() {
        let (mut coalescer, start) = (Coalescer::default(), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        assert!(coalescer.accepts(at(0), Reason::PeriodicPingFailed));
        assert!(!coalescer.accepts(at(100), Reason::PeriodicPingFailed));
        assert!(!coalescer.accepts(at(100), Reason::TelephonyDisconnected));
        assert!(coalescer.accepts(at(200), Reason::NetworkChange));
        assert!(!coalescer.accepts(at(449), Reason::ManualRestart));
        assert!(coalescer.accepts(at(450), Reason::TelephonyCheckFailed));
        coalescer.reset();
        assert!(coalescer.accepts(at(451), Reason::TelephonyCheckFailed));
    }
}
