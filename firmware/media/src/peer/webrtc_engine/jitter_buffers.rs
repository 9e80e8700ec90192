//! The jitter buffers of `rtpbin`: looked at while packets come, all set to one depth.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use gst::prelude::*;

use super::{
    depth::{Depth, FIRST, Seen},
    path::Path,
};

/// Between two looks.
const LOOK: Duration = Duration::from_millis(250);

/// All of a connection.
pub(super) struct JitterBuffers {
    rtpbin: gst::Element,
    path: Arc<Path>,
    state: Mutex<State>,
}

struct State {
    depth: Depth,
    buffers: Vec<gst::glib::WeakRef<gst::Element>>,
    next: Option<Instant>,
    missed: u64,
    late: u64,
}

impl JitterBuffers {
    /// Those that this `rtpbin` makes.
    pub(super) fn of(rtpbin: &gst::Element, path: Arc<Path>) -> Arc<Self> {
        rtpbin.set_property("latency", millis(FIRST));
        let state = State { depth: Depth::default(), buffers: Vec::new(), next: None, missed: 0, late: 0 };
        let all = Arc::new(Self { rtpbin: rtpbin.clone(), path, state: Mutex::new(state) });
        let known = Arc::downgrade(&all);
        rtpbin.connect("new-jitterbuffer", false, move |values| {
            let buffer = values.get(1)?.get::<gst::Element>().ok()?;
            if let Some(known) = known.upgrade() {
                known.state.lock().unwrap_or_else(PoisonError::into_inner).buffers.push(buffer.downgrade());
            }
            None
        });
        all
    }

    /// To be called with every packet that comes; does nothing most of the time.
    pub(super) fn look(&self, now: Instant) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.next.is_some_and(|next| now < next) {
            return;
        }
        state.next = Some(now + LOOK);
        let seen = self.seen(&mut state);
        let depth = state.depth.look(seen, now);
        drop(state);
        if let Some(depth) = depth {
            tracing::debug!(?depth, ?seen, "jitter buffers");
            self.rtpbin.set_property("latency", millis(depth));
        }
    }

    fn seen(&self, state: &mut State) -> Seen {
        state.buffers.retain(|buffer| buffer.upgrade().is_some());
        let (mut jitter, mut late) = (0, 0);
        for buffer in state.buffers.iter().filter_map(gst::glib::WeakRef::upgrade) {
            let figures = buffer.property::<gst::Structure>("stats");
            jitter = jitter.max(figures.get::<u64>("avg-jitter").unwrap_or(0));
            late += figures.get::<u64>("num-late").unwrap_or(0);
        }
        let missed = self.path.missed();
        let seen = Seen {
            jitter: Duration::from_nanos(jitter),
            round_trip: self.path.round_trip(),
            missed: missed - state.missed,
            late: late.saturating_sub(state.late),
        };
        (state.missed, state.late) = (missed, late);
        seen
    }
}

fn millis(depth: Duration) -> u32 {
    u32::try_from(depth.as_millis()).unwrap_or(u32::MAX)
}
