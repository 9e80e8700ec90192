//! How long pictures are in an element and how many it leaves out, for statistics.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use gst::prelude::*;

use crate::pipeline::locked;

/// Pictures that are remembered inside: hardware holds a handful.
const MOST: usize = 32;

/// Watches the pictures of an encoder or decoder; goes on when the element is made anew.
#[derive(Debug, Default)]
pub(crate) struct Passage(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    inside: VecDeque<(gst::ClockTime, Instant)>,
    passed: Passed,
}

/// What was seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Pictures that came out.
    pub(crate) count: u64,
    /// What they took, all together.
    pub(crate) time: Duration,
    /// Pictures that went in and never came out.
    pub(crate) left_out: u64,
}

impl Passed {
    /// What a picture takes.
    pub(crate) fn mean(self) -> Duration {
        u32::try_from(self.count).ok().filter(|count| *count > 0).map_or(Duration::ZERO, |count| self.time / count)
    }
}

impl Passage {
    /// Watches this element.
    pub(crate) fn watch(self: &Arc<Self>, element: &gst::Element) {
        let pads = [element.static_pad("sink"), element.static_pad("src")];
        for (pad, leaves) in pads.into_iter().zip([false, true]) {
            let passage = Arc::clone(self);
            if let Some(pad) = pad {
                pad.add_probe(gst::PadProbeType::BUFFER, move |_, probe| {
                    if let Some(pts) = probe.buffer().and_then(|buffer| buffer.pts()) {
                        passage.sees(pts, leaves, Instant::now());
                    }
                    gst::PadProbeReturn::Ok
                });
            }
        }
    }

    pub(crate) fn passed(&self) -> Passed {
        locked(&self.0).passed
    }

    fn sees(&self, pts: gst::ClockTime, leaves: bool, now: Instant) {
        let mut state = locked(&self.0);
        if leaves { state.leaves(pts, now) } else { state.enters(pts, now) }
    }
}

impl State {
    fn enters(&mut self, pts: gst::ClockTime, now: Instant) {
        // A time that runs backwards is that of a stream begun anew.
        if self.inside.len() == MOST || self.inside.back().is_some_and(|(last, _)| *last > pts) {
            self.passed.left_out += self.inside.len() as u64;
            self.inside.clear();
        }
        self.inside.push_back((pts, now));
    }

    /// Pictures come out in order, so those before this one do not come any more.
    fn leaves(&mut self, pts: gst::ClockTime, now: Instant) {
        while let Some((entered, since)) = self.inside.front().copied().filter(|(entered, _)| *entered <= pts) {
            self.inside.pop_front();
            if entered == pts {
                self.passed.count += 1;
                self.passed.time += now.duration_since(since);
            } else {
                self.passed.left_out += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(steps: &[(u64, bool, u64)]) -> Passed {
        let (passage, start) = (Passage::default(), Instant::now());
        for (pts, leaves, at) in steps {
            passage.sees(gst::ClockTime::from_mseconds(*pts), *leaves, start + Duration::from_millis(*at));
        }
        passage.passed()
    }

    #[test]
    fn the_time_inside_adds_up() {
        let passed = passed(&[(0, false, 0), (33, false, 4), (0, true, 5), (33, true, 9)]);
        assert_eq!(passed, Passed { count: 2, time: Duration::from_millis(10), left_out: 0 });
    }

    #[test]
    fn a_picture_that_never_comes_out_is_left_out() {
        let passed = passed(&[(0, false, 0), (33, false, 33), (66, false, 66), (0, true, 1), (66, true, 70)]);
        assert_eq!((passed.count, passed.left_out), (2, 1));
    }

    #[test]
    fn an_element_that_gives_nothing_costs_no_memory() {
        let steps: Vec<_> = (0..1_000).map(|frame| (frame, false, frame)).collect();
        assert!(passed(&steps).left_out >= 900);
    }

    #[test]
    fn a_stream_begun_anew_starts_a_new_count() {
        let passed = passed(&[(5_000, false, 0), (0, false, 10), (0, true, 12)]);
        assert_eq!(passed, Passed { count: 1, time: Duration::from_millis(2), left_out: 1 });
    }
}
