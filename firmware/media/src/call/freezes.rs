//! Freezes of a received picture, by the definition of webrtc-stats (`freezeCount`): a frame that comes later than three
//! mean intervals after the former, and at least 150 ms later than the mean.

use std::{collections::VecDeque, time::Duration};

/// Frames that the mean is taken of.
const FRAMES: usize = 30;
/// No interval counts as a freeze that is not this much longer than the mean.
const LEAST: Duration = Duration::from_millis(150);

/// What is told in statistics.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frozen {
    pub(crate) count: u64,
    pub(crate) total: Duration,
}

/// Watches frames as they are shown.
#[derive(Debug, Default)]
pub(crate) struct Freezes {
    last: Option<Duration>,
    intervals: VecDeque<Duration>,
    frozen: Frozen,
}

impl Freezes {
    /// A frame is shown at this time of any clock.
    pub(crate) fn frame(&mut self, now: Duration) {
        let Some(interval) = self.last.replace(now).map(|last| now.saturating_sub(last)) else { return };
        if let Some(mean) = self.mean()
            && interval >= (mean * 3).max(mean + LEAST)
        {
            self.frozen.count += 1;
            self.frozen.total += interval;
        }
        self.intervals.push_back(interval);
        if self.intervals.len() > FRAMES {
            self.intervals.pop_front();
        }
    }

    /// What was seen so far.
    pub(crate) fn frozen(&self) -> Frozen {
        self.frozen
    }

    fn mean(&self) -> Option<Duration> {
        let count = u32::try_from(self.intervals.len()).ok().filter(|count| *count > 0)?;
        Some(self.intervals.iter().sum::<Duration>() / count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(milliseconds: impl IntoIterator<Item = u64>) -> Frozen {
        let mut freezes = Freezes::default();
        milliseconds.into_iter().for_each(|ms| freezes.frame(Duration::from_millis(ms)));
        freezes.frozen()
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
}
