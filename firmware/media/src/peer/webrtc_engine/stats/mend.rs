//! What the crate writes otherwise than webrtc-stats has it.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};

use super::{ClockRates, seconds};
use crate::peer::{
    ServerWay,
    webrtc_engine::{rtcp_figures::RtcpFigures, servers::Servers},
};

/// Fields of `inbound-rtp` and `outbound-rtp`, by how they begin, that the crate writes 0 into: only a decoder, an encoder
/// or a player could fill them, or nobody (the last two lines).
const UNKNOWN_TO_THE_CRATE: [&str; 27] = [
    "audioLevel",
    "concealed",
    "concealment",
    "corruption",
    "estimatedPlayout",
    "frame",
    "freeze",
    "huge",
    "inserted",
    "jitterBuffer",
    "keyFrames",
    "packetsDiscarded",
    "pause",
    "powerEfficient",
    "psnr",
    "qp",
    "qualityLimitation",
    "removed",
    "retransmitted",
    "silentConcealed",
    "targetBitrate",
    "total",
    "encodingIndex",
    // No FEC is negotiated, retransmissions are back in their stream, and nobody reads ECN marks.
    "fec",
    "rtxSsrc",
    "packetsReceivedWith",
    "packetsReported",
];

/// `DOMHighResTimeStamp` is in ms; the crate counts seconds.
pub(super) fn times_in_ms(entry: &mut Value) {
    let Some(fields) = entry.as_object_mut() else { return };
    for (_, value) in fields.iter_mut().filter(|(name, _)| name.to_lowercase().ends_with("timestamp")) {
        if let Some(seconds) = value.as_f64() {
            *value = json!(seconds * 1_000.0);
        }
    }
}

/// A stream sent or received.
pub(super) fn stream(entry: &mut Value, clock_rates: &ClockRates) {
    if let Some(jitter) = entry["jitter"].as_f64().and_then(|ticks| seconds(ticks, entry, clock_rates)) {
        entry["jitter"] = jitter;
    }
    let Some(fields) = entry.as_object_mut() else { return };
    fields.remove("packetsSentWithEct1");
    fields.retain(|name, _| !UNKNOWN_TO_THE_CRATE.iter().any(|prefix| name.starts_with(prefix)));
}

/// Retransmissions go out on the stream itself, which only the box tells apart.
pub(super) fn resent(entry: &mut Value, reports: &RtcpFigures) {
    let Some(ssrc) = entry["ssrc"].as_u64().and_then(|ssrc| u32::try_from(ssrc).ok()) else { return };
    let resent = reports.resent(ssrc);
    entry["retransmittedPacketsSent"] = json!(resent.packets);
    entry["retransmittedBytesSent"] = json!(resent.bytes);
}

/// The path in use carries what was estimated; what was not is not known.
pub(super) fn pair(entry: &mut Value, (outgoing, incoming): (Option<u32>, Option<f64>)) {
    let used = entry["nominated"] == true;
    let Some(fields) = entry.as_object_mut() else { return };
    fields.retain(|name, _| !name.ends_with("DiscardedOnSend"));
    let estimates = [("availableOutgoingBitrate", outgoing.map(f64::from)), ("availableIncomingBitrate", incoming)];
    for (name, rate) in estimates {
        match rate.filter(|_| used) {
            Some(rate) => fields.insert(name.into(), json!(rate)),
            None => fields.remove(name),
        };
    }
}

/// The server of a candidate by its configured URL, and how the box reaches it.
pub(super) fn candidate(entry: &mut Value, servers: &Servers) {
    let Some((url, way)) = entry["url"].as_str().and_then(|url| servers.url(url)) else { return };
    let protocol = match way {
        ServerWay::Stun => None,
        ServerWay::Udp => Some("udp"),
        ServerWay::Tcp => Some("tcp"),
        ServerWay::Tls => Some("tls"),
    };
    entry["url"] = json!(url);
    if let Some(protocol) = protocol {
        entry["relayProtocol"] = json!(protocol);
    }
}

/// Four hexadecimal digits, not a name; and the crate has no other version.
pub(super) fn transport(entry: &mut Value) {
    if entry["tlsVersion"] == "DTLS 1.2" {
        entry["tlsVersion"] = json!("FEFD");
    }
}

/// The crate writes a certificate in hexadecimal digits.
pub(super) fn certificate(entry: &mut Value) {
    if let Some(bytes) = entry["base64Certificate"].as_str().and_then(bytes) {
        entry["base64Certificate"] = json!(STANDARD.encode(bytes));
    }
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeros_of_the_crate_are_no_figures() {
        let mut entry = json!({ "type": "inbound-rtp", "ssrc": 5, "packetsReceived": 7, "framesDecoded": 0, "fecSsrc": 0,
            "packetsReceivedWithCe": 0, "totalDecodeTime": 0.0, "nackCount": 2, "jitter": 480.0, "codecId": "c" });
        stream(&mut entry, &[("c".to_owned(), 48_000.0)].into());
        let left = json!({ "type": "inbound-rtp", "ssrc": 5, "packetsReceived": 7, "nackCount": 2, "jitter": 0.01,
            "codecId": "c" });
        assert_eq!(entry, left);
    }

    #[test]
    fn a_certificate_is_in_base64() {
        let mut entry = json!({ "base64Certificate": "300aff" });
        certificate(&mut entry);
        assert_eq!(entry["base64Certificate"], "MAr/");
        let mut odd = json!({ "base64Certificate": "is€" });
        certificate(&mut odd);
        assert_eq!(odd["base64Certificate"], "is€");
    }

    #[test]
    fn only_the_path_in_use_is_estimated() {
        let mut used = json!({ "nominated": true, "availableOutgoingBitrate": 0.0, "packetsDiscardedOnSend": 0 });
        pair(&mut used, (Some(900_000), Some(500_000.0)));
        assert_eq!(
            used,
            json!({ "nominated": true, "availableOutgoingBitrate": 900_000.0, "availableIncomingBitrate": 500_000.0 })
        );
        let mut idle = json!({ "nominated": false, "availableOutgoingBitrate": 0.0 });
        pair(&mut idle, (Some(900_000), None));
        assert_eq!(idle, json!({ "nominated": false }));
    }
}
