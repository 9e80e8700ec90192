//! Tells a press from the bouncing of its contact, without waiting: the first edge acts.
//!
//! A debounce in the kernel reports an edge only after the line has been quiet for the whole time, so each press would
//! come late by it. Here the first edge after quiet counts, and edges are ignored until the line is quiet again.

use std::time::Duration;

/// State of one button.
#[derive(Clone, Debug)]
pub struct Debounce {
    quiet: Duration,
    last_edge: Option<Duration>,
}

impl Debounce {
    /// A line counts as quiet after `quiet` without an edge.
    pub const fn new(quiet: Duration) -> Self {
        Self { quiet, last_edge: None }
    }

    /// Takes an edge at `at` (any clock that never goes back); true when it begins a press. `pressed` tells the
    /// direction.
    pub fn edge(&mut self, pressed: bool, at: Duration) -> bool {
        let was_quiet = self.last_edge.is_none_or(|last| at.saturating_sub(last) >= self.quiet);
        self.last_edge = Some(at);
        pressed && was_quiet
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Debounce;

    /// Edges as (pressed, milliseconds); gives the milliseconds of the presses.
    fn presses(quiet_ms: u64, edges: &[(bool, u64)]) -> Vec<u64> {
        let mut debounce = Debounce::new(Duration::from_millis(quiet_ms));
        edges
            .iter()
            .filter(|(pressed, at)| debounce.edge(*pressed, Duration::from_millis(*at)))
            .map(|edge| edge.1)
            .collect()
    }

    #[test]
    fn the_first_edge_acts_at_once_and_bouncing_is_ignored() {
        assert_eq!(presses(10, &[(true, 100), (false, 101), (true, 102), (false, 104), (true, 109)]), [100]);
    }

    #[test]
    fn bouncing_at_release_is_no_press() {
        assert_eq!(
            presses(10, &[(true, 100), (false, 300), (true, 302), (false, 303), (true, 305), (false, 307)]),
            [100]
        );
    }

    #[test]
    fn a_second_press_after_quiet_counts() {
        assert_eq!(presses(10, &[(true, 100), (false, 160), (true, 220)]), [100, 220]);
    }

    #[test]
    fn a_press_without_seen_release_counts_after_quiet() {
        assert_eq!(presses(10, &[(true, 100), (true, 400)]), [100, 400]);
    }

    #[test]
    fn a_line_that_never_rests_presses_once() {
        let edges: Vec<_> = (0..1000).map(|n| (n % 2 == 0, 100 + n * 5)).collect();
        assert_eq!(presses(10, &edges), [100]);
    }

    #[test]
    fn zero_takes_every_press_edge() {
        assert_eq!(presses(0, &[(true, 1), (false, 1), (true, 1)]), [1, 1]);
    }
}
