//! How long packets wait in the path: delay above the least that was seen lately. Only differences of the two clocks
//! matter.

use std::time::Duration;

/// The least delay of the last one to two of these counts: long enough to have seen an empty queue, short enough to
/// follow the drift of two clocks and a path that became longer.
const MEMORY: Duration = Duration::from_secs(15);
/// Smoothing of the wait.
const SMOOTHING: f64 = 0.8;

/// Signed delays in s.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Least of the current span and of the one before.
    least: [Option<f64>; 2],
    span: Option<Duration>,
    wait: f64,
}

impl Queue {
    /// A packet was sent then and arrived then, each by the clock of its side.
    pub(crate) fn packet(&mut self, sent: Duration, arrived: Duration) {
        let delay = arrived.as_secs_f64() - sent.as_secs_f64();
        if arrived.saturating_sub(*self.span.get_or_insert(arrived)) > MEMORY {
            self.span = Some(arrived);
            self.least = [None, self.least[0]];
        }
        self.least[0] = Some(self.least[0].map_or(delay, |least| least.min(delay)));
        let least = self.least.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        self.wait = SMOOTHING * self.wait + (1.0 - SMOOTHING) * (delay - least);
    }

    /// Smoothed wait.
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_secs_f64(self.wait.max(0.0))
    }

    /// What is now is taken for an empty queue.
    pub(crate) fn accept(&mut self) {
        *self = Self::default();
    }
}
