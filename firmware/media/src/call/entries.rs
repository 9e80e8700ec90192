//! The peer connection's webrtc-stats entries with what only encoders, decoders and devices know; what nobody knows is
//! left out, as a 0 would say that nothing came.

use serde_json::{Map, Value, json};

use super::{freezes::Frozen, measures::Heard};
use crate::encode::SentFigures;

/// What the box knows besides its peer connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Name of the camera's track.
    pub(super) camera_track: String,
    pub(super) camera: SentFigures,
    pub(super) presentation: SentFigures,
    /// Level of the microphone, 0.0..=1.0.
    pub(super) microphone_level: f64,
    pub(super) sound: Heard,
    pub(super) main: Shown,
}

/// A remote picture as it was decoded.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    pub(super) received: u64,
    pub(super) decoded: u64,
    pub(super) per_second: f64,
    /// Pixels; 0 before the first.
    pub(super) size: (u32, u32),
    /// Element that decodes.
    pub(super) decoder: Option<String>,
    pub(super) frozen: Frozen,
}

/// Fields that only an estimate fills; where there is none yet the peer connection writes 0.
const NOT_ESTIMATED: [&str; 2] = ["availableIncomingBitrate", "availableOutgoingBitrate"];

/// The complete entries.
pub(super) fn complete(mut entries: Vec<Value>, known: &Known) -> Vec<Value> {
    entries.retain(|entry| entry["type"] != "remote-outbound-rtp" || entry["reportsSent"] != 0);
    let ids: Vec<String> = entries.iter().filter_map(|entry| Some(entry["id"].as_str()?.to_owned())).collect();
    let pictures = [lines(&entries, "outbound-rtp"), lines(&entries, "inbound-rtp")];
    let mut sources = Vec::new();
    for entry in &mut entries {
        let id = entry["id"].as_str().unwrap_or_default().to_owned();
        let place = |of: &[String]| of.iter().position(|other| *other == id);
        let (kind, sound) = (entry["type"].as_str().unwrap_or_default().to_owned(), entry["kind"] == "audio");
        let timestamp = entry["timestamp"].clone();
        let Some(fields) = entry.as_object_mut() else { continue };
        fields.retain(|_, value| !is_nothing(value));
        match kind.as_str() {
            "candidate-pair" => pair(fields, &ids),
            "outbound-rtp" if sound => sources.push(sound_sent(fields, &timestamp, known)),
            "outbound-rtp" => sources.extend(picture_sent(fields, &timestamp, known, place(&pictures[0]))),
            "inbound-rtp" if sound => sound_received(fields, known.sound),
            "inbound-rtp" if place(&pictures[1]) == Some(0) => picture_received(fields, &known.main),
            _ => {}
        }
    }
    entries.extend(sources);
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
fn pair(fields: &mut Map<String, Value>, ids: &[String]) {
    fields.retain(|name, value| !(NOT_ESTIMATED.contains(&name.as_str()) && value.as_f64() == Some(0.0)));
    for name in ["localCandidateId", "remoteCandidateId"] {
        let named = fields.get(name).and_then(Value::as_str).filter(|named| !named.is_empty());
        let whole = named.and_then(|named| ids.iter().find(|id| id.ends_with(&format!("_{named}"))));
        if let Some(whole) = whole.filter(|id| id.contains("Candidate_") && !id.contains("Pair")) {
            fields.insert(name.into(), json!(whole));
        }
    }
}

fn source(fields: &mut Map<String, Value>, timestamp: &Value, kind: &str, track: &str) -> Value {
    let id = format!("RTCMediaSource_{track}");
    fields.insert("mediaSourceId".into(), json!(id));
    json!({ "type": "media-source", "id": id, "timestamp": timestamp, "kind": kind, "trackIdentifier": track })
}

fn sound_sent(fields: &mut Map<String, Value>, timestamp: &Value, known: &Known) -> Value {
    let mut source = source(fields, timestamp, "audio", "microphone");
    source["audioLevel"] = json!(known.microphone_level);
    source
}

/// The first picture is the camera's, the second the presentation.
fn picture_sent(
    fields: &mut Map<String, Value>,
    timestamp: &Value,
    known: &Known,
    place: Option<usize>,
) -> Option<Value> {
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
    let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
    set("framesEncoded", json!(figures.encoded.0));
    set("framesPerSecond", json!(figures.encoded.1));
    set("keyFramesEncoded", json!(figures.key_frames));
    if let Some((width, height)) = figures.encoder_size {
        set("frameWidth", json!(width));
        set("frameHeight", json!(height));
    }
    if let Some(bitrate) = figures.target_bitrate {
        set("targetBitrate", json!(bitrate));
    }
    if !figures.encoder.is_empty() {
        set("encoderImplementation", json!(figures.encoder));
    }
    Some(source)
}

/// Samples at 48 kHz, the clock of Opus.
fn sound_received(fields: &mut Map<String, Value>, heard: Heard) {
    let samples = |time: std::time::Duration| json!((time.as_secs_f64() * 48_000.0).round());
    let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
    set("totalSamplesReceived", samples(heard.played));
    set("totalSamplesDuration", json!(heard.played.as_secs_f64()));
    set("concealedSamples", samples(heard.concealed));
    set("concealmentEvents", json!(heard.events));
}

fn picture_received(fields: &mut Map<String, Value>, shown: &Shown) {
    let mut set = |name: &str, value: Value| fields.insert(name.into(), value);
    set("framesReceived", json!(shown.received));
    set("framesDecoded", json!(shown.decoded));
    set("framesPerSecond", json!(shown.per_second));
    set("freezeCount", json!(shown.frozen.count));
    set("totalFreezesDuration", json!(shown.frozen.total.as_secs_f64()));
    if shown.size != (0, 0) {
        set("frameWidth", json!(shown.size.0));
        set("frameHeight", json!(shown.size.1));
    }
    if let Some(decoder) = &shown.decoder {
        set("decoderImplementation", json!(decoder));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Known {
        let camera =
            SentFigures { came: (30, 15), size: Some((640, 360)), encoded: (29, 15), ..SentFigures::default() };
        Known { camera_track: "camera-2".into(), camera, ..Known::default() }
    }

    fn of_type<'a>(entries: &'a [Value], kind: &str) -> Vec<&'a Value> {
        entries.iter().filter(|entry| entry["type"] == kind).collect()
    }

    #[test]
    fn the_camera_is_the_lower_line_and_names_its_source() {
        let sent =
            |mid: &str| json!({ "type": "outbound-rtp", "id": format!("out{mid}"), "kind": "video", "mid": mid });
        let entries = complete(vec![sent("10"), sent("2")], &known());
        let camera = entries.iter().find(|entry| entry["id"] == "out2").unwrap();
        assert_eq!(
            (&camera["framesEncoded"], &camera["mediaSourceId"]),
            (&json!(29), &json!("RTCMediaSource_camera-2"))
        );
        let sources = of_type(&entries, "media-source");
        assert_eq!(sources.len(), 2);
        assert!(sources.iter().any(|s| s["trackIdentifier"] == "camera-2" && s["frames"] == 30 && s["width"] == 640));
    }

    #[test]
    fn what_nobody_knows_is_left_out() {
        let entries = complete(
            vec![
                json!({ "type": "candidate-pair", "id": "p", "availableIncomingBitrate": 0.0, "availableOutgoingBitrate": 5.0 }),
                json!({ "type": "inbound-rtp", "id": "i", "kind": "audio", "decoderImplementation": "" }),
                json!({ "type": "remote-outbound-rtp", "id": "r", "reportsSent": 0, "packetsSent": 0 }),
            ],
            &known(),
        );
        assert_eq!(entries.len(), 2);
        assert!(entries[0].get("availableIncomingBitrate").is_none() && entries[0]["availableOutgoingBitrate"] == 5.0);
        assert!(entries[1].get("decoderImplementation").is_none() && entries[1].get("framesDecoded").is_none());
    }

    #[test]
    fn a_pair_names_its_candidates_as_they_name_themselves() {
        let entries = complete(
            vec![
                json!({ "type": "candidate-pair", "id": "RTCIceCandidatePair_a_b", "localCandidateId": "a", "remoteCandidateId": "b" }),
                json!({ "type": "local-candidate", "id": "RTCLocalIceCandidate_a" }),
            ],
            &known(),
        );
        assert_eq!(entries[0]["localCandidateId"], "RTCLocalIceCandidate_a");
        assert_eq!(entries[0]["remoteCandidateId"], "b");
    }

    #[test]
    fn whatever_an_entry_is_nothing_breaks() {
        let odd = vec![
            json!(null),
            json!([1]),
            json!({ "type": 5, "id": [] }),
            json!({ "type": "outbound-rtp", "kind": "video" }),
        ];
        assert_eq!(complete(odd, &Known::default()).len(), 4);
    }
}
