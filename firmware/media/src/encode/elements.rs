//! Encoders and payloaders as pipeline text, and their rates while they run. The encoder is named `encoder`, the payloader
//! `pay`; what leads an audio encoder's text is named `first`.

use gst::prelude::*;

/// Pictures between two key frames that nobody asked for: 10 s at 30 frames a second. Peers ask when they need one.
const KEY_FRAME_PERIOD: u32 = 300;
/// Payload per packet, so that the packet with all its headers fits an IPv6 path (RFC 8200: 1280 bytes at least).
const MTU: u32 = 1200;
/// Opus rate in bit/s: fullband speech.
const OPUS_BITRATE: u32 = 40_000;
/// Least rate in bit/s that Opus is asked for (RFC 6716 section 2.1.1).
const OPUS_LEAST: u32 = 6_000;
/// Loss in percent that Opus is prepared for at least and at most; beyond, sound itself would suffer.
const OPUS_LOSS: (i32, i32) = (10, 30);
/// VP8 in software is sent in this size at most: it costs five times as much as H.264.
const VP8_SIZE: (u32, u32) = (640, 360);
const H264: &str = "video/x-h264,stream-format=byte-stream,alignment=au";

/// An encoder and what must stand around it. `kbps`: target rate.
pub(crate) fn encoder(element: &str, kbps: u32) -> String {
    let bps = u64::from(kbps) * 1000;
    match element {
        "x264enc" => format!(
            "x264enc name=encoder tune=zerolatency speed-preset=ultrafast threads=2 bframes=0 \
             key-int-max={KEY_FRAME_PERIOD} bitrate={kbps} vbv-buf-capacity=500 byte-stream=true ! \
             {H264},profile=constrained-baseline"
        ),
        "openh264enc" => format!(
            "openh264enc name=encoder usage-type=camera complexity=low rate-control=bitrate \
             bitrate={bps} gop-size={KEY_FRAME_PERIOD} multi-thread=2 ! {H264},profile=constrained-baseline"
        ),
        // Without the level downstream the bcm2835 encoder does not negotiate, or hangs after one frame.
        "v4l2h264enc" => format!(
            "videoconvert ! v4l2h264enc name=encoder extra-controls=\"{}\" ! \
             {H264},level=(string)4,profile=constrained-baseline",
            v4l2_controls(bps)
        ),
        "nvv4l2h264enc" => format!(
            "nvvidconv ! video/x-raw(memory:NVMM),format=NV12 ! nvv4l2h264enc name=encoder \
             maxperf-enable=true insert-sps-pps=true insert-vui=true idrinterval={KEY_FRAME_PERIOD} control-rate=1 \
             bitrate={bps} preset-level=1 ! {H264}"
        ),
        "vp8enc" => format!(
            "vp8enc name=encoder deadline=1 cpu-used=8 threads=2 \
             end-usage=cbr lag-in-frames=0 keyframe-max-dist={KEY_FRAME_PERIOD} target-bitrate={bps} \
             buffer-size=500 buffer-initial-size=300 buffer-optimal-size=400"
        ),
        other => format!("videoconvert ! {other} name=encoder"),
    }
}

fn v4l2_controls(bps: u64) -> String {
    format!("controls,repeat_sequence_header=1,video_bitrate={bps},h264_i_frame_period={KEY_FRAME_PERIOD}")
}

/// Largest picture this encoder is given, in pixels; `None` = any.
pub(crate) fn largest(element: &str) -> Option<(u32, u32)> {
    (element == "vp8enc").then_some(VP8_SIZE)
}

/// Sets the target rate of a running video encoder in bit/s; every one of the table above takes it at work.
pub(crate) fn set_bitrate(encoder: &gst::Element, element: &str, bps: u32) {
    match element {
        "x264enc" => encoder.set_property("bitrate", (bps / 1000).max(1)),
        "openh264enc" | "nvv4l2h264enc" => encoder.set_property("bitrate", bps),
        "v4l2h264enc" => encoder.set_property_from_str("extra-controls", &v4l2_controls(bps.into())),
        "vp8enc" => encoder.set_property("target-bitrate", bps.cast_signed()),
        other => tracing::debug!(element = other, "has no rate that is known here"),
    }
}

/// Sets the rate of a running Opus encoder in bit/s: `most` where there is such a bound, within what Opus can do.
pub(crate) fn set_opus_bitrate(encoder: &gst::Element, most: Option<u32>) {
    let rate = most.unwrap_or(OPUS_BITRATE).clamp(OPUS_LEAST, OPUS_BITRATE);
    encoder.set_property("bitrate", rate.cast_signed());
}

/// Tells a running Opus encoder how much is lost: its forward error correction takes from the rate by that.
pub(crate) fn set_opus_loss(encoder: &gst::Element, percent: u8) {
    let percent = i32::from(percent).clamp(OPUS_LOSS.0, OPUS_LOSS.1);
    if encoder.property::<i32>("packet-loss-percentage") != percent {
        encoder.set_property("packet-loss-percentage", percent);
    }
}

/// The payloader of a video codec. The encoders above send SPS and PPS with every key frame, so that a peer can begin at
/// any; the payloader must not add them again: it does so before each slice, and a browser then sees a frame begin twice.
pub(crate) fn video_payloader(codec: &str, payload_type: u8) -> String {
    match codec {
        "VP8" => format!("rtpvp8pay name=pay pt={payload_type} mtu={MTU} picture-id-mode=15-bit"),
        _ => format!("rtph264pay name=pay pt={payload_type} mtu={MTU} aggregate-mode=zero-latency"),
    }
}

/// Opus with forward error correction (RFC 7587): 20 ms a packet.
pub(crate) fn opus(payload_type: u8) -> String {
    format!(
        "identity name=first ! opusenc name=encoder frame-size=20 audio-type=voice bitrate={OPUS_BITRATE} complexity=5 \
         inband-fec=true packet-loss-percentage=10 ! rtpopuspay name=pay pt={payload_type} mtu={MTU}"
    )
}
