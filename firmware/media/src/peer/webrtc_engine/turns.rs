//! When requests of a kind may go out: not more often than is of use, and the last one always.

use std::time::{Duration, Instant};

/// Requests closer together ask for the same key frame, which needs about so long to come.
const PAUSE: Duration = Duration::from_millis(200);

/// Requests for one thing.
#[derive(Debug, Default)]
pub(super) struct Turns {
    last: Option<Instant>,
}

impl Turns {
    /// How long a request of now waits for its turn; nothing where one that waits covers it.
    pub(super) fn next(&mut self, now: Instant) -> Option<Duration> {
        if self.last.is_some_and(|last| last > now) {
            return None;
        }
        let at = self.last.map_or(now, |last| now.max(last + PAUSE));
        self.last = Some(at);
        Some(at.saturating_duration_since(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_goes_at_once_the_next_in_its_turn_and_those_between_with_it() {
        let now = Instant::now();
        let mut turns = Turns::default();
        assert_eq!(turns.next(now), Some(Duration::ZERO));
        assert_eq!(turns.next(now + PAUSE / 4), Some(PAUSE * 3 / 4));
        assert_eq!(turns.next(now + PAUSE / 2), None);
        assert_eq!(turns.next(now + PAUSE), Some(PAUSE));
        assert_eq!(turns.next(now + PAUSE * 10), Some(Duration::ZERO));
    }
}
