//! A synthetic room: what the far side says comes back from the walls into the microphone, besides what is said here.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "samples are clamped and counts are small"
)]

use super::*;
use crate::sound::{BLOCK, RATE, speech};

const MS: usize = RATE as usize / 1000;
/// What is heard until here belongs to the time in which the room is learnt.
const LEARNT: usize = 2 * RATE as usize;
const LENGTH: usize = 9 * RATE as usize;

/// Impulse response of a room: the direct way after `delay`, then reflections that fall by 60 dB in 200 ms.
fn room(delay: usize) -> Vec<(usize, f64)> {
    let mut random = 12345_u32;
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(random >> 8) / f64::from(1 << 24) * 2.0 - 1.0
    };
    let reflections = (1..60).map(|index| {
        let after = index * 2 * MS + 7 * index % 50;
        (delay + after, 0.25 * next() * 10_f64.powf(-3.0 * after as f64 / (200.0 * MS as f64)))
    });
    std::iter::once((delay, 0.4)).chain(reflections).collect()
}

/// What the far side says.
fn far() -> Vec<i16> {
    gst::init().unwrap();
    let mut samples = speech::samples().unwrap();
    samples.truncate(LENGTH);
    samples
}

fn echo(far: &[i16]) -> Vec<f64> {
    let room = room(20 * MS);
    let came = |index: usize, delay: usize| index.checked_sub(delay).map_or(0.0, |index| f64::from(far[index]));
    (0..far.len()).map(|index| room.iter().map(|(delay, gain)| came(index, *delay) * gain).sum()).collect()
}

fn run(wish: VoiceProcessing, heard: &[f64], far: &[i16]) -> Vec<f64> {
    gst::init().unwrap();
    let (mut voice, missing) = VoiceProcessor::new(wish);
    assert!(missing.is_none(), "{missing:?}");
    let mut out = Vec::new();
    for (heard, far) in heard.chunks_exact(BLOCK).zip(far.chunks_exact(BLOCK)) {
        let mut block: Vec<i16> = heard.iter().map(|sample| sample.clamp(-32768.0, 32767.0) as i16).collect();
        voice.process(&mut block, far).unwrap();
        out.extend(block.into_iter().map(f64::from));
    }
    out
}

fn product(one: &[f64], other: &[f64]) -> f64 {
    one.iter().zip(other).map(|(one, other)| one * other).sum()
}

fn decibels(one: f64, other: f64) -> f64 {
    10.0 * (one / other.max(1.0)).log10()
}

const ECHO: VoiceProcessing = VoiceProcessing { echo_cancellation: true, ..VoiceProcessing::NONE };

#[test]
fn the_echo_of_a_room_is_25_db_less_after_two_seconds() {
    let far = far();
    let echo = echo(&far);
    let left = run(ECHO, &echo, &far);
    let (echo, left) = (&echo[LEARNT..left.len()], &left[LEARNT..]);
    let erle = decibels(product(echo, echo), product(left, left));
    println!("echo return loss enhancement {erle:.1} dB");
    assert!(erle >= 25.0, "{erle}");
}

#[test]
fn a_near_voice_loses_less_than_3_db_while_both_sides_speak() {
    let far = far();
    let mut near: Vec<f64> = far.iter().map(|sample| f64::from(*sample) / 2.0).collect();
    near.rotate_left(LENGTH / 2);
    let heard: Vec<f64> = echo(&far).iter().zip(&near).map(|(echo, near)| echo + near).collect();
    let alone = run(ECHO, &near, &vec![0; LENGTH]);
    let both = run(ECHO, &heard, &far);
    let (alone, both) = (&alone[LEARNT..], &both[LEARNT..]);
    // The share of the voice, as it comes without the far side, in what comes with it.
    let gain = product(both, alone) / product(alone, alone);
    let loss = -20.0 * gain.log10();
    println!("near-end loss {loss:.1} dB");
    assert!(loss <= 3.0 && gain < 1.2, "{loss}");
}

#[test]
fn steady_noise_is_suppressed_and_a_quiet_voice_is_raised() {
    gst::init().unwrap();
    let mut random = 7_u32;
    let noise: Vec<f64> = (0..4 * RATE)
        .map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(random >> 24) - 128.0
        })
        .collect();
    let still = vec![0; noise.len()];
    let out =
        run(VoiceProcessing { noise_suppression: NoiseSuppression::Webrtc, ..VoiceProcessing::NONE }, &noise, &still);
    let (noise, out) = (&noise[LEARNT..], &out[LEARNT..]);
    assert!(decibels(product(noise, noise), product(out, out)) > 6.0);

    let quiet: Vec<f64> = far().iter().map(|sample| f64::from(*sample) / 10.0).collect();
    let out = run(VoiceProcessing { automatic_gain: true, ..VoiceProcessing::NONE }, &quiet, &vec![0; LENGTH]);
    assert!(decibels(product(&out, &out), product(&quiet, &quiet)) > 3.0);
}

#[test]
fn the_network_takes_noise_away_and_leaves_the_voice() {
    let mut random = 7_u32;
    let noise: Vec<f64> = (0..LENGTH)
        .map(|_| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(random >> 24) - 128.0
        })
        .collect();
    let wish = VoiceProcessing { noise_suppression: NoiseSuppression::Rnnoise, ..VoiceProcessing::NONE };
    let out = run(wish, &noise, &vec![0; LENGTH]);
    let taken = decibels(product(&noise[LEARNT..], &noise[LEARNT..]), product(&out[LEARNT..], &out[LEARNT..]));
    let voice: Vec<f64> = far().iter().map(|sample| f64::from(*sample)).collect();
    let heard: Vec<f64> = voice.iter().zip(&noise).map(|(voice, noise)| voice + noise).collect();
    let out = run(wish, &heard, &vec![0; LENGTH]);
    // What comes out is a block older.
    let (voice, out) = (&voice[LEARNT - BLOCK..LENGTH - BLOCK], &out[LEARNT..]);
    let gain = product(out, voice) / product(voice, voice);
    println!("noise {taken:.1} dB less, voice {:.1} dB", 20.0 * gain.log10());
    assert!(taken > 8.0, "{taken}");
    assert!((0.8..1.1).contains(&gain), "{gain}");
}
