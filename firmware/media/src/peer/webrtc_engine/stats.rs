//! The crate's statistics as JSON with the names of webrtc-stats, and what the crate leaves out.

use std::collections::HashMap;

use serde_json::{Value, json};
use webrtc::peer_connection::{RTCStatsReport, RTCStatsReportEntry as Entry};

use super::shared::RoundTrip;

/// One object an entry.
pub(super) fn entries(report: &RTCStatsReport, round_trips: &HashMap<u32, RoundTrip>) -> Vec<Value> {
    let mut entries: Vec<Value> = report.iter().filter_map(|entry| to_json(entry).ok()).collect();
    for entry in entries.iter_mut().filter(|entry| entry["type"] == "remote-inbound-rtp") {
        add_round_trip(entry, round_trips);
    }
    entries
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

/// The crate does not measure round trips by RTCP (it writes 0).
fn add_round_trip(entry: &mut Value, round_trips: &HashMap<u32, RoundTrip>) {
    let ssrc = entry["ssrc"].as_u64().and_then(|ssrc| u32::try_from(ssrc).ok());
    if let Some(round_trip) = ssrc.and_then(|ssrc| round_trips.get(&ssrc)) {
        entry["roundTripTime"] = json!(round_trip.last);
        entry["totalRoundTripTime"] = json!(round_trip.total);
        entry["roundTripTimeMeasurements"] = json!(round_trip.measurements);
    }
}
