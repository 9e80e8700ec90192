//! Encoders while they run: their rates and bounds; and the Opus encoder as pipeline text: the encoder is named `encoder`,
//! the payloader `pay`, what leads the text `first`.

use gst::prelude::*;

use crate::pipelines::encoder::{MTU, v4l2_controls};

/// Opus rate in bit/s: fullband speech.
const OPUS_BITRATE: u32 = 40_000;
/// Least rate in bit/s that Opus is asked for (RFC 6716 section 2.1.1).
const OPUS_LEAST: u32 = 6_000;
/// Loss in percent that Opus is prepared for at least and at most; beyond, sound itself would suffer.
const OPUS_LOSS: (i32, i32) = (10, 30);
/// VP8 in software is sent in this size at most: it costs five times as much as H.264.
const VP8_SIZE: (u32, u32) = (640, 360);

/// Largest picture this encoder is given, in pixels; `None` = any.
pub(crate) fn largest(element: &str) -> Option<(u32, u32)> {
    (element == "vp8enc").then_some(VP8_SIZE)
}

/// Sets the target rate of a running video encoder in bit/s; every one that the pipelines know takes it at work.
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

/// Opus with forward error correction (RFC 7587): 20 ms a packet.
pub(crate) fn opus(payload_type: u8) -> String {
    format!(
        "identity name=first ! opusenc name=encoder frame-size=20 audio-type=voice bitrate={OPUS_BITRATE} complexity=5 \
         inband-fec=true packet-loss-percentage=10 ! rtpopuspay name=pay pt={payload_type} mtu={MTU}"
    )
}
