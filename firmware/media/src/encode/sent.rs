//! What is known of a sent picture, for statistics.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use crate::{
    encode::{
        limitation::{Limitation, Reason},
        plan::Plan,
    },
    pace::Pace,
    passage::{Passage, Passed},
    pipeline::locked,
};

/// An encoder is overloaded while others wait behind this share of the pictures it takes, in tenths, and this many a
/// second at least.
const CROWDED: (u32, u32) = (5, 3);

/// Counters of one sent picture; they go on when its encoder is made anew.
#[derive(Debug, Default)]
pub(crate) struct Sent {
    came: AtomicU64,
    encoded: AtomicU64,
    key_frames: AtomicU64,
    source_pace: Pace,
    pace: Pace,
    /// Frames that others waited behind.
    crowded: Pace,
    passage: Arc<Passage>,
    now: Mutex<Now>,
}

/// How it is sent at present.
#[derive(Clone, Debug, Default)]
struct Now {
    size: Option<(u32, u32)>,
    plan: Option<Plan>,
    encoder: String,
    limitation: Limitation,
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
    pub(crate) passed: Passed,
    pub(crate) reason: Reason,
    /// How long each reason held.
    pub(crate) durations: [Duration; 4],
    pub(crate) resized: u32,
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

    /// What watches the encoder.
    pub(crate) fn passage(&self) -> &Arc<Passage> {
        &self.passage
    }

    /// The picture goes into the encoder so, and that is why it is not better.
    pub(crate) fn planned(&self, plan: Plan, reason: Reason) {
        let mut now = locked(&self.now);
        let before = now.plan.replace(plan);
        let was = now.limitation.reason();
        let reason = if reason == Reason::None && was == Reason::Cpu { was } else { reason };
        now.limitation.becomes(reason, Instant::now());
        let resized = before.is_some_and(|before| (before.width, before.height) != (plan.width, plan.height));
        if resized && (was != Reason::None || reason != Reason::None) {
            now.limitation.resizes();
        }
    }

    /// A frame came; others wait behind it (`crowded`) where the encoder does not get through.
    pub(crate) fn frame(&self, crowded: bool) {
        self.came.fetch_add(1, Ordering::Relaxed);
        self.source_pace.pass();
        if crowded {
            self.crowded.pass();
        }
        let crowded = self.crowded.per_second();
        let overloaded = crowded >= CROWDED.1 && crowded * 10 >= self.source_pace.per_second() * CROWDED.0;
        let mut now = locked(&self.now);
        match (overloaded, now.limitation.reason()) {
            (true, Reason::None) => now.limitation.becomes(Reason::Cpu, Instant::now()),
            (false, Reason::Cpu) => now.limitation.becomes(Reason::None, Instant::now()),
            _ => {}
        }
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
        let Now { size, plan, encoder, limitation } = locked(&self.now).clone();
        SentFigures {
            came: (self.came.load(Ordering::Relaxed), self.source_pace.per_second()),
            size,
            encoded: (self.encoded.load(Ordering::Relaxed), self.pace.per_second()),
            key_frames: self.key_frames.load(Ordering::Relaxed),
            encoder_size: plan.map(|plan| (plan.width, plan.height)),
            target_bitrate: plan.map(|plan| plan.bitrate),
            encoder,
            passed: self.passage.passed(),
            reason: limitation.reason(),
            durations: limitation.durations(Instant::now()),
            resized: limitation.resized(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(width: u32) -> Plan {
        Plan { width, height: width / 2, rate: None, bitrate: 1_000_000 }
    }

    #[test]
    fn an_encoder_that_pictures_wait_for_is_overloaded_until_they_wait_no_more() {
        let sent = Sent::default();
        sent.planned(plan(640), Reason::None);
        (0..10).for_each(|_| sent.frame(true));
        assert_eq!(sent.figures().reason, Reason::Cpu);
        (0..30).for_each(|_| sent.frame(false));
        assert_eq!(sent.figures().reason, Reason::None);
    }

    #[test]
    fn a_narrow_path_is_the_reason_even_of_a_crowd_behind_it() {
        let sent = Sent::default();
        sent.planned(plan(640), Reason::Bandwidth);
        (0..10).for_each(|_| sent.frame(true));
        assert_eq!(sent.figures().reason, Reason::Bandwidth);
    }

    #[test]
    fn only_changes_for_a_reason_count_as_such() {
        let sent = Sent::default();
        sent.planned(plan(640), Reason::None);
        sent.planned(plan(320), Reason::None);
        assert_eq!(sent.figures().resized, 0);
        sent.planned(plan(160), Reason::Bandwidth);
        sent.planned(plan(320), Reason::None);
        assert_eq!(sent.figures().resized, 2);
    }
}
