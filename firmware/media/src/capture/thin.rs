//! While no call is on, a camera stays open but few of its frames are looked at.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use gst::prelude::*;

use crate::{attention::Attention, pipeline::locked};

/// Between two frames while no call is on: enough for the self view of a waiting box and to notice a camera that is gone.
const PERIOD: Duration = Duration::from_secs(1);

/// Decides frame by frame.
#[derive(Debug)]
struct Thin {
    last: Option<Instant>,
}

impl Thin {
    fn passes(&mut self, attended: bool, now: Instant) -> bool {
        let passes = attended || self.last.is_none_or(|last| now.duration_since(last) >= PERIOD);
        if passes {
            self.last = Some(now);
        }
        passes
    }
}

/// Drops frames at this pad while no call is on. Every frame there must stand alone, as raw pictures and JPEG do.
pub(super) fn at(pad: &gst::Pad, attention: &Arc<Attention>) {
    let (attention, thin) = (Arc::clone(attention), Mutex::new(Thin { last: None }));
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
        let passes = locked(&thin).passes(attention.is_on(), Instant::now());
        if passes { gst::PadProbeReturn::Ok } else { gst::PadProbeReturn::Drop }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiting_camera_gives_a_frame_a_second_and_every_frame_from_a_call_on() {
        let (mut thin, start) = (Thin { last: None }, Instant::now());
        let mut count = |attended, from: u64| {
            let at = |frame: u64| start + Duration::from_secs(from) + Duration::from_millis(frame * 40);
            (0..250).filter(|frame| thin.passes(attended, at(*frame))).count()
        };
        assert_eq!(count(false, 0), 10);
        assert_eq!(count(true, 10), 250);
        assert_eq!(count(false, 20), 10);
    }
}
