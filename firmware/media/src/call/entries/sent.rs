//! What only encoders and devices know of sent streams.

use serde_json::{Value, json};

use super::{Fields, Known, is_hardware};
use crate::encode::{SentFigures, limitation::Reason};

fn source(fields: &mut Fields, timestamp: &Value, kind: &str, track: &str) -> Value {
    let id = format!("RTCMediaSource_{track}");
    fields.insert("mediaSourceId".into(), json!(id));
    json!({ "type": "media-source", "id": id, "timestamp": timestamp, "kind": kind, "trackIdentifier": track })
}

/// The microphone before mute.
pub(super) fn sound(fields: &mut Fields, timestamp: &Value, known: &Known) -> Value {
    let mut source = source(fields, timestamp, "audio", "microphone");
    let (level, over_all) = known.microphone;
    source["audioLevel"] = json!(level);
    source["totalAudioEnergy"] = json!(over_all.energy);
    source["totalSamplesDuration"] = json!(over_all.duration.as_secs_f64());
    source
}

/// The first picture is the camera's, the second the presentation.
pub(super) fn picture(fields: &mut Fields, timestamp: &Value, known: &Known, place: Option<usize>) -> Option<Value> {
    let (track, figures) = match place? {
        0 => (known.camera_track.as_str(), &known.camera),
        1 => ("presentation", &known.presentation),
        _ => return None,
    };
    let mut source = source(fields, timestamp, "video", track);
    source["frames"] = json!(figures.came.0);
    source["framesPerSecond"] = json!(figures.came.1);
    if let Some((width, height)) = figures.size {
        (source["width"], source["height"]) = (json!(width), json!(height));
    }
    encoded(fields, figures);
    limited(fields, figures);
    Some(source)
}

fn encoded(fields: &mut Fields, figures: &SentFigures) {
    let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
    set("framesEncoded", json!(figures.encoded.0));
    set("framesPerSecond", json!(figures.encoded.1));
    set("keyFramesEncoded", json!(figures.key_frames));
    set("totalEncodeTime", json!(figures.passed.time.as_secs_f64()));
    if let Some((width, height)) = figures.encoder_size {
        set("frameWidth", json!(width));
        set("frameHeight", json!(height));
    }
    if let Some(bitrate) = figures.target_bitrate {
        set("targetBitrate", json!(bitrate));
    }
    if !figures.encoder.is_empty() {
        set("encoderImplementation", json!(figures.encoder));
        set("powerEfficientEncoder", json!(is_hardware(&figures.encoder)));
    }
}

fn limited(fields: &mut Fields, figures: &SentFigures) {
    let durations: Fields = Reason::ALL
        .into_iter()
        .zip(figures.durations)
        .map(|(reason, time)| (reason.name().to_owned(), json!(time.as_secs_f64())))
        .collect();
    fields.insert("qualityLimitationReason".into(), json!(figures.reason.name()));
    fields.insert("qualityLimitationDurations".into(), Value::Object(durations));
    fields.insert("qualityLimitationResolutionChanges".into(), json!(figures.resized));
}
