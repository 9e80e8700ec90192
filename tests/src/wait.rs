//! Waiting for something to become true.

use std::thread::sleep;
use std::time::{Duration, Instant};

/// Limit of one wait on a busy two-core machine; never reached where things go well.
pub const PATIENCE: Duration = Duration::from_mins(1);

/// Pause between two looks.
const PAUSE: Duration = Duration::from_millis(50);

/// Looks until `probe` gives something, at most `limit`.
///
/// # Panics
/// When the limit passes, with `what` was waited for.
#[track_caller]
pub fn until<T>(what: &str, limit: Duration, mut probe: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + limit;
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(Instant::now() < end, "waited {limit:?} in vain for {what}");
        sleep(PAUSE);
    }
}
