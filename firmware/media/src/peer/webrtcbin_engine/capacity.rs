//! What the path carries, by what the peer says of our packets.

use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

use rtc::rtcp::reception_report::ReceptionReport;

use crate::{
    bandwidth::{
        estimator::{Estimator, Fate},
        telling::Telling,
    },
    peer::reports::Reports,
};

/// Until one was measured: a path across a country.
const USUAL_ROUND_TRIP: Duration = Duration::from_millis(60);

/// What may be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Carried {
    /// In bit/s.
    pub(super) rate: f64,
    /// Share of packets lost lately, 0.0..=1.0.
    pub(super) loss: f64,
}

/// The estimate; the session's threads bring what it comes from.
#[derive(Debug)]
pub(super) struct Capacity {
    begun: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    estimator: Estimator,
    reports: Reports,
    /// The peer tells when packets arrive (transport-cc), so its other reports are not needed.
    arrivals: bool,
    round_trip: Duration,
    telling: Telling,
    last: Option<Carried>,
}

impl Default for Capacity {
    fn default() -> Self {
        let state = State {
            estimator: Estimator::default(),
            reports: Reports::new(),
            arrivals: false,
            round_trip: USUAL_ROUND_TRIP,
            telling: Telling::default(),
            last: None,
        };
        Self { begun: Instant::now(), state: Mutex::new(state) }
    }
}

impl Capacity {
    /// What became of packets, in the order they were sent; gives what is worth telling.
    pub(super) fn learn(&self, fates: &[Fate]) -> Option<Carried> {
        self.change(|state, now| {
            state.arrivals = true;
            state.estimator.learn(fates, state.round_trip, now);
        })
    }

    /// A report of the peer on a stream of ours.
    pub(super) fn report(&self, report: &ReceptionReport, round_trip: Option<Duration>) -> Option<Carried> {
        self.change(|state, _| {
            state.round_trip = round_trip.unwrap_or(state.round_trip);
            state.reports.read(report, round_trip, Instant::now());
        })
    }

    /// The receiver takes so many bit/s (REMB).
    pub(super) fn allow(&self, most: f64) -> Option<Carried> {
        self.change(|state, _| {
            state.estimator.allow(most);
            state.reports.allow(most);
        })
    }

    /// What was told last.
    pub(super) fn last(&self) -> Option<Carried> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).last
    }

    fn change(&self, change: impl FnOnce(&mut State, Duration)) -> Option<Carried> {
        let now = self.begun.elapsed();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut state, now);
        let carried = if state.arrivals {
            Carried { rate: state.estimator.rate(), loss: state.estimator.loss() }
        } else {
            Carried { rate: state.reports.rate(), loss: state.reports.loss() }
        };
        let news = state.telling.is_news(carried.rate, now).then_some(carried);
        state.last = news.or(state.last);
        news
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A packet of 1200 bytes every 5 ms that arrives so much later.
    fn fates(packets: std::ops::Range<u32>, late: impl Fn(u32) -> Duration) -> Vec<Fate> {
        let fate = |packet| {
            let sent = MS * 5 * packet;
            Fate { sent, arrived: Some(sent + late(packet)), size: 1_200, judged: true }
        };
        packets.map(fate).collect()
    }

    #[test]
    fn a_growing_queue_costs_rate() {
        let capacity = Capacity::default();
        let wide = capacity.learn(&fates(0..200, |_| MS * 20)).unwrap();
        // Half of what is sent gets through.
        for first in (200..400).step_by(20) {
            capacity.learn(&fates(first..first + 20, |packet| MS * 5 * (packet - 196)));
        }
        let narrow = capacity.last().unwrap();
        assert!(narrow.rate < wide.rate * 0.8, "{wide:?} {narrow:?}");
    }

    #[test]
    fn what_the_receiver_allows_is_kept_to_by_whatever_it_reports() {
        let capacity = Capacity::default();
        let report = |last_sequence_number| ReceptionReport { ssrc: 7, last_sequence_number, ..Default::default() };
        capacity.report(&report(100), None);
        assert!(capacity.allow(300_000.0).unwrap().rate <= 300_000.0);
        capacity.report(&report(200), None);
        capacity.learn(&fates(0..200, |_| MS * 20));
        assert!(capacity.last().unwrap().rate <= 300_000.0);
    }
}
