//! What one sample says about the conference picture (spec section 8.4).

use crate::api::CallId;
use crate::catalogue::{HealthSnapshot, ProblemReason, Report};
use crate::statistics::fields::{self as field, StatisticsField};

/// So many packets must have come before missing frames mean anything.
const ENOUGH_PACKETS: u64 = 500;

/// The counters of the conference picture; `None` = not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Counters {
    packets: Option<u64>,
    bytes: Option<u64>,
    received: Option<u64>,
    decoded: Option<u64>,
}

impl Counters {
    pub(super) fn of(report: &Report) -> Self {
        let entry = report.inbound.video.inbound_rtp.as_ref();
        let count = |field: StatisticsField| entry.and_then(|entry| field.count(entry));
        Self {
            packets: count(field::PACKETS_RECEIVED),
            bytes: count(field::BYTES_RECEIVED),
            received: count(field::FRAMES_RECEIVED),
            decoded: count(field::FRAMES_DECODED),
        }
    }

    /// Anything has come.
    pub(super) fn any(self) -> bool {
        [self.packets, self.bytes].into_iter().flatten().any(|count| count > 0)
    }

    fn nothing(self) -> bool {
        self.packets == Some(0) && self.bytes == Some(0)
    }

    fn stalled(self, before: Self) -> bool {
        before.any() && self.any() && (self.packets, self.bytes) == (before.packets, before.bytes)
    }

    /// Packets come, frames do not.
    fn frameless(self, before: Self) -> bool {
        let standing = |now: Option<u64>, before: Option<u64>| now.unwrap_or(0) == 0 || now == before;
        self.packets_come(before)
            && (standing(self.received, before.received) || standing(self.decoded, before.decoded))
    }

    /// Packets come, and a decoder that counts its frames does not count any.
    fn undecoded(self, before: Self) -> bool {
        let counted = self.decoded.or(self.received);
        self.packets_come(before)
            && counted.is_some_and(|now| now == 0 || Some(now) == before.decoded.or(before.received))
    }

    fn packets_come(self, before: Self) -> bool {
        self.packets.is_some_and(|count| count >= ENOUGH_PACKETS) && self.packets != before.packets
    }
}

/// Compares a sample with the one before it.
pub(super) fn snapshot(call: CallId, before: Option<Counters>, now: Counters, muted: bool) -> HealthSnapshot {
    HealthSnapshot {
        call,
        is_invalid_inbound_frames: before.is_some_and(|before| now.frameless(before)),
        is_inbound_video_stalled: before.is_some_and(|before| now.stalled(before)),
        is_muted_main_video_track: muted,
        is_no_inbound_video_traffic: now.nothing(),
    }
}

/// The problem, most serious first. Two rules are better than the vendor's: a picture that the other side says it does not
/// send cannot be missing; and frames that a decoder counts and that stand still are a problem in any case, while frames
/// that nobody counts are one only where the picture should not come at all.
pub(super) fn problem(snapshot: &HealthSnapshot, before: Option<Counters>, now: Counters) -> Option<ProblemReason> {
    let muted = snapshot.is_muted_main_video_track;
    if snapshot.is_inbound_video_stalled && !muted {
        Some(ProblemReason::InboundVideoStalled)
    } else if snapshot.is_no_inbound_video_traffic && !muted {
        Some(ProblemReason::NoInboundVideoTraffic)
    } else if snapshot.is_invalid_inbound_frames && (muted || before.is_some_and(|before| now.undecoded(before))) {
        Some(ProblemReason::InvalidInboundFrames)
    } else {
        None
    }
}

/// Does this description of the other side say that it sends a conference picture? `None` without a video line.
pub(super) fn sends_picture(sdp: &str) -> Option<bool> {
    let description = roombox_sip::sdp::Description::read(sdp);
    let is_video = |line: roombox_sip::sdp::MediaLine<'_>| line.kind == "video";
    let video = description.media.iter().find(|media| media.media_line().is_some_and(is_video))?;
    Some(!video.is_rejected() && description.direction(video).sends())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counters(packets: u64, bytes: u64, frames: Option<u64>) -> Counters {
        Counters { packets: Some(packets), bytes: Some(bytes), received: frames, decoded: frames }
    }

    fn found(before: Counters, now: Counters, muted: bool) -> Option<ProblemReason> {
        let snapshot = snapshot(CallId(1), Some(before), now, muted);
        problem(&snapshot, Some(before), now)
    }

    #[test]
    fn packets_that_came_and_stopped_are_a_stall() {
        let sample = counters(900, 90_000, Some(30));
        assert_eq!(found(sample, sample, false), Some(ProblemReason::InboundVideoStalled));
        assert_eq!(found(sample, counters(900, 90_001, Some(31)), false), None);
    }

    #[test]
    fn no_packet_ever_is_no_traffic_and_unmeasured_is_nothing() {
        let none = counters(0, 0, Some(0));
        assert_eq!(found(none, none, false), Some(ProblemReason::NoInboundVideoTraffic));
        assert_eq!(found(Counters::default(), Counters::default(), false), None);
        assert_eq!(found(counters(10, 10, None), Counters::default(), false), None);
    }

    #[test]
    fn frames_that_stand_still_while_packets_come_are_invalid() {
        let before = counters(500, 50_000, Some(30));
        assert_eq!(found(before, counters(600, 60_000, Some(30)), false), Some(ProblemReason::InvalidInboundFrames));
        assert_eq!(found(before, counters(600, 60_000, Some(0)), false), Some(ProblemReason::InvalidInboundFrames));
        assert_eq!(found(before, counters(600, 60_000, Some(31)), false), None);
        assert_eq!(found(counters(400, 1, Some(0)), counters(499, 2, Some(0)), false), None);
    }

    #[test]
    fn frames_that_nobody_counts_are_invalid_only_where_no_picture_should_come() {
        let (before, now) = (counters(500, 50_000, None), counters(600, 60_000, None));
        assert_eq!(found(before, now, false), None);
        assert_eq!(found(before, now, true), Some(ProblemReason::InvalidInboundFrames));
    }

    #[test]
    fn a_picture_that_the_other_side_does_not_send_is_not_missed() {
        let (none, some) = (counters(0, 0, None), counters(900, 90_000, None));
        assert_eq!((found(none, none, true), found(some, some, true)), (None, None));
    }

    #[test]
    fn a_description_says_whether_a_picture_comes() {
        let video =
            |port: u16, line: &str| format!("v=0\r\nm=audio 9 RTP/AVP 0\r\nm=video {port} RTP/AVP 96\r\n{line}");
        assert_eq!(sends_picture(&video(9, "")), Some(true));
        assert_eq!(sends_picture(&video(9, "a=recvonly\r\n")), Some(false));
        assert_eq!(sends_picture(&video(9, "a=sendonly\r\n")), Some(true));
        assert_eq!(sends_picture(&video(0, "")), Some(false));
        assert_eq!(sends_picture("v=0\r\nm=audio 9 RTP/AVP 0\r\n"), None);
    }
}
