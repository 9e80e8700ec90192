//! The crate's statistics as JSON with the names of webrtc-stats: what the crate counts wrong or does not know is mended,
//! what nobody counts is left out.

mod mend;
mod remote;

use std::collections::HashMap;

use serde_json::{Value, json};
use webrtc::peer_connection::{RTCIceCandidate, RTCStatsReport, RTCStatsReportEntry as Entry};

use super::shared::Shared;

/// One object an entry. `remote`: the peer's candidate of the path in use, which the crate keeps no figures of when it
/// came in a description.
pub(super) fn entries(report: &RTCStatsReport, remote: Option<&RTCIceCandidate>, shared: &Shared) -> Vec<Value> {
    let (reports, available) = (&shared.figures, (shared.available(), shared.path.incoming()));
    let mut entries: Vec<Value> = report.iter().filter_map(|entry| to_json(entry).ok()).collect();
    entries.retain(Value::is_object);
    let clock_rates = clock_rates(&entries);
    let transport = entries.iter().find(|entry| entry["type"] == "transport").cloned().unwrap_or_default();
    let mut told: Vec<Value> = remote.map(|remote| remote::candidate(remote, &transport)).into_iter().collect();
    for entry in &mut entries {
        mend::times_in_ms(entry);
        match entry["type"].as_str() {
            Some("inbound-rtp") => {
                mend::stream(entry, &clock_rates);
                told.extend(remote::sender(entry, reports));
            }
            Some("outbound-rtp") => {
                mend::stream(entry, &clock_rates);
                mend::resent(entry, reports);
                told.extend(remote::receiver(entry, reports, &clock_rates));
            }
            Some("candidate-pair") => mend::pair(entry, available),
            Some("codec") => entry["transportId"] = transport["id"].clone(),
            Some("local-candidate") => mend::candidate(entry, &shared.servers),
            Some("transport") => mend::transport(entry),
            Some("certificate") => mend::certificate(entry),
            _ => {}
        }
    }
    entries.extend(told);
    entries
}

/// Clock rates in Hz by the id of their codec.
type ClockRates = HashMap<String, f64>;

fn clock_rates(entries: &[Value]) -> ClockRates {
    let codecs = entries.iter().filter(|entry| entry["type"] == "codec");
    codecs.filter_map(|codec| Some((codec["id"].as_str()?.to_owned(), codec["clockRate"].as_f64()?))).collect()
}

/// Jitter is kept in ticks of the RTP clock, also by the crate; webrtc-stats wants seconds.
fn seconds(ticks: f64, stream: &Value, clock_rates: &ClockRates) -> Option<Value> {
    let clock_rate = clock_rates.get(stream["codecId"].as_str()?)?;
    (*clock_rate > 0.0).then(|| json!(ticks / clock_rate))
}

/// What the other side reports is not taken from the crate: it reads receiver reports only, and a peer that sends as well
/// puts the same into its sender reports (RFC 3550 section 6.4).
fn to_json(entry: &Entry) -> serde_json::Result<Value> {
    match entry {
        Entry::PeerConnection(s) => serde_json::to_value(s),
        Entry::Transport(s) => serde_json::to_value(s),
        Entry::IceCandidatePair(s) => serde_json::to_value(s),
        Entry::LocalCandidate(s) => serde_json::to_value(s),
        Entry::Certificate(s) => serde_json::to_value(s),
        Entry::Codec(s) => serde_json::to_value(s),
        Entry::InboundRtp(s) => serde_json::to_value(s),
        Entry::OutboundRtp(s) => serde_json::to_value(s),
        _ => Ok(Value::Null),
    }
}
