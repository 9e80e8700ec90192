//! Our estimator where the crate's send history tells the fate of packets, and who learns what it found.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::interceptor::{BandwidthEstimator, PacketReport};

use super::shared::Shared;
use crate::bandwidth::estimator::{Estimator, Fate};

/// Changes smaller than this part are not told, unless they have waited long.
const WORTH_TELLING: f64 = 0.03;
/// Small changes are told after so long.
const LATEST: Duration = Duration::from_secs(1);

/// Between the crate and the estimator.
pub(super) struct Congestion {
    shared: Arc<Shared>,
    estimator: Estimator,
    begun: Instant,
    told: Option<(Instant, f64)>,
}

impl Congestion {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, estimator: Estimator::default(), begun: Instant::now(), told: None }
    }

    fn tell(&mut self, now: Instant) {
        let rate = self.estimator.rate();
        self.shared.path.pace(rate, self.estimator.drains());
        let known = self.told.is_some_and(|(at, told)| {
            (rate - told).abs() < told * WORTH_TELLING && now.saturating_duration_since(at) < LATEST
        });
        if !known {
            self.told = Some((now, rate));
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
        let fates: Vec<Fate> = reports
            .iter()
            .filter(|report| !report.arrived || report.arrival.is_some())
            .map(|report| Fate {
                sent: report.departure.saturating_duration_since(self.begun),
                arrived: report.arrival,
                size: report.size,
            })
            .collect();
        if let Some(most) = self.shared.path.allowed() {
            self.estimator.allow(most);
        }
        let round_trip = self.shared.path.round_trip();
        self.estimator.late(self.shared.path.lateness());
        self.estimator.learn(&fates, round_trip, now.saturating_duration_since(self.begun));
        self.tell(now);
    }

    fn target_bitrate(&self) -> f64 {
        self.estimator.rate()
    }
}
