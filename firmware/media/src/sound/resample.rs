//! A little faster or slower, by whatever factor: sound of one clock on another.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "positions inside a buffer are small, samples are clamped"
)]

use std::f64::consts::PI;

/// Samples that one is made of.
const TAPS: usize = 16;
/// Places between two samples that the filter is known for; between those it is interpolated.
const PLACES: usize = 64;
/// Pass band of the filter, of the whole.
const PASS: f64 = 0.92;

/// Makes samples between samples.
pub(crate) struct Resampler {
    /// Filters by place.
    filters: Vec<[f32; TAPS]>,
    /// The last samples that are still needed.
    kept: Vec<f32>,
    /// Where in `kept` the first tap of the next sample lies.
    at: f64,
}

impl Resampler {
    pub(crate) fn new() -> Self {
        Self { filters: (0..=PLACES).map(filter).collect(), kept: vec![0.0; TAPS / 2 - 1], at: 0.0 }
    }

    /// Samples that have come and are not in what went out.
    pub(crate) fn behind(&self) -> f64 {
        self.kept.len() as f64 - self.at - (TAPS / 2 - 1) as f64
    }

    /// Takes samples and gives those that can be made of them, `rate` for one.
    pub(crate) fn pass(&mut self, samples: impl Iterator<Item = i16>, rate: f64) -> Vec<i16> {
        self.kept.extend(samples.map(f32::from));
        let mut out = Vec::with_capacity(self.kept.len() + 2);
        while self.at as usize + TAPS <= self.kept.len() {
            out.push(self.sample());
            self.at += 1.0 / rate;
        }
        let used = (self.at as usize).min(self.kept.len());
        self.kept.drain(..used);
        self.at -= used as f64;
        out
    }

    fn sample(&self) -> i16 {
        let (whole, place) = (self.at as usize, self.at.fract() * PLACES as f64);
        let (low, share) = (place as usize, place.fract() as f32);
        let taps = self.filters[low].iter().zip(&self.filters[low + 1]);
        let samples = &self.kept[whole..whole + TAPS];
        let sum: f32 =
            samples.iter().zip(taps).map(|(sample, (one, other))| sample * (one + share * (other - one))).sum();
        sum.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16
    }
}

/// A windowed sinc (Blackman) for the sample at `place` behind the middle.
fn filter(place: usize) -> [f32; TAPS] {
    let middle = (TAPS / 2 - 1) as f64 + place as f64 / PLACES as f64;
    let tap = |index: usize| {
        let from = index as f64 - middle;
        let sinc = if from.abs() < 1e-9 { PASS } else { (PI * PASS * from).sin() / (PI * from) };
        let turn = PI * from / (TAPS / 2) as f64;
        let window =
            if from.abs() > (TAPS / 2) as f64 { 0.0 } else { 0.42 + 0.5 * turn.cos() + 0.08 * (2.0 * turn).cos() };
        sinc * window
    };
    let taps: [f64; TAPS] = std::array::from_fn(tap);
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

#[cfg(test)]
mod tests {
    use roombox_testcard::tone::Sine;

    use super::*;
    use crate::sound::RATE;

    #[test]
    fn a_tone_stays_that_tone_on_the_other_clock_without_a_click() {
        for (hz, rate) in [(1000.0, 1.0002), (1000.0, 0.9998), (6000.0, 1.0005), (440.0, 1.0)] {
            let mut tone = vec![0; 2 * RATE as usize];
            Sine::new(RATE, hz, 0.5).fill_i16(&mut tone);
            let mut resampler = Resampler::new();
            let out: Vec<i16> = tone.chunks(480).flat_map(|part| resampler.pass(part.iter().copied(), rate)).collect();
            let expected = (tone.len() as f64 - resampler.behind()) * rate;
            assert!((out.len() as f64 - expected).abs() < 1.5, "{} of {expected}", out.len());
            // The same tone on that clock, sample by sample.
            let step = 2.0 * PI * hz / f64::from(RATE) / rate;
            let worst = out.iter().enumerate().skip(100).map(|(index, sample)| {
                let wanted = 0.5 * 32767.0 * (step * index as f64).sin();
                (f64::from(*sample) - wanted).abs()
            });
            let worst = worst.fold(0.0, f64::max);
            assert!(worst < 0.5 * 32767.0 * 0.004, "{hz} Hz at {rate}: {worst}");
        }
    }
}
