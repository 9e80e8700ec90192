//! Probes: a few packets of padding, sent faster than the rest, show at once that a path carries more, where what is
//! sent by itself would show it bit by bit (as the probe clusters of Google Congestion Control do).

use std::time::Duration;

use super::estimator::Fate;

/// How much faster than the estimate a probe goes: what succeeds twice has got from a room's least picture to its best.
const FASTER: f64 = 2.0;
/// Packets tell a rate from so many on.
pub(crate) const PACKETS: usize = 5;
/// Bytes of a usual one: small, so that few of them make no long queue in a narrow path.
pub(crate) const PACKET: usize = 600;
/// A probe lasts about so long; with fewer packets a sender's timer would decide how fast it was.
const LASTS: Duration = Duration::from_millis(15);
/// A queue that it makes in a path as narrow as estimated is not longer: the jitter buffers of sound have as much.
const HARM: Duration = Duration::from_millis(60);
/// So many of so many of its packets must arrive.
const ARRIVED: (usize, usize) = (4, 5);
/// A path that let it through more slowly than this part of its rate has shown its limit (as libwebrtc has it).
const LIMIT_SHOWN: f64 = 0.9;
/// And carries this part of what arrived.
const CARRIED: f64 = 0.95;
/// Only with so much more than the estimate has a probe shown anything.
const SHOWN: f64 = 1.1;
/// After the first report that tells of a rate, and after a probe that showed more.
const AT_ONCE: Duration = Duration::from_millis(200);
/// After one that did not.
const AGAIN: Duration = Duration::from_secs(3);
/// Reports that do not come by then will not.
const PATIENCE: Duration = Duration::from_secs(1);
/// With more losses nothing is tried.
const LOSS: f64 = 0.05;

/// What is to be sent beside everything else, at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Cluster {
    /// In [`PACKETS`] packets at least.
    pub(crate) bytes: usize,
    /// Everything goes at this rate meanwhile, in bit/s.
    pub(crate) rate: f64,
}

impl Cluster {
    /// How long it takes.
    pub(crate) fn lasts(self) -> Duration {
        Duration::from_secs_f64(bits(self.bytes) / self.rate)
    }
}

/// A cluster that is under way; times as the sender has them.
#[derive(Clone, Copy, Debug)]
struct Sent {
    from: Duration,
    until: Duration,
    /// In bit/s.
    rate: f64,
    /// Packets that were reported: how many, and how many came.
    seen: (usize, usize),
    /// Bytes behind the first packet, of what was sent and of what arrived.
    bytes: (usize, usize),
    first: (Duration, Option<Duration>),
    last: (Duration, Option<Duration>),
}

/// Decides when to probe and reads what came of it.
#[derive(Debug, Default)]
pub(crate) struct Prober {
    sent: Option<Sent>,
    next: Option<Duration>,
}

impl Prober {
    /// A cluster to send now, where more is wanted than `rate` and the path is quiet; all rates in bit/s.
    pub(crate) fn next(
        &mut self,
        rate: f64,
        wanted: f64,
        (quiet, loss): (bool, f64),
        now: Duration,
    ) -> Option<Cluster> {
        if self.sent.is_some_and(|sent| now.saturating_sub(sent.until) > PATIENCE) {
            (self.sent, self.next) = (None, Some(now + AGAIN));
        }
        let due = *self.next.get_or_insert(now + AT_ONCE) <= now;
        if self.sent.is_some() || !due || rate * SHOWN >= wanted {
            return None;
        }
        if !quiet || loss > LOSS {
            self.next = Some(now + AT_ONCE);
            return None;
        }
        let goal = (rate * FASTER).min(wanted * SHOWN);
        let least = PACKETS * PACKET;
        let bytes = bytes(goal * LASTS.as_secs_f64()).clamp(least, bytes(rate * HARM.as_secs_f64()).max(least));
        let cluster = Cluster { bytes, rate: goal };
        self.sent = Some(Sent {
            from: now,
            until: now + cluster.lasts() + LASTS,
            rate: goal,
            seen: (0, 0),
            bytes: (0, 0),
            first: (Duration::MAX, None),
            last: (Duration::ZERO, None),
        });
        Some(cluster)
    }

    /// What became of packets, in the order they were sent; gives the rate in bit/s that a probe has shown.
    pub(crate) fn learn(&mut self, fates: &[Fate], now: Duration) -> Option<f64> {
        let sent = self.sent.as_mut()?;
        let (from, until) = (sent.from, sent.until);
        fates.iter().filter(|fate| fate.sent >= from && fate.sent <= until).for_each(|fate| sent.count(fate));
        // The first packet behind it tells that all of it was reported.
        if !fates.iter().any(|fate| fate.sent > sent.until) {
            return None;
        }
        let shown = sent.shown();
        (self.sent, self.next) = (None, Some(now + AGAIN));
        shown
    }

    /// It was worth it: the next comes soon.
    pub(crate) fn go_on(&mut self, now: Duration) {
        self.next = Some(now + AT_ONCE);
    }
}

impl Sent {
    fn count(&mut self, fate: &Fate) {
        self.seen.0 += 1;
        if self.first.0 == Duration::MAX {
            self.first.0 = fate.sent;
        } else {
            self.bytes.0 += fate.size;
        }
        self.last.0 = fate.sent;
        let Some(arrived) = fate.arrived else { return };
        self.seen.1 += 1;
        if self.first.1.is_none() {
            self.first.1 = Some(arrived);
        } else {
            self.bytes.1 += fate.size;
        }
        self.last.1 = self.last.1.max(Some(arrived));
    }

    /// The lower of what was sent and what arrived, in bit/s; a receiver that reads many packets at a time shows nothing.
    fn shown(&self) -> Option<f64> {
        if self.seen.0 < PACKETS || self.seen.1 * ARRIVED.1 < self.seen.0 * ARRIVED.0 {
            return None;
        }
        let sent = bits(self.bytes.0) / self.last.0.saturating_sub(self.first.0).as_secs_f64();
        let arrived = bits(self.bytes.1) / self.last.1?.saturating_sub(self.first.1?).as_secs_f64();
        if !sent.is_finite() || !arrived.is_finite() || arrived > sent * FASTER {
            return None;
        }
        let shown = if arrived < sent * LIMIT_SHOWN { arrived * CARRIED } else { arrived.min(sent) };
        // Media that happened to go at the same time would make it look wider.
        Some(shown.min(self.rate))
    }
}

fn bits(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes * 8).unwrap_or(u32::MAX))
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rates are bounded")]
fn bytes(bits: f64) -> usize {
    (bits / 8.0) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: f64 = 1_000_000.0;
    const WANTED: f64 = 4_000_000.0;
    const MS: Duration = Duration::from_millis(1);
    const BEGIN: Duration = Duration::from_secs(10);

    /// A prober that has been waiting, and the cluster it sends.
    fn probing() -> (Prober, Cluster) {
        let mut prober = Prober::default();
        assert_eq!(prober.next(RATE, WANTED, (true, 0.0), BEGIN.saturating_sub(AT_ONCE)), None);
        let cluster = prober.next(RATE, WANTED, (true, 0.0), BEGIN).unwrap();
        (prober, cluster)
    }

    /// The cluster through a bottleneck of this rate in bit/s, and a packet long after it.
    fn through(cluster: Cluster, carries: f64) -> Vec<Fate> {
        let mut busy = BEGIN;
        let mut fates: Vec<Fate> = (0..cluster.bytes.div_ceil(PACKET))
            .map(|packet| {
                let sent = BEGIN + Duration::from_secs_f64(bits(PACKET * packet) / cluster.rate);
                busy = busy.max(sent) + Duration::from_secs_f64(bits(PACKET) / carries);
                Fate { sent, arrived: Some(busy + MS * 25), size: PACKET, judged: true }
            })
            .collect();
        fates.push(Fate { sent: BEGIN + MS * 500, arrived: Some(BEGIN + MS * 525), size: PACKET, judged: true });
        fates
    }

    fn shown(carries: f64) -> Option<f64> {
        let (mut prober, cluster) = probing();
        prober.learn(&through(cluster, carries), BEGIN + MS * 600)
    }

    #[test]
    fn a_wide_path_shows_twice_the_rate_and_a_narrow_one_what_it_carries() {
        let wide = shown(50.0 * RATE).unwrap();
        assert!((1.9 * RATE..=2.0 * RATE).contains(&wide), "{wide}");
        let narrow = shown(1.3 * RATE).unwrap();
        assert!((1.15 * RATE..=1.3 * RATE).contains(&narrow), "{narrow}");
    }

    #[test]
    fn it_is_small_and_makes_no_long_queue() {
        for rate in [50_000.0, 300_000.0, RATE, 4.0 * RATE, 15.0 * RATE] {
            let mut prober = Prober::default();
            prober.next(rate, 20.0 * RATE, (true, 0.0), Duration::ZERO);
            let cluster = prober.next(rate, 20.0 * RATE, (true, 0.0), BEGIN).unwrap();
            let queue = bits(cluster.bytes) * (1.0 - 1.0 / FASTER) / rate;
            assert!(cluster.bytes == PACKETS * PACKET || queue <= HARM.as_secs_f64(), "{rate}: {cluster:?}");
        }
    }

    #[test]
    fn nothing_is_tried_where_nothing_is_wanted_or_the_path_is_not_quiet() {
        let mut prober = Prober::default();
        prober.next(RATE, WANTED, (true, 0.0), Duration::ZERO);
        assert_eq!(prober.next(RATE, RATE, (true, 0.0), BEGIN), None);
        assert_eq!(prober.next(RATE, WANTED, (false, 0.0), BEGIN), None);
        assert_eq!(prober.next(RATE, WANTED, (true, 0.2), BEGIN + AT_ONCE), None);
        assert!(prober.next(RATE, WANTED, (true, 0.0), BEGIN + AT_ONCE * 2).is_some());
    }

    #[test]
    fn a_probe_that_is_never_reported_is_followed_by_another() {
        let (mut prober, _) = probing();
        assert_eq!(prober.next(RATE, WANTED, (true, 0.0), BEGIN + MS * 500), None);
        let later = BEGIN + PATIENCE * 2;
        assert_eq!(prober.next(RATE, WANTED, (true, 0.0), later), None);
        assert!(prober.next(RATE, WANTED, (true, 0.0), later + AGAIN).is_some());
    }

    #[test]
    fn packets_that_are_read_all_at_once_or_are_lost_show_nothing() {
        let (mut prober, cluster) = probing();
        let mut fates = through(cluster, 50.0 * RATE);
        for fate in &mut fates {
            fate.arrived = Some(BEGIN + MS * 600);
        }
        assert_eq!(prober.learn(&fates, BEGIN + MS * 700), None);
        let (mut prober, cluster) = probing();
        let mut fates = through(cluster, 50.0 * RATE);
        fates.iter_mut().take(2).for_each(|fate| fate.arrived = None);
        assert_eq!(prober.learn(&fates, BEGIN + MS * 700), None);
    }
}
