//! `remote-inbound-rtp` and `remote-outbound-rtp`, made of what the other side reported, and `remote-candidate`.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use webrtc::peer_connection::RTCIceCandidate;

use super::{ClockRates, seconds};
use crate::peer::webrtc_engine::rtcp_figures::RtcpFigures;

/// What the other side received of the stream we send; the stream names it. `None` before the first report.
pub(super) fn receiver(stream: &mut Value, reports: &RtcpFigures, clock_rates: &ClockRates) -> Option<Value> {
    let received = ssrc(stream).and_then(|ssrc| reports.received(ssrc));
    let Some(received) = received else { return unnamed(stream) };
    let mut entry = remote(stream, "remote-inbound-rtp", received.at)?;
    entry["packetsLost"] = json!(received.lost);
    entry["fractionLost"] = json!(received.fraction_lost);
    if let Some(sent) = stream["packetsSent"].as_i64() {
        entry["packetsReceived"] = json!((sent - received.lost).max(0));
    }
    if let Some(jitter) = seconds(f64::from(received.jitter), stream, clock_rates) {
        entry["jitter"] = jitter;
    }
    let (total, measurements) = received.round_trips;
    entry["totalRoundTripTime"] = json!(total.as_secs_f64());
    entry["roundTripTimeMeasurements"] = json!(measurements);
    if let Some(round_trip) = received.round_trip {
        entry["roundTripTime"] = json!(round_trip.as_secs_f64());
    }
    Some(entry)
}

/// What the other side sent of the stream we receive; the stream names it. `None` before the first report.
///
/// The round trip of this direction is known only to peers that answer with RFC 3611 DLRR blocks; none does.
pub(super) fn sender(stream: &mut Value, reports: &RtcpFigures) -> Option<Value> {
    let sent = ssrc(stream).and_then(|ssrc| reports.sent(ssrc));
    let Some(sent) = sent else { return unnamed(stream) };
    let mut entry = remote(stream, "remote-outbound-rtp", sent.at)?;
    entry["packetsSent"] = json!(sent.packets);
    entry["bytesSent"] = json!(sent.octets);
    entry["reportsSent"] = json!(sent.reports);
    entry["roundTripTimeMeasurements"] = json!(0);
    entry["totalRoundTripTime"] = json!(0.0);
    if let Some(clock) = sent.clock {
        entry["remoteTimestamp"] = json!(milliseconds(clock));
    }
    Some(entry)
}

/// The peer's candidate of the path in use.
pub(super) fn candidate(candidate: &RTCIceCandidate, transport: &Value) -> Value {
    let mut entry = json!({
        "type": "remote-candidate",
        "id": format!("RTCRemoteIceCandidate_{}", candidate.id),
        "timestamp": transport["timestamp"].as_f64().map(|seconds| seconds * 1000.0),
        "transportId": transport["id"],
        "address": candidate.address,
        "port": candidate.port,
        "protocol": candidate.protocol.to_string(),
        "candidateType": candidate.typ.to_string(),
        "priority": candidate.priority,
        "foundation": candidate.foundation,
    });
    if !candidate.related_address.is_empty() {
        entry["relatedAddress"] = json!(candidate.related_address);
        entry["relatedPort"] = json!(candidate.related_port);
    }
    entry
}

/// The entry that belongs to this stream at the other side.
fn remote(stream: &Value, kind: &str, at: Option<SystemTime>) -> Option<Value> {
    let mut entry = json!({ "type": kind, "id": stream["remoteId"].as_str()?, "localId": stream["id"] });
    for same in ["ssrc", "kind", "transportId", "codecId"] {
        entry[same] = stream[same].clone();
    }
    entry["timestamp"] = at.map_or_else(|| stream["timestamp"].clone(), |at| json!(milliseconds(at)));
    Some(entry)
}

/// Nothing was reported: the stream names nothing.
fn unnamed(stream: &mut Value) -> Option<Value> {
    stream.as_object_mut()?.remove("remoteId");
    None
}

fn ssrc(stream: &Value) -> Option<u32> {
    u32::try_from(stream["ssrc"].as_u64()?).ok()
}

/// Since 1970, as a `DOMHighResTimeStamp`.
fn milliseconds(time: SystemTime) -> f64 {
    time.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use rtc::rtcp::{reception_report::ReceptionReport, sender_report::SenderReport};

    use super::*;
    use crate::peer::ntp::ntp;

    fn stream(kind: &str) -> Value {
        json!({ "type": kind, "id": "here", "remoteId": "there", "ssrc": 5, "kind": "video", "codecId": "c",
            "transportId": "t", "packetsSent": 100, "timestamp": 1.0 })
    }

    #[test]
    fn without_a_report_there_is_no_entry_and_no_name_of_one() {
        let mut stream = stream("outbound-rtp");
        assert_eq!(receiver(&mut stream, &RtcpFigures::default(), &ClockRates::new()), None);
        assert!(stream.get("remoteId").is_none());
    }

    #[test]
    fn what_the_other_side_lost_is_told_in_packets_and_seconds() {
        let reports = RtcpFigures::default();
        let report = ReceptionReport { ssrc: 5, total_lost: 3, fraction_lost: 128, jitter: 900, ..Default::default() };
        let at = UNIX_EPOCH + Duration::from_secs(2);
        reports.receives(&report, Some(Duration::from_millis(30)), at);
        let rates = [("c".to_owned(), 90_000.0)].into();
        let entry = receiver(&mut stream("outbound-rtp"), &reports, &rates).unwrap();
        assert_eq!(
            (&entry["id"], &entry["localId"], &entry["timestamp"]),
            (&json!("there"), &json!("here"), &json!(2000.0))
        );
        assert_eq!((&entry["packetsLost"], &entry["packetsReceived"]), (&json!(3), &json!(97)));
        assert_eq!((&entry["jitter"], &entry["fractionLost"]), (&json!(0.01), &json!(0.5)));
        assert_eq!((&entry["roundTripTime"], &entry["roundTripTimeMeasurements"]), (&json!(0.03), &json!(1)));
    }

    #[test]
    fn what_the_other_side_sent_has_the_time_of_its_own_clock() {
        let reports = RtcpFigures::default();
        let clock = UNIX_EPOCH + Duration::from_secs(1_000);
        let report =
            SenderReport { ssrc: 5, ntp_time: ntp(clock), packet_count: 9, octet_count: 900, ..Default::default() };
        reports.sends(&report, SystemTime::now());
        let entry = sender(&mut stream("inbound-rtp"), &reports).unwrap();
        assert_eq!(
            (&entry["packetsSent"], &entry["bytesSent"], &entry["reportsSent"]),
            (&json!(9), &json!(900), &json!(1))
        );
        assert_eq!(entry["remoteTimestamp"], json!(1_000_000.0));
    }
}
