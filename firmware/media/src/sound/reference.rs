//! What the speaker plays and when it is heard, for who has to take it out of the microphone's sound again.

use std::{collections::VecDeque, sync::Mutex};

use gst::ClockTime;

use crate::{pipeline::locked, sound::RATE};

/// Samples kept: what waits in a device and its driver is far less.
const KEPT: usize = RATE as usize;
/// Times that differ by less are the scheduling of threads, in samples: 5 ms.
pub(crate) const JITTER: i64 = RATE as i64 / 200;

/// The last second that was played.
#[derive(Debug, Default)]
pub(crate) struct Reference(Mutex<Played>);

#[derive(Debug, Default)]
struct Played {
    samples: VecDeque<i16>,
    /// Number of the sample behind the last on the common time line.
    end: i64,
}

impl Reference {
    /// These samples are heard from `at` on.
    pub(crate) fn play(&self, at: ClockTime, samples: impl Iterator<Item = i16>) {
        let mut played = locked(&self.0);
        let gap = number(at) - played.end;
        if gap.abs() > JITTER {
            played.samples.clear();
            played.end += gap;
        }
        let before = played.samples.len();
        played.samples.extend(samples);
        played.end += signed(played.samples.len() - before);
        let surplus = played.samples.len().saturating_sub(KEPT);
        played.samples.drain(..surplus);
    }

    /// What was heard from sample `first` of the common time line on; silence where nothing was.
    pub(crate) fn heard(&self, first: i64, samples: &mut [i16]) {
        let played = locked(&self.0);
        let begin = played.end - signed(played.samples.len());
        for (number, sample) in (first - begin..).zip(samples) {
            let at = usize::try_from(number).ok();
            *sample = at.and_then(|at| played.samples.get(at)).copied().unwrap_or(0);
        }
    }
}

/// Time of the sample of this number, which must not be negative.
pub(crate) fn time(number: i64) -> ClockTime {
    let nanoseconds = u128::from(number.unsigned_abs()) * 1_000_000_000 / u128::from(RATE);
    ClockTime::from_nseconds(u64::try_from(nanoseconds).unwrap_or(u64::MAX >> 1))
}

/// Number of the sample at this time of the common time line; it overflows after six million years.
pub(crate) fn number(at: ClockTime) -> i64 {
    i64::try_from(u128::from(at.nseconds()) * u128::from(RATE) / 1_000_000_000).unwrap_or(i64::MAX)
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heard(reference: &Reference, first: i64) -> [i16; 4] {
        let mut samples = [9; 4];
        reference.heard(first, &mut samples);
        samples
    }

    #[test]
    fn what_was_played_is_found_at_its_time_and_silence_elsewhere() {
        let reference = Reference::default();
        assert_eq!(heard(&reference, 5), [0; 4]);
        reference.play(ClockTime::from_mseconds(10), [1, 2].into_iter());
        assert_eq!(heard(&reference, 479), [0, 1, 2, 0]);
    }

    #[test]
    fn buffers_follow_each_other_whatever_the_jitter_of_their_times() {
        let reference = Reference::default();
        reference.play(ClockTime::from_mseconds(10), [1; 480].into_iter());
        reference.play(ClockTime::from_mseconds(23), [2; 480].into_iter());
        assert_eq!(heard(&reference, 958), [1, 1, 2, 2]);
    }

    #[test]
    fn after_a_pause_sound_is_at_its_new_time() {
        let reference = Reference::default();
        reference.play(ClockTime::from_mseconds(10), [1; 480].into_iter());
        reference.play(ClockTime::from_mseconds(100), [2; 480].into_iter());
        assert_eq!(heard(&reference, 4798), [0, 0, 2, 2]);
        assert_eq!(heard(&reference, 480), [0; 4]);
    }
}
