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

/// From pictures to RTP: an encoder for `codec` (see `peer::VIDEO`) made of `element`, at `kbps` at most.
pub(crate) fn sending(element: &str, codec: &str, kbps: u32, payload_type: u8) -> Chain {
    let front = Chain::new().to(Element::new("videoscale").named("first")).to(Element::new("capsfilter").named("size"));
    front.then(encoder(element, codec, kbps)).to(packets(codec, payload_type))
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
        "vp9enc" => vp8(encoder.set_all(&[("row-mt", "true"), ("tile-columns", "1")]), bps),
        "av1enc" => av1(encoder, kbps),
        "nvv4l2av1enc" => nvidia_av1(encoder, bps),
        _ => unknown(encoder, codec),
    }
}

/// In one thread: a picture of 720 lines takes it a sixth of its time, and each further thread wakes others up all the
/// time, has memory of its own and cuts the picture into slices.
fn x264(encoder: Element, kbps: u32) -> Chain {
    let encoder = encoder
        .set_all(&[("tune", "zerolatency"), ("speed-preset", "ultrafast"), ("threads", "1"), ("bframes", "0")])
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
    let encoder = encoder.set_all(&[("insert-sps-pps", "true"), ("insert-vui", "true"), ("preset-level", "1")]);
    in_processor_memory(encoder, bps).caps(H264)
}

/// Without its own sequence headers only the first frame would have one, and nobody could join later.
fn nvidia_av1(encoder: Element, bps: u64) -> Chain {
    in_processor_memory(encoder.set("insert-seq-hdr", true), bps).to(Element::new("av1parse"))
}

fn in_processor_memory(encoder: Element, bps: u64) -> Chain {
    let encoder = encoder
        .set("maxperf-enable", true)
        .set("idrinterval", KEY_FRAME_PERIOD)
        .set("control-rate", 1)
        .set("bitrate", bps);
    Chain::new().to(Element::new("nvvidconv")).caps("video/x-raw(memory:NVMM),format=NV12").to(encoder)
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

/// The bounds of its quantizer are 0 by default, with which libaom ends the process.
fn av1(encoder: Element, kbps: u32) -> Chain {
    let encoder = encoder
        .set_all(&[
            ("usage-profile", "realtime"),
            ("cpu-used", "10"),
            ("threads", "2"),
            ("row-mt", "true"),
            ("end-usage", "cbr"),
            ("min-quantizer", "10"),
            ("max-quantizer", "56"),
            ("lag-in-frames", "0"),
        ])
        .set("keyframe-max-dist", KEY_FRAME_PERIOD)
        .set("target-bitrate", kbps)
        .set_all(&[("buf-sz", "500"), ("buf-initial-sz", "300"), ("buf-optimal-sz", "400")]);
    Chain::new().to(encoder).to(Element::new("av1parse"))
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
fn packets(codec: &str, payload_type: u8) -> Element {
    let element = Element::new(payloader(codec)).named("pay").set("pt", payload_type).set("mtu", MTU);
    match codec {
        "VP8" | "VP9" => element.set("picture-id-mode", "15-bit"),
        "H264" => element.set("aggregate-mode", "zero-latency"),
        _ => element,
    }
}

/// Puts the frames of this codec into RTP packets.
pub(crate) fn payloader(codec: &str) -> &'static str {
    match codec {
        "VP8" => "rtpvp8pay",
        "VP9" => "rtpvp9pay",
        "AV1" => "rtpav1pay",
        _ => "rtph264pay",
    }
}
