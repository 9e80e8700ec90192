//! Encoders while they run: their rates and bounds.

use gst::prelude::*;

use crate::{peer::parameter, pipelines::encoder::v4l2_controls};

/// The Opus encoder.
pub(crate) const OPUS: &str = "opusenc";
/// Opus rate in bit/s: fullband speech.
const OPUS_BITRATE: u32 = 40_000;
/// Least rate in bit/s that Opus is asked for (RFC 6716 section 2.1.1).
const OPUS_LEAST: u32 = 6_000;
/// Loss in percent that Opus is prepared for at least and at most; beyond, sound itself would suffer.
const OPUS_LOSS: (i32, i32) = (10, 30);
/// Other codecs than H.264 are sent in this size at most where software encodes them: they cost five times as much.
const COSTLY_SIZE: (u32, u32) = (640, 360);

/// Largest picture this encoder is given, in pixels; `None` = any.
pub(crate) fn largest(element: &str) -> Option<(u32, u32)> {
    matches!(element, "vp8enc" | "vp9enc" | "av1enc").then_some(COSTLY_SIZE)
}

/// Sets the target rate of a running video encoder in bit/s; every one that the pipelines know takes it at work.
pub(crate) fn set_bitrate(encoder: &gst::Element, element: &str, bps: u32) {
    match element {
        "x264enc" => encoder.set_property("bitrate", (bps / 1000).max(1)),
        "av1enc" => encoder.set_property("target-bitrate", (bps / 1000).max(1)),
        "openh264enc" | "nvv4l2h264enc" | "nvv4l2av1enc" => encoder.set_property("bitrate", bps),
        "v4l2h264enc" => encoder.set_property_from_str("extra-controls", &v4l2_controls(bps.into())),
        "vp8enc" | "vp9enc" => encoder.set_property("target-bitrate", bps.cast_signed()),
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

/// Settings of the Opus encoder, 20 ms a packet, as the receiver wishes by its `fmtp` (RFC 7587 section 6.1): forward
/// error correction and silence without sound (DTX) only where it says so.
pub(crate) fn opus(fmtp: &str) -> String {
    format!(
        "frame-size=20 audio-type=voice bitrate={OPUS_BITRATE} complexity=5 inband-fec={} dtx={} \
         packet-loss-percentage={}",
        wishes(fmtp, "useinbandfec"),
        wishes_dtx(fmtp),
        OPUS_LOSS.0
    )
}

/// The receiver wishes that nothing is sent while nobody speaks.
pub(crate) fn wishes_dtx(fmtp: &str) -> bool {
    wishes(fmtp, "usedtx")
}

fn wishes(fmtp: &str, name: &str) -> bool {
    parameter(fmtp, name) == Some("1")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opus_has_what_the_receiver_wishes() {
        let has = |fmtp: &str| ["inband-fec=true", "dtx=true"].map(|setting| opus(fmtp).contains(setting));
        assert_eq!(has("minptime=10;useinbandfec=1"), [true, false]);
        assert_eq!(has("UseDTX=1; stereo=0"), [false, true]);
        assert_eq!([has(""), has("useinbandfec=0;usedtx=0")], [[false; 2]; 2]);
    }
}
