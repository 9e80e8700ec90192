//! Freezes and pauses of a received picture by the definitions of webrtc-stats. `freezeCount`: a frame that comes later than
//! three mean intervals after the former, and at least 150 ms later than the mean. `pauseCount`: later than five seconds.

use std::{collections::VecDeque, time::Duration};

/// Frames that the mean is taken of.
const FRAMES: usize = 30;
/// No interval counts as a freeze that is not this much longer than the mean.
const LEAST: Duration = Duration::from_millis(150);

/// An interval this long is a pause.
const PAUSE: Duration = Duration::from_secs(5);

/// How often something was, and how long all together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frozen {
    pub(crate) count: u64,
    pub(crate) total: Duration,
}

impl Frozen {
    fn add(&mut self, interval: Duration) {
        self.count += 1;
        self.total += interval;
    }
}

/// Intervals between frames, as told in statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Intervals {
    pub(crate) freezes: Frozen,
    pub(crate) pauses: Frozen,
    pub(crate) total: Duration,
    /// In s².
    pub(crate) squares: f64,
}

/// Watches frames as they are shown.
#[derive(Debug, Default)]
pub(crate) struct Freezes {
    last: Option<Duration>,
    lately: VecDeque<Duration>,
    intervals: Intervals,
}

impl Freezes {
    /// A frame is shown at this time of any clock.
    pub(crate) fn frame(&mut self, now: Duration) {
        let Some(interval) = self.last.replace(now).map(|last| now.saturating_sub(last)) else { return };
        if let Some(mean) = self.mean()
            && interval >= (mean * 3).max(mean + LEAST)
        {
            self.intervals.freezes.add(interval);
        }
        if interval > PAUSE {
            self.intervals.pauses.add(interval);
        }
        self.intervals.total += interval;
        self.intervals.squares += interval.as_secs_f64().powi(2);
        self.lately.push_back(interval);
        if self.lately.len() > FRAMES {
            self.lately.pop_front();
        }
    }

    /// What was seen so far.
    pub(crate) fn intervals(&self) -> Intervals {
        self.intervals
    }

    fn mean(&self) -> Option<Duration> {
        let count = u32::try_from(self.lately.len()).ok().filter(|count| *count > 0)?;
        Some(self.lately.iter().sum::<Duration>() / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intervals(milliseconds: impl IntoIterator<Item = u64>) -> Intervals {
        let mut freezes = Freezes::default();
        milliseconds.into_iter().for_each(|ms| freezes.frame(Duration::from_millis(ms)));
        freezes.intervals()
    }

    fn after(milliseconds: impl IntoIterator<Item = u64>) -> Frozen {
        intervals(milliseconds).freezes
    }

    #[test]
    fn an_even_picture_and_one_with_a_frame_missing_do_not_freeze() {
        assert_eq!(after((0..300).map(|frame| frame * 33)), Frozen::default());
        assert_eq!(after((0..300).filter(|frame| frame % 50 != 0).map(|frame| frame * 33)), Frozen::default());
        // A frame a second, as of a page that stands still.
        assert_eq!(after((0..30).map(|frame| frame * 1000)), Frozen::default());
    }

    #[test]
    fn a_pause_counts_with_its_whole_length() {
        let frozen = after((0..30).map(|frame| frame * 33).chain([30 * 33 + 400]));
        assert_eq!(frozen, Frozen { count: 1, total: Duration::from_millis(433) });
    }

    #[test]
    fn five_seconds_without_a_frame_are_a_pause_as_well() {
        let seen = intervals([0, 100, 200, 6_000]);
        assert_eq!((seen.pauses.count, seen.freezes.count), (1, 1));
        assert_eq!(seen.pauses.total, Duration::from_millis(5_800));
    }

    #[test]
    fn intervals_and_their_squares_add_up() {
        let seen = intervals([0, 100, 300]);
        assert_eq!(seen.total, Duration::from_millis(300));
        assert!((seen.squares - 0.05).abs() < 1e-9);
    }
}
