//! What makes a microphone fit for a room with a loudspeaker: echo cancellation, automatic gain, noise suppression.

mod dsp;
mod stage;

use dsp::Dsp;
pub(crate) use stage::VoiceStage;

use crate::{api::VoiceProcessing, error::MediaError, sound::echo::EchoFilter};

/// The processing of one microphone, 10 ms after the other.
pub(crate) struct VoiceProcessor {
    echo: Option<EchoFilter>,
    dsp: Option<Dsp>,
}

impl VoiceProcessor {
    /// As wished; with the reason where a part of it is not to be had here.
    pub(crate) fn new(wish: VoiceProcessing) -> (Self, Option<MediaError>) {
        let (dsp, missing) = match Dsp::new(wish) {
            Ok(dsp) => (dsp, None),
            Err(error) => (None, Some(error)),
        };
        (Self { echo: wish.echo_cancellation.then(EchoFilter::new), dsp }, missing)
    }

    /// Works on [`crate::sound::BLOCK`] samples of the microphone in their place; `played` are those that were heard
    /// from the speaker meanwhile.
    pub(crate) fn process(&mut self, near: &mut [i16], played: &[i16]) -> Result<(), MediaError> {
        if let Some(echo) = &mut self.echo {
            echo.process(near, played);
        }
        self.dsp.as_mut().map_or(Ok(()), |dsp| dsp.process(near, played))
    }
}

#[cfg(test)]
mod tests;
