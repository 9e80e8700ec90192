//! No client is busy with itself.

use std::time::{Duration, Instant};

use super::Broken;

/// Outputs in one second of virtual time; the busiest second of a healthy box has far fewer.
const MOST_A_SECOND: u32 = 600;
/// Times that a client may be woken at one instant without a later wish.
const MOST_WAKES: u32 = 50;

/// Counts what a client does.
#[derive(Debug, Default)]
pub(super) struct Pace {
    now: Option<Instant>,
    outputs: u32,
    second: Option<Instant>,
    wakes: u32,
}

impl Pace {
    pub(super) fn moment(&mut self, now: Instant) {
        if self.now != Some(now) {
            (self.now, self.wakes) = (Some(now), 0);
        }
        if self.second.is_none_or(|second| now >= second + Duration::from_secs(1)) {
            (self.second, self.outputs) = (Some(now), 0);
        }
    }

    pub(super) fn output(&mut self) -> Result<(), Broken> {
        self.outputs += 1;
        if self.outputs <= MOST_A_SECOND {
            return Ok(());
        }
        Err(("no-busy-loop", format!("more than {MOST_A_SECOND} outputs within a second")))
    }

    pub(super) fn woken(&mut self, now: Instant, next: Option<Instant>) -> Result<(), Broken> {
        if next.is_some_and(|next| next <= now) {
            self.wakes += 1;
        }
        if self.wakes <= MOST_WAKES {
            return Ok(());
        }
        Err(("no-busy-loop", format!("woken {} times at one instant", self.wakes)))
    }
}
