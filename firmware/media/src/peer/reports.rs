//! The path as receiver reports and REMB tell it, for peers that tell nothing of single packets (no transport-cc).

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use rtc::rtcp::reception_report::ReceptionReport;

use crate::bandwidth::reported::Reported;

/// Of one of our streams: highest sequence number and packets lost, as last reported.
type Counted = (u32, u32);

/// What was reported so far.
#[derive(Debug)]
pub(super) struct Reports {
    reported: Reported,
    /// By SSRC of ours.
    streams: HashMap<u32, Counted>,
    begun: Instant,
}

impl Reports {
    pub(super) fn new() -> Self {
        Self { reported: Reported::default(), streams: HashMap::new(), begun: Instant::now() }
    }

    /// A report of the peer on a stream of ours, and the round trip that it shows. True: there is a rate.
    pub(super) fn read(&mut self, report: &ReceptionReport, round_trip: Option<Duration>, now: Instant) -> bool {
        let counted = (report.last_sequence_number, report.total_lost);
        let Some((sequence, lost)) = self.streams.insert(report.ssrc, counted) else { return false };
        // Packets that come twice make it smaller.
        let lost = counted.1.saturating_sub(lost);
        let total = counted.0.wrapping_sub(sequence).max(lost);
        self.reported.report(lost, total, round_trip, now.saturating_duration_since(self.begun));
        true
    }

    /// The receiver takes so many bit/s.
    pub(super) fn allow(&mut self, most: f64) {
        self.reported.allow(most);
    }

    /// What may be sent now, in bit/s.
    pub(super) fn rate(&self) -> f64 {
        self.reported.rate()
    }

    /// Share of packets lost lately, 0.0..=1.0.
    pub(super) fn loss(&self) -> f64 {
        self.reported.loss()
    }
}
