//! How much may be sent: the lower of what delay and losses allow, less while a queue that has built up is emptied.

use std::time::Duration;

use super::{
    arrivals::Arrivals,
    delay::DelayBased,
    loss::LossBased,
    probe::{Cluster, Prober},
    queue::Queue,
    trend::{Trend, Usage},
};

/// Before anything is known, in bit/s: 720 lines at once; a path that cannot do it shows so within half a second.
pub(crate) const FIRST: f64 = 1_200_000.0;
/// Sound alone; below there is no call.
pub(crate) const LEAST: f64 = 40_000.0;
/// Nothing of ours sends more.
pub(crate) const MOST: f64 = 20_000_000.0;

/// Delay that grows means something only with a queue that stands at least so long: processors are busy, radios retry.
const STANDING: Duration = Duration::from_millis(8);
/// A queue longer than this is emptied, until it is shorter than that.
const DRAIN: (Duration, Duration) = (Duration::from_millis(80), Duration::from_millis(30));
/// Part of the rate that is sent meanwhile.
const DRAINING: f64 = 0.5;
/// A queue that does not get shorter meanwhile is not ours, or the path has become longer.
const PATIENCE: Duration = Duration::from_secs(4);

/// What a probe has shown counts from this many times of the rate on: near the limit of a path small steps are better.
const LEAP: f64 = 1.2;

/// The fate of a packet we sent; times on the clocks of their sides.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fate {
    pub(crate) sent: Duration,
    /// `None` = lost.
    pub(crate) arrived: Option<Duration>,
    /// Bytes.
    pub(crate) size: usize,
    /// It counts where the share of lost packets is found.
    pub(crate) judged: bool,
}

/// The estimator of one direction; times since any beginning.
#[derive(Debug)]
pub(crate) struct Estimator {
    trend: Trend,
    queue: Queue,
    arrivals: Arrivals,
    delay: DelayBased,
    loss: LossBased,
    /// Since when a queue is being emptied.
    draining: Option<Duration>,
    /// What the receiver allows (REMB), in bit/s.
    allowed: f64,
    /// How late we are ourselves at present.
    late: Duration,
    prober: Prober,
    /// What would be sent at most, in bit/s.
    wanted: f64,
}

impl Default for Estimator {
    fn default() -> Self {
        Self {
            trend: Trend::default(),
            queue: Queue::default(),
            arrivals: Arrivals::default(),
            delay: DelayBased::new(FIRST),
            loss: LossBased::new(FIRST),
            draining: None,
            allowed: MOST,
            late: Duration::ZERO,
            prober: Prober::default(),
            wanted: 0.0,
        }
    }
}

impl Estimator {
    /// What the receiver says became of packets, in the order they were sent.
    pub(crate) fn learn(&mut self, fates: &[Fate], round_trip: Duration, now: Duration) {
        for fate in fates {
            if let Some(arrived) = fate.arrived {
                self.trend.packet(fate.sent, arrived);
                self.queue.packet(fate.sent, arrived);
                self.arrivals.packet(arrived, fate.size);
            }
        }
        let judged = || fates.iter().filter(|fate| fate.judged);
        let total = u32::try_from(judged().count()).unwrap_or(u32::MAX);
        let lost = u32::try_from(judged().filter(|fate| fate.arrived.is_none()).count()).unwrap_or(u32::MAX);
        if let Some(arrives) = self.arrivals.rate() {
            self.drain(now);
            self.delay.update(self.usage(), arrives, round_trip, now);
        }
        if let Some(shown) = self.prober.learn(fates, now)
            && shown > self.rate() * LEAP
        {
            self.delay.shown(shown);
            self.loss.shown(shown);
            self.prober.go_on(now);
        }
        self.delay.bound(LEAST, MOST.min(self.allowed));
        self.loss.update(lost, total, self.delay.rate(), now);
    }

    /// The receiver says how much it can take, in bit/s (REMB, draft-alvestrand-rmcat-remb-03).
    pub(crate) fn allow(&mut self, most: f64) {
        self.allowed = most.clamp(LEAST, MOST);
    }

    /// So much would be sent at most if the path carried it, in bit/s.
    pub(crate) fn want(&mut self, most: f64) {
        self.wanted = most.clamp(0.0, MOST);
    }

    /// Padding to send now, so that the path shows whether it carries more.
    pub(crate) fn probe(&mut self, now: Duration) -> Option<Cluster> {
        self.arrivals.rate()?;
        let quiet = self.draining.is_none() && self.usage() != Usage::Over && self.queue.wait() < STANDING;
        self.prober.next(self.rate(), self.wanted.min(self.allowed), (quiet, self.loss.share()), now)
    }

    /// We are so late ourselves at present: twice that, here and at the other side, says nothing about the path.
    pub(crate) fn late(&mut self, by: Duration) {
        self.late = by;
    }

    /// What may be sent now, in bit/s.
    pub(crate) fn rate(&self) -> f64 {
        let rate = self.delay.rate().min(self.loss.rate()).min(self.allowed);
        let rate = if self.draining.is_some() { rate * DRAINING } else { rate };
        rate.clamp(LEAST, MOST)
    }

    /// A queue is being emptied.
    pub(crate) fn drains(&self) -> bool {
        self.draining.is_some()
    }

    /// Share of packets lost lately, 0.0..=1.0.
    pub(crate) fn loss(&self) -> f64 {
        self.loss.share()
    }

    fn usage(&self) -> Usage {
        match self.trend.usage() {
            Usage::Over if self.queue.wait() >= STANDING.max(self.late * 2) => Usage::Over,
            // While a queue is emptied less arrives than could: that tells nothing about the path.
            _ if self.draining.is_some() => Usage::Under,
            Usage::Over => Usage::Normal,
            usage => usage,
        }
    }

    fn drain(&mut self, now: Duration) {
        let wait = self.queue.wait();
        match self.draining {
            None if wait > DRAIN.0.max(self.late * 2) => self.draining = Some(now),
            Some(_) if wait < DRAIN.1.max(self.late) => self.draining = None,
            Some(since) if now.saturating_sub(since) > PATIENCE => {
                self.queue.accept();
                self.draining = None;
            }
            _ => {}
        }
    }
}
