//! What only decoders and the speaker know of received streams.

use serde_json::{Value, json};

use super::{Fields, is_hardware, samples};
use crate::call::{measures::Heard, picture::PictureFigures, waits::Waited};

/// Samples of sound are counted at 48 kHz, the rate inside the box.
pub(super) fn sound(fields: &mut Fields, heard: Heard) {
    let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
    set("totalSamplesReceived", json!(samples(heard.played)));
    set("totalSamplesDuration", json!(heard.played.as_secs_f64()));
    set("concealedSamples", json!(samples(heard.concealed)));
    set("concealmentEvents", json!(heard.events));
    set("audioLevel", json!(heard.level));
    set("totalAudioEnergy", json!(heard.over_all.energy));
    set("jitterBufferDelay", json!(heard.waited.total.as_secs_f64()));
    set("jitterBufferEmittedCount", json!(heard.waited.count));
    playing(fields, heard.waited);
}

/// The time in the jitter buffer is what is left of the way to the screen without the decoder.
pub(super) fn picture(fields: &mut Fields, picture: &PictureFigures) {
    let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
    set("framesReceived", json!(picture.came));
    set("keyFramesDecoded", json!(picture.key_frames));
    set("framesDecoded", json!(picture.decoded));
    set("framesDropped", json!(picture.passed.left_out));
    set("framesRendered", json!(picture.shown));
    set("framesPerSecond", json!(picture.per_second));
    set("totalDecodeTime", json!(picture.passed.time.as_secs_f64()));
    set("totalProcessingDelay", json!(picture.waited.total.as_secs_f64()));
    set("jitterBufferDelay", json!(picture.waited.total.saturating_sub(picture.passed.time).as_secs_f64()));
    set("jitterBufferEmittedCount", json!(picture.waited.count));
    set("totalInterFrameDelay", json!(picture.intervals.total.as_secs_f64()));
    set("totalSquaredInterFrameDelay", json!(picture.intervals.squares));
    set("freezeCount", json!(picture.intervals.freezes.count));
    set("totalFreezesDuration", json!(picture.intervals.freezes.total.as_secs_f64()));
    set("pauseCount", json!(picture.intervals.pauses.count));
    set("totalPausesDuration", json!(picture.intervals.pauses.total.as_secs_f64()));
    if picture.size != (0, 0) {
        set("frameWidth", json!(picture.size.0));
        set("frameHeight", json!(picture.size.1));
    }
    if let Some(decoder) = &picture.decoder {
        set("decoderImplementation", json!(decoder));
        set("powerEfficientDecoder", json!(is_hardware(decoder)));
    }
    playing(fields, picture.waited);
}

/// In ms since 1900, as the sender's clock has it (webrtc-stats: NTP).
fn playing(fields: &mut Fields, waited: Waited) {
    if let Some(captured) = waited.playing() {
        fields.insert("estimatedPlayoutTimestamp".into(), json!(captured.as_secs_f64() * 1000.0));
    }
}
