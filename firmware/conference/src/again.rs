//! What the other side may not have got is said again.

use std::time::{Duration, Instant};

/// Between a message that was not answered and the next: a connection that comes back needs about that long.
const PAUSE: Duration = Duration::from_secs(5);

/// When to say it again.
#[derive(Debug, Default)]
pub(crate) struct Again {
    at: Option<Instant>,
}

impl Again {
    /// Nobody knows whether it arrived.
    pub(crate) fn plan(&mut self, now: Instant) {
        self.at = Some(now + PAUSE);
    }

    /// Something newer was said.
    pub(crate) const fn forget(&mut self) {
        self.at = None;
    }

    /// True once, when its time has come.
    pub(crate) fn due(&mut self, now: Instant) -> bool {
        self.at.take_if(|at| *at <= now).is_some()
    }

    pub(crate) const fn deadline(&self) -> Option<Instant> {
        self.at
    }
}
