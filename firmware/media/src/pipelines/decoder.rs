//! Video decoders with what must stand around them. The decoder is named `decoder`, the element that takes RTP `first`,
//! the end `out`.

use super::{Chain, Element};

/// What the base class of all video decoders has: a damaged picture is left out and a key frame asked for at once.
const CAREFUL: [(&str, &str); 3] =
    [("automatic-request-sync-points", "true"), ("discard-corrupted-frames", "true"), ("max-errors", "-1")];

/// Takes the frames of this codec out of RTP packets.
pub(crate) fn depayloader(codec: &str) -> &'static str {
    match codec {
        "VP8" => "rtpvp8depay",
        "VP9" => "rtpvp9depay",
        "AV1" => "rtpav1depay",
        _ => "rtph264depay",
    }
}

/// What a decoder wants in front of it.
pub(crate) fn parser(codec: &str) -> Chain {
    match codec {
        "H264" => Chain::new().to(Element::new("h264parse")),
        "AV1" => Chain::new().to(Element::new("av1parse")),
        _ => Chain::new(),
    }
}

/// From RTP to pictures: a decoder for `codec` (see `peer::VIDEO`) made of `element`.
///
/// After a loss a key frame is asked for at once. Not `wait-for-keyframe` for H.264: `GStreamer` 1.22 then drops the
/// first slices of the very key frame it waits for; the decoder leaves out damaged pictures instead.
pub(crate) fn receiving(element: &str, codec: &str) -> Chain {
    let first = Element::new(depayloader(codec)).named("first").set("request-keyframe", true);
    let first = if codec == "H264" { first } else { first.set("wait-for-keyframe", true) };
    Chain::new().to(first).then(parser(codec)).to(waiting()).then(decoder(element)).to(sink(2, false))
}

/// What arrived early waits here, still encoded: the sink holds each picture until its time, and a jitter buffer that
/// were held up with it would drop packets. A second of pictures or sound is far more than any latency.
pub(crate) fn waiting() -> Element {
    Element::new("queue").set("max-size-buffers", 60).set("max-size-bytes", 0).set("max-size-time", 0)
}

/// With `sync` it waits for each buffer's time: what leaves here is played and shown at once, sound and picture together.
/// A first picture does not wait; its taker lets the others wait.
pub(crate) fn sink(buffers: u32, sync: bool) -> Element {
    Element::new("appsink")
        .named("out")
        .set_all(&[("wait-on-eos", "false"), ("enable-last-sample", "false"), ("async", "false")])
        .set("sync", sync)
        .set("max-buffers", buffers)
        .set("drop", true)
}

/// The decoder and what makes its pictures ones that everything takes.
pub(crate) fn decoder(element: &str) -> Chain {
    let decoder = Element::new(element).named("decoder");
    let chain = Chain::new();
    match element {
        // Frame threads would hold back a picture per thread.
        "avdec_h264" => chain.to(decoder.set_all(&CAREFUL).set_all(&[
            ("output-corrupt", "false"),
            ("thread-type", "slice"),
            ("max-threads", "2"),
        ])),
        "openh264dec" | "vp8dec" | "vp9dec" | "dav1ddec" | "av1dec" => chain.to(decoder.set_all(&CAREFUL)),
        "v4l2h264dec" => chain.to(decoder.set_all(&CAREFUL)).to(Element::new("videoconvert")),
        "nvv4l2decoder" => {
            chain.to(decoder.set_all(&CAREFUL)).to(Element::new("nvvidconv")).caps("video/x-raw,format=I420")
        }
        _ => chain.to(decoder).to(Element::new("videoconvert")),
    }
}
