//! The element's statistics as JSON with the names of webrtc-stats.
//!
//! It writes the names in kebab case and some of them wrong; what it does not know is left out.

use std::time::{SystemTime, UNIX_EPOCH};

use gst::glib;
use gst_webrtc::WebRTCStatsType;
use serde_json::{Map, Value, json};

use super::capacity::Carried;
use crate::peer::Kind;

/// Fields with insides of `GStreamer`, or of no meaning outside of it.
const INTERNAL: &str = "gst-";

/// One object an entry. `kind_of` knows the SSRCs of both sides: the element calls sound `video`.
/// `carried`: what the path in use carries, where that was estimated.
pub(super) fn entries(
    report: &gst::StructureRef,
    carried: Option<Carried>,
    kind_of: &dyn Fn(u32) -> Option<Kind>,
) -> Vec<Value> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() * 1_000.0;
    let all = report.iter().filter_map(|(_, value)| value.get::<gst::Structure>().ok());
    let mut entries: Vec<Value> = all.filter_map(|entry| object(&entry, now)).collect();
    let known = |entry: &Value| entry["ssrc"].as_u64().and_then(|ssrc| u32::try_from(ssrc).ok()).and_then(kind_of);
    // A session reports under an SSRC of its own, too, which sends no media.
    let of_stream = |entry: &Value| entry["type"].as_str().is_some_and(|of| of.ends_with("bound-rtp"));
    entries.retain(|entry| !of_stream(entry) || known(entry).is_some());
    let selected: Vec<Value> = entries.iter().map(|entry| entry["selectedCandidatePairId"].clone()).collect();
    for entry in &mut entries {
        if let (Some(kind), true) = (known(entry), entry["type"] != "codec") {
            entry["kind"] = json!(if kind == Kind::Audio { "audio" } else { "video" });
        }
        if entry["type"] == "candidate-pair" && selected.contains(&entry["id"]) {
            (entry["nominated"], entry["state"]) = (json!(true), json!("succeeded"));
            if let Some(Carried { rate, .. }) = carried {
                entry["availableOutgoingBitrate"] = json!(rate.round());
            }
        }
    }
    entries
}

fn object(entry: &gst::StructureRef, now: f64) -> Option<Value> {
    let kind = entry.get::<WebRTCStatsType>("type").ok()?;
    let mut fields = Map::new();
    for (name, value) in entry.iter().filter(|(name, _)| !name.starts_with(INTERNAL)) {
        if let Some(value) = plain(value) {
            fields.insert(camel_case(name), value);
        }
    }
    let id = fields.get("id").and_then(Value::as_str).unwrap_or_default();
    fields.insert("type".into(), json!(type_name(kind, id)?));
    // The element's clock begins at the start of the machine.
    fields.insert("timestamp".into(), json!(now));
    Some(Value::Object(fields))
}

/// The candidates' types are swapped; their identifiers are not.
fn type_name(kind: WebRTCStatsType, id: &str) -> Option<&'static str> {
    Some(match kind {
        WebRTCStatsType::Codec => "codec",
        WebRTCStatsType::InboundRtp => "inbound-rtp",
        WebRTCStatsType::OutboundRtp => "outbound-rtp",
        WebRTCStatsType::RemoteInboundRtp => "remote-inbound-rtp",
        WebRTCStatsType::RemoteOutboundRtp => "remote-outbound-rtp",
        WebRTCStatsType::PeerConnection => "peer-connection",
        WebRTCStatsType::Transport => "transport",
        WebRTCStatsType::CandidatePair => "candidate-pair",
        WebRTCStatsType::LocalCandidate | WebRTCStatsType::RemoteCandidate => {
            if id.starts_with("ice-candidate-local") {
                "local-candidate"
            } else {
                "remote-candidate"
            }
        }
        _ => return None,
    })
}

fn plain(value: &glib::SendValue) -> Option<Value> {
    let number = || {
        let whole = value.get::<u64>().or_else(|_| value.get::<u32>().map(u64::from)).map(|number| json!(number));
        let signed = || value.get::<i64>().or_else(|_| value.get::<i32>().map(i64::from)).map(|number| json!(number));
        whole.or_else(|_| signed()).or_else(|_| value.get::<f64>().map(|number| json!(number))).ok()
    };
    let text = || value.get::<Option<String>>().ok().flatten().map(Value::from);
    text().or_else(|| value.get::<bool>().ok().map(Value::from)).or_else(number)
}

/// `packets-lost` → `packetsLost`.
fn camel_case(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| {
        let (initial, rest) = word.split_at_checked(1).unwrap_or((word, ""));
        all + &initial.to_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_get_the_names_of_the_specification_and_candidates_their_own_type() {
        gst::init().unwrap();
        let candidate = gst::Structure::builder("candidate")
            .field("type", WebRTCStatsType::RemoteCandidate)
            .field("id", "ice-candidate-local_1")
            .field("candidate-type", "host")
            .build();
        let received = gst::Structure::builder("received")
            .field("type", WebRTCStatsType::InboundRtp)
            .field("id", "in")
            .field("ssrc", 7_u32)
            .field("kind", "video")
            .field("packets-lost", -1_i64)
            .field("gst-rtpsource-stats", gst::Structure::new_empty("inside"))
            .build();
        let report = gst::Structure::builder("report").field("a", candidate).field("b", received).build();
        let entries = entries(&report, None, &|ssrc| (ssrc == 7).then_some(Kind::Audio));
        assert_eq!((&entries[0]["type"], &entries[0]["candidateType"]), (&json!("local-candidate"), &json!("host")));
        let sound = entries[1].as_object().unwrap();
        assert_eq!((&sound["kind"], &sound["packetsLost"]), (&json!("audio"), &json!(-1)));
        assert!(sound.keys().all(|name| !name.contains("gst")), "{sound:?}");
    }
}
