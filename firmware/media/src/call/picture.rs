//! What is measured of a received picture.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use gst::prelude::*;

use crate::{
    call::{
        freezes::{Freezes, Intervals},
        waits::{Waited, Waits},
    },
    decode::Receiver,
    error::MediaError,
    pace::Pace,
    passage::{Passage, Passed},
    pipeline::{locked, named},
};

/// Counters of one received picture; they go on when its decoder is made anew.
#[derive(Debug, Default)]
pub(crate) struct Picture {
    came: AtomicU64,
    key_frames: AtomicU64,
    decoded: AtomicU64,
    shown: AtomicU64,
    pace: Pace,
    freezes: Mutex<Freezes>,
    size: Mutex<(u32, u32)>,
    passage: Arc<Passage>,
    waits: Waits,
    /// Codec and element, for people.
    decoder: Mutex<Option<String>>,
}

/// What was counted so far.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PictureFigures {
    /// Frames that went into the decoder, and how many of them were key frames.
    pub(crate) came: u64,
    pub(crate) key_frames: u64,
    /// Frames that came out and those that went to the screen.
    pub(crate) decoded: u64,
    pub(crate) shown: u64,
    pub(crate) per_second: u32,
    /// Pixels; 0 before the first.
    pub(crate) size: (u32, u32),
    /// Codec and element.
    pub(crate) decoder: Option<String>,
    pub(crate) intervals: Intervals,
    pub(crate) passed: Passed,
    pub(crate) waited: Waited,
}

impl Picture {
    /// Watches this decoder; `name` is for people.
    pub(crate) fn watch(self: &Arc<Self>, receiver: &Receiver, name: String) -> Result<(), MediaError> {
        *locked(&self.decoder) = Some(name);
        let decoder = named::<gst::Element>(&receiver.bin, "decoder")?;
        let pad = decoder.static_pad("sink").ok_or_else(|| MediaError::pipeline("decoder", "has no pad"))?;
        let picture = Arc::clone(self);
        pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
            if let Some(frame) = probe.buffer() {
                picture.comes(frame);
            }
            gst::PadProbeReturn::Ok
        });
        self.passage.watch(&decoder);
        Ok(())
    }

    fn comes(&self, frame: &gst::BufferRef) {
        self.came.fetch_add(1, Ordering::Relaxed);
        if !frame.flags().contains(gst::BufferFlags::DELTA_UNIT) {
            self.key_frames.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// A frame was decoded and is due, `since` it arrived; returns how many there were before.
    pub(crate) fn frame(&self, size: Option<(u32, u32)>, frame: &gst::BufferRef, since: Option<gst::ClockTime>) -> u64 {
        if let Some(size) = size {
            *locked(&self.size) = size;
        }
        self.pace.pass();
        locked(&self.freezes).frame(super::measures::since_start());
        self.waits.leaves(frame, since.map(Duration::from), 1);
        self.decoded.fetch_add(1, Ordering::Relaxed)
    }

    /// The frame went to the screen.
    pub(crate) fn shows(&self) {
        self.shown.fetch_add(1, Ordering::Relaxed);
    }

    /// Frames decoded so far.
    pub(crate) fn decoded(&self) -> u64 {
        self.decoded.load(Ordering::Relaxed)
    }

    pub(crate) fn figures(&self) -> PictureFigures {
        PictureFigures {
            came: self.came.load(Ordering::Relaxed),
            key_frames: self.key_frames.load(Ordering::Relaxed),
            decoded: self.decoded(),
            shown: self.shown.load(Ordering::Relaxed),
            per_second: self.pace.per_second(),
            size: *locked(&self.size),
            decoder: locked(&self.decoder).clone(),
            intervals: locked(&self.freezes).intervals(),
            passed: self.passage.passed(),
            waited: self.waits.waited(),
        }
    }
}
