//! How fast codec elements are on this machine, for whoever makes a board file.

use std::time::{Duration, Instant};

use gst::prelude::*;
use serde::Serialize;

use crate::{
    codec::Direction,
    pipeline::{described, named},
    pipelines::{decoder, encoder},
};

/// Frames of a measurement: two seconds of picture.
const FRAMES: u32 = 60;
/// What is encoded: everything moves, as in no room. Real pictures are cheaper.
const CLIP: &str = "pattern=zone-plate kx2=12 ky2=8 kt=6 ! \
                    video/x-raw,format=I420,width=1280,height=720,framerate=30/1,pixel-aspect-ratio=1/1,\
                    interlace-mode=progressive,colorimetry=bt709,chroma-site=mpeg2";
/// In kbit/s, as a call has by default.
const KBPS: u32 = 2500;
/// An element that is not done by then is not measured: two frames a second are of no use.
const LIMIT: gst::ClockTime = gst::ClockTime::from_seconds(30);
/// Of `utime` and `stime` in proc(5); the kernel has 100 a second on every board.
const TICKS_PER_SECOND: f64 = 100.0;

/// Frames of 1280x720 that an element does.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Speed {
    /// A second, as long as nothing else runs.
    pub frames_per_second: f64,
    /// A second of processor time, over all its cores. Work that hardware does costs none.
    pub frames_per_cpu_second: f64,
}

/// Buffers and what they are.
struct Clip {
    caps: gst::Caps,
    buffers: Vec<gst::Buffer>,
}

/// Measures one element; blocks for some seconds. Why it could not, in words.
pub(super) fn measure(element: &str, codec: &str, direction: Direction) -> Result<Speed, String> {
    let raw = collect(&format!("videotestsrc num-buffers={FRAMES} {CLIP}"))?;
    match direction {
        Direction::Encoder => pass(&raw, &encoder::encoder(element, codec, KBPS).to_string()),
        Direction::Decoder => {
            let usual = super::usual(codec, Direction::Encoder);
            let source = usual.iter().find(|name| gst::ElementFactory::find(name).is_some());
            let source = source.ok_or_else(|| format!("nothing here makes {codec} to decode"))?;
            let making = encoder::encoder(source, codec, KBPS);
            let encoded = collect(&format!("videotestsrc num-buffers={FRAMES} {CLIP} ! {making}"))?;
            pass(&encoded, &decoder::parser(codec).then(decoder::decoder(element)).to_string())
        }
    }
}

/// What comes out of this.
fn collect(text: &str) -> Result<Clip, String> {
    let pipeline = described(&format!("{text} ! appsink name=out sync=false")).map_err(|error| error.to_string())?;
    let sink: gst_app::AppSink = named(&pipeline, "out").map_err(|error| error.to_string())?;
    pipeline.set_state(gst::State::Playing).map_err(|error| error.to_string())?;
    let samples: Vec<gst::Sample> = std::iter::from_fn(|| sink.try_pull_sample(LIMIT)).collect();
    pipeline.set_state(gst::State::Null).map_err(|error| error.to_string())?;
    let caps = samples.first().and_then(|sample| sample.caps_owned()).ok_or("there is no clip")?;
    Ok(Clip { caps, buffers: samples.iter().filter_map(|sample| sample.buffer_owned()).collect() })
}

/// Puts the clip through a chain as fast as it takes it.
fn pass(clip: &Clip, chain: &str) -> Result<Speed, String> {
    let text = format!("appsrc name=in format=time max-bytes=0 ! {chain} ! fakesink name=out sync=false");
    let pipeline = described(&text).map_err(|error| error.to_string())?;
    let source: gst_app::AppSrc = named(&pipeline, "in").map_err(|error| error.to_string())?;
    source.set_caps(Some(&clip.caps));
    for buffer in &clip.buffers {
        source.push_buffer(buffer.clone()).map_err(|error| error.to_string())?;
    }
    source.end_of_stream().map_err(|error| error.to_string())?;
    let bus = pipeline.bus().ok_or("no bus")?;
    let (begin, used) = (Instant::now(), processor_seconds()?);
    let started = pipeline.set_state(gst::State::Playing);
    let message = bus.timed_pop_filtered(LIMIT, &[gst::MessageType::Eos, gst::MessageType::Error]);
    let (took, used) = (begin.elapsed(), processor_seconds()? - used);
    pipeline.set_state(gst::State::Null).map_err(|error| error.to_string())?;
    match message.as_ref().map(|message| message.view()) {
        Some(gst::MessageView::Error(error)) => Err(error.error().to_string()),
        _ if started.is_err() => Err("does not start".into()),
        Some(_) => Ok(speed(clip.buffers.len(), took, used)),
        None => Err(format!("not done after {} s", LIMIT.seconds())),
    }
}

/// What took less processor time than can be measured counts as one tick.
fn speed(frames: usize, took: Duration, used: f64) -> Speed {
    let frames = u32::try_from(frames).map_or(f64::INFINITY, f64::from);
    let round = |value: f64| (value * 10.0).round() / 10.0;
    Speed {
        frames_per_second: round(frames / took.as_secs_f64().max(1e-3)),
        frames_per_cpu_second: round(frames / used.max(1.0 / TICKS_PER_SECOND)),
    }
}

/// Processor time of this process so far.
fn processor_seconds() -> Result<f64, String> {
    let stat = std::fs::read_to_string("/proc/self/stat").map_err(|error| error.to_string())?;
    // The name in parentheses may hold anything; `utime` and `stime` are the 12th and 13th field behind it.
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    let ticks: f64 = fields.filter_map(|field| field.parse::<f64>().ok()).sum();
    Ok(ticks / TICKS_PER_SECOND)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoder_and_a_decoder_are_measured() {
        gst::init().unwrap();
        for (element, direction) in [("x264enc", Direction::Encoder), ("openh264dec", Direction::Decoder)] {
            let speed = measure(element, "H264", direction).unwrap();
            assert!(speed.frames_per_second > 0.0 && speed.frames_per_cpu_second > 0.0, "{element} {speed:?}");
            assert!(speed.frames_per_cpu_second < 60.0 * TICKS_PER_SECOND, "{element} cost nothing: {speed:?}");
        }
        assert!(measure("fakeh264enc", "H264", Direction::Encoder).is_err());
    }

    #[test]
    fn speed_is_frames_by_time() {
        let told = speed(60, Duration::from_millis(500), 0.25);
        assert_eq!((told.frames_per_second, told.frames_per_cpu_second), (120.0, 240.0));
    }
}
