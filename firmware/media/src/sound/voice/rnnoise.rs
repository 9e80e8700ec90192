//! Noise suppression by a recurrent network (J.-M. Valin, "A hybrid DSP/deep learning approach to real-time full-band
//! speech enhancement", 2018): it also takes out what is not steady, as typing and paper.
#![allow(clippy::cast_possible_truncation, reason = "samples are clamped to 16 bits")]

use nnnoiseless::DenoiseState;

use crate::sound::BLOCK;

/// The network and what it remembers. What comes out is 10 ms older than what goes in.
pub(super) struct Rnnoise {
    state: Box<DenoiseState<'static>>,
    input: Vec<f32>,
    output: Vec<f32>,
}

// The network takes the blocks of the house as they are.
const _: () = assert!(DenoiseState::FRAME_SIZE == BLOCK);

impl Rnnoise {
    pub(super) fn new() -> Self {
        Self { state: DenoiseState::new(), input: vec![0.0; BLOCK], output: vec![0.0; BLOCK] }
    }

    /// Works on [`BLOCK`] samples in their place.
    pub(super) fn process(&mut self, near: &mut [i16]) {
        self.input.iter_mut().zip(&*near).for_each(|(value, sample)| *value = f32::from(*sample));
        self.state.process_frame(&mut self.output, &self.input);
        for (sample, value) in near.iter_mut().zip(&self.output) {
            *sample = value.round().clamp(f32::from(i16::MIN), f32::from(i16::MAX)) as i16;
        }
    }
}
