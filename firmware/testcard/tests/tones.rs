//! Tones are found in what a call makes of them, and silence, noise and other tones are not taken for them.

use proptest::prelude::*;
use roombox_testcard::tone::{FLOOR_DBFS, Sine, dominant, from_i16, is_silent, level_dbfs, strength};

const RATE: u32 = 48_000;

fn sine(hz: f64, amplitude: f64, seconds: usize) -> Vec<f32> {
    let mut samples = vec![0.0; RATE as usize * seconds];
    Sine::new(RATE, hz, amplitude).fill_f32(&mut samples);
    samples
}

fn noise(amplitude: f32, count: usize) -> Vec<f32> {
    let next = |x: &u32| Some(x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    let numbers = std::iter::successors(Some(1), next);
    numbers
        .map(|x| (f32::from(u16::try_from(x >> 16).expect("16 bits")) / 32768.0 - 1.0) * amplitude)
        .take(count)
        .collect()
}

fn mixed(a: &[f32], b: &[f32]) -> Vec<f32> {
    a.iter().zip(b).map(|(a, b)| a + b).collect()
}

proptest! {
    #[test]
    fn a_sine_is_nearly_all_at_its_own_frequency(hz in 200.0..8000.0_f64, amplitude in 0.01..1.0_f64) {
        let samples = sine(hz, amplitude, 1);
        prop_assert!(strength(&samples, RATE, hz) > 0.95);
        prop_assert!(strength(&samples, RATE, hz + 100.0) < 0.05);
    }

    #[test]
    fn any_samples_give_a_share(samples in prop::collection::vec(-1.0_f32..1.0, 0..20_000), hz in 0.0..24_000.0_f64) {
        let share = strength(&samples, RATE, hz);
        prop_assert!((0.0..=1.0).contains(&share));
    }
}

#[test]
fn the_louder_of_two_tones_dominates() {
    let samples = mixed(&sine(880.0, 0.4, 1), &sine(440.0, 0.1, 1));
    let (hz, share) = dominant(&samples, RATE, &[440.0, 660.0, 880.0]).expect("880 Hz dominates");
    assert!((hz - 880.0).abs() < f64::EPSILON && share > 0.9);
}

#[test]
fn both_tones_of_a_mix_have_their_share() {
    let samples = mixed(&sine(880.0, 0.3, 1), &sine(660.0, 0.3, 1));
    assert!((strength(&samples, RATE, 880.0) - 0.5).abs() < 0.02);
    assert!((strength(&samples, RATE, 660.0) - 0.5).abs() < 0.02);
}

#[test]
fn a_tone_is_found_under_noise_as_strong_as_itself() {
    let samples = mixed(&sine(880.0, 0.2, 2), &noise(0.2, 2 * RATE as usize));
    assert!(strength(&samples, RATE, 880.0) > 0.5);
}

#[test]
fn noise_has_no_dominant_tone() {
    assert_eq!(dominant(&noise(0.5, RATE as usize), RATE, &[440.0, 660.0, 880.0]), None);
}

#[test]
fn a_gap_and_a_phase_jump_cost_little() {
    let mut samples = sine(880.0, 0.3, 2);
    samples[30_000..32_000].fill(0.0);
    samples.drain(60_000..60_017);
    assert!(strength(&samples, RATE, 880.0) > 0.9);
}

#[test]
fn a_constant_offset_does_not_hide_a_tone() {
    let samples: Vec<f32> = sine(880.0, 0.1, 1).iter().map(|sample| sample + 0.5).collect();
    assert!(strength(&samples, RATE, 880.0) > 0.95);
}

#[test]
fn silence_has_no_tone() {
    let silence = vec![0.0; RATE as usize];
    assert!(is_silent(&silence));
    assert!(strength(&silence, RATE, 880.0).abs() < f64::EPSILON);
    assert_eq!(dominant(&silence, RATE, &[880.0]), None);
    assert!((level_dbfs(&silence) - FLOOR_DBFS).abs() < f64::EPSILON);
    assert!((level_dbfs(&[]) - FLOOR_DBFS).abs() < f64::EPSILON);
}

#[test]
fn dither_below_hearing_counts_as_silence() {
    assert!(is_silent(&noise(0.0005, RATE as usize)));
    assert!(!is_silent(&sine(880.0, 0.01, 1)));
}

#[test]
fn levels_follow_the_root_mean_square() {
    assert!((level_dbfs(&sine(1000.0, 1.0, 1)) + 3.01).abs() < 0.01);
    assert!((level_dbfs(&sine(1000.0, 0.1, 1)) + 23.01).abs() < 0.01);
}

#[test]
fn buffers_join_without_a_click() {
    let mut pieces = vec![0_i16; RATE as usize];
    let mut source = Sine::new(RATE, 880.0, 0.5);
    pieces.chunks_mut(441).for_each(|buffer| source.fill_i16(buffer));
    let mut whole = vec![0_i16; RATE as usize];
    Sine::new(RATE, 880.0, 0.5).fill_i16(&mut whole);
    assert_eq!(pieces, whole);
    assert!(strength(&from_i16(&pieces), RATE, 880.0) > 0.99);
}
