//! Voice processing between a device and the hub: buffers of any length in, whole blocks of 10 ms out, in step with what
//! the speaker plays.

use std::sync::Arc;

use super::VoiceProcessor;
use crate::sound::{
    self, BLOCK, RATE,
    reference::{JITTER, Reference, number, time},
};

/// The processing of one opened device.
pub(crate) struct VoiceStage {
    voice: VoiceProcessor,
    reference: Arc<Reference>,
    /// Samples from when something is heard by the clocks until it comes back at the earliest.
    delay: i64,
    waiting: Vec<i16>,
    /// Number of the first waiting sample on the common time line.
    first: i64,
}

impl VoiceStage {
    /// `delay`: what the devices take besides what they tell, in ms.
    pub(crate) fn new(voice: VoiceProcessor, reference: Arc<Reference>, delay: u16) -> Self {
        let delay = i64::from(delay) * i64::from(RATE) / 1000;
        Self { voice, reference, delay, waiting: Vec::new(), first: 0 }
    }

    /// The whole blocks that are there with this buffer; `None` when there is none yet.
    pub(crate) fn pass(&mut self, buffer: &gst::Buffer) -> Option<gst::Buffer> {
        let at = number(buffer.pts()?);
        let expected = self.first + i64::try_from(self.waiting.len()).unwrap_or(0);
        if (at - expected).abs() > JITTER {
            self.waiting.clear();
            self.first = at;
        }
        self.waiting.extend(sound::samples(&buffer.map_readable().ok()?));
        let whole = self.waiting.len() / BLOCK * BLOCK;
        let mut played = [0; BLOCK];
        let mut number = self.first;
        for block in self.waiting[..whole].chunks_exact_mut(BLOCK) {
            self.reference.heard(number - self.delay, &mut played);
            if let Err(error) = self.voice.process(block, &played) {
                tracing::debug!(%error, "sound goes on as it is");
            }
            number += i64::try_from(BLOCK).unwrap_or(0);
        }
        let mut processed = (whole > 0).then(|| sound::buffer(&self.waiting[..whole]))?;
        let meta = processed.make_mut();
        meta.set_pts(time(self.first));
        meta.set_duration(time(number - self.first));
        self.waiting.drain(..whole);
        self.first = number;
        Some(processed)
    }
}

#[cfg(test)]
mod tests {
    use gst::ClockTime;

    use super::*;
    use crate::{api::VoiceProcessing, sound::echo::EchoFilter};

    fn stage(delay: u16) -> (VoiceStage, Arc<Reference>) {
        gst::init().unwrap();
        let reference = Arc::<Reference>::default();
        let (voice, _) = VoiceProcessor::new(VoiceProcessing::NONE);
        (VoiceStage::new(voice, Arc::clone(&reference), delay), reference)
    }

    fn buffer(ms: u64, samples: &[i16]) -> gst::Buffer {
        let mut buffer = sound::buffer(samples);
        buffer.make_mut().set_pts(ClockTime::from_mseconds(ms));
        buffer
    }

    #[test]
    fn buffers_of_odd_length_leave_as_whole_blocks_at_their_times() {
        let (mut stage, _) = stage(0);
        assert!(stage.pass(&buffer(100, &[7; 240])).is_none());
        let out = stage.pass(&buffer(105, &[8; 960])).unwrap();
        assert_eq!((out.size(), out.pts()), (2 * 960, Some(ClockTime::from_mseconds(100))));
        let out = stage.pass(&buffer(125, &[9; 240])).unwrap();
        let samples: Vec<i16> = sound::samples(&out.map_readable().unwrap()).collect();
        assert_eq!((&samples[..240], &samples[240..]), (&[8; 240][..], &[9; 240][..]));
        assert_eq!(out.pts(), Some(ClockTime::from_mseconds(120)));
    }

    #[test]
    fn after_a_gap_the_new_time_counts() {
        let (mut stage, _) = stage(0);
        assert!(stage.pass(&buffer(0, &[1; 240])).is_none());
        let out = stage.pass(&buffer(500, &[2; 480])).unwrap();
        assert_eq!((out.size(), out.pts()), (960, Some(ClockTime::from_mseconds(500))));
    }

    #[test]
    fn the_boards_delay_brings_what_is_played_in_step_with_what_is_heard() {
        let (mut stage, reference) = stage(300);
        stage.voice = VoiceProcessor { echo: Some(EchoFilter::new()), dsp: None, rnnoise: None };
        // Noise that comes back after 310 ms: beyond the filter without the board's delay.
        let mut random = 1_u32;
        let noise: Vec<i16> = std::iter::repeat_with(|| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 19) as i16 - 4096
        })
        .take(RATE as usize * 2)
        .collect();
        let mut left = 0.0;
        for (index, block) in noise.chunks_exact(BLOCK).enumerate() {
            reference.play(ClockTime::from_mseconds(10 * index as u64), block.iter().copied());
            let echo =
                index.checked_sub(31).map_or(&[0; BLOCK][..], |index| &noise[index * BLOCK..(index + 1) * BLOCK]);
            let out = stage.pass(&buffer(10 * index as u64, echo)).unwrap();
            left = sound::samples(&out.map_readable().unwrap()).map(|sample| f64::from(sample).powi(2)).sum();
        }
        let echo: f64 = noise[..BLOCK].iter().map(|sample| f64::from(*sample).powi(2)).sum();
        assert!(10.0 * (echo / f64::max(left, 1.0)).log10() > 20.0, "{left} of {echo} is left");
    }
}
