//! Our estimator where the crate's send history tells the fate of packets, and who learns what it found.

use std::{sync::Arc, time::Instant};

use rtc::interceptor::{BandwidthEstimator, PacketReport};

use super::shared::Shared;
use crate::bandwidth::{
    estimator::{Estimator, Fate},
    telling::Telling,
};
use crate::peer::Stream;

/// Between the crate and the estimator.
pub(super) struct Congestion {
    shared: Arc<Shared>,
    estimator: Estimator,
    begun: Instant,
    telling: Telling,
}

impl Congestion {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, estimator: Estimator::default(), begun: Instant::now(), telling: Telling::default() }
    }

    fn tell(&mut self, now: Instant) {
        let rate = self.estimator.rate();
        self.shared.path.pace(rate, self.estimator.drains());
        if self.telling.is_news(rate, now.saturating_duration_since(self.begun)) {
            self.shared.bandwidth(rate, self.estimator.loss());
        }
    }
}

impl BandwidthEstimator for Congestion {
    fn on_reports(&mut self, now: Instant, reports: &[PacketReport]) {
        if reports.is_empty() {
            return;
        }
        self.shared.path.arrivals_told();
        // A network may treat sound apart. What comes later than the report that should have it is told as lost and never
        // told again, so pictures are judged by pictures.
        let sound = self.shared.sending(Stream::Audio).outgoing.ssrc;
        let pictures = reports.iter().any(|report| report.ssrc != sound);
        let fates: Vec<Fate> = reports
            .iter()
            .filter(|report| !report.arrived || report.arrival.is_some())
            .map(|report| Fate {
                sent: report.departure.saturating_duration_since(self.begun),
                arrived: report.arrival,
                size: report.size,
                judged: !pictures || report.ssrc != sound,
            })
            .collect();
        if let Some(most) = self.shared.path.allowed() {
            self.estimator.allow(most);
        }
        let round_trip = self.shared.path.round_trip();
        self.estimator.late(self.shared.path.lateness());
        let since = now.saturating_duration_since(self.begun);
        self.estimator.learn(&fates, round_trip, since);
        self.estimator.want(self.shared.path.wanted().unwrap_or(0.0));
        self.shared.path.set_probe(self.estimator.probe(since).filter(|_| self.shared.repairs_pictures()));
        self.tell(now);
    }

    fn target_bitrate(&self) -> f64 {
        self.estimator.rate()
    }
}
