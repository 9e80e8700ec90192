//! A microphone's sound on the common clock, however fast its own runs: every sample at its time, none lost and none
//! twice.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "numbers of samples fit"
)]

use std::sync::Arc;

use super::{
    RATE, buffer,
    drift::{Arrival, Drift},
    reference::time,
    resample::Resampler,
    samples,
};
use crate::pipeline::Timeline;

/// Brings one opened device in step.
pub(crate) struct InStep {
    timeline: Arc<Timeline>,
    drift: Drift,
    /// While somebody takes, and the number of the next sample that it gives.
    running: Option<(Resampler, i64)>,
}

impl InStep {
    pub(crate) fn new(timeline: &Arc<Timeline>) -> Self {
        Self { timeline: Arc::clone(timeline), drift: Drift::new(), running: None }
    }

    /// What arrives now, at its time by the common clock; as it is while nobody takes, whose time is all that counts then.
    pub(crate) fn pass(&mut self, arrived: gst::Buffer, taken: bool) -> gst::Buffer {
        let now = self.timeline.now().nseconds() as f64 * f64::from(RATE) / 1e9;
        self.pass_at(now, arrived, taken)
    }

    fn pass_at(&mut self, now: f64, mut arrived: gst::Buffer, taken: bool) -> gst::Buffer {
        let arrival = self.drift.arrive(now, arrived.size() / 2);
        if !taken {
            self.running = None;
            arrived.make_mut().set_pts(time(arrival.first.max(0.0) as i64));
            return arrived;
        }
        self.resampled(&arrived, arrival).unwrap_or(arrived)
    }

    fn resampled(&mut self, arrived: &gst::Buffer, Arrival { first, rate, jump }: Arrival) -> Option<gst::Buffer> {
        let map = arrived.map_readable().ok()?;
        let (resampler, next) = match self.running.take().filter(|(resampler, next)| {
            // What is still behind in the filter is older than what arrives.
            let expected = *next as f64 + resampler.behind() * rate;
            !jump && (expected - first).abs() < SETTLED
        }) {
            Some(running) => running,
            None => (Resampler::new(), first.round() as i64),
        };
        let (resampler, next) = self.running.insert((resampler, next));
        let out = resampler.pass(samples(&map), rate);
        let mut made = buffer(&out);
        let count = i64::try_from(out.len()).unwrap_or(0);
        let meta = made.make_mut();
        meta.set_pts(time((*next).max(0)));
        meta.set_duration(time(count));
        *next += count;
        Some(made)
    }
}

/// The resampler counts what it gives, the drift what it reckons: they part by rounding alone, in samples.
const SETTLED: f64 = 48.0;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sound::{BLOCK, drift::tests::Device, echo::EchoFilter, reference::number};

    /// What the speaker plays at this place of the common time line: noise below 6 kHz, known between samples as well.
    fn played(at: f64) -> f64 {
        let each = |line: u32| {
            let line = f64::from(line);
            let turn = std::f64::consts::TAU * (120.0 * line + 7.0 * (line * line).sin()) * at / f64::from(RATE);
            (turn + 3.0 * line * line).sin()
        };
        (1..=50).map(each).sum::<f64>() * 800.0
    }

    /// A microphone off by so many ppm in a room where the echo comes after 1000 samples.
    struct Room {
        device: Device,
        in_step: InStep,
        heard: u64,
    }

    impl Room {
        fn new(ppm: f64) -> Self {
            gst::init().unwrap();
            Self { device: Device::new(ppm), in_step: InStep::new(&Arc::new(Timeline::start())), heard: 0 }
        }

        /// Ten milliseconds by the device's clock; while nobody listens the samples do not matter.
        fn next(&mut self, taken: bool) -> gst::Buffer {
            let rate = self.device.rate;
            let echo = |index: u64| (0.3 * played((self.heard + index) as f64 * rate - 1000.0)) as i16;
            let samples: Vec<i16> = (0..BLOCK as u64).map(|index| if taken { echo(index) } else { 0 }).collect();
            self.heard += BLOCK as u64;
            let now = self.device.next(BLOCK);
            self.in_step.pass_at(now, buffer(&samples), taken)
        }
    }

    #[test]
    fn a_microphone_that_is_200_ppm_off_keeps_its_times_and_its_echo_is_cancelled() {
        for ppm in [200.0, -200.0] {
            let mut room = Room::new(ppm);
            // Ten minutes in which nobody calls.
            for _ in 0..60_000 {
                room.next(false);
            }
            let (mut filter, mut waiting) = (EchoFilter::new(), Vec::new());
            let (mut end, mut first): (Option<i64>, Option<i64>) = (None, None);
            for _ in 0..500 {
                let given = room.next(true);
                let at = number(given.pts().unwrap());
                let samples: Vec<i16> = samples(&given.map_readable().unwrap()).collect();
                // Without a gap and without an overlap: rounding of times to nanoseconds alone.
                assert!(end.is_none_or(|end: i64| (at - end).abs() <= 1), "{at} behind {end:?}");
                end = Some(at + samples.len() as i64);
                first.get_or_insert(at);
                waiting.extend(samples);
            }
            let (mut echo, mut left) = (0.0, 0.0);
            for (index, block) in waiting.chunks_exact_mut(BLOCK).enumerate() {
                let begin = first.unwrap() + (index * BLOCK) as i64;
                let far: Vec<i16> = (0..BLOCK as i64).map(|index| played((begin + index) as f64) as i16).collect();
                let energy = |samples: &[i16]| samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>();
                let before = energy(block);
                filter.process(block, &far);
                if index >= 200 {
                    echo += before;
                    left += energy(block);
                }
            }
            let erle = 10.0 * (echo / left.max(1.0)).log10();
            println!("{ppm} ppm: echo return loss enhancement {erle:.1} dB");
            assert!(erle >= 25.0, "{erle} dB at {ppm} ppm");
        }
    }
}
