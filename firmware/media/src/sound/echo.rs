//! The linear part of echo cancellation: learns how the room brings the speaker's sound to the microphone and takes that
//! out. What a linear model can take out costs the near voice nothing, also while both sides speak.
//!
//! A Kalman filter in the frequency domain, in partitions of 10 ms (G. Enzner and P. Vary, "Frequency-domain adaptive
//! Kalman filter for acoustic echo control in hands-free telephones", 2006; F. Kuech and others, "State-space
//! architecture of the partitioned-block-based acoustic echo controller", 2014): how much is learnt from a block follows
//! from how sure the filter is and how much else is heard, so that speech on both sides does not unteach it.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "lengths are small and samples are clamped to 16 bits"
)]

use super::{
    BLOCK,
    fourier::{Complex, Fourier},
};

/// Length of the transforms: two blocks at least.
const LENGTH: usize = 1024;
const LINES: usize = LENGTH / 2 + 1;
/// Blocks of echo that are modelled: 200 ms, of which the devices' delay takes its part.
const PARTITIONS: usize = 20;
/// What remains of the room's state in 10 ms: doors, people.
const REMAINS: f32 = 0.9998;
/// Uncertainty at the beginning: power of the response in 10 ms, of what is played.
const UNSURE: f32 = 0.02;
/// Weight of a new block in the estimate of what else is heard.
const NEWS: f32 = 0.2;
/// Power below which nothing is heard in a line, of 16-bit samples.
const QUIET: f32 = 1000.0;
/// Partitions that are brought back to 10 ms of response at each block.
const TRIMMED: usize = 2;

/// Takes the echo of what is played out of what is heard.
pub(crate) struct EchoFilter {
    fourier: Fourier,
    /// The last [`LENGTH`] samples played.
    played: Vec<f32>,
    /// Spectra of what was played, the latest at `latest`, earlier ones behind it.
    spectra: Vec<Vec<Complex>>,
    latest: usize,
    /// The room's response, and how unsure it is.
    room: Vec<Vec<Complex>>,
    unsure: Vec<Vec<f32>>,
    /// Power of what is heard besides the echo.
    besides: Vec<f32>,
    /// Partition to be trimmed next.
    trim: usize,
    /// Blocks since something was played.
    still: usize,
}

impl EchoFilter {
    pub(crate) fn new() -> Self {
        Self {
            fourier: Fourier::new(LENGTH),
            played: vec![0.0; LENGTH],
            spectra: vec![vec![Complex::default(); LINES]; PARTITIONS],
            latest: 0,
            room: vec![vec![Complex::default(); LINES]; PARTITIONS],
            unsure: vec![vec![UNSURE; LINES]; PARTITIONS],
            besides: vec![QUIET; LINES],
            trim: 0,
            still: PARTITIONS + 2,
        }
    }

    /// Works on [`BLOCK`] samples in their place; `played` are those that were played at the same time.
    pub(crate) fn process(&mut self, heard: &mut [i16], played: &[i16]) {
        self.still = if played.iter().all(|sample| *sample == 0) { self.still.saturating_add(1) } else { 0 };
        if self.still > PARTITIONS + 2 {
            // Nothing echoes any more.
            return;
        }
        self.play(played);
        let mut time = vec![0.0; LENGTH];
        let mut lines = self.echo();
        self.fourier.inverse(&lines, &mut time);
        let start = LENGTH - BLOCK;
        for (echo, heard) in time[start..].iter_mut().zip(heard) {
            *echo = f32::from(*heard) - *echo;
            *heard = echo.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16;
        }
        time[..start].fill(0.0);
        self.fourier.forward(&time, &mut lines);
        self.learn(&lines);
        self.trim(&mut time);
    }

    fn play(&mut self, played: &[i16]) {
        self.played.copy_within(BLOCK.., 0);
        for (slot, sample) in self.played[LENGTH - BLOCK..].iter_mut().zip(played) {
            *slot = f32::from(*sample);
        }
        self.latest = (self.latest + PARTITIONS - 1) % PARTITIONS;
        self.fourier.forward(&self.played, &mut self.spectra[self.latest]);
    }

    /// What was played so many blocks ago.
    fn spectrum(&self, ago: usize) -> &[Complex] {
        &self.spectra[(self.latest + ago) % PARTITIONS]
    }

    fn echo(&self) -> Vec<Complex> {
        let mut echo = vec![Complex::default(); LINES];
        for (ago, room) in self.room.iter().enumerate() {
            for ((echo, room), played) in echo.iter_mut().zip(room).zip(self.spectrum(ago)) {
                *echo = echo.plus(room.times(*played));
            }
        }
        echo
    }

    /// From what is left after the echo was taken out.
    fn learn(&mut self, left: &[Complex]) {
        // Only this share of a transform is new sound.
        let share = BLOCK as f32 / LENGTH as f32;
        let mut expected = vec![0.0_f32; LINES];
        for (ago, unsure) in self.unsure.iter().enumerate() {
            for ((expected, unsure), played) in expected.iter_mut().zip(unsure).zip(self.spectrum(ago)) {
                *expected += share * unsure * played.power();
            }
        }
        for ((expected, besides), left) in expected.iter_mut().zip(&mut self.besides).zip(left) {
            *besides += NEWS * (left.power() - *besides);
            *expected += besides.max(QUIET);
        }
        for ago in 0..PARTITIONS {
            let played = &self.spectra[(self.latest + ago) % PARTITIONS];
            let state = self.room[ago].iter_mut().zip(&mut self.unsure[ago]);
            for (((room, unsure), (played, left)), expected) in state.zip(played.iter().zip(left)).zip(&expected) {
                let step = *unsure / expected;
                *room = room.plus(played.conjugate().times(*left).scaled(step)).scaled(REMAINS);
                *unsure *= REMAINS * REMAINS * (1.0 - share * step * played.power()).max(0.0);
                *unsure += (1.0 - REMAINS * REMAINS) * room.power();
            }
        }
    }

    /// A partition models [`BLOCK`] samples; what circular convolution puts behind them is not the room's.
    fn trim(&mut self, time: &mut [f32]) {
        for _ in 0..TRIMMED {
            let partition = &mut self.room[self.trim];
            self.fourier.inverse(partition, time);
            time[BLOCK..].fill(0.0);
            self.fourier.forward(time, partition);
            self.trim = (self.trim + 1) % PARTITIONS;
        }
    }
}
