//! Timers of RFC 3261 section 17 (table 4) and RFC 6026.

use std::time::{Duration, Instant};

/// Round trip estimate.
pub const T1: Duration = Duration::from_millis(500);
/// Longest gap between repetitions.
pub const T2: Duration = Duration::from_secs(4);
/// How long a message may linger in the network.
pub const T4: Duration = Duration::from_secs(5);
/// Timers B, F, H, J, L and M.
pub const GIVE_UP: Duration = Duration::from_secs(32);
/// Timer D on UDP: at least 32 s.
pub const TIMER_D: Duration = Duration::from_secs(32);

/// Something sent again and again with growing gaps.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Repeat {
    at: Instant,
    gap: Duration,
}

impl Repeat {
    /// First repetition T1 after `now`.
    pub fn start(now: Instant) -> Self {
        Self { at: now + T1, gap: T1 }
    }

    /// When the next repetition is due.
    pub fn at(self) -> Instant {
        self.at
    }

    /// The next one after twice the gap, without bound (timer A).
    pub fn doubled(self, now: Instant) -> Self {
        Self { at: now + self.gap * 2, gap: self.gap * 2 }
    }

    /// The next one after twice the gap, at most T2 (timers E and G, and 2xx to INVITE).
    pub fn doubled_to_t2(self, now: Instant) -> Self {
        let gap = (self.gap * 2).min(T2);
        Self { at: now + gap, gap }
    }

    /// The next one after T2 (timer E in Proceeding).
    pub fn at_t2(now: Instant) -> Self {
        Self { at: now + T2, gap: T2 }
    }
}
