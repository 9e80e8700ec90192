//! The path as receiver reports and REMB tell it, for peers that tell nothing of single packets (no transport-cc).

use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::rtcp::reception_report::ReceptionReport;

use super::shared::Shared;
use crate::bandwidth::reported::Reported;

/// Of one of our streams: highest sequence number and packets lost, as last reported.
type Counted = (u32, u32);

/// What was reported so far.
pub(super) struct Reports {
    shared: Arc<Shared>,
    reported: Reported,
    streams: HashMap<u32, Counted>,
    begun: Instant,
}

impl Reports {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, reported: Reported::default(), streams: HashMap::new(), begun: Instant::now() }
    }

    /// A report of the peer, and the round trip that it shows.
    pub(super) fn read(&mut self, report: &ReceptionReport, round_trip: Option<Duration>, now: Instant) {
        if self.shared.path.arrivals_are_told() || !self.shared.sending.iter().any(|s| s.outgoing.ssrc == report.ssrc) {
            return;
        }
        let counted = (report.last_sequence_number, report.total_lost);
        let Some((sequence, lost)) = self.streams.insert(report.ssrc, counted) else { return };
        // Packets that come twice make it smaller.
        let lost = counted.1.saturating_sub(lost);
        let total = counted.0.wrapping_sub(sequence).max(lost);
        self.reported.report(lost, total, round_trip, now.saturating_duration_since(self.begun));
        self.tell();
    }

    /// The receiver takes so many bit/s.
    pub(super) fn allow(&mut self, most: f64) {
        self.shared.path.allow(most);
        if !self.shared.path.arrivals_are_told() {
            self.reported.allow(most);
            self.tell();
        }
    }

    fn tell(&self) {
        self.shared.path.pace(self.reported.rate(), false);
        self.shared.bandwidth(self.reported.rate(), self.reported.loss());
    }
}
