//! What is known of a sent picture, for statistics.

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use crate::{encode::plan::Plan, pace::Pace, pipeline::locked};

/// Counters of one sent picture; they go on when its encoder is made anew.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    came: AtomicU64,
    encoded: AtomicU64,
    key_frames: AtomicU64,
    source_pace: Pace,
    pace: Pace,
    now: Mutex<Now>,
}

/// How it is sent at present.
#[derive(Clone, Debug, Default)]
struct Now {
    size: Option<(u32, u32)>,
    plan: Option<Plan>,
    encoder: String,
}

/// What was counted so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SentFigures {
    /// Frames that came to the encoder's chain, over all and in the last second.
    pub(crate) came: (u64, u32),
    /// Their size in pixels; `None` before the first.
    pub(crate) size: Option<(u32, u32)>,
    /// Frames that were encoded, over all and in the last second.
    pub(crate) encoded: (u64, u32),
    pub(crate) key_frames: u64,
    /// Size in pixels and bitrate in bit/s that the encoder works at.
    pub(crate) encoder_size: Option<(u32, u32)>,
    pub(crate) target_bitrate: Option<u32>,
    /// Element that encodes.
    pub(crate) encoder: String,
}

impl Sent {
    /// An encoder made of this element works from now on.
    pub(crate) fn encoder(&self, element: &str) {
        element.clone_into(&mut locked(&self.now).encoder);
    }

    /// The picture that comes has this size; true when that is new.
    pub(crate) fn comes(&self, size: (u32, u32)) -> bool {
        locked(&self.now).size.replace(size) != Some(size)
    }

    /// The picture goes into the encoder so.
    pub(crate) fn planned(&self, plan: Plan) {
        locked(&self.now).plan = Some(plan);
    }

    /// A frame came.
    pub(crate) fn frame(&self) {
        self.came.fetch_add(1, Ordering::Relaxed);
        self.source_pace.pass();
    }

    /// A frame was encoded.
    pub(crate) fn count(&self, frame: &gst::BufferRef) {
        self.encoded.fetch_add(1, Ordering::Relaxed);
        self.pace.pass();
        if !frame.flags().contains(gst::BufferFlags::DELTA_UNIT) {
            self.key_frames.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(crate) fn figures(&self) -> SentFigures {
        let Now { size, plan, encoder } = locked(&self.now).clone();
        SentFigures {
            came: (self.came.load(Ordering::Relaxed), self.source_pace.per_second()),
            size,
            encoded: (self.encoded.load(Ordering::Relaxed), self.pace.per_second()),
            key_frames: self.key_frames.load(Ordering::Relaxed),
            encoder_size: plan.map(|plan| (plan.width, plan.height)),
            target_bitrate: plan.map(|plan| plan.bitrate),
            encoder,
        }
    }
}
