//! The rate that the delay allows: up while the queue is steady, down when it grows (draft-ietf-rmcat-gcc-02
//! section 5.5).

use std::time::Duration;

use super::trend::Usage;

/// What is left of the rate that arrives when the queue grows (section 5.5: 0.85).
const DECREASE: f64 = 0.85;
/// Growth a second far from the rate at which the queue last grew. The draft has 1.08; a room that gets its path back
/// would need a minute with that, so we go faster and leave the rest to the bound by what arrives.
const INCREASE: f64 = 1.25;
/// Rates stay below this many times of what arrives (section 5.5: 1.5), plus a little for small rates, in bit/s.
const AHEAD: (f64, f64) = (1.5, 10_000.0);
/// Up to this much in bit/s is tried with anything: after a time with sound alone a small picture must show what the path
/// carries, as sound never will.
const TRIED: f64 = 120_000.0;
/// Between two decreases at least a round trip and this.
const SETTLE: Duration = Duration::from_millis(150);
/// Weight of a new rate at which the queue grew in their mean.
const CEILING_WEIGHT: f64 = 0.3;
/// Near that ceiling means within so many deviations of it.
const NEAR: f64 = 3.0;
/// Bits of a packet as it is on the wire.
const PACKET: f64 = 9_600.0;
/// A ceiling not met for so long is forgotten: paths change.
const FORGET: Duration = Duration::from_secs(8);

/// Rates in bit/s at which the queue grew.
#[derive(Clone, Copy, Debug)]
struct Ceiling {
    mean: f64,
    deviation: f64,
    met: Duration,
}

/// The state of the controller; times since any beginning.
#[derive(Debug)]
pub(crate) struct DelayBased {
    rate: f64,
    ceiling: Option<Ceiling>,
    decreased: Option<Duration>,
    updated: Option<Duration>,
}

impl DelayBased {
    pub(crate) fn new(rate: f64) -> Self {
        Self { rate, ceiling: None, decreased: None, updated: None }
    }

    /// Allowed rate in bit/s.
    pub(crate) fn rate(&self) -> f64 {
        self.rate
    }

    /// Keeps the rate within bounds that come from elsewhere.
    pub(crate) fn bound(&mut self, least: f64, most: f64) {
        self.rate = self.rate.clamp(least, most);
    }

    /// A probe has shown that the path carries this much, in bit/s.
    pub(crate) fn shown(&mut self, rate: f64) {
        if rate > self.rate {
            (self.rate, self.ceiling) = (rate, None);
        }
    }

    /// Goes on by what the path did and what arrived in bit/s.
    pub(crate) fn update(&mut self, usage: Usage, arrives: f64, round_trip: Duration, now: Duration) {
        let passed = now.saturating_sub(self.updated.replace(now).unwrap_or(now)).min(Duration::from_secs(1));
        match usage {
            Usage::Over => self.decrease(arrives, round_trip, now),
            // The queue is emptied first.
            Usage::Under => {}
            Usage::Normal => self.increase(arrives, round_trip, passed, now),
        }
    }

    fn decrease(&mut self, arrives: f64, round_trip: Duration, now: Duration) {
        if self.decreased.is_some_and(|at| now.saturating_sub(at) < round_trip + SETTLE) {
            return;
        }
        self.decreased = Some(now);
        let known = self.ceiling.filter(|ceiling| (arrives - ceiling.mean).abs() <= NEAR * ceiling.deviation);
        self.ceiling = Some(match known {
            Some(ceiling) => Ceiling {
                mean: ceiling.mean + CEILING_WEIGHT * (arrives - ceiling.mean),
                deviation: deviation(ceiling.deviation, arrives - ceiling.mean, arrives),
                met: now,
            },
            None => Ceiling { mean: arrives, deviation: arrives * 0.1, met: now },
        });
        self.rate = self.rate.min(arrives * DECREASE);
    }

    fn increase(&mut self, arrives: f64, round_trip: Duration, passed: Duration, now: Duration) {
        let above = |c: &Ceiling| arrives > c.mean + NEAR * c.deviation || now.saturating_sub(c.met) > FORGET;
        if self.ceiling.is_some_and(|ceiling| above(&ceiling)) {
            self.ceiling = None;
        }
        let near = self.ceiling.is_some_and(|c| self.rate > c.mean - NEAR * c.deviation);
        let seconds = passed.as_secs_f64();
        let next = if near {
            // About a packet in each time that a change takes to show (section 5.5).
            self.rate + PACKET * seconds / (round_trip.as_secs_f64() + 0.1)
        } else {
            self.rate * INCREASE.powf(seconds)
        };
        // What is not sent shows nothing about the path.
        let most = (arrives * AHEAD.0 + AHEAD.1).max(TRIED);
        self.rate = next.min(most).max(self.rate);
    }
}

/// Mean deviation, within 4 to 15 % of the rate.
fn deviation(before: f64, off: f64, rate: f64) -> f64 {
    (before + CEILING_WEIGHT * (off.abs() - before)).clamp(rate * 0.04, rate * 0.15)
}
