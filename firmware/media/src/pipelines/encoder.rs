//! Video encoders with what must stand around them. The encoder is named `encoder`, the payloader `pay`, the element that
//! takes the pictures `first`, the caps of what is encoded `size`.

use super::{Chain, Element};

/// Pictures between two key frames that nobody asked for: 10 s at 30 frames a second. Peers ask when they need one.
const KEY_FRAME_PERIOD: u32 = 300;
/// Payload per packet, so that the packet with all its headers fits an IPv6 path (RFC 8200: 1280 bytes at least).
pub(crate) const MTU: u32 = 1200;
const H264: &str = "video/x-h264,stream-format=byte-stream,alignment=au";
/// Every WebRTC stack decodes it, and it has no B-frames (RFC 7742 section 6.2, H.264 annex A).
const PROFILE: &str = "profile=constrained-baseline";

/// From pictures to RTP: an encoder for `codec` (`H264`, `VP8`) made of `element`, at `kbps` at most.
pub(crate) fn sending(element: &str, codec: &str, kbps: u32, payload_type: u8) -> Chain {
    let front = Chain::new().to(Element::new("videoscale").named("first")).to(Element::new("capsfilter").named("size"));
    front.then(encoder(element, codec, kbps)).to(payloader(codec, payload_type))
}

/// An encoder and what must stand around it. `kbps`: target rate.
pub(crate) fn encoder(element: &str, codec: &str, kbps: u32) -> Chain {
    let bps = u64::from(kbps) * 1000;
    let encoder = Element::new(element).named("encoder");
    match element {
        "x264enc" => x264(encoder, kbps),
        "openh264enc" => openh264(encoder, bps),
        "v4l2h264enc" => v4l2(encoder, bps),
        "nvv4l2h264enc" => nvidia(encoder, bps),
        "vp8enc" => vp8(encoder, bps),
        _ => unknown(encoder, codec),
    }
}

fn x264(encoder: Element, kbps: u32) -> Chain {
    let encoder = encoder
        .set_all(&[("tune", "zerolatency"), ("speed-preset", "ultrafast"), ("threads", "2"), ("bframes", "0")])
        .set("key-int-max", KEY_FRAME_PERIOD)
        .set("bitrate", kbps)
        .set_all(&[("vbv-buf-capacity", "500"), ("byte-stream", "true")]);
    Chain::new().to(encoder).caps(format!("{H264},{PROFILE}"))
}

fn openh264(encoder: Element, bps: u64) -> Chain {
    let encoder = encoder
        .set_all(&[("usage-type", "camera"), ("complexity", "low"), ("rate-control", "bitrate")])
        .set("bitrate", bps)
        .set("gop-size", KEY_FRAME_PERIOD)
        .set("multi-thread", 2);
    Chain::new().to(encoder).caps(format!("{H264},{PROFILE}"))
}

/// Without the level downstream the bcm2835 encoder does not negotiate, or hangs after one frame.
fn v4l2(encoder: Element, bps: u64) -> Chain {
    Chain::new()
        .to(Element::new("videoconvert"))
        .to(encoder.set("extra-controls", v4l2_controls(bps)))
        .caps(format!("{H264},level=(string)4,{PROFILE}"))
        .to(Element::new("h264parse").set("config-interval", -1))
}

/// Controls of a V4L2 encoder at this rate in bit/s.
pub(crate) fn v4l2_controls(bps: u64) -> String {
    format!("controls,repeat_sequence_header=1,video_bitrate={bps},h264_i_frame_period={KEY_FRAME_PERIOD}")
}

/// It takes pictures in the video processor's own memory only.
fn nvidia(encoder: Element, bps: u64) -> Chain {
    let encoder = encoder
        .set_all(&[("maxperf-enable", "true"), ("insert-sps-pps", "true"), ("insert-vui", "true")])
        .set("idrinterval", KEY_FRAME_PERIOD)
        .set("control-rate", 1)
        .set("bitrate", bps)
        .set("preset-level", 1);
    Chain::new().to(Element::new("nvvidconv")).caps("video/x-raw(memory:NVMM),format=NV12").to(encoder).caps(H264)
}

fn vp8(encoder: Element, bps: u64) -> Chain {
    let encoder = encoder
        .set_all(&[
            ("deadline", "1"),
            ("cpu-used", "8"),
            ("threads", "2"),
            ("end-usage", "cbr"),
            ("lag-in-frames", "0"),
        ])
        .set("keyframe-max-dist", KEY_FRAME_PERIOD)
        .set("target-bitrate", bps)
        .set_all(&[("buffer-size", "500"), ("buffer-initial-size", "300"), ("buffer-optimal-size", "400")]);
    Chain::new().to(encoder)
}

/// One that only a board file knows: taken with its defaults; what its key frames lack is put in behind it.
fn unknown(encoder: Element, codec: &str) -> Chain {
    let chain = Chain::new().to(Element::new("videoconvert")).to(encoder);
    match codec {
        "H264" => chain.to(Element::new("h264parse").set("config-interval", -1)).caps(H264),
        _ => chain,
    }
}

/// The encoders above send SPS and PPS with every key frame, so that a peer can begin at any; the payloader must not add
/// them again: it does so before each slice, and a browser then sees a frame begin twice.
fn payloader(codec: &str, payload_type: u8) -> Element {
    let (element, property, value) = match codec {
        "VP8" => ("rtpvp8pay", "picture-id-mode", "15-bit"),
        _ => ("rtph264pay", "aggregate-mode", "zero-latency"),
    };
    Element::new(element).named("pay").set("pt", payload_type).set("mtu", MTU).set(property, value)
}
