//! One direction of an emulated network path: loss, bursts of loss, delay, jitter, a bottleneck with a bounded queue.
//!
//! Pure: the caller says what time it is, so that the same seed and the same packets meet the same fate.

use std::time::Duration;

use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Bytes of IPv4 and UDP headers around each packet.
const HEADERS: usize = 28;

/// What a path does to packets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Rules {
    /// Share of packets lost, each by itself, 0.0..=1.0.
    pub loss: f64,
    /// Bursts of loss (Gilbert model): share of packets that begin one, and how many are lost in one on average.
    pub bursts: Option<(f64, f64)>,
    /// Way of a packet through the empty path.
    pub delay: Duration,
    /// Up to so much is added to the delay; packets keep their order.
    pub jitter: Duration,
    /// Bottleneck; `None` = none.
    pub bandwidth: Option<Bandwidth>,
    /// Nothing passes.
    pub blackout: bool,
}

/// A bottleneck.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bandwidth {
    /// Bit/s.
    pub rate: u64,
    /// Packets that would wait longer than this are dropped.
    pub queue: Duration,
}

/// What became of packets so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    pub carried: u64,
    /// With headers.
    pub bytes: u64,
    /// By loss, bursts and blackout.
    pub lost: u64,
    /// The bottleneck's queue was full.
    pub overflowed: u64,
    /// Longest wait in the bottleneck's queue since it was last asked for.
    pub longest_wait: Duration,
}

/// One direction.
pub struct Link {
    rules: Rules,
    random: StdRng,
    in_burst: bool,
    busy_until: Duration,
    last_out: Duration,
    counters: Counters,
}

impl Link {
    pub fn new(rules: Rules, seed: u64) -> Self {
        Self {
            rules,
            random: StdRng::seed_from_u64(seed),
            in_burst: false,
            busy_until: Duration::ZERO,
            last_out: Duration::ZERO,
            counters: Counters::default(),
        }
    }

    /// From the next packet on.
    pub fn set(&mut self, rules: Rules) {
        self.rules = rules;
    }

    /// Counters so far; the longest wait begins anew.
    pub fn take_counters(&mut self) -> Counters {
        let counters = self.counters;
        self.counters.longest_wait = Duration::ZERO;
        counters
    }

    /// When a packet of this payload size that comes now leaves at the other end; `None` = never.
    pub fn carry(&mut self, now: Duration, payload: usize) -> Option<Duration> {
        if self.rules.blackout || self.loses() {
            self.counters.lost += 1;
            return None;
        }
        let size = payload + HEADERS;
        let through = self.bottleneck(now, size)?;
        let jitter = self.rules.jitter.mul_f64(self.random.random::<f64>());
        let out = (through + self.rules.delay + jitter).max(self.last_out);
        self.last_out = out;
        self.counters.carried += 1;
        self.counters.bytes += size as u64;
        Some(out)
    }

    /// When the packet has passed the bottleneck.
    fn bottleneck(&mut self, now: Duration, size: usize) -> Option<Duration> {
        let Some(Bandwidth { rate, queue }) = self.rules.bandwidth else { return Some(now) };
        let begin = self.busy_until.max(now);
        let wait = begin.saturating_sub(now);
        if wait > queue {
            self.counters.overflowed += 1;
            return None;
        }
        self.counters.longest_wait = self.counters.longest_wait.max(wait);
        self.busy_until = begin + Duration::from_secs_f64(size as f64 * 8.0 / rate.max(1) as f64);
        Some(self.busy_until)
    }

    fn loses(&mut self) -> bool {
        if let Some((begins, length)) = self.rules.bursts {
            let chance = if self.in_burst { 1.0 - 1.0 / length.max(1.0) } else { begins };
            self.in_burst = self.random.random_bool(chance.clamp(0.0, 1.0));
        }
        self.in_burst || self.random.random_bool(self.rules.loss.clamp(0.0, 1.0))
    }
}

mod tests {
    use super::*;

    fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn fates(rules: Rules, seed: u64) -> Vec<Option<Duration>> {
        let mut link = Link::new(rules, seed);
        (0..10_000).map(|packet| link.carry(ms(packet), 1200)).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_fate_and_another_seed_another() {
        let rules = Rules { loss: 0.05, jitter: ms(20), ..Rules::default() };
        assert_eq!(fates(rules, 7), fates(rules, 7));
        assert_ne!(fates(rules, 7), fates(rules, 8));
    }

    #[test]
    fn as_many_packets_are_lost_as_asked_for() {
        let lost = |rules| fates(rules, 1).iter().filter(|fate| fate.is_none()).count();
        assert!((400..600).contains(&lost(Rules { loss: 0.05, ..Rules::default() })));
        assert!((1600..2400).contains(&lost(Rules { bursts: Some((0.05, 5.0)), ..Rules::default() })));
        assert_eq!(lost(Rules { blackout: true, ..Rules::default() }), 10_000);
        assert_eq!(lost(Rules::default()), 0);
    }

    #[test]
    fn bursts_lose_several_in_a_row() {
        let fates = fates(Rules { bursts: Some((0.05, 5.0)), ..Rules::default() }, 3);
        let longest = fates.split(Option::is_some).map(<[_]>::len).max().unwrap();
        assert!(longest > 8, "{longest}");
    }

    #[test]
    fn jitter_delays_within_its_bound_and_keeps_the_order() {
        let rules = Rules { delay: ms(25), jitter: ms(10), ..Rules::default() };
        let out: Vec<Duration> = fates(rules, 5).into_iter().flatten().collect();
        assert!(out.is_sorted());
        assert!(out.iter().zip(0..).all(|(out, sent)| (ms(25)..=ms(35)).contains(&out.saturating_sub(ms(sent)))));
    }

    #[test]
    fn a_bottleneck_lets_its_rate_pass_and_drops_what_would_wait_too_long() {
        let mut link =
            Link::new(Rules { bandwidth: Some(Bandwidth { rate: 1_000_000, queue: ms(100) }), ..Rules::default() }, 1);
        // Twice the rate for ten seconds.
        let out: Vec<Duration> = (0..2000).filter_map(|packet| link.carry(ms(packet * 5), 1222)).collect();
        let last = *out.last().unwrap();
        let counters = link.take_counters();
        assert!((ms(10_000)..ms(10_120)).contains(&last), "{last:?}");
        assert!((990..1020).contains(&counters.carried) && counters.overflowed > 970, "{counters:?}");
        assert!(counters.longest_wait <= ms(100) && counters.longest_wait > ms(80));
        assert_eq!(link.take_counters().longest_wait, ms(0));
    }
}
