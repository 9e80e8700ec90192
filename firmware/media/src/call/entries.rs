//! The peer connection's webrtc-stats entries with what only encoders, decoders and devices know; what nobody knows is
//! left out, as a 0 would say that nothing came.

mod received;
mod sent;

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{measures::Heard, picture::PictureFigures};
use crate::{
    encode::SentFigures,
    sound::{Playout, RATE, level},
};

/// What the box knows besides its peer connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Name of the camera's track.
    pub(super) camera_track: String,
    pub(super) camera: SentFigures,
    pub(super) presentation: SentFigures,
    /// Level of the microphone, 0.0..=1.0, and what it heard over all.
    pub(super) microphone: (f64, level::Heard),
    pub(super) sound: Heard,
    pub(super) playout: Playout,
    pub(super) main: PictureFigures,
    pub(super) content: PictureFigures,
}

/// Fields of an entry.
type Fields = Map<String, Value>;

/// Fields that only an estimate fills; where there is none yet the peer connection writes 0.
const NOT_ESTIMATED: [&str; 2] = ["availableIncomingBitrate", "availableOutgoingBitrate"];

/// The one speaker.
const PLAYOUT: &str = "RTCMediaPlayout_speaker";

/// The complete entries.
pub(super) fn complete(mut entries: Vec<Value>, known: &Known) -> Vec<Value> {
    let ids: Vec<String> = entries.iter().filter_map(|entry| Some(entry["id"].as_str()?.to_owned())).collect();
    let pictures = [lines(&entries, "outbound-rtp"), lines(&entries, "inbound-rtp")];
    let mut more = Vec::new();
    for entry in &mut entries {
        let id = entry["id"].as_str().unwrap_or_default().to_owned();
        let place = |of: &[String]| of.iter().position(|other| *other == id);
        let (kind, sound) = (entry["type"].as_str().unwrap_or_default().to_owned(), entry["kind"] == "audio");
        let timestamp = entry["timestamp"].clone();
        let Some(fields) = entry.as_object_mut() else { continue };
        fields.retain(|_, value| !is_nothing(value));
        match kind.as_str() {
            "candidate-pair" => pair(fields, &ids),
            "outbound-rtp" if sound => more.push(sent::sound(fields, &timestamp, known)),
            "outbound-rtp" => more.extend(sent::picture(fields, &timestamp, known, place(&pictures[0]))),
            "inbound-rtp" if sound => {
                received::sound(fields, known.sound);
                fields.insert("playoutId".into(), json!(PLAYOUT));
                more.push(playout(&timestamp, known.playout));
            }
            "inbound-rtp" => match place(&pictures[1]) {
                Some(0) => received::picture(fields, &known.main),
                Some(1) => received::picture(fields, &known.content),
                _ => {}
            },
            _ => {}
        }
    }
    entries.extend(more);
    entries
}

/// Ids of the video entries of a type in the order of their m-lines.
fn lines(entries: &[Value], kind: &str) -> Vec<String> {
    let pictures = entries.iter().filter(|entry| entry["type"] == kind && entry["kind"] == "video");
    let line = |entry: &Value| {
        let mid = entry["mid"].as_str().unwrap_or_default().to_owned();
        Some((mid.parse::<u32>().unwrap_or(u32::MAX), mid, entry["id"].as_str()?.to_owned()))
    };
    let mut lines: Vec<_> = pictures.filter_map(line).collect();
    lines.sort();
    lines.into_iter().map(|(_, _, id)| id).collect()
}

/// How the peer connection writes what it does not know.
fn is_nothing(value: &Value) -> bool {
    matches!(value.as_str(), Some("" | "Unspecified"))
}

/// A pair names its candidates otherwise than these name themselves.
fn pair(fields: &mut Fields, ids: &[String]) {
    fields.retain(|name, value| !(NOT_ESTIMATED.contains(&name.as_str()) && value.as_f64() == Some(0.0)));
    for name in ["localCandidateId", "remoteCandidateId"] {
        let named = fields.get(name).and_then(Value::as_str).filter(|named| !named.is_empty());
        let whole = named.and_then(|named| ids.iter().find(|id| id.ends_with(&format!("_{named}"))));
        if let Some(whole) = whole.filter(|id| id.contains("Candidate_") && !id.contains("Pair")) {
            fields.insert(name.into(), json!(whole));
        }
    }
}

/// What the speaker plays: of all calls, as there is one.
fn playout(timestamp: &Value, playout: Playout) -> Value {
    json!({
        "type": "media-playout",
        "id": PLAYOUT,
        "timestamp": timestamp,
        "kind": "audio",
        "totalSamplesCount": playout.samples,
        "totalSamplesDuration": seconds(playout.samples),
        "totalPlayoutDelay": playout.delay.as_secs_f64(),
    })
}

/// How long so many samples last.
#[allow(clippy::cast_precision_loss, reason = "a call of a thousand years is exact")]
fn seconds(samples: u64) -> f64 {
    samples as f64 / f64::from(RATE)
}

/// Samples that last so long, as a whole number.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "times are not negative and small")]
fn samples(time: Duration) -> u64 {
    (time.as_secs_f64() * f64::from(RATE)).round() as u64
}

/// An element that works in hardware, by the names that drivers give.
fn is_hardware(element: &str) -> bool {
    element.rsplit(' ').next().is_some_and(|name| name.starts_with("v4l2") || name.starts_with("nv"))
}

#[cfg(test)]
mod tests;
