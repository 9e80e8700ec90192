//! From RTP to pictures and sound: depayloader and decoder of one m-line.

use gst::prelude::*;

use crate::{api::Stream, error::MediaError, peer::Codec, pipeline::named, sound::FORMAT};

/// What arrived early waits here, still encoded: the sink holds each picture until its time, and a jitter buffer that
/// were held up with it would drop packets. A second of pictures or sound is far more than any latency.
const WAITING: &str = "queue max-size-buffers=60 max-size-bytes=0 max-size-time=0";

/// A decoder in a call's pipeline.
pub(crate) struct Receiver {
    pub(crate) bin: gst::Bin,
    pub(crate) stream: Stream,
    pub(crate) codec: Codec,
    /// Element that decodes, for statistics.
    pub(crate) element: String,
    /// Decoded pictures or sound, each at its time.
    pub(crate) sink: gst_app::AppSink,
}

impl Receiver {
    /// A video decoder made of `element`.
    pub(crate) fn video(mid: &str, stream: Stream, codec: &Codec, element: String) -> Result<Self, MediaError> {
        let text = video(&codec.name, &element);
        let receiver = Self::build(mid, stream, codec, element, &text)?;
        receiver.sink.set_sync(false);
        settle(&named(&receiver.bin, "decoder")?);
        Ok(receiver)
    }

    /// An Opus decoder, which conceals lost packets and uses the forward error correction in those that follow.
    pub(crate) fn audio(mid: &str, codec: &Codec) -> Result<Self, MediaError> {
        let text = format!(
            "rtpopusdepay name=first ! {WAITING} ! opusdec name=decoder use-inband-fec=true plc=true ! audioconvert ! \
             audioresample ! {FORMAT} ! {}",
            sink(25)
        );
        Self::build(mid, Stream::Audio, codec, "opusdec".into(), &text)
    }

    fn build(mid: &str, stream: Stream, codec: &Codec, element: String, text: &str) -> Result<Self, MediaError> {
        let bin = gst::parse::bin_from_description_with_name(text, false, &branch(mid))?;
        let pad = named::<gst::Element>(&bin, "first")?.static_pad("sink");
        let pad = pad.ok_or_else(|| MediaError::pipeline("depayloader", "has no pad"))?;
        bin.add_pad(&gst::GhostPad::builder_with_target(&pad)?.name("sink").build())?;
        let sink = named(&bin, "out")?;
        Ok(Self { bin, stream, codec: codec.clone(), element, sink })
    }
}

/// Name of the branch that receives on this m-line.
pub(crate) fn branch(mid: &str) -> String {
    format!("receive_{mid}")
}

/// After a loss a key frame is asked for at once. Not `wait-for-keyframe` for H.264: `GStreamer` 1.22 then drops the
/// first slices of the very key frame it waits for; the decoder leaves out damaged pictures instead.
fn video(codec: &str, decoder: &str) -> String {
    let front = match codec {
        "VP8" => "rtpvp8depay name=first wait-for-keyframe=true request-keyframe=true",
        _ => "rtph264depay name=first request-keyframe=true ! h264parse",
    };
    let back = match decoder {
        "nvv4l2decoder" => "nvvidconv ! video/x-raw,format=I420 ! ",
        "v4l2h264dec" => "videoconvert ! ",
        _ => "",
    };
    format!("{front} ! {WAITING} ! {decoder} name=decoder ! {back}{}", sink(2))
}

/// Waits for each buffer's time: what leaves here is played and shown at once, sound and picture together. A first
/// picture does not wait; its taker lets the others wait.
fn sink(buffers: u32) -> String {
    format!(
        "appsink name=out wait-on-eos=false enable-last-sample=false async=false sync=true max-buffers={buffers} drop=true"
    )
}

/// Settings that decoders share where they have them.
fn settle(decoder: &gst::Element) {
    let settings = [
        ("automatic-request-sync-points", "true"),
        ("discard-corrupted-frames", "true"),
        ("max-errors", "-1"),
        ("output-corrupt", "false"),
        // Frame threads would hold back a picture per thread.
        ("thread-type", "slice"),
        ("max-threads", "2"),
    ];
    for (name, value) in settings {
        if decoder.find_property(name).is_some() {
            decoder.set_property_from_str(name, value);
        }
    }
}
