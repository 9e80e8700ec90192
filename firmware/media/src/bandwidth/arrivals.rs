//! What arrives, in bit/s, by the receiver's clock.

use std::{collections::VecDeque, time::Duration};

/// Long enough for a few frames, short enough to see a path become narrow at once.
const WINDOW: Duration = Duration::from_millis(500);

/// Packets of the last window.
#[derive(Debug, Default)]
pub(crate) struct Arrivals {
    packets: VecDeque<(Duration, usize)>,
    bytes: usize,
}

impl Arrivals {
    pub(crate) fn packet(&mut self, arrived: Duration, size: usize) {
        self.packets.push_back((arrived, size));
        self.bytes += size;
        while let Some((first, size)) = self.packets.front().copied()
            && first + WINDOW < arrived
        {
            self.bytes -= size;
            self.packets.pop_front();
        }
    }

    /// Nothing until a window is full.
    pub(crate) fn rate(&self) -> Option<f64> {
        let (first, last) = (self.packets.front()?.0, self.packets.back()?.0);
        (last.saturating_sub(first) * 2 > WINDOW).then(|| {
            let bits = u32::try_from(self.bytes * 8).unwrap_or(u32::MAX);
            f64::from(bits) / WINDOW.min(last.saturating_sub(first)).as_secs_f64()
        })
    }
}
