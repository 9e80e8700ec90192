//! What makes a microphone fit for a room with a loudspeaker: echo cancellation, automatic gain, noise suppression.

mod dsp;
mod rnnoise;
mod stage;

use dsp::Dsp;
use rnnoise::Rnnoise;
pub(crate) use stage::VoiceStage;

use crate::{
    api::{NoiseSuppression, VoiceProcessing},
    error::MediaError,
    sound::echo::EchoFilter,
};

/// The processing of one microphone, 10 ms after the other.
pub(crate) struct VoiceProcessor {
    echo: Option<EchoFilter>,
    dsp: Option<Dsp>,
    rnnoise: Option<Rnnoise>,
}

impl VoiceProcessor {
    /// As wished; with the reason where a part of it is not to be had here.
    pub(crate) fn new(wish: VoiceProcessing) -> (Self, Option<MediaError>) {
        let (dsp, missing) = match Dsp::new(wish) {
            Ok(dsp) => (dsp, None),
            Err(error) => (None, Some(error)),
        };
        let echo = wish.echo_cancellation.then(EchoFilter::new);
        let rnnoise = (wish.noise_suppression == NoiseSuppression::Rnnoise).then(Rnnoise::new);
        (Self { echo, dsp, rnnoise }, missing)
    }

    /// Works on [`crate::sound::BLOCK`] samples of the microphone in their place; `played` are those that were heard
    /// from the speaker meanwhile.
    pub(crate) fn process(&mut self, near: &mut [i16], played: &[i16]) -> Result<(), MediaError> {
        if let Some(echo) = &mut self.echo {
            echo.process(near, played);
        }
        let processed = self.dsp.as_mut().map_or(Ok(()), |dsp| dsp.process(near, played));
        if let Some(rnnoise) = &mut self.rnnoise {
            rnnoise.process(near);
        }
        processed
    }
}

#[cfg(test)]
mod tests;
