//! Times of sound that leaves a call's pipeline at its play-out time.

use gst::ClockTime;

/// A jump larger than this starts a new count; less is the scheduling of threads.
const JUMP: ClockTime = ClockTime::from_mseconds(60);

/// Gives buffers that leave one by one, each at its time, times without that jitter.
#[derive(Debug, Default)]
pub(crate) struct Playout {
    /// Play-out time less stream time.
    delay: Option<i64>,
}

impl Playout {
    /// Play-out time of a buffer of stream time `stamp` that left `now`.
    pub(crate) fn at(&mut self, stamp: ClockTime, now: ClockTime) -> ClockTime {
        let measured = signed(now) - signed(stamp);
        let delay = self.delay.filter(|delay| (measured - delay).unsigned_abs() <= JUMP.nseconds());
        let delay = *self.delay.insert(delay.unwrap_or(measured));
        ClockTime::from_nseconds((signed(stamp) + delay).max(0).unsigned_abs())
    }
}

/// Nanoseconds; a box that runs for 292 years would overflow.
fn signed(time: ClockTime) -> i64 {
    i64::try_from(time.nseconds()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: u64) -> ClockTime {
        ClockTime::from_mseconds(ms)
    }

    #[test]
    fn the_jitter_of_threads_does_not_move_sound() {
        let mut playout = Playout::default();
        assert_eq!(playout.at(ms(1000), ms(1100)), ms(1100));
        assert_eq!(playout.at(ms(1020), ms(1135)), ms(1120));
        assert_eq!(playout.at(ms(1040), ms(1141)), ms(1140));
    }

    #[test]
    fn a_change_of_the_buffering_is_followed() {
        let mut playout = Playout::default();
        assert_eq!(playout.at(ms(1000), ms(1100)), ms(1100));
        assert_eq!(playout.at(ms(1020), ms(1320)), ms(1320));
        assert_eq!(playout.at(ms(1040), ms(1340)), ms(1340));
    }
}
