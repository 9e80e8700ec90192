//! A short recorded speech, so that a board without a microphone has something to say.

use crate::{
    error::MediaError,
    pipeline::described,
    sound::{self, RATE, batch},
};

/// A speech of 17 s, Ogg/Opus, spoken by espeak-ng.
const RECORDING: &[u8] = include_bytes!("../../assets/speech.opus");
/// Pause before the speech begins again, in samples.
const PAUSE: usize = 2 * RATE as usize;

/// The speech and the pause behind it, one channel.
pub(crate) fn samples() -> Result<Vec<i16>, MediaError> {
    let pipeline = described(&format!(
        "appsrc name=in ! oggdemux ! opusdec ! audioconvert ! audioresample ! {} ! appsink name=out sync=false",
        sound::FORMAT
    ))?;
    let mut samples = batch::run("recorded speech", &pipeline, [gst::Buffer::from_slice(RECORDING)])?;
    samples.extend(std::iter::repeat_n(0, PAUSE));
    Ok(samples)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_speech_can_be_heard_and_ends_with_a_pause() {
        gst::init().unwrap();
        let samples = samples().unwrap();
        assert!(samples.len() > 15 * RATE as usize && samples.len() < 25 * RATE as usize);
        assert!(samples[..samples.len() - PAUSE].iter().any(|sample| sample.unsigned_abs() > 8000));
        assert!(samples[samples.len() - PAUSE..].iter().all(|sample| *sample == 0));
    }
}
