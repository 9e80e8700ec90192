//! A short recorded speech, so that a board without a microphone has something to say.

use gst::prelude::*;

use crate::{
    error::MediaError,
    pipeline::{described, named},
    sound::{self, RATE},
};

/// A speech of 17 s, Ogg/Opus, spoken by espeak-ng.
const RECORDING: &[u8] = include_bytes!("../../assets/speech.opus");
/// Pause before the speech begins again, in samples.
const PAUSE: usize = 2 * RATE as usize;
/// The decoder is given this long for one buffer; it needs less than a millisecond.
const PATIENCE: gst::ClockTime = gst::ClockTime::from_seconds(10);

/// The speech and the pause behind it, one channel.
pub(crate) fn samples() -> Result<Vec<i16>, MediaError> {
    let pipeline = described(&format!(
        "appsrc name=in ! oggdemux ! opusdec ! audioconvert ! audioresample ! {} ! appsink name=out sync=false",
        sound::FORMAT
    ))?;
    let source: gst_app::AppSrc = named(&pipeline, "in")?;
    let sink: gst_app::AppSink = named(&pipeline, "out")?;
    let decoded = decode(&pipeline, &source, &sink);
    pipeline.set_state(gst::State::Null).map_err(failed)?;
    let mut samples = decoded?;
    samples.extend(std::iter::repeat_n(0, PAUSE));
    Ok(samples)
}

fn decode(pipeline: &gst::Pipeline, source: &gst_app::AppSrc, sink: &gst_app::AppSink) -> Result<Vec<i16>, MediaError> {
    pipeline.set_state(gst::State::Playing).map_err(failed)?;
    source.push_buffer(gst::Buffer::from_slice(RECORDING)).map_err(failed)?;
    source.end_of_stream().map_err(failed)?;
    let mut samples = Vec::new();
    while let Some(sample) = sink.try_pull_sample(PATIENCE) {
        if let Some(map) = sample.buffer().and_then(|buffer| buffer.map_readable().ok()) {
            samples.extend(sound::samples(&map));
        }
    }
    if samples.is_empty() { Err(failed("cannot be decoded")) } else { Ok(samples) }
}

fn failed(error: impl std::fmt::Display) -> MediaError {
    MediaError::pipeline("recorded speech", error.to_string())
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
