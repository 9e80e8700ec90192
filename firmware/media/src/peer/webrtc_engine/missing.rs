//! Which packets of a received stream are missing, and when each is to be asked for.
//!
//! Asked for is at once with the packet that shows the gap (RFC 4585 section 3.5 leaves the moment to us), again a
//! round trip later, and no more when the packet would come too late to be played.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

/// Asked for so often at most.
const ATTEMPTS: u8 = 8;

/// A packet missing so long would come too late for the deepest jitter buffer.
const WORTH: Duration = Duration::from_millis(500);

/// More than so many missing are not worth asking for: a key frame is less.
const MOST: usize = 400;

/// Between two requests for the same packet at least.
const PAUSE: Duration = Duration::from_millis(20);

/// A missing packet.
#[derive(Clone, Copy, Debug)]
struct Gap {
    since: Instant,
    next: Instant,
    asked: u8,
}

/// One stream.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Highest sequence number so far, extended beyond 16 bits.
    highest: Option<u64>,
    gaps: BTreeMap<u64, Gap>,
}

impl Missing {
    /// A packet has come; tells how many before it are missing that nobody knew of.
    pub(super) fn come(&mut self, sequence: u16, now: Instant) -> usize {
        let Some(highest) = self.highest else {
            // Far from 0, so that a packet from before the first has a number, too.
            self.highest = Some(0x1_0000 + u64::from(sequence));
            return 0;
        };
        let number = extend(sequence, highest);
        if number <= highest {
            self.gaps.remove(&number);
            return 0;
        }
        self.highest = Some(number);
        let missed = usize::try_from(number - highest - 1).unwrap_or(usize::MAX);
        if missed > MOST {
            self.gaps.clear();
            return 0;
        }
        self.gaps.extend((highest + 1..number).map(|number| (number, Gap { since: now, next: now, asked: 0 })));
        while self.gaps.len() > MOST {
            self.gaps.pop_first();
        }
        missed
    }

    /// This packet came before, or is given up.
    pub(super) fn is_known(&self, sequence: u16) -> bool {
        self.highest.is_some_and(|highest| {
            let number = extend(sequence, highest);
            number <= highest && !self.gaps.contains_key(&number)
        })
    }

    /// What is to be asked for now.
    pub(super) fn due(&mut self, now: Instant, round_trip: Duration) -> Vec<u16> {
        self.gaps.retain(|_, gap| gap.asked < ATTEMPTS && now.saturating_duration_since(gap.since) < WORTH);
        let mut due = Vec::new();
        for (number, gap) in self.gaps.iter_mut().filter(|(_, gap)| gap.next <= now) {
            gap.asked += 1;
            // A quarter more, for the jitter of the way.
            gap.next = now + (round_trip + round_trip / 4).max(PAUSE);
            due.push((number & 0xffff) as u16);
        }
        due
    }

    /// When something will be due.
    pub(super) fn next(&self) -> Option<Instant> {
        self.gaps.values().map(|gap| gap.next).min()
    }
}

/// The number with these low 16 bits that is nearest to `near`.
fn extend(sequence: u16, near: u64) -> u64 {
    let ahead = sequence.wrapping_sub((near & 0xffff) as u16);
    let ahead = i64::from(ahead.cast_signed());
    near.saturating_add_signed(ahead)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROUND_TRIP: Duration = Duration::from_millis(50);

    fn with(come: &[u16], now: Instant) -> Missing {
        let mut missing = Missing::default();
        for sequence in come {
            missing.come(*sequence, now);
        }
        missing
    }

    #[test]
    fn a_packet_is_known_once_it_came_and_not_while_it_is_missing() {
        let now = Instant::now();
        let mut missing = with(&[65_534, 1], now);
        let known = |missing: &Missing| [65_534, 65_535, 0, 1, 2].map(|sequence| missing.is_known(sequence));
        assert_eq!(known(&missing), [true, false, false, true, false]);
        missing.come(65_535, now);
        assert_eq!(known(&missing), [true, true, false, true, false]);
    }

    #[test]
    fn a_gap_is_asked_for_at_once_and_again_after_a_round_trip() {
        let now = Instant::now();
        let mut missing = with(&[10], now);
        assert_eq!(missing.come(13, now), 2);
        assert_eq!(missing.due(now, ROUND_TRIP), [11, 12]);
        assert_eq!(missing.due(now + ROUND_TRIP, ROUND_TRIP), [0; 0]);
        missing.come(11, now);
        assert_eq!(missing.next(), Some(now + ROUND_TRIP * 5 / 4));
        assert_eq!(missing.due(now + ROUND_TRIP * 5 / 4, ROUND_TRIP), [12]);
    }

    #[test]
    fn what_would_come_too_late_is_not_asked_for_and_nothing_wakes_anybody() {
        let now = Instant::now();
        let mut missing = with(&[10, 12], now);
        assert_eq!(missing.due(now + WORTH, ROUND_TRIP), [0; 0]);
        assert_eq!(missing.next(), None);
    }

    #[test]
    fn nobody_is_asked_for_ever() {
        let now = Instant::now();
        let mut missing = with(&[1, 3], now);
        let asked = (0..1000).filter(|ms| !missing.due(now + Duration::from_millis(*ms), PAUSE).is_empty()).count();
        assert_eq!(asked, usize::from(ATTEMPTS));
    }

    #[test]
    fn numbers_go_on_after_the_wrap() {
        let now = Instant::now();
        let mut missing = with(&[65_533, 1], now);
        assert_eq!(missing.due(now, ROUND_TRIP), [65_534, 65_535, 0]);
        missing.come(65_535, now);
        assert_eq!(missing.due(now + ROUND_TRIP * 2, ROUND_TRIP), [65_534, 0]);
    }

    #[test]
    fn a_stream_that_begins_anew_elsewhere_is_not_a_gap_of_thousands() {
        let now = Instant::now();
        let mut missing = with(&[10, 12], now);
        assert_eq!(missing.come(9_000, now), 0);
        assert_eq!(missing.due(now, ROUND_TRIP), [0; 0]);
    }

    #[test]
    fn packets_out_of_order_before_the_first_are_no_gap() {
        let now = Instant::now();
        let mut missing = with(&[5, 3, 4, 6], now);
        assert_eq!(missing.due(now, ROUND_TRIP), [0; 0]);
    }
}
