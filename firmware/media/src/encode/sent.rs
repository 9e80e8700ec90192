//! What an encoder has made, for statistics.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters of one encoder.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    frames: AtomicU64,
    key_frames: AtomicU64,
}

impl Sent {
    /// One more frame was encoded.
    pub(crate) fn count(&self, frame: &gst::BufferRef) {
        self.frames.fetch_add(1, Ordering::Relaxed);
        if !frame.flags().contains(gst::BufferFlags::DELTA_UNIT) {
            self.key_frames.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Frames encoded so far.
    pub(crate) fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }

    /// Those of them that stand alone.
    pub(crate) fn key_frames(&self) -> u64 {
        self.key_frames.load(Ordering::Relaxed)
    }
}
