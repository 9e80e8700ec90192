//! Lets frames pass at a rate, the first at once.

use gst::ClockTime;

/// Frames may be so early, so that jitter of a source of the same rate costs none.
const EARLY: ClockTime = ClockTime::from_mseconds(10);

/// Drops frames that come faster than wanted.
#[derive(Debug, Default)]
pub(crate) struct Gate {
    due: Option<ClockTime>,
}

impl Gate {
    /// Does a frame of this time pass, where `rate` frames a second may?
    pub(crate) fn passes(&mut self, time: ClockTime, rate: Option<u32>) -> bool {
        let Some(rate) = rate.filter(|rate| *rate > 0) else {
            self.due = None;
            return true;
        };
        let interval = ClockTime::SECOND / u64::from(rate);
        // A time further off than that is from before a change, or from before a pause.
        let near = |due: &ClockTime| *due <= time + interval * 2 && time <= *due + interval;
        let due = self.due.filter(near).unwrap_or(time);
        if time + EARLY.min(interval / 4) < due {
            return false;
        }
        self.due = Some(due + interval);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(gate: &mut Gate, milliseconds: impl Iterator<Item = u64>, rate: Option<u32>) -> Vec<u64> {
        milliseconds.filter(|ms| gate.passes(ClockTime::from_mseconds(*ms), rate)).collect()
    }

    #[test]
    fn a_third_of_the_frames_passes_at_a_third_of_the_rate() {
        let passed = passed(&mut Gate::default(), (0..30).map(|frame| frame * 1000 / 30), Some(10));
        assert_eq!(passed.len(), 10);
    }

    #[test]
    fn every_frame_passes_without_a_bound_and_at_the_rate_of_the_source() {
        assert_eq!(passed(&mut Gate::default(), 0..30, None).len(), 30);
        let jitter = (0..30).map(|frame| 40 * frame + (frame % 3) * 3);
        assert_eq!(passed(&mut Gate::default(), jitter, Some(25)).len(), 30);
    }

    #[test]
    fn a_frame_a_second_is_one_a_second() {
        let passed = passed(&mut Gate::default(), (0..90).map(|frame| frame * 1000 / 30), Some(1));
        assert_eq!(passed.len(), 3);
    }

    #[test]
    fn after_a_pause_or_a_faster_rate_frames_pass_at_once_and_not_in_a_burst() {
        let mut gate = Gate::default();
        passed(&mut gate, 0..1, Some(1));
        assert_eq!(passed(&mut gate, 60_000..60_150, Some(10)).len(), 2);
        assert!(gate.passes(ClockTime::from_seconds(1), Some(10)), "time went back");
    }
}
