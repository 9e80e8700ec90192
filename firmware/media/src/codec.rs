//! Which codec element works on this board: the first of the board's list that is there and really starts.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex},
};

use gst::prelude::*;
use roombox_hal::board::Codecs;

use crate::{error::MediaError, pipeline::locked, pipelines::encoder};

/// A trial that takes longer than this has failed; some hardware encoders hang instead of refusing.
const TRIAL: gst::ClockTime = gst::ClockTime::from_seconds(5);

/// What trials said, by element name; hardware does not change while the program runs.
static TRIED: LazyLock<Mutex<HashMap<String, bool>>> = LazyLock::new(Mutex::default);

const H264_ENCODERS: [&str; 2] = ["x264enc", "openh264enc"];
/// `avdec_h264` takes 8 % less processor time, and its libraries 28 MiB more memory.
const H264_DECODERS: [&str; 2] = ["openh264dec", "avdec_h264"];
const VP8_ENCODERS: [&str; 1] = ["vp8enc"];
const VP8_DECODERS: [&str; 1] = ["vp8dec"];

/// Need no hardware: where they are installed they work, and their libraries are loaded with the first call that needs
/// them. A trial would cost a waiting box tens of megabytes.
const SOFTWARE: [&str; 6] = ["x264enc", "openh264enc", "openh264dec", "avdec_h264", "vp8enc", "vp8dec"];

/// To encode or to decode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Encoder,
    Decoder,
}

/// The element for a codec (`H264`, `VP8`); the first call for an element tries it and may take some hundred
/// milliseconds.
pub(crate) async fn choose(codecs: &Codecs, codec: &str, direction: Direction) -> Result<String, MediaError> {
    let (codecs, codec) = (codecs.clone(), codec.to_owned());
    let trial = tokio::task::spawn_blocking(move || first(&codecs, &codec, direction));
    trial.await.map_err(|_| MediaError::Stopped)?
}

/// The same for a thread that may block.
pub(crate) fn first(codecs: &Codecs, codec: &str, direction: Direction) -> Result<String, MediaError> {
    let tried = listed(codecs, codec, direction);
    let found = tried.iter().find(|name| works(name, codec, direction)).cloned();
    let word = if direction == Direction::Encoder { "encoder" } else { "decoder" };
    found.ok_or(MediaError::NoCodec { codec: codec.into(), direction: word, tried })
}

/// This element failed at work: the next in the list is taken from now on.
pub(crate) fn distrust(name: &str) {
    tracing::warn!(element = name, "codec element failed, not used any more");
    locked(&TRIED).insert(name.to_owned(), false);
}

/// Elements for a codec (`H264`, `VP8`), best first: those of the board, else the usual ones.
pub(crate) fn listed(codecs: &Codecs, codec: &str, direction: Direction) -> Vec<String> {
    let (listed, usual): (&Vec<String>, &[&str]) = match (codec, direction) {
        ("H264", Direction::Encoder) => (&codecs.h264_encoders, &H264_ENCODERS),
        ("H264", Direction::Decoder) => (&codecs.h264_decoders, &H264_DECODERS),
        ("VP8", Direction::Encoder) => (&codecs.vp8_encoders, &VP8_ENCODERS),
        ("VP8", Direction::Decoder) => (&codecs.vp8_decoders, &VP8_DECODERS),
        _ => return Vec::new(),
    };
    if listed.is_empty() { usual.iter().map(ToString::to_string).collect() } else { listed.clone() }
}

fn works(name: &str, codec: &str, direction: Direction) -> bool {
    if SOFTWARE.contains(&name) && !locked(&TRIED).contains_key(name) {
        return gst::ElementFactory::find(name).is_some();
    }
    if let Some(known) = locked(&TRIED).get(name) {
        return *known;
    }
    let trial = match direction {
        Direction::Encoder => try_encoder(name, codec),
        Direction::Decoder => try_decoder(name),
    };
    if let Err(reason) = &trial {
        tracing::info!(element = name, reason, "codec element does not work here");
    }
    locked(&TRIED).insert(name.to_owned(), trial.is_ok());
    trial.is_ok()
}

/// Hardware encoders register on boards that lack the hardware: only an encoded frame proves one.
fn try_encoder(name: &str, codec: &str) -> Result<(), String> {
    let text = format!(
        "videotestsrc num-buffers=3 pattern=black ! video/x-raw,format=I420,width=640,height=360,framerate=30/1 ! {} ! \
         fakesink name=out sync=false",
        encoder::encoder(name, codec, 500)
    );
    let pipeline = gst::parse::launch(&text).map_err(|error| error.to_string())?;
    let outcome = run_to_end(&pipeline);
    pipeline.set_state(gst::State::Null).map_err(|error| error.to_string())?;
    outcome
}

fn run_to_end(pipeline: &gst::Element) -> Result<(), String> {
    let bus = pipeline.bus().ok_or("no bus")?;
    pipeline.set_state(gst::State::Playing).map_err(|error| error.to_string())?;
    let message = bus.timed_pop_filtered(TRIAL, &[gst::MessageType::Eos, gst::MessageType::Error]);
    match message.as_ref().map(|message| message.view()) {
        Some(gst::MessageView::Eos(_)) => Ok(()),
        Some(gst::MessageView::Error(error)) => Err(error.error().to_string()),
        _ => Err("gives nothing".into()),
    }
}

/// A decoder opens its hardware when it gets ready.
fn try_decoder(name: &str) -> Result<(), String> {
    let element = gst::ElementFactory::make(name).build().map_err(|error| error.to_string())?;
    let ready = element.set_state(gst::State::Ready);
    element.set_state(gst::State::Null).map_err(|error| error.to_string())?;
    ready.map(|_| ()).map_err(|error| error.to_string())
}
