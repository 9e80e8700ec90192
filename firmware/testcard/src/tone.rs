//! Sine tones: made and found (Goertzel).
//!
//! Samples are mono, -1.0..=1.0. Analysis works in blocks of [`BLOCK_SECONDS`] and adds their energies, so that one gap
//! or phase jump (a lost packet, a drifting clock) costs its block and not the whole answer.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "sample counts and audio levels are far inside the exact range of the floating types"
)]

use std::f64::consts::TAU;

/// Length of an analysed block in seconds; tones 20 Hz apart can be told apart.
pub const BLOCK_SECONDS: f64 = 0.1;
/// The lowest level reported, in dBFS.
pub const FLOOR_DBFS: f64 = -90.0;
/// Sound below this level in dBFS counts as silence: under any microphone's noise, over dither.
pub const SILENCE_DBFS: f64 = -60.0;
/// Share of the energy from which on a tone counts as the dominant one.
pub const DOMINANT_SHARE: f64 = 0.5;

/// A sine that goes on without a click from one buffer to the next.
#[derive(Clone, Debug)]
pub struct Sine {
    step: f64,
    phase: f64,
    amplitude: f64,
}

impl Sine {
    /// A sine of `hz` at `rate` samples a second with a peak of `amplitude` (0.0..=1.0 of full scale).
    pub fn new(rate: u32, hz: f64, amplitude: f64) -> Self {
        Self { step: TAU * hz / f64::from(rate), phase: 0.0, amplitude }
    }

    /// Fills the buffer with the next samples.
    pub fn fill_f32(&mut self, samples: &mut [f32]) {
        samples.fill_with(|| self.advance() as f32);
    }

    /// Fills the buffer with the next samples, full scale = 32767.
    pub fn fill_i16(&mut self, samples: &mut [i16]) {
        samples.fill_with(|| (self.advance() * f64::from(i16::MAX)).round() as i16);
    }

    fn advance(&mut self) -> f64 {
        let value = self.phase.sin() * self.amplitude;
        self.phase = (self.phase + self.step) % TAU;
        value
    }
}

/// Samples of 16 bits on the scale of this module.
pub fn from_i16(samples: &[i16]) -> Vec<f32> {
    samples.iter().map(|sample| f32::from(*sample) / 32768.0).collect()
}

/// Share (0.0..=1.0) of the energy that lies at `hz`; 0.0 for silence and for less than one block.
pub fn strength(samples: &[f32], rate: u32, hz: f64) -> f64 {
    let length = block_length(rate);
    let (mut tone, mut total) = (0.0, 0.0);
    for block in samples.chunks_exact(length) {
        let mean = block.iter().map(|sample| f64::from(*sample)).sum::<f64>() / length as f64;
        tone += goertzel(block, mean, TAU * hz / f64::from(rate));
        total += block.iter().map(|sample| (f64::from(*sample) - mean).powi(2)).sum::<f64>();
    }
    if total <= silent_energy(samples.len()) { 0.0 } else { (tone / total).clamp(0.0, 1.0) }
}

/// The candidate that carries most of the energy, and its share; `None` when none has [`DOMINANT_SHARE`].
pub fn dominant(samples: &[f32], rate: u32, candidates: &[f64]) -> Option<(f64, f64)> {
    let shares = candidates.iter().map(|hz| (*hz, strength(samples, rate, *hz)));
    shares.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, share)| *share >= DOMINANT_SHARE)
}

/// Root-mean-square level in dBFS: a full-scale square wave has 0, a full-scale sine -3; never below [`FLOOR_DBFS`].
pub fn level_dbfs(samples: &[f32]) -> f64 {
    if samples.is_empty() {
        return FLOOR_DBFS;
    }
    let energy = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
    (10.0 * (energy / samples.len() as f64).log10()).max(FLOOR_DBFS)
}

/// True when nothing can be heard (below [`SILENCE_DBFS`]).
pub fn is_silent(samples: &[f32]) -> bool {
    level_dbfs(samples) < SILENCE_DBFS
}

fn block_length(rate: u32) -> usize {
    ((f64::from(rate) * BLOCK_SECONDS) as usize).max(1)
}

fn silent_energy(count: usize) -> f64 {
    10_f64.powf(SILENCE_DBFS / 10.0) * count as f64
}

/// Energy of the block at one angular frequency (radians a sample), on the scale of the sum of its squared samples.
fn goertzel(block: &[f32], mean: f64, step: f64) -> f64 {
    let factor = 2.0 * step.cos();
    let (last, before) = block
        .iter()
        .fold((0.0, 0.0), |(last, before), sample| (f64::from(*sample) - mean + factor * last - before, last));
    2.0 * (last * last + before * before - factor * last * before) / block.len() as f64
}
