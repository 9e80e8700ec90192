//! From RTP to pictures and sound: depayloader and decoder of one m-line.

use gst::prelude::*;

use crate::{
    api::Stream,
    error::MediaError,
    peer::Codec,
    pipeline::{branch, named},
    pipelines::decoder,
    sound::codecs,
};

/// The Opus decoder.
const OPUS: &str = "opusdec";
/// With error correction a decoder of sound waits for the packet behind: one of 20 ms, as it was agreed.
const PACKET: gst::ClockTime = gst::ClockTime::from_mseconds(20);

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
        let text = decoder::receiving(&element, &codec.name).to_string();
        Self::build(mid, stream, codec, element, &text)
    }

    /// An audio decoder, which conceals lost packets; that of Opus uses the forward error correction in those that follow.
    pub(crate) fn audio(mid: &str, codec: &Codec) -> Result<Self, MediaError> {
        let chain = codecs::receiving(&codec.name)?;
        let receiver = Self::build(mid, Stream::Audio, codec, chain.element.into(), &chain.text)?;
        if receiver.element == OPUS {
            tell_delay(&named(&receiver.bin, "decoder")?)?;
        }
        Ok(receiver)
    }

    fn build(mid: &str, stream: Stream, codec: &Codec, element: String, text: &str) -> Result<Self, MediaError> {
        let bin = gst::parse::bin_from_description_with_name(text, false, &branch("receive", mid))?;
        let pad = named::<gst::Element>(&bin, "first")?.static_pad("sink");
        let pad = pad.ok_or_else(|| MediaError::pipeline("depayloader", "has no pad"))?;
        bin.add_pad(&gst::GhostPad::builder_with_target(&pad)?.name("sink").build())?;
        let sink = named(&bin, "out")?;
        Ok(Self { bin, stream, codec: codec.clone(), element, sink })
    }
}

/// `opusdec` with error correction tells that it holds sound back for as long as the longest packet there is, 120 ms, and
/// everything in the call would wait for that, pictures too. Here it tells what it does.
fn tell_delay(decoder: &gst::Element) -> Result<(), MediaError> {
    let missing = || MediaError::pipeline("decoder", "has no pad");
    let (sink, source) = decoder.static_pad("sink").zip(decoder.static_pad("src")).ok_or_else(missing)?;
    let sink = sink.downgrade();
    source.add_probe(gst::PadProbeType::QUERY_UPSTREAM | gst::PadProbeType::PUSH, move |_, probe| {
        let mut before = gst::query::Latency::new();
        match (probe.query_mut().map(gst::QueryRef::view_mut), sink.upgrade()) {
            (Some(gst::QueryViewMut::Latency(asked)), Some(sink)) if sink.peer_query(&mut before) => {
                let (live, least, most) = before.result();
                asked.set(live, least + PACKET, most.map(|most| most + PACKET));
                gst::PadProbeReturn::Handled
            }
            _ => gst::PadProbeReturn::Ok,
        }
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sound_with_error_correction_is_held_back_by_one_packet() {
        gst::init().unwrap();
        let text = "audiotestsrc is-live=true samplesperbuffer=960 ! audio/x-raw,rate=48000,channels=1 ! \
                    opusenc frame-size=20 inband-fec=true ! rtpopuspay name=pay";
        let pipeline = gst::parse::launch(text).unwrap().downcast::<gst::Pipeline>().unwrap();
        let codec = Codec { name: "OPUS".into(), payload_type: 111, clock_rate: 48_000, fmtp: String::new() };
        let receiver = Receiver::audio("0", &codec).unwrap();
        pipeline.add(&receiver.bin).unwrap();
        pipeline.by_name("pay").unwrap().link(&receiver.bin).unwrap();
        pipeline.set_state(gst::State::Playing).unwrap();
        receiver.sink.pull_sample().unwrap();
        let least = |pad: &gst::Pad| {
            let mut asked = gst::query::Latency::new();
            assert!(pad.peer_query(&mut asked));
            asked.result().1
        };
        let before = least(&receiver.bin.static_pad("sink").unwrap());
        let behind = least(&receiver.sink.static_pad("sink").unwrap());
        assert_eq!(behind, before + PACKET);
        pipeline.set_state(gst::State::Null).unwrap();
    }
}
