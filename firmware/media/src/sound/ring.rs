//! What the virtual speaker played: the last ten seconds, with silence where nothing came.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use crate::sound::RATE;

/// How much is kept.
pub(crate) const SECONDS: u32 = 10;
/// A pause between two buffers up to this long is scheduling, not silence.
const PAUSE: Duration = Duration::from_millis(200);

/// Samples of the last ten seconds.
#[derive(Debug, Default)]
pub(crate) struct Ring {
    samples: VecDeque<i16>,
    end: Option<Instant>,
}

impl Ring {
    /// Samples that are played at `now`.
    pub(crate) fn play(&mut self, now: Instant, samples: impl Iterator<Item = i16>) {
        self.fill_gap(now);
        self.samples.extend(samples);
        self.end = Some(now);
        self.forget();
    }

    /// The last `seconds` until `now`.
    pub(crate) fn last(&mut self, now: Instant, seconds: f64) -> Vec<f32> {
        self.fill_gap(now);
        self.forget();
        let wanted = Duration::try_from_secs_f64(seconds.min(f64::from(SECONDS))).unwrap_or_default();
        let skip = self.samples.len().saturating_sub(count(wanted));
        self.samples.iter().skip(skip).map(|sample| f32::from(*sample) / 32768.0).collect()
    }

    fn fill_gap(&mut self, now: Instant) {
        let Some(end) = self.end else { return };
        let gap = now.saturating_duration_since(end);
        if gap > PAUSE {
            let zeros = count(gap.min(Duration::from_secs(SECONDS.into())));
            self.samples.extend(std::iter::repeat_n(0, zeros));
            self.end = Some(now);
        }
    }

    fn forget(&mut self) {
        let surplus = self.samples.len().saturating_sub((RATE * SECONDS) as usize);
        self.samples.drain(..surplus);
    }
}

/// Samples in a time of at most [`SECONDS`].
fn count(time: Duration) -> usize {
    usize::try_from(time.as_micros() * u128::from(RATE) / 1_000_000).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_pause_is_heard_as_silence() {
        let (start, mut ring) = (Instant::now(), Ring::default());
        ring.play(start, std::iter::repeat_n(16384, 4800));
        let heard = ring.last(start + Duration::from_secs(1), 0.5);
        assert_eq!(heard, vec![0.0; 24_000]);
        assert_eq!(ring.last(start + Duration::from_secs(1), 10.0).len(), 4800 + 48_000);
    }

    #[test]
    fn ten_seconds_are_kept() {
        let (start, mut ring) = (Instant::now(), Ring::default());
        for second in 0..30 {
            ring.play(start + Duration::from_secs(second), std::iter::repeat_n(1, 48_000));
        }
        assert_eq!(ring.last(start + Duration::from_secs(29), 99.0).len(), 480_000);
    }
}
