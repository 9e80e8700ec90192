//! The rate for a peer that tells nothing of single packets: by the losses and round trips of its receiver reports
//! (RFC 3550 section 6.4) and by what it allows (REMB).

use std::time::Duration;

use super::{
    estimator::{FIRST, LEAST, MOST},
    loss::LossBased,
    queue::Queue,
};

/// Growth from one report without losses to the next (draft-ietf-rmcat-gcc-02 section 5.5: 8 % a second).
const INCREASE: f64 = 1.08;
/// Round trips longer than the shortest by so much are a queue of ours.
const QUEUE: Duration = Duration::from_millis(150);
/// What is left of the rate then (draft-ietf-rmcat-gcc-02 section 5.5: 0.85).
const DECREASE: f64 = 0.85;
/// Between two changes.
const SETTLE: Duration = Duration::from_millis(900);

/// The state; times since any beginning.
#[derive(Debug)]
pub(crate) struct Reported {
    loss: LossBased,
    round_trips: Queue,
    /// In bit/s.
    allowed: f64,
    changed: Option<Duration>,
}

impl Default for Reported {
    fn default() -> Self {
        Self { loss: LossBased::new(FIRST), round_trips: Queue::default(), allowed: MOST, changed: None }
    }
}

impl Reported {
    /// So many of so many packets were lost since the last report, and a packet went there and back so fast.
    pub(crate) fn report(&mut self, lost: u32, total: u32, round_trip: Option<Duration>, now: Duration) {
        if let Some(round_trip) = round_trip {
            self.round_trips.packet(now.saturating_sub(round_trip), now);
        }
        // Reports of several streams come together.
        let due = self.changed.is_none_or(|changed| now.saturating_sub(changed) >= SETTLE);
        let factor = match (due, self.round_trips.wait() > QUEUE) {
            (false, _) => 1.0,
            (true, true) => DECREASE,
            (true, false) => INCREASE,
        };
        if due {
            self.changed = Some(now);
        }
        let goal = (self.loss.rate() * factor).clamp(LEAST, self.allowed);
        if factor < 1.0 {
            self.loss = LossBased::new(goal);
        }
        self.loss.update(lost, total, goal, now);
    }

    /// The peer says how much it can take, in bit/s (REMB, draft-alvestrand-rmcat-remb-03).
    pub(crate) fn allow(&mut self, most: f64) {
        self.allowed = most.clamp(LEAST, MOST);
    }

    /// What may be sent now, in bit/s.
    pub(crate) fn rate(&self) -> f64 {
        self.loss.rate().min(self.allowed).clamp(LEAST, MOST)
    }

    /// Share of packets lost lately, 0.0..=1.0.
    pub(crate) fn loss(&self) -> f64 {
        self.loss.share()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    /// The rate after reports a second apart, each about 100 packets.
    fn after(reported: &mut Reported, seconds: std::ops::Range<u32>, lost: u32, round_trip: u64) -> f64 {
        for second in seconds {
            reported.report(lost, 100, Some(Duration::from_millis(round_trip)), SECOND * second);
        }
        reported.rate()
    }

    #[test]
    fn it_grows_without_losses_keeps_with_few_and_falls_with_many() {
        let mut reported = Reported::default();
        let grown = after(&mut reported, 0..20, 0, 50);
        assert!(grown > 3.0 * FIRST, "{grown}");
        let kept = after(&mut reported, 20..40, 5, 50);
        assert!((grown * 0.95..=grown).contains(&kept), "{kept}");
        let fallen = after(&mut reported, 40..50, 30, 50);
        assert!(fallen < 0.3 * grown, "{fallen}");
    }

    #[test]
    fn round_trips_that_become_longer_are_a_queue() {
        let mut reported = Reported::default();
        let before = after(&mut reported, 0..10, 0, 50);
        let with_queue = after(&mut reported, 10..16, 0, 400);
        assert!(with_queue < 0.5 * before, "{with_queue}");
        assert!(after(&mut reported, 16..30, 0, 60) > 2.0 * with_queue);
    }

    #[test]
    fn what_the_peer_allows_is_kept_to_at_once() {
        let mut reported = Reported::default();
        reported.allow(300_000.0);
        assert!(reported.rate() <= 300_000.0);
        assert!(after(&mut reported, 0..30, 0, 50) <= 300_000.0);
        reported.allow(3_000_000.0);
        assert!(after(&mut reported, 30..60, 0, 50) > 2_500_000.0);
    }
}
