//! Times of sound that leaves a call's pipeline at its play-out time.

use gst::ClockTime;

use crate::pipeline::signed;

/// A jump larger than this starts a new count; less is the scheduling of threads.
const JUMP: ClockTime = ClockTime::from_mseconds(60);

/// A shift that so many buffers in a row agree on is none of threads: the jitter buffer has another depth.
const AGREEING: u32 = 10;
/// Less than that is never followed.
const STEADY: ClockTime = ClockTime::from_mseconds(8);

/// Gives buffers that leave one by one, each at its time, times without that jitter.
#[derive(Debug, Default)]
pub(crate) struct Playout {
    /// Play-out time less stream time.
    delay: Option<i64>,
    /// Buffers in a row that were later (above 0) or earlier (below 0) than that, and the least of their shifts.
    shifted: (i32, i64),
}

impl Playout {
    /// Play-out time of a buffer of stream time `stamp` that left `now`.
    pub(crate) fn at(&mut self, stamp: ClockTime, now: ClockTime) -> ClockTime {
        let measured = signed(now) - signed(stamp);
        let delay = self.delay.filter(|delay| (measured - delay).unsigned_abs() <= JUMP.nseconds());
        let delay = delay.map(|delay| delay + self.steady_shift(measured - delay));
        let delay = *self.delay.insert(delay.unwrap_or(measured));
        ClockTime::from_nseconds((signed(stamp) + delay).max(0).unsigned_abs())
    }

    /// The shift that enough buffers in a row had at least; 0 = none.
    fn steady_shift(&mut self, shift: i64) -> i64 {
        let (count, least) = self.shifted;
        let same = shift.signum() == i64::from(count.signum()) && shift.unsigned_abs() >= STEADY.nseconds();
        let least = if shift.abs() < least.abs() || !same { shift } else { least };
        self.shifted = match same {
            true => (count + count.signum(), least),
            false if shift.unsigned_abs() >= STEADY.nseconds() => (if shift > 0 { 1 } else { -1 }, shift),
            false => (0, 0),
        };
        if self.shifted.0.unsigned_abs() < AGREEING {
            return 0;
        }
        std::mem::take(&mut self.shifted).1
    }
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
    fn a_small_change_of_the_buffering_is_followed_when_it_lasts() {
        let mut playout = Playout::default();
        let mut at = |buffer: u64, delay: u64| playout.at(ms(20 * buffer), ms(20 * buffer + delay));
        assert_eq!(at(0, 100), ms(100));
        let times: Vec<_> = (1..=10).map(|buffer| at(buffer, 130)).collect();
        assert_eq!((times[8], times[9]), (ms(9 * 20 + 100), ms(10 * 20 + 130)));
        let times: Vec<_> = (11..=20).map(|buffer| at(buffer, 110)).collect();
        assert_eq!((times[8], times[9]), (ms(19 * 20 + 130), ms(20 * 20 + 110)));
    }

    #[test]
    fn a_change_of_the_buffering_is_followed() {
        let mut playout = Playout::default();
        assert_eq!(playout.at(ms(1000), ms(1100)), ms(1100));
        assert_eq!(playout.at(ms(1020), ms(1320)), ms(1320));
        assert_eq!(playout.at(ms(1040), ms(1340)), ms(1340));
    }
}
