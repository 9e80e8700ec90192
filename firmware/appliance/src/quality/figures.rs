//! What a report tells of the quality: counters, and what became of them between two reports.

use std::time::{Duration, Instant};

use roombox_conference::catalogue::Report;
use serde_json::Value;

/// Counters and states of one report; what it does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Figures {
    packets: Option<f64>,
    samples: Option<f64>,
    concealed: Option<f64>,
    sound_wait: Option<(f64, f64)>,
    frozen: Option<f64>,
    came: Option<f64>,
    dropped: Option<f64>,
    camera: Option<f64>,
    jitter: Option<f64>,
    round_trip: Option<f64>,
    remote_loss: Option<f64>,
    limited_by: Option<String>,
    target_bitrate: Option<f64>,
}

impl Figures {
    pub(super) fn of(report: &Report) -> Self {
        let (video, audio) = (report.inbound.video.inbound_rtp.as_ref(), report.inbound.audio.inbound_rtp.as_ref());
        let (camera, sound) = (&report.outbound.video, &report.outbound.audio);
        let reports = [camera.remote_inbound_rtp.as_ref(), sound.remote_inbound_rtp.as_ref()];
        let pair = report.inbound.additional.candidate_pair.as_ref();
        let reported = |name| reports.iter().filter_map(|entry| number(*entry, name)).reduce(f64::max);
        let received = [video, audio].map(|entry| number(entry, "packetsReceived"));
        Self {
            packets: received.into_iter().flatten().reduce(|a, b| a + b),
            samples: number(audio, "totalSamplesReceived"),
            concealed: number(audio, "concealedSamples"),
            sound_wait: number(audio, "jitterBufferDelay").zip(number(audio, "jitterBufferEmittedCount")),
            frozen: number(video, "totalFreezesDuration"),
            came: number(video, "framesReceived"),
            dropped: number(video, "framesDropped"),
            camera: number(camera.media_source.as_ref(), "frames"),
            jitter: [video, audio].iter().filter_map(|entry| number(*entry, "jitter")).reduce(f64::max),
            round_trip: reported("roundTripTime").or_else(|| number(pair, "currentRoundTripTime")),
            remote_loss: reported("fractionLost"),
            limited_by: text(camera.outbound_rtp.as_ref(), "qualityLimitationReason"),
            target_bitrate: number(camera.outbound_rtp.as_ref(), "targetBitrate"),
        }
    }
}

/// What happened from one report to a later one, and the states of the later.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Span {
    pub(super) length: Duration,
    /// Packets that came.
    pub(super) packets: Option<f64>,
    /// Share of the sound that the decoder made up.
    pub(super) concealed: Option<f64>,
    /// Share of the time that the picture stood still.
    pub(super) frozen: Option<f64>,
    /// Share of the frames that came and never were seen.
    pub(super) dropped: Option<f64>,
    /// Pictures of the own camera.
    pub(super) camera: Option<f64>,
    /// One way, in seconds: half the round trip and the wait of the sound.
    pub(super) delay: Option<f64>,
    /// In seconds.
    pub(super) jitter: Option<f64>,
    /// Share that the other side did not get.
    pub(super) remote_loss: Option<f64>,
    pub(super) limited_by: Option<String>,
    /// In bit/s.
    pub(super) target_bitrate: Option<f64>,
}

impl Span {
    /// `None` where a counter ran backwards: the connection is another.
    pub(super) fn between(from: &(Instant, Figures), to: &(Instant, Figures)) -> Option<Self> {
        let ((began, before), (ended, now)) = (from, to);
        let length = ended.saturating_duration_since(*began);
        let grew = |before: Option<f64>, now: Option<f64>| before.zip(now).map(|(before, now)| now - before);
        let packets = grew(before.packets, now.packets);
        if packets.is_some_and(|packets| packets < 0.0) || length.is_zero() {
            return None;
        }
        let share = |part: Option<f64>, whole: Option<f64>| match (part, whole) {
            (Some(part), Some(whole)) if whole > 0.0 => Some((part / whole).clamp(0.0, 1.0)),
            _ => None,
        };
        let waited = before.sound_wait.zip(now.sound_wait).map(|(before, now)| (now.0 - before.0, now.1 - before.1));
        let wait = waited.filter(|(_, count)| *count > 0.0).map(|(delay, count)| (delay / count).max(0.0));
        Some(Self {
            length,
            packets,
            concealed: share(grew(before.concealed, now.concealed), grew(before.samples, now.samples)),
            frozen: share(grew(before.frozen, now.frozen), Some(length.as_secs_f64())),
            dropped: share(grew(before.dropped, now.dropped), grew(before.came, now.came)),
            camera: grew(before.camera, now.camera),
            delay: now.round_trip.map(|round_trip| round_trip / 2.0 + wait.unwrap_or_default()),
            jitter: now.jitter,
            remote_loss: now.remote_loss,
            limited_by: now.limited_by.clone(),
            target_bitrate: now.target_bitrate,
        })
    }
}

fn number(entry: Option<&Value>, name: &str) -> Option<f64> {
    entry?.get(name)?.as_f64().filter(|number| number.is_finite())
}

fn text(entry: Option<&Value>, name: &str) -> Option<String> {
    entry?.get(name)?.as_str().map(str::to_owned)
}
