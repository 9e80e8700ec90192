//! The rate that losses allow (draft-ietf-rmcat-gcc-02 section 6): a path may drop packets without ever queueing them.

use std::time::Duration;

/// Up to this share of losses the rate may grow (section 6: 2 %).
const LITTLE: f64 = 0.02;
/// Beyond this share it falls (section 6: 10 %).
const MUCH: f64 = 0.10;
/// Growth at a look (section 6: 1.05).
const INCREASE: f64 = 1.05;
/// Between two looks.
const LOOK: Duration = Duration::from_millis(500);
/// Fewer packets tell nothing about their share.
const ENOUGH: u32 = 20;

/// The state of the controller; times since any beginning.
#[derive(Debug)]
pub(crate) struct LossBased {
    rate: f64,
    lost: u32,
    total: u32,
    looked: Option<Duration>,
    /// Share lost at the last look, 0.0..=1.0.
    share: f64,
}

impl LossBased {
    pub(crate) fn new(rate: f64) -> Self {
        Self { rate, lost: 0, total: 0, looked: None, share: 0.0 }
    }

    /// Allowed rate in bit/s.
    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    /// Share of packets lost lately, 0.0..=1.0.
    pub(crate) fn share(&self) -> f64 {
        self.share
    }

    /// A probe without losses has shown that the path carries this much, in bit/s.
    pub(crate) fn shown(&mut self, rate: f64) {
        self.rate = self.rate.max(rate);
    }

    /// So many of these packets were lost; `goal`: what the delay allows in bit/s.
    pub(crate) fn update(&mut self, lost: u32, total: u32, goal: f64, now: Duration) {
        self.lost += lost;
        self.total += total;
        let since = now.saturating_sub(*self.looked.get_or_insert(now));
        if since < LOOK || self.total < ENOUGH {
            return;
        }
        self.share = f64::from(self.lost) / f64::from(self.total);
        (self.lost, self.total, self.looked) = (0, 0, Some(now));
        if self.share <= LITTLE {
            // It holds back only after losses: otherwise the delay decides.
            self.rate = (self.rate * INCREASE).max(goal);
        } else if self.share > MUCH {
            self.rate = self.rate.min(goal) * (1.0 - self.share / 2.0);
        }
    }
}
