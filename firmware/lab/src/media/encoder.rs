//! One encoder per codec in use: painted frames in, encoded ones out to every participant with that codec.

use std::sync::{Arc, Mutex, PoisonError};

use gst::prelude::*;

use super::MediaError;
use super::canvas::{HEIGHT, RATE, WIDTH};
use super::timeline::{Playing, Timeline, entry, exit, named};

/// A key frame at least every 5 s; participants that lose one ask for the next.
const KEY_FRAME_DISTANCE: u32 = 5 * RATE;
/// Raw frames waiting at most: a machine that falls behind drops frames instead of adding delay.
const WAITING: u32 = 2;

/// One connection of a participant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seat {
    /// Number of the call.
    pub(super) call: u64,
    /// The connection by which it receives as a spectator, beside that of the call.
    pub(super) watches: bool,
}

/// How large a picture is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Size {
    /// A quarter of the sides.
    Quarter,
    /// Half the sides.
    Half,
    /// As painted.
    Full,
}

impl Size {
    const fn divisor(self) -> usize {
        match self {
            Self::Quarter => 4,
            Self::Half => 2,
            Self::Full => 1,
        }
    }
}

/// Who takes encoded frames.
type Takers = Arc<Mutex<Vec<(Seat, gst_app::AppSrc)>>>;

/// A running encoder.
#[derive(Debug)]
pub(super) struct Encoder {
    input: gst_app::AppSrc,
    output: gst_app::AppSink,
    takers: Takers,
    _playing: Playing,
}

impl Encoder {
    /// Starts an encoder for a codec by its encoding name.
    pub(super) fn start(codec: &str, size: Size, timeline: &Timeline) -> Result<Self, MediaError> {
        let description = format!("{} ! {} ! {}", entry("in", WAITING), stages(codec, size)?, exit("out", false));
        let pipeline = gst::parse::launch(&description)?
            .downcast::<gst::Pipeline>()
            .map_err(|_| MediaError::Pipeline("not a pipeline".into()))?;
        let (input, output): (gst_app::AppSrc, gst_app::AppSink) = (named(&pipeline, "in")?, named(&pipeline, "out")?);
        input.set_caps(Some(&super::canvas::caps()));
        let takers = Takers::default();
        hand_out(&output, Arc::clone(&takers));
        let playing = timeline.play(pipeline, |_| ())?;
        Ok(Self { input, output, takers, _playing: playing })
    }

    /// Encodes a frame, if anybody takes it.
    pub(super) fn push(&self, frame: &gst::Buffer) {
        if self.is_used() {
            // Refused only while it stops.
            let _ = self.input.push_buffer(frame.clone());
        }
    }

    /// From now on the participant gets every frame, beginning with a key frame.
    pub(super) fn attach(&self, seat: Seat, taker: gst_app::AppSrc) {
        self.takers().push((seat, taker));
        self.key_frame();
    }

    /// The participant takes no more.
    pub(super) fn detach(&self, seat: Seat) {
        self.takers().retain(|(taker, _)| *taker != seat);
    }

    pub(super) fn serves(&self, seat: Seat) -> bool {
        self.takers().iter().any(|(taker, _)| *taker == seat)
    }

    pub(super) fn is_used(&self) -> bool {
        !self.takers().is_empty()
    }

    /// Makes the next frame a key frame.
    pub(super) fn key_frame(&self) {
        self.output.send_event(gst_video::UpstreamForceKeyUnitEvent::builder().all_headers(true).build());
    }

    fn takers(&self) -> std::sync::MutexGuard<'_, Vec<(Seat, gst_app::AppSrc)>> {
        self.takers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The encoding stages of a codec. VP8 in software costs five times as much as H.264, so its picture is smaller.
fn stages(codec: &str, size: Size) -> Result<String, MediaError> {
    let divisor = size.divisor() * if codec == "VP8" { 2 } else { 1 };
    let (width, height) = (WIDTH / divisor, HEIGHT / divisor);
    let bitrate = 2000 / size.divisor();
    let scale = format!("videoscale ! video/x-raw,width={width},height={height}");
    match codec {
        "H264" => Ok(format!(
            "{scale} ! x264enc speed-preset=ultrafast tune=zerolatency threads=1 bitrate={bitrate} \
             key-int-max={KEY_FRAME_DISTANCE} \
             ! video/x-h264,profile=constrained-baseline,stream-format=byte-stream,alignment=au"
        )),
        "VP8" => Ok(format!(
            "{scale} ! vp8enc deadline=1 cpu-used=8 threads=1 lag-in-frames=0 end-usage=cbr target-bitrate={}000 \
             keyframe-max-dist={KEY_FRAME_DISTANCE}",
            bitrate * 2 / 5
        )),
        other => Err(MediaError::Pipeline(format!("no encoder for {other}"))),
    }
}

fn hand_out(output: &gst_app::AppSink, takers: Takers) {
    let callbacks = gst_app::AppSinkCallbacks::builder().new_sample(move |output| {
        let sample = output.pull_sample().map_err(|_| gst::FlowError::Eos)?;
        let (Some(mut buffer), Some(caps)) = (sample.buffer_owned(), sample.caps_owned()) else {
            return Ok(gst::FlowSuccess::Ok);
        };
        // x264enc moves its times far ahead to have room for B-frames; its segment takes that back.
        let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>());
        let time = segment.and_then(|segment| segment.to_running_time(buffer.pts()));
        drop(sample);
        let buffer_mut = buffer.make_mut();
        buffer_mut.set_pts(time);
        buffer_mut.set_dts(gst::ClockTime::NONE);
        let sample = gst::Sample::builder().buffer(&buffer).caps(&caps).build();
        for (_, taker) in takers.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            // A participant that is leaving refuses; it is detached by the room.
            let _ = taker.push_sample(&sample);
        }
        Ok(gst::FlowSuccess::Ok)
    });
    output.set_callbacks(callbacks.build());
}
