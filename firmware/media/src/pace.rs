//! How many frames a second there are.

use std::{
    collections::VecDeque,
    sync::Mutex,
    time::{Duration, Instant},
};

use crate::pipeline::locked;

/// Frame rates are told over this time.
const SECOND: Duration = Duration::from_secs(1);

/// Counts frames over the last second.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<VecDeque<Instant>>);

impl Pace {
    /// A frame passed.
    pub(crate) fn pass(&self) {
        let now = Instant::now();
        let mut passed = locked(&self.0);
        forget(&mut passed, now);
        passed.push_back(now);
    }

    /// Frames over the last second.
    pub(crate) fn per_second(&self) -> u32 {
        let mut passed = locked(&self.0);
        forget(&mut passed, Instant::now());
        // At most some hundred.
        u32::try_from(passed.len()).unwrap_or(u32::MAX)
    }
}

fn forget(passed: &mut VecDeque<Instant>, now: Instant) {
    while passed.front().is_some_and(|at| now.duration_since(*at) > SECOND) {
        passed.pop_front();
    }
}
