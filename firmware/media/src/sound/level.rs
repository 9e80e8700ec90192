//! Levels of what passes.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::{
    pipeline::locked,
    sound::{RATE, samples},
};

/// What counts as silence, in dBFS.
pub(crate) const FLOOR: f64 = -90.0;
/// Sound louder than this, in dBFS, is something that was said or played, not noise.
pub(crate) const AUDIBLE: f64 = -60.0;
/// A level is told over this time.
const WINDOW: Duration = Duration::from_millis(100);
/// A level this old is no level: nothing comes any more.
const STALE: Duration = Duration::from_millis(500);

/// Root-mean-square level over the last 100 ms.
#[derive(Debug, Default)]
pub(crate) struct Meter {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    energy: f64,
    count: u32,
    begun: Option<Instant>,
    level: Option<(f64, Instant)>,
    heard: Heard,
}

/// What was heard over all, by the definitions of webrtc-stats (`totalAudioEnergy`, `totalSamplesDuration`).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Heard {
    /// Square of the level, 0.0..=1.0, times the seconds it lasted.
    pub(crate) energy: f64,
    pub(crate) duration: Duration,
}

impl Meter {
    /// Takes note of a buffer; returns its own level.
    pub(crate) fn hear(&self, bytes: &[u8]) -> f64 {
        let (energy, count) = samples(bytes).fold((0.0, 0_u32), |(energy, count), sample| {
            let value = f64::from(sample) / 32768.0;
            (energy + value * value, count + 1)
        });
        let now = Instant::now();
        let mut state = locked(&self.state);
        state.energy += energy;
        state.count += count;
        state.heard.energy += energy / f64::from(RATE);
        state.heard.duration += Duration::from_secs(count.into()) / RATE;
        if now.duration_since(*state.begun.get_or_insert(now)) >= WINDOW {
            state.level = Some((decibels(state.energy, state.count), now));
            *state = State { level: state.level, heard: state.heard, begun: Some(now), ..State::default() };
        }
        decibels(energy, count)
    }

    /// What was heard so far.
    pub(crate) fn heard(&self) -> Heard {
        locked(&self.state).heard
    }

    /// The present level in dBFS; the floor when nothing comes.
    pub(crate) fn level(&self) -> f64 {
        let level = locked(&self.state).level;
        level.filter(|(_, at)| at.elapsed() < STALE).map_or(FLOOR, |(level, _)| level)
    }
}

/// A level in dBFS as a share of full scale, 0.0..=1.0; the floor is silence.
pub(crate) fn linear(decibels: f64) -> f64 {
    if decibels <= FLOOR { 0.0 } else { 10_f64.powf(decibels / 20.0).clamp(0.0, 1.0) }
}

/// Mean level in dBFS of so many samples with this energy, of full scale.
pub(crate) fn decibels(energy: f64, count: u32) -> f64 {
    if count == 0 { FLOOR } else { (10.0 * (energy / f64::from(count)).log10()).max(FLOOR) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_scale_square_wave_has_zero_decibels() {
        let bytes: Vec<u8> = [i16::MIN; 480].iter().flat_map(|sample| sample.to_le_bytes()).collect();
        assert!(Meter::default().hear(&bytes).abs() < 0.01);
    }

    #[test]
    fn a_second_of_full_scale_has_the_energy_one() {
        let meter = Meter::default();
        let bytes: Vec<u8> = [i16::MIN; 480].iter().flat_map(|sample| sample.to_le_bytes()).collect();
        for _ in 0..RATE / 480 {
            meter.hear(&bytes);
        }
        let heard = meter.heard();
        assert!((heard.energy - 1.0).abs() < 0.001, "{heard:?}");
        assert!(heard.duration.abs_diff(Duration::from_secs(1)) < Duration::from_micros(1), "{heard:?}");
    }

    #[test]
    fn silence_lies_at_the_floor() {
        let meter = Meter::default();
        assert!((meter.hear(&[0; 960]) - FLOOR).abs() < f64::EPSILON);
        assert!((meter.level() - FLOOR).abs() < f64::EPSILON);
    }
}
