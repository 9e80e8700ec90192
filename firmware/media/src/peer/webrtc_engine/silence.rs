//! Whether the path is gone, sooner than its checks alone would tell.
//!
//! A check that is not answered may have been lost, and a sender may have nothing to send. But where packets came one
//! after the other and now nothing comes at all, neither media nor reports nor the answers to several checks, the path is
//! gone.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

/// Nothing at all for so long: several checks in a row went unanswered as well.
const GONE: Duration = Duration::from_millis(1_300);
/// Media is what comes at least so often on average: sound that pauses (RFC 7587 section 3.1.3) does not count.
const PACKETS: usize = 20;
const WITHIN: Duration = Duration::from_secs(1);
/// A path that was found again and lost at once is left to the checks.
const TRUSTED: Duration = Duration::from_secs(3);

/// What is new.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Lost,
    Found,
}

/// When packets came.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// Times of the last packets, at most [`PACKETS`].
    recent: VecDeque<Instant>,
    /// The path is taken for gone since then.
    lost: Option<Instant>,
    found: Option<Instant>,
}

impl Silence {
    /// A packet of any kind came over the path.
    pub(super) fn heard(&mut self, now: Instant) -> Option<Turn> {
        if self.recent.len() == PACKETS {
            self.recent.pop_front();
        }
        self.recent.push_back(now);
        self.lost.take().map(|_| {
            self.found = Some(now);
            self.recent.clear();
            Turn::Found
        })
    }

    /// To be asked now and then.
    pub(super) fn look(&mut self, now: Instant) -> Option<Turn> {
        let (first, last) = (*self.recent.front()?, *self.recent.back()?);
        let flowed = self.recent.len() == PACKETS && last.saturating_duration_since(first) <= WITHIN;
        let trusted = self.found.is_none_or(|found| last.saturating_duration_since(found) >= TRUSTED);
        if !flowed || !trusted || self.lost.is_some() || now.saturating_duration_since(last) < GONE {
            return None;
        }
        self.lost = Some(now);
        Some(Turn::Lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// Packets so far apart for so long, with looks between them; what was told.
    fn after(silence: &mut Silence, from: Instant, (pause, lasts): (Duration, Duration)) -> Vec<Turn> {
        let mut told = Vec::new();
        let mut now = from;
        while now < from + lasts {
            told.extend(silence.heard(now));
            let next = now + pause;
            while now < next {
                now += MS * 100;
                told.extend(silence.look(now.min(next)));
            }
            now = next;
        }
        told
    }

    #[test]
    fn media_that_stops_with_everything_else_is_a_path_that_is_gone() {
        let (mut silence, begun) = (Silence::default(), Instant::now());
        assert_eq!(after(&mut silence, begun, (MS * 20, MS * 2_000)), []);
        let last = begun + MS * 1_980;
        assert_eq!(silence.look(last + MS * 1_250), None);
        assert_eq!(silence.look(last + GONE), Some(Turn::Lost));
        assert_eq!(silence.look(last + GONE * 2), None, "told once");
        assert_eq!(silence.heard(last + GONE * 3), Some(Turn::Found));
        assert_eq!(silence.heard(last + GONE * 3 + MS), None);
    }

    #[test]
    fn answers_to_checks_keep_a_path_without_media() {
        let (mut silence, begun) = (Silence::default(), Instant::now());
        after(&mut silence, begun, (MS * 20, MS * 2_000));
        // A hold: nothing but checks and reports.
        assert_eq!(after(&mut silence, begun + MS * 2_000, (MS * 500, MS * 20_000)), []);
        // What came so seldom may also be lost.
        assert_eq!(silence.look(begun + MS * 30_000), None);
    }

    #[test]
    fn sound_that_pauses_is_no_loss() {
        let (mut silence, begun) = (Silence::default(), Instant::now());
        assert_eq!(after(&mut silence, begun, (MS * 400, MS * 20_000)), []);
        assert_eq!(silence.look(begun + MS * 24_000), None);
    }

    #[test]
    fn bursts_of_loss_are_no_loss_of_the_path() {
        let (mut silence, begun) = (Silence::default(), Instant::now());
        let mut now = begun;
        for burst in 0..30 {
            assert_eq!(after(&mut silence, now, (MS * 20, MS * 600)), []);
            now += MS * 600 + MS * 100 * (burst % 12);
            assert_eq!(silence.look(now), None);
        }
    }

    #[test]
    fn a_path_that_comes_and_goes_is_left_to_the_checks() {
        let (mut silence, begun) = (Silence::default(), Instant::now());
        after(&mut silence, begun, (MS * 20, MS * 2_000));
        assert_eq!(silence.look(begun + MS * 4_000), Some(Turn::Lost));
        assert_eq!(after(&mut silence, begun + MS * 5_000, (MS * 20, MS * 1_000)), [Turn::Found]);
        assert_eq!(silence.look(begun + MS * 9_000), None);
        after(&mut silence, begun + MS * 10_000, (MS * 20, MS * 4_000));
        assert_eq!(silence.look(begun + MS * 16_000), Some(Turn::Lost));
    }
}
