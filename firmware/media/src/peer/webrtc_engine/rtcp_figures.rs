//! What RTCP and retransmission say of streams, for statistics: of ours what the other side received, of its own what it
//! sent.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use rtc::rtcp::{reception_report::ReceptionReport, sender_report::SenderReport};

use crate::peer::ntp::NTP_TO_UNIX;

/// Streams remembered of each direction: a call has six; a peer may begin streams anew again and again.
const MOST: usize = 16;

/// What the other side says of a stream that we send (RFC 3550 section 6.4.1).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Received {
    /// Packets lost over all; below 0 where duplicates came.
    pub(super) lost: i64,
    /// Share lost since the report before, 0.0..=1.0.
    pub(super) fraction_lost: f64,
    /// In ticks of the RTP clock.
    pub(super) jitter: u32,
    /// Last round trip, the sum of all and how many there were.
    pub(super) round_trip: Option<Duration>,
    pub(super) round_trips: (Duration, u64),
    /// When the last report came.
    pub(super) at: Option<SystemTime>,
}

/// What the other side says of a stream that it sends.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Sent {
    pub(super) packets: u32,
    pub(super) octets: u32,
    /// Reports so far.
    pub(super) reports: u64,
    /// Its own wall clock when it sent the last.
    pub(super) clock: Option<SystemTime>,
    /// When the last report came.
    pub(super) at: Option<SystemTime>,
}

/// What was sent again because the other side asked for it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Resent {
    pub(super) packets: u64,
    /// Of payload.
    pub(super) bytes: u64,
}

/// All of a connection, by SSRC.
#[derive(Debug, Default)]
pub(super) struct RtcpFigures(Mutex<All>);

#[derive(Debug, Default)]
struct All {
    received: Streams<Received>,
    sent: Streams<Sent>,
    resent: Streams<Resent>,
}

impl RtcpFigures {
    /// The other side reports a stream of ours.
    pub(super) fn receives(&self, report: &ReceptionReport, round_trip: Option<Duration>, now: SystemTime) {
        let mut all = self.lock();
        let received = all.received.of(report.ssrc);
        received.lost = signed(report.total_lost);
        received.fraction_lost = f64::from(report.fraction_lost) / 256.0;
        received.jitter = report.jitter;
        received.at = Some(now);
        if let Some(round_trip) = round_trip {
            received.round_trip = Some(round_trip);
            received.round_trips.0 += round_trip;
            received.round_trips.1 += 1;
        }
    }

    /// The other side reports a stream of its own.
    pub(super) fn sends(&self, report: &SenderReport, now: SystemTime) {
        let mut all = self.lock();
        let sent = all.sent.of(report.ssrc);
        (sent.packets, sent.octets) = (report.packet_count, report.octet_count);
        sent.reports += 1;
        sent.clock = wall_clock(report.ntp_time);
        sent.at = Some(now);
    }

    /// A packet of ours went out again.
    pub(super) fn resends(&self, ssrc: u32, payload: usize) {
        let mut all = self.lock();
        let resent = all.resent.of(ssrc);
        resent.packets += 1;
        resent.bytes += payload as u64;
    }

    pub(super) fn received(&self, ssrc: u32) -> Option<Received> {
        self.lock().received.get(ssrc)
    }

    pub(super) fn sent(&self, ssrc: u32) -> Option<Sent> {
        self.lock().sent.get(ssrc)
    }

    pub(super) fn resent(&self, ssrc: u32) -> Resent {
        self.lock().resent.get(ssrc).unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, All> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The streams heard of last.
#[derive(Debug)]
struct Streams<T>(Vec<(u32, T)>);

impl<T> Default for Streams<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T: Copy + Default> Streams<T> {
    fn of(&mut self, ssrc: u32) -> &mut T {
        let known = self.0.iter().position(|(other, _)| *other == ssrc);
        let place = known.unwrap_or_else(|| {
            if self.0.len() == MOST {
                self.0.remove(0);
            }
            self.0.push((ssrc, T::default()));
            self.0.len() - 1
        });
        &mut self.0[place].1
    }

    fn get(&self, ssrc: u32) -> Option<T> {
        self.0.iter().find(|(other, _)| *other == ssrc).map(|(_, value)| *value)
    }
}

/// The cumulative loss has 24 bits with a sign (RFC 3550 section 6.4.1).
fn signed(lost: u32) -> i64 {
    let lost = i64::from(lost & 0x00ff_ffff);
    if lost < 1 << 23 { lost } else { lost - (1 << 24) }
}

/// A 32.32 fixed point time since 1900; `None` where the sender has no clock and writes 0.
fn wall_clock(ntp: u64) -> Option<SystemTime> {
    let seconds = (ntp >> 32).checked_sub(NTP_TO_UNIX)?;
    let nanos = ((ntp & 0xffff_ffff) * 1_000_000_000) >> 32;
    UNIX_EPOCH.checked_add(Duration::new(seconds, u32::try_from(nanos).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::ntp::ntp;

    #[test]
    fn lost_packets_have_a_sign() {
        let reports = RtcpFigures::default();
        for (written, lost) in [(0, 0), (7, 7), (0x7f_ffff, 0x7f_ffff), (0xff_ffff, -1), (0x80_0000, -0x80_0000)] {
            let report = ReceptionReport { ssrc: 5, total_lost: written, fraction_lost: 64, ..Default::default() };
            reports.receives(&report, None, SystemTime::now());
            let received = reports.received(5).unwrap();
            assert_eq!((received.lost, received.fraction_lost), (lost, 0.25));
        }
    }

    #[test]
    fn round_trips_add_up_and_a_report_without_one_leaves_the_last() {
        let reports = RtcpFigures::default();
        let report = ReceptionReport { ssrc: 5, ..Default::default() };
        for ms in [Some(40), None, Some(60)] {
            reports.receives(&report, ms.map(Duration::from_millis), SystemTime::now());
        }
        let received = reports.received(5).unwrap();
        assert_eq!(received.round_trip, Some(Duration::from_millis(60)));
        assert_eq!(received.round_trips, (Duration::from_millis(100), 2));
    }

    #[test]
    fn the_clock_of_a_sender_is_read_to_the_microsecond() {
        let now = UNIX_EPOCH + Duration::new(1_800_000_000, 123_456_789);
        let read = wall_clock(ntp(now)).unwrap();
        assert!(now.duration_since(read).unwrap() < Duration::from_micros(1));
        assert_eq!(wall_clock(0), None);
    }

    #[test]
    fn a_peer_with_ever_new_streams_costs_no_memory() {
        let reports = RtcpFigures::default();
        (0..10_000).for_each(|ssrc| reports.resends(ssrc, 100));
        assert_eq!(reports.lock().resent.0.len(), MOST);
        assert_eq!(reports.resent(9_999), Resent { packets: 1, bytes: 100 });
        assert_eq!(reports.resent(0), Resent::default());
    }
}
