//! When another camera counts as really sent (spec section 2.7).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::Report;
use crate::statistics::fields::{self as field, StatisticsField};

/// How much has to go out before a replaced camera counts as sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Strictness {
    /// One packet.
    Fast,
    /// Enough for a picture.
    #[default]
    Normal,
    /// Pictures that go on.
    Strict,
}

/// What has to be sent since the replacement, and in how many samples in a row.
struct Demand {
    packets: u64,
    bytes: u64,
    frames: u64,
    samples: u32,
}

impl Strictness {
    const fn demand(self) -> Demand {
        match self {
            Self::Fast => Demand { packets: 1, bytes: 0, frames: 0, samples: 1 },
            Self::Normal => Demand { packets: 5, bytes: 8_000, frames: 3, samples: 1 },
            Self::Strict => Demand { packets: 10, bytes: 16_000, frames: 5, samples: 2 },
        }
    }
}

/// What had been sent when a sample was taken; what is not measured counts as nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    packets: u64,
    bytes: u64,
    frames: u64,
}

impl Sent {
    pub(super) fn of(report: &Report) -> Self {
        let video = &report.outbound.video;
        let (rtp, source) = (video.outbound_rtp.as_ref(), video.media_source.as_ref());
        let count = |entry: Option<&serde_json::Value>, field: StatisticsField| {
            entry.and_then(|entry| field.count(entry)).unwrap_or(0)
        };
        Self {
            packets: count(rtp, field::PACKETS_SENT),
            bytes: count(rtp, field::BYTES_SENT),
            frames: count(rtp, field::FRAMES_ENCODED).max(count(source, field::FRAMES)),
        }
    }

    fn since(self, before: Self) -> Self {
        Self {
            packets: self.packets.saturating_sub(before.packets),
            bytes: self.bytes.saturating_sub(before.bytes),
            frames: self.frames.saturating_sub(before.frames),
        }
    }
}

/// The proof that one track is sent.
#[derive(Debug)]
pub(super) struct Proof {
    track: String,
    strictness: Strictness,
    baseline: Sent,
    before: Option<Sent>,
    good: u32,
}

impl Proof {
    pub(super) const fn new(track: String, strictness: Strictness, baseline: Sent) -> Self {
        Self { track, strictness, baseline, before: None, good: 0 }
    }

    pub(super) fn track(&self) -> &str {
        &self.track
    }

    /// One more sample; true when the track is proved to be sent.
    pub(super) fn sample(&mut self, report: &Report) -> bool {
        let (now, demand) = (Sent::of(report), self.strictness.demand());
        let sent = now.since(self.baseline);
        let enough = sent.packets >= demand.packets && sent.bytes >= demand.bytes && sent.frames >= demand.frames;
        let grows =
            self.before.replace(now).is_none_or(|before| now.bytes > before.bytes && now.frames > before.frames);
        let steady = self.strictness != Strictness::Strict || self.good == 0 || grows;
        self.good = if self.is_track(report) && enough && steady { self.good + 1 } else { 0 };
        self.good >= demand.samples
    }

    /// The source names the track; where media has no source entries, the stream may name it.
    fn is_track(&self, report: &Report) -> bool {
        let video = &report.outbound.video;
        let entry = video.media_source.as_ref().or(video.outbound_rtp.as_ref());
        entry.and_then(|entry| field::TRACK_IDENTIFIER.text(entry)) == Some(self.track.as_str())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::api::CallId;
    use crate::catalogue::{Inbound, Outbound, OutboundMedia};

    fn report(track: &str, packets: u64, bytes: u64, frames: u64) -> Report {
        let rtp = json!({ "packetsSent": packets, "bytesSent": bytes, "framesEncoded": frames });
        with(rtp, Some(json!({ "trackIdentifier": track, "frames": 0 })))
    }

    fn with(rtp: Value, source: Option<Value>) -> Report {
        let video = OutboundMedia { outbound_rtp: Some(rtp), media_source: source, ..OutboundMedia::default() };
        Report { call: CallId(1), outbound: Outbound { video, ..Outbound::default() }, inbound: Inbound::default() }
    }

    fn proved(strictness: Strictness, samples: &[Report]) -> Vec<bool> {
        let baseline = Sent::of(&report("old", 100, 100_000, 50));
        let mut proof = Proof::new("new".into(), strictness, baseline);
        samples.iter().map(|sample| proof.sample(sample)).collect()
    }

    #[test]
    fn fast_wants_one_packet_and_no_frame() {
        let samples = [report("new", 100, 100_000, 50), report("new", 101, 100_000, 50)];
        assert_eq!(proved(Strictness::Fast, &samples), [false, true]);
    }

    #[test]
    fn normal_wants_packets_bytes_and_frames() {
        let short = [(104, 108_000, 53), (105, 107_999, 53), (105, 108_000, 52)];
        for (packets, bytes, frames) in short {
            assert_eq!(proved(Strictness::Normal, &[report("new", packets, bytes, frames)]), [false]);
        }
        assert_eq!(proved(Strictness::Normal, &[report("new", 105, 108_000, 53)]), [true]);
    }

    #[test]
    fn strict_wants_two_growing_samples_in_a_row() {
        let good = |more: u64| report("new", 110 + more, 116_000 + more, 55 + more);
        assert_eq!(proved(Strictness::Strict, &[good(0), good(1)]), [false, true]);
        assert_eq!(proved(Strictness::Strict, &[good(0), good(0), good(1), good(2)]), [false, false, false, true]);
    }

    #[test]
    fn packets_of_another_track_prove_nothing() {
        assert_eq!(proved(Strictness::Fast, &[report("old", 900, 900_000, 900)]), [false]);
        let unnamed = with(json!({ "packetsSent": 900 }), None);
        assert_eq!(proved(Strictness::Fast, &[unnamed]), [false]);
        let named = with(json!({ "packetsSent": 900, "trackIdentifier": "new" }), None);
        assert_eq!(proved(Strictness::Fast, &[named]), [true]);
    }

    #[test]
    fn the_frames_of_the_source_count_where_the_encoder_counts_none() {
        let rtp = json!({ "packetsSent": 110, "bytesSent": 120_000 });
        let source = json!({ "trackIdentifier": "new", "frames": 60 });
        assert_eq!(proved(Strictness::Normal, &[with(rtp, Some(source))]), [true]);
    }

    #[test]
    fn missing_counters_prove_nothing() {
        let source = json!({ "trackIdentifier": "new" });
        assert_eq!(proved(Strictness::Fast, &[with(json!({}), Some(source.clone()))]), [false]);
        assert_eq!(proved(Strictness::Normal, &[with(json!({ "packetsSent": "many" }), Some(source))]), [false]);
    }
}
