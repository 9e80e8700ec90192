//! Wall-clock time as RTCP writes it (RFC 5905 section 6), and the round trips that come of it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rtc::rtcp::reception_report::ReceptionReport;

/// Seconds from 1900 (NTP) to 1970 (RFC 5905 section 6).
pub(super) const NTP_TO_UNIX: u64 = 2_208_988_800;

/// Wall-clock time as 32.32 fixed point seconds since 1900.
pub(super) fn ntp(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let fraction = (u64::from(since.subsec_nanos()) << 32) / 1_000_000_000;
    ((since.as_secs() + NTP_TO_UNIX) << 32) | fraction
}

/// By RFC 3550 section 6.4.1: arrival − LSR − DLSR, in 1/65536 s; `None` where the peer has had no report of ours.
pub(super) fn round_trip(report: &ReceptionReport, arrival: SystemTime) -> Option<Duration> {
    let arrival = ((ntp(arrival) >> 16) & 0xffff_ffff) as u32;
    let ticks = arrival.wrapping_sub(report.last_sender_report).wrapping_sub(report.delay);
    // Clocks that jump make it negative, that is huge.
    let measured = report.last_sender_report != 0 && ticks < 0x8000_0000;
    measured.then(|| Duration::from_secs_f64(f64::from(ticks) / 65_536.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_what_is_left_of_the_time_since_the_report() {
        let arrival = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
        let sent = arrival - Duration::from_millis(150);
        let sent = ((ntp(sent) >> 16) & 0xffff_ffff) as u32;
        let report = |last_sender_report| ReceptionReport { last_sender_report, delay: 6_554, ..Default::default() };
        let measured = round_trip(&report(sent), arrival).unwrap();
        assert!((49..=51).contains(&measured.as_millis()), "{measured:?}");
        assert_eq!(round_trip(&report(0), arrival), None);
        assert_eq!(round_trip(&report(sent.wrapping_add(65_536)), arrival), None);
    }
}
