//! From one pipeline to others: buffers leave by an `appsink`, go through a hub and enter by `appsrc`s, uncopied.

use std::sync::{
    Arc, Mutex, Weak,
    atomic::{AtomicU64, Ordering},
};

use gst::prelude::*;
use tokio::sync::watch;

use crate::pipeline::{Timeline, locked, signed};

/// Smaller changes between a picture's own time and that of its showing are left to the compositor.
const STEADY: gst::ClockTime = gst::ClockTime::from_mseconds(10);

/// One source, many takers.
#[derive(Debug, Default)]
pub(crate) struct Hub {
    takers: Mutex<Vec<(u64, gst_app::AppSrc)>>,
    taken: watch::Sender<bool>,
    given: AtomicU64,
    next: AtomicU64,
}

/// A taker at a hub, until dropped.
#[derive(Debug)]
pub(crate) struct Taking {
    hub: Weak<Hub>,
    id: u64,
}

impl Hub {
    /// From now on `source` is given every buffer; it must be leaky, so that nobody holds up the others.
    pub(crate) fn attach(self: &Arc<Self>, source: &gst_app::AppSrc) -> Taking {
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        let mut takers = locked(&self.takers);
        takers.push((id, source.clone()));
        self.taken.send_replace(true);
        Taking { hub: Arc::downgrade(self), id }
    }

    /// Somebody takes.
    pub(crate) fn is_taken(&self) -> bool {
        *self.taken.borrow()
    }

    /// For a task to be told whether somebody takes.
    pub(crate) fn taken(&self) -> watch::Receiver<bool> {
        self.taken.subscribe()
    }

    /// Buffers that were given to takers so far.
    pub(crate) fn given(&self) -> u64 {
        self.given.load(Ordering::Relaxed)
    }

    /// Gives a picture to every taker, to be shown at `at`. Its own time stays, the takers' pads move it: a picture that
    /// is changed does not go back to its pool.
    pub(crate) fn push_at(&self, picture: &gst::Buffer, caps: &gst::Caps, at: gst::ClockTime) {
        let shift = signed(at) - picture.pts().map_or(0, signed);
        for pad in locked(&self.takers).iter().filter_map(|(_, taker)| taker.static_pad("src")) {
            if (pad.offset() - shift).unsigned_abs() > STEADY.nseconds() {
                pad.set_offset(shift);
            }
        }
        self.push(picture, caps);
    }

    /// Gives a buffer to every taker.
    pub(crate) fn push(&self, buffer: &gst::Buffer, caps: &gst::Caps) {
        let takers = locked(&self.takers);
        if takers.is_empty() {
            return;
        }
        self.given.fetch_add(1, Ordering::Relaxed);
        let sample = gst::Sample::builder().buffer(buffer).caps(caps).build();
        for (_, taker) in takers.iter() {
            // A taker that is being stopped refuses; it detaches itself.
            let _ = taker.push_sample(&sample);
        }
    }
}

impl Drop for Taking {
    fn drop(&mut self) {
        if let Some(hub) = self.hub.upgrade() {
            let mut takers = locked(&hub.takers);
            takers.retain(|(id, _)| *id != self.id);
            hub.taken.send_replace(!takers.is_empty());
        }
    }
}

/// An entry for buffers from a hub: live, on the common time line, the oldest goes when more than `depth` wait.
pub(crate) fn entry(name: &str, caps: Option<&gst::Caps>, depth: u64) -> gst_app::AppSrc {
    let source = gst_app::AppSrc::builder()
        .name(name)
        .is_live(true)
        .format(gst::Format::Time)
        .max_buffers(depth)
        .max_bytes(0)
        .leaky_type(gst_app::AppLeakyType::Downstream)
        .build();
    source.set_caps(caps);
    source
}

/// Hands every buffer that reaches `sink` to `each`, its time moved to the common time line, with its caps.
pub(crate) fn drain(
    sink: &gst_app::AppSink,
    timeline: Arc<Timeline>,
    mut each: impl FnMut(gst::Buffer, &gst::Caps) + Send + 'static,
) {
    let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |sink| {
        let sample = sink.pull_sample().map_err(|_| gst::FlowError::Eos)?;
        if let (Some(mut buffer), Some(caps)) = (sample.buffer_owned(), sample.caps_owned()) {
            let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>());
            let running = segment.and_then(|segment| segment.to_running_time(buffer.pts()));
            drop(sample);
            let place = running.map_or_else(|| timeline.now(), |running| timeline.place(sink, running));
            // A change would make another buffer of it, whose memory is lost to the pool it came from.
            if buffer.pts() != Some(place) || buffer.dts().is_some() {
                let meta = buffer.make_mut();
                meta.set_pts(place);
                meta.set_dts(gst::ClockTime::NONE);
            }
            each(buffer, &caps);
        }
        Ok(gst::FlowSuccess::Ok)
    });
    sink.set_callbacks(callbacks.build());
}
