//! A sound that is found again in what a microphone hears: how long it took, how loud it came, how much of it the echo
//! canceller takes out.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "lengths are small and samples are clamped to 16 bits"
)]

use super::{
    BLOCK, RATE,
    echo::EchoFilter,
    fourier::{Complex, Fourier},
    level::decibels,
    recording::Recording,
};

/// Length of the marker, 2 s: the echo canceller learns a room in the first of them.
pub(crate) const LENGTH: usize = 2 * RATE as usize;
/// What is recorded of it, with what comes late, 3 s.
pub(crate) const RECORDED: usize = 3 * RATE as usize;
/// The latest that an echo is looked for, 700 ms.
const LATEST: usize = RATE as usize * 7 / 10;
/// Devices that tell more latency than they have let it come before its time: by 50 ms at most.
const EARLIEST: usize = RATE as usize / 20;
/// Peak of the marker, of full scale: as loud as a voice.
const AMPLITUDE: f64 = 0.25;
/// It swells and fades for so many samples, 50 ms.
const FADE: usize = RATE as usize / 20;
/// Regularisation of the deconvolution, as a share of the marker's mean power.
const SHARE: f32 = 0.01;
/// The highest point of a response over its root mean square that noise alone does not reach: of 36,000 values it reaches 5.
const CLEAR: f32 = 9.0;
/// What comes before the loudest reflection and has this share of it is the direct way.
const DIRECT: f32 = 0.5;

/// The marker: noise below 4 kHz, as it comes from a shower, the same each time.
pub(crate) fn samples() -> Vec<i16> {
    let (mut random, mut low) = (0x2545_f491_u32, 0.0_f64);
    let mut next = || {
        random ^= random << 13;
        random ^= random >> 17;
        random ^= random << 5;
        low += 0.4 * (f64::from(random) / f64::from(u32::MAX) * 2.0 - 1.0 - low);
        low
    };
    let each = |index: usize| {
        let edge = index.min(LENGTH - 1 - index).min(FADE) as f64 / FADE as f64;
        (next() * edge * AMPLITUDE * 2.0 * f64::from(i16::MAX)) as i16
    };
    (0..LENGTH).map(each).collect()
}

/// An echo that was found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Echo {
    /// Samples from when it is heard by the clocks until it comes; below 0 it comes before that.
    pub(crate) delay: i64,
    /// Its level beside what was played, in dB.
    pub(crate) level: f64,
}

/// Looks for what was played in what was heard.
pub(crate) fn find(recording: &Recording) -> Option<Echo> {
    let response = response(recording);
    let range = -(EARLIEST as i64)..LATEST as i64;
    let at = |delay: i64| response[delay.rem_euclid(response.len() as i64) as usize].abs();
    let strongest = range.clone().map(at).fold(0.0, f32::max);
    let mean = (range.clone().map(|delay| at(delay).powi(2)).sum::<f32>() / (LATEST + EARLIEST) as f32).sqrt();
    if strongest <= CLEAR * mean || mean == 0.0 {
        return None;
    }
    let delay = range.clone().find(|delay| at(*delay) >= DIRECT * strongest)?;
    Some(Echo { delay, level: energy_db(&recording.heard) - energy_db(&recording.played) })
}

/// How the room answers a click, by deconvolution; what comes early stands at the end.
fn response(Recording { heard, played }: &Recording) -> Vec<f32> {
    let length = (heard.len() + LATEST + EARLIEST).next_power_of_two();
    let mut fourier = Fourier::new(length);
    let mut spectrum = |samples: &[i16]| {
        let mut time: Vec<f32> = samples.iter().map(|sample| f32::from(*sample)).collect();
        time.resize(length, 0.0);
        let mut lines = vec![Complex::default(); length / 2 + 1];
        fourier.forward(&time, &mut lines);
        lines
    };
    let (played, heard) = (spectrum(played), spectrum(heard));
    let floor = SHARE * played.iter().map(|line| line.power()).sum::<f32>() / played.len() as f32;
    let divide = |(heard, played): (&Complex, &Complex)| {
        let share = played.power() + floor;
        if share > 0.0 { heard.times(played.conjugate()).scaled(1.0 / share) } else { Complex::default() }
    };
    let lines: Vec<Complex> = heard.iter().zip(&played).map(divide).collect();
    let mut time = vec![0.0; length];
    fourier.inverse(&lines, &mut time);
    time
}

/// How many dB of the echo the canceller takes out once it has learnt, when what is played reaches it `delay` samples
/// late; measured over the second half of the marker.
pub(crate) fn cancelled(recording: &Recording, delay: usize) -> f64 {
    let (mut filter, mut left) = (EchoFilter::new(), Vec::new());
    let late = std::iter::repeat_n(0, delay).chain(recording.played.iter().copied()).collect::<Vec<_>>();
    for (heard, played) in recording.heard.chunks_exact(BLOCK).zip(late.chunks_exact(BLOCK)) {
        let mut block = heard.to_vec();
        filter.process(&mut block, played);
        left.extend(block);
    }
    let loudest = late.iter().position(|sample| *sample != 0).unwrap_or(0) + LENGTH / 2;
    let part = |samples: &[i16]| {
        energy_db(samples.get(loudest..(loudest + LENGTH / 2 - FADE).min(samples.len())).unwrap_or_default())
    };
    part(&recording.heard) - part(&left)
}

/// Mean level in dBFS.
pub(crate) fn energy_db(samples: &[i16]) -> f64 {
    let energy = samples.iter().map(|sample| (f64::from(*sample) / 32768.0).powi(2)).sum();
    decibels(energy, u32::try_from(samples.len()).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The marker, heard after so many samples and so much quieter, with a reflection and a noise of this peak.
    fn room(delay: i64, gain: f64, noise: i16) -> Recording {
        let mut played = vec![0; 4800];
        played.extend(samples());
        played.resize(RECORDED, 0);
        let mut random = 7_u32;
        let at = |index: i64| usize::try_from(index).ok().and_then(|index| played.get(index)).copied().unwrap_or(0);
        let mut heard = |index: usize| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = f64::from(noise) * (f64::from(random >> 8) / f64::from(1 << 23) - 1.0);
            let index = index as i64 - delay;
            (gain * (f64::from(at(index)) + 0.6 * f64::from(at(index - 700))) + noise) as i16
        };
        Recording { heard: (0..RECORDED).map(&mut heard).collect(), played }
    }

    #[test]
    fn an_echo_is_found_at_its_delay_with_its_level() {
        for delay in [-480, 0, 5760, 24_000, 33_000] {
            let echo = find(&room(delay, 0.1, 30)).unwrap();
            assert!((echo.delay - delay).abs() <= 1, "{echo:?} instead of {delay}");
            assert!((-20.0..=-17.0).contains(&echo.level), "{echo:?}");
        }
    }

    #[test]
    fn an_echo_below_the_noise_is_found_as_well() {
        let echo = find(&room(5760, 0.02, 200)).unwrap();
        assert!((echo.delay - 5760).abs() <= 1, "{echo:?}");
    }

    #[test]
    fn where_the_speaker_is_not_heard_nothing_is_found() {
        assert_eq!(find(&room(5760, 0.0, 300)), None);
        assert_eq!(find(&Recording { played: vec![0; RECORDED], ..room(5760, 0.1, 30) }), None);
        assert_eq!(find(&Recording { heard: vec![0; RECORDED], ..room(5760, 0.1, 30) }), None);
    }

    #[test]
    fn the_canceller_takes_out_what_it_is_told_the_delay_of_and_nothing_that_comes_later_than_it_reaches() {
        let recording = room(24_000, 0.1, 3);
        assert!(cancelled(&recording, 23_500) > 15.0, "{}", cancelled(&recording, 23_500));
        assert!(cancelled(&recording, 0) < 3.0, "{}", cancelled(&recording, 0));
    }
}
