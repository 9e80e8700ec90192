//! The crate's statistics as JSON with the names of webrtc-stats, and what the crate leaves out.

use std::collections::HashMap;

use serde_json::{Value, json};
use webrtc::peer_connection::{RTCStatsReport, RTCStatsReportEntry as Entry};

use super::shared::RoundTrip;

/// Fields of `inbound-rtp` and `outbound-rtp` that only a decoder, encoder or player could fill; the crate writes 0.
const UNKNOWN_TO_THE_CRATE: [&str; 14] = [
    "audioLevel",
    "concealed",
    "corruption",
    "estimatedPlayout",
    "frame",
    "freeze",
    "huge",
    "keyFrames",
    "pause",
    "qp",
    "total",
    "jitterBuffer",
    "silentConcealed",
    "psnr",
];

/// One object an entry. `available`: what the path carries from us and to us as estimated, in bit/s.
pub(super) fn entries(
    report: &RTCStatsReport,
    round_trips: &HashMap<u32, RoundTrip>,
    (outgoing, incoming): (Option<u32>, Option<f64>),
) -> Vec<Value> {
    let mut entries: Vec<Value> = report.iter().filter_map(|entry| to_json(entry).ok()).collect();
    let facts = Facts::of(&entries, round_trips);
    for entry in &mut entries {
        times_in_ms(entry);
        match entry["type"].as_str() {
            Some("inbound-rtp" | "outbound-rtp") => leave_out_unknown(entry),
            Some("candidate-pair") if entry["nominated"] == true => {
                if let Some(rate) = outgoing {
                    entry["availableOutgoingBitrate"] = json!(rate);
                }
                if let Some(rate) = incoming {
                    entry["availableIncomingBitrate"] = json!(rate);
                }
            }
            Some("remote-inbound-rtp") => facts.complete(entry),
            _ => {}
        }
        facts.jitter_in_seconds(entry);
    }
    entries
}

/// What entries need to know of each other.
struct Facts<'a> {
    clock_rates: HashMap<String, f64>,
    sent: HashMap<u64, i64>,
    round_trips: &'a HashMap<u32, RoundTrip>,
}

impl<'a> Facts<'a> {
    fn of(entries: &[Value], round_trips: &'a HashMap<u32, RoundTrip>) -> Self {
        let of_type = |wanted: &'static str| entries.iter().filter(move |entry| entry["type"] == wanted);
        let clock_rate = |codec: &Value| Some((codec["id"].as_str()?.to_owned(), codec["clockRate"].as_f64()?));
        let sent = |entry: &Value| Some((entry["ssrc"].as_u64()?, entry["packetsSent"].as_i64()?));
        Self {
            clock_rates: of_type("codec").filter_map(clock_rate).collect(),
            sent: of_type("outbound-rtp").filter_map(sent).collect(),
            round_trips,
        }
    }

    /// The crate keeps jitter in ticks of the RTP clock; webrtc-stats wants seconds.
    fn jitter_in_seconds(&self, entry: &mut Value) {
        let clock_rate = entry["codecId"].as_str().and_then(|codec| self.clock_rates.get(codec));
        if let (Some(ticks), Some(clock_rate)) = (entry["jitter"].as_f64(), clock_rate) {
            entry["jitter"] = json!(ticks / clock_rate);
        }
    }

    /// Round trips are not measured by the crate, and packets received by the peer not counted.
    fn complete(&self, entry: &mut Value) {
        let Some(ssrc) = entry["ssrc"].as_u64() else { return };
        if let Some(round_trip) = u32::try_from(ssrc).ok().and_then(|ssrc| self.round_trips.get(&ssrc)) {
            entry["roundTripTime"] = json!(round_trip.last);
            entry["totalRoundTripTime"] = json!(round_trip.total);
            entry["roundTripTimeMeasurements"] = json!(round_trip.measurements);
        }
        if let (Some(sent), Some(lost)) = (self.sent.get(&ssrc), entry["packetsLost"].as_i64()) {
            entry["packetsReceived"] = json!((sent - lost).max(0));
        }
    }
}

/// `DOMHighResTimeStamp` is in ms; the crate counts seconds.
fn times_in_ms(entry: &mut Value) {
    let Some(fields) = entry.as_object_mut() else { return };
    for (_, value) in fields.iter_mut().filter(|(name, _)| name.to_lowercase().ends_with("timestamp")) {
        if let Some(seconds) = value.as_f64() {
            *value = json!(seconds * 1_000.0);
        }
    }
}

fn leave_out_unknown(entry: &mut Value) {
    if let Some(fields) = entry.as_object_mut() {
        fields.retain(|name, _| !UNKNOWN_TO_THE_CRATE.iter().any(|prefix| name.starts_with(prefix)));
    }
}

fn to_json(entry: &Entry) -> serde_json::Result<Value> {
    match entry {
        Entry::PeerConnection(s) => serde_json::to_value(s),
        Entry::Transport(s) => serde_json::to_value(s),
        Entry::IceCandidatePair(s) => serde_json::to_value(s),
        Entry::LocalCandidate(s) | Entry::RemoteCandidate(s) => serde_json::to_value(s),
        Entry::Certificate(s) => serde_json::to_value(s),
        Entry::Codec(s) => serde_json::to_value(s),
        Entry::DataChannel(s) => serde_json::to_value(s),
        Entry::InboundRtp(s) => serde_json::to_value(s),
        Entry::OutboundRtp(s) => serde_json::to_value(s),
        Entry::RemoteInboundRtp(s) => serde_json::to_value(s),
        Entry::RemoteOutboundRtp(s) => serde_json::to_value(s),
        Entry::AudioSource(s) => serde_json::to_value(s),
        Entry::VideoSource(s) => serde_json::to_value(s),
        Entry::AudioPlayout(s) => serde_json::to_value(s),
        _ => Ok(Value::Null),
    }
}
