//! A small piece of work for one codec element: many register on boards that lack their hardware, only work proves them.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use gst::prelude::*;

use crate::{
    codec::Direction,
    pipeline::{described, named},
    pipelines::{Chain, decoder, encoder},
};

/// A trial that takes longer than this has failed; some hardware encoders hang instead of refusing.
const LIMIT: gst::ClockTime = gst::ClockTime::from_seconds(5);
/// Colour bars, 640x360, three frames of constrained baseline: no encoder is needed to try a decoder.
const CLIP: &[u8] = include_bytes!("trial.h264");
/// Rate of a trial in kbit/s.
const KBPS: u32 = 500;
const PICTURES: &str = "videotestsrc num-buffers=3 pattern=black ! \
                        video/x-raw,format=I420,width=640,height=360,framerate=30/1";

/// Ok: it encodes or decodes. Else why not, in its own words. Blocks for at most [`LIMIT`] and what stopping takes.
pub(super) fn run(element: &str, codec: &str, direction: Direction) -> Result<(), String> {
    let text = match (direction, codec) {
        (Direction::Encoder, _) => format!("{PICTURES} ! {}", encoder::encoder(element, codec, KBPS)),
        (Direction::Decoder, "H264") => {
            let caps = "video/x-h264,stream-format=byte-stream,framerate=30/1";
            format!("appsrc name=clip format=bytes caps={caps} ! h264parse ! {}", decoder::decoder(element))
        }
        (Direction::Decoder, _) => {
            format!("{PICTURES} ! {} ! {}", software_encoder(codec)?, decoder::decoder(element))
        }
    };
    let pipeline = described(&format!("{text} ! fakesink name=out sync=false")).map_err(|error| error.to_string())?;
    let outcome = play(&pipeline);
    pipeline.set_state(gst::State::Null).map_err(|error| error.to_string())?;
    outcome
}

/// What makes the input of a decoder's trial.
fn software_encoder(codec: &str) -> Result<Chain, String> {
    let element = super::usual(codec, Direction::Encoder).first().ok_or_else(|| format!("{codec} is unknown"))?;
    Ok(encoder::encoder(element, codec, KBPS))
}

fn play(pipeline: &gst::Pipeline) -> Result<(), String> {
    let bus = pipeline.bus().ok_or("no bus")?;
    let made = count(pipeline)?;
    if let Ok(clip) = named::<gst_app::AppSrc>(pipeline, "clip") {
        // Both only fill a queue.
        let _ = (clip.push_buffer(gst::Buffer::from_slice(CLIP)), clip.end_of_stream());
    }
    pipeline.set_state(gst::State::Playing).map_err(|error| error.to_string())?;
    let message = bus.timed_pop_filtered(LIMIT, &[gst::MessageType::Eos, gst::MessageType::Error]);
    match message.as_ref().map(|message| message.view()) {
        Some(gst::MessageView::Eos(_)) if made.load(Ordering::Relaxed) > 0 => Ok(()),
        Some(gst::MessageView::Error(error)) => Err(error.error().to_string()),
        Some(_) => Err("gives nothing".into()),
        None => Err(format!("not done after {} s", LIMIT.seconds())),
    }
}

fn count(pipeline: &gst::Pipeline) -> Result<Arc<AtomicU32>, String> {
    let sink = named::<gst::Element>(pipeline, "out").map_err(|error| error.to_string())?;
    let (made, pad) = (Arc::<AtomicU32>::default(), sink.static_pad("sink").ok_or("no pad")?);
    let counting = Arc::clone(&made);
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
        counting.fetch_add(1, Ordering::Relaxed);
        gst::PadProbeReturn::Ok
    });
    Ok(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_that_work_pass_and_others_say_why_they_do_not() {
        gst::init().unwrap();
        for (element, codec, direction) in [
            ("openh264enc", "H264", Direction::Encoder),
            ("openh264dec", "H264", Direction::Decoder),
            ("vp8dec", "VP8", Direction::Decoder),
        ] {
            assert_eq!(run(element, codec, direction), Ok(()), "{element}");
        }
        assert!(run("fakeh264enc", "H264", Direction::Encoder).unwrap_err().contains("fakeh264enc"));
        let deaf = "openh264dec ! identity drop-probability=1";
        assert_eq!(run(deaf, "H264", Direction::Decoder), Err("gives nothing".into()));
    }
}
