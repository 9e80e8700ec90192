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
        Self::build(mid, Stream::Audio, codec, chain.element.into(), &chain.text)
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
