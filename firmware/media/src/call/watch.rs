//! Does a remote picture move?

use std::time::{Duration, Instant};

/// Without a frame for this long a remote picture stands still.
const STILL: Duration = Duration::from_secs(3);

/// Looks at a counter of frames again and again.
#[derive(Debug)]
pub(super) struct FrameWatch {
    seen: u64,
    since: Instant,
    flowing: bool,
}

/// What a look showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Look {
    /// There were frames since the last look.
    pub(super) moved: bool,
    /// It stands still from now on (false), or moves again (true).
    pub(super) news: Option<bool>,
}

impl FrameWatch {
    /// A picture counts as moving at first.
    pub(super) fn new(seen: u64, now: Instant) -> Self {
        Self { seen, since: now, flowing: true }
    }

    /// So many frames by now. What is not `seen` has no standstill.
    pub(super) fn look(&mut self, frames: u64, seen: bool, now: Instant) -> Look {
        let moved = frames != self.seen;
        if moved {
            (self.seen, self.since) = (frames, now);
        }
        let flowing = moved || !seen || (self.flowing && now.duration_since(self.since) < STILL);
        let news = (std::mem::replace(&mut self.flowing, flowing) != flowing).then_some(flowing);
        Look { moved, news }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_stands_still_after_three_seconds_and_is_told_once() {
        let mut now = Instant::now();
        let mut watch = FrameWatch::new(0, now);
        let mut after = |wait: Duration, frames: u64| {
            now += wait;
            watch.look(frames, true, now)
        };
        assert_eq!(after(STILL / 2, 5), Look { moved: true, news: None });
        assert_eq!(after(STILL / 2, 5), Look { moved: false, news: None });
        assert_eq!(after(STILL, 5), Look { moved: false, news: Some(false) });
        assert_eq!(after(STILL, 5), Look { moved: false, news: None });
        assert_eq!(after(STILL, 6), Look { moved: true, news: Some(true) });
    }
}
