//! How long packets wait in the path: delay above the least that was seen lately. Only differences of the two clocks
//! matter.
//!
//! What counts is the queue that stands: the least wait of a short while (RFC 8289 section 3.2). A sender or receiver
//! whose processor is busy delays packets, too, but some of them always come in time; a queue in the path spares none.

use std::{collections::VecDeque, time::Duration};

/// The least delay of the last one to two of these counts: long enough to have seen an empty queue, short enough to
/// follow the drift of two clocks and a path that became longer.
const MEMORY: Duration = Duration::from_secs(15);
/// The wait is the least of so long: a few frames and many packets of sound, more than a busy processor needs to get
/// round to everybody.
const STANDS: Duration = Duration::from_millis(200);

/// Signed delays in s.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// Least of the current span and of the one before.
    least: [Option<f64>; 2],
    span: Option<Duration>,
    /// Sending times and delays of the last packets that a later one did not undercut: the first is the least.
    recent: VecDeque<(Duration, f64)>,
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
        while self.recent.back().is_some_and(|(_, last)| *last >= delay) {
            self.recent.pop_back();
        }
        self.recent.push_back((sent, delay));
        while self.recent.front().is_some_and(|(first, _)| *first + STANDS < sent) {
            self.recent.pop_front();
        }
    }

    /// How long every packet waits at least.
    pub(crate) fn wait(&self) -> Duration {
        let least = self.least.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let recent = self.recent.front().map_or(0.0, |(_, delay)| delay - least);
        Duration::from_secs_f64(recent.max(0.0))
    }

    /// What is now is taken for an empty queue.
    pub(crate) fn accept(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packets 10 ms apart with these delays in ms.
    fn after(delays: impl IntoIterator<Item = u64>) -> Duration {
        let mut queue = Queue::default();
        for (packet, delay) in delays.into_iter().enumerate() {
            let sent = Duration::from_millis(10 * packet as u64);
            queue.packet(sent, sent + Duration::from_millis(delay));
        }
        queue.wait()
    }

    #[test]
    fn a_wait_that_nobody_is_spared_stands() {
        assert_eq!(after((0..100).map(|packet| if packet < 50 { 30 } else { 80 })), Duration::from_millis(50));
    }

    #[test]
    fn packets_that_are_late_now_and_then_are_no_queue() {
        assert_eq!(after((0..100).map(|packet| 30 + packet % 10 * 20)), Duration::ZERO);
    }
}
