//! What a participant really sends: frame codes, tones, levels.

use std::sync::{Mutex, MutexGuard, PoisonError};

use gst_video::prelude::*;
use roombox_lab_signalling::{MediaReport, SeenCode, VideoReport};
use roombox_testcard::code::{self, FrameCode, Luma};
use roombox_testcard::tone;

use super::mixer::SAMPLE_RATE;

/// Sound is looked at with this many samples a second: enough for tones up to [`HIGHEST_TONE`].
const LOOK_RATE: u32 = SAMPLE_RATE / DECIMATION as u32;
/// Samples that become one.
const DECIMATION: u8 = 6;
/// Tones are looked for from here, in steps of 20 Hz (the resolution of the analysis).
const LOWEST_TONE: u32 = 200;
/// Up to here.
const HIGHEST_TONE: u32 = 2_000;

#[derive(Debug, Default)]
struct Picture {
    code: Option<FrameCode>,
    frames: u64,
    /// As many as at the last look.
    looked: u64,
    size: (u32, u32),
}

/// Looks at what comes in.
#[derive(Debug, Default)]
pub(super) struct Watch {
    picture: Mutex<Picture>,
    sound: Mutex<Vec<f32>>,
}

impl Watch {
    /// A frame was decoded.
    pub(super) fn see(&self, frame: &gst_video::VideoFrameRef<&gst::BufferRef>) {
        let code = luma_of(frame).and_then(|luma| code::read(&luma));
        let mut picture = locked(&self.picture);
        picture.code = code;
        picture.frames += 1;
        picture.size = (frame.width(), frame.height());
    }

    /// Samples were decoded.
    pub(super) fn hear(&self, samples: &[i16]) {
        let mut sound = locked(&self.sound);
        // Two seconds at most: whoever asks comes once a second.
        if sound.len() < 2 * LOOK_RATE as usize {
            let mean =
                |chunk: &[i16]| chunk.iter().map(|s| f32::from(*s)).sum::<f32>() / (f32::from(DECIMATION) * 32768.0);
            sound.extend(samples.chunks_exact(DECIMATION.into()).map(mean));
        }
    }

    /// The picture, when frames came since the last call.
    pub(super) fn look_at_picture(&self) -> Option<VideoReport> {
        let mut picture = locked(&self.picture);
        if picture.looked == picture.frames {
            return None;
        }
        picture.looked = picture.frames;
        Some(VideoReport {
            frame_code: picture.code.map(seen),
            frames_decoded: picture.frames,
            width: picture.size.0,
            height: picture.size.1,
        })
    }

    /// What was found since the last call.
    pub(super) fn look(&self) -> MediaReport {
        let sound = std::mem::take(&mut *locked(&self.sound));
        let candidates: Vec<f64> = (LOWEST_TONE..=HIGHEST_TONE).step_by(20).map(f64::from).collect();
        let tone = tone::dominant(&sound, LOOK_RATE, &candidates);
        let level_db = tone::level_dbfs(&sound);
        let picture = locked(&self.picture);
        MediaReport {
            frame_code: picture.code.map(seen),
            frames_decoded: picture.frames,
            width: picture.size.0,
            height: picture.size.1,
            tone_hz: tone.map(|(hz, _)| hz),
            tone_share: tone.map_or(0.0, |(_, share)| share),
            level_db,
            presentation: None,
        }
    }
}

fn seen(FrameCode { source, frame }: FrameCode) -> SeenCode {
    SeenCode { source, frame }
}

/// The luma plane of a frame with 8 bits of luma in its first plane.
fn luma_of<'a>(frame: &'a gst_video::VideoFrameRef<&gst::BufferRef>) -> Option<Luma<'a>> {
    let data = frame.plane_data(0).ok().filter(|_| frame.format_info().is_yuv())?;
    let stride = usize::try_from(*frame.plane_stride().first()?).ok()?;
    let (width, height) = (usize::try_from(frame.width()).ok()?, usize::try_from(frame.height()).ok()?);
    Some(Luma { data, stride, width, height })
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
