//! How deep the jitter buffers are: as deep as jitter, losses and the round trip ask for, and no deeper.
//!
//! It grows at once, as sound is missing meanwhile, and shrinks slowly, as each step shifts what is heard.

use std::time::{Duration, Instant};

/// Before anything was measured: covers a Wi-Fi burst and one retransmission on a path of 50 ms.
pub(super) const FIRST: Duration = Duration::from_millis(80);
/// A frame is sent over some milliseconds, and threads need theirs.
const LEAST: Duration = Duration::from_millis(40);
/// Beyond it people interrupt each other (ITU-T G.114: 400 ms one way at most).
const MOST: Duration = Duration::from_millis(400);
/// Depths are multiples of it.
const STEP: Duration = Duration::from_millis(10);
/// From a packet that is lost to the one that shows it: a packet of sound.
const NOTICE: Duration = Duration::from_millis(20);
/// A loss is remembered so long.
const MEMORY: Duration = Duration::from_secs(20);
/// So long nothing deeper was wanted before it shrinks, a step at a time.
const CALM: Duration = Duration::from_secs(5);

/// What was seen since the last look.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Seen {
    /// Mean deviation of arrivals (RFC 3550 section 6.4.1), the worst of all streams.
    pub(super) jitter: Duration,
    pub(super) round_trip: Duration,
    /// Packets that did not come in their turn.
    pub(super) missed: u64,
    /// Packets that came after their time.
    pub(super) late: u64,
}

/// The depth of all jitter buffers of a connection, one for lip sync.
#[derive(Debug)]
pub(super) struct Depth {
    now: Duration,
    /// When packets were last missed, and the time before that.
    missed: [Option<Instant>; 2],
    /// For packets that came late although jitter seemed small.
    surplus: Duration,
    calm_since: Option<Instant>,
}

impl Default for Depth {
    fn default() -> Self {
        Self { now: FIRST, missed: [None; 2], surplus: Duration::ZERO, calm_since: None }
    }
}

impl Depth {
    /// Looks at what was seen; tells the depth when it is another.
    pub(super) fn look(&mut self, seen: Seen, now: Instant) -> Option<Duration> {
        if seen.missed > 0 {
            self.missed = [Some(now), self.missed[0]];
        }
        if seen.late > 0 {
            self.surplus = (self.surplus + STEP * 2).min(MOST);
        }
        let wanted = self.wanted(seen, now);
        if wanted >= self.now {
            self.calm_since = None;
            return self.set(wanted);
        }
        if now.saturating_duration_since(*self.calm_since.get_or_insert(now)) < CALM {
            return None;
        }
        self.calm_since = Some(now);
        self.surplus = self.surplus.saturating_sub(STEP);
        self.set(self.now.saturating_sub(STEP))
    }

    /// Time for the jitter, and for one retransmission after a loss, for two where losses come again and again.
    fn wanted(&self, seen: Seen, now: Instant) -> Duration {
        let lately = |at: &Option<Instant>| at.is_some_and(|at| now.saturating_duration_since(at) < MEMORY);
        let attempts = self.missed.iter().filter(|at| lately(at)).count();
        let asking = match attempts {
            0 => Duration::ZERO,
            1 => NOTICE + seen.round_trip,
            // The second is asked for a quarter of a round trip later than it could have come.
            _ => NOTICE + seen.round_trip * 9 / 4,
        };
        // Four deviations hold all but a few arrivals.
        let wanted = (seen.jitter * 4).min(MOST) + asking + self.surplus + NOTICE;
        let steps = wanted.as_micros().div_ceil(STEP.as_micros());
        (STEP * u32::try_from(steps).unwrap_or(u32::MAX)).clamp(LEAST, MOST)
    }

    fn set(&mut self, depth: Duration) -> Option<Duration> {
        let changed = depth != self.now;
        self.now = depth;
        changed.then_some(depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    fn seen(jitter: u64, missed: u64) -> Seen {
        Seen { jitter: ms(jitter), round_trip: ms(50), missed, late: 0 }
    }

    /// Looks every quarter of a second, the first time a quarter after `from`.
    fn run(depth: &mut Depth, from: Instant, seconds: u64, seen: Seen) -> Duration {
        (1..=seconds * 4).for_each(|quarter| {
            depth.look(seen, from + ms(quarter * 250));
        });
        depth.now
    }

    #[test]
    fn on_a_quiet_path_it_shrinks_to_the_least_slowly() {
        let (mut depth, now) = (Depth::default(), Instant::now());
        assert_eq!(run(&mut depth, now, 4, seen(1, 0)), FIRST);
        assert_eq!(run(&mut depth, now + ms(4000), 60, seen(1, 0)), LEAST);
    }

    #[test]
    fn jitter_makes_it_deeper_at_once_and_never_deeper_than_people_can_talk_over() {
        let (mut depth, now) = (Depth::default(), Instant::now());
        assert_eq!(depth.look(seen(30, 0), now), Some(ms(140)));
        assert_eq!(depth.look(seen(5000, 0), now + ms(250)), Some(MOST));
    }

    #[test]
    fn losses_leave_time_for_a_retransmission_and_repeated_losses_for_two() {
        let (mut depth, now) = (Depth::default(), Instant::now());
        depth.look(seen(2, 1), now);
        assert_eq!(depth.now, ms(100));
        depth.look(seen(2, 1), now + ms(250));
        assert_eq!(depth.now, ms(170));
        assert_eq!(run(&mut depth, now + ms(250), 120, seen(2, 0)), LEAST);
    }

    #[test]
    fn packets_that_come_late_make_it_deeper_than_the_jitter_says() {
        let (mut depth, now) = (Depth::default(), Instant::now());
        let late = Seen { late: 1, ..seen(12, 0) };
        for look in 0..4 {
            depth.look(late, now + ms(250 * look));
        }
        assert_eq!(depth.now, ms(150));
    }
}
