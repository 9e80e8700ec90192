//! Kernel event times as [`Instant`]s.

use std::time::{Duration, Instant, SystemTime};

/// Events are handed over within a moment; an older stamp comes from another clock.
const OLDEST: Duration = Duration::from_secs(1);

/// The instant of a `CLOCK_MONOTONIC` stamp, as GPIO events carry it.
pub(crate) fn from_monotonic(stamp: Duration) -> Instant {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::Monotonic);
    let now = Duration::new(now.tv_sec.try_into().unwrap_or(0), now.tv_nsec.try_into().unwrap_or(0));
    ago(now.checked_sub(stamp))
}

/// The instant of a `CLOCK_REALTIME` stamp, as input events carry it.
pub(super) fn from_system_time(stamp: SystemTime) -> Instant {
    ago(SystemTime::now().duration_since(stamp).ok())
}

fn ago(age: Option<Duration>) -> Instant {
    let now = Instant::now();
    age.filter(|age| *age <= OLDEST).and_then(|age| now.checked_sub(age)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant, SystemTime};

    use super::{from_monotonic, from_system_time};

    #[test]
    fn a_stamp_of_another_clock_counts_as_now() {
        let before = Instant::now();
        assert!(from_monotonic(Duration::ZERO) >= before);
        assert!(from_system_time(SystemTime::UNIX_EPOCH) >= before);
        assert!(from_system_time(SystemTime::now() + Duration::from_hours(1)) >= before);
    }

    #[test]
    fn a_fresh_stamp_keeps_its_age() {
        let at = from_system_time(SystemTime::now() - Duration::from_millis(200));
        assert!(at.elapsed() >= Duration::from_millis(200));
    }
}
