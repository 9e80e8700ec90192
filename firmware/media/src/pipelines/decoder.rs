//! Video decoders with what must stand around them. The decoder is named `decoder`, the element that takes RTP `first`,
//! the end `out`.

use super::{Chain, Element};

/// What the base class of all video decoders has: a damaged picture is left out and a key frame asked for at once.
const CAREFUL: [(&str, &str); 3] =
    [("automatic-request-sync-points", "true"), ("discard-corrupted-frames", "true"), ("max-errors", "-1")];

/// From RTP to pictures: a decoder for `codec` (`H264`, `VP8`) made of `element`.
///
/// After a loss a key frame is asked for at once. Not `wait-for-keyframe` for H.264: `GStreamer` 1.22 then drops the
/// first slices of the very key frame it waits for; the decoder leaves out damaged pictures instead.
pub(crate) fn receiving(element: &str, codec: &str) -> Chain {
    let front = match codec {
        "VP8" => Chain::new().to(Element::new("rtpvp8depay")
            .named("first")
            .set("wait-for-keyframe", true)
            .set("request-keyframe", true)),
        _ => Chain::new()
            .to(Element::new("rtph264depay").named("first").set("request-keyframe", true))
            .to(Element::new("h264parse")),
    };
    front.to(waiting()).then(decoder(element)).to(sink(2, false))
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
        "openh264dec" | "vp8dec" => chain.to(decoder.set_all(&CAREFUL)),
        "v4l2h264dec" => chain.to(decoder.set_all(&CAREFUL)).to(Element::new("videoconvert")),
        "nvv4l2decoder" => {
            chain.to(decoder.set_all(&CAREFUL)).to(Element::new("nvvidconv")).caps("video/x-raw,format=I420")
        }
        _ => chain.to(decoder).to(Element::new("videoconvert")),
    }
}
