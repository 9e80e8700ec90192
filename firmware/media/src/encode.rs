//! From a hub to RTP: encoder and payloader of one m-line.

pub(crate) mod elements;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use gst::prelude::*;

use crate::{
    error::MediaError,
    peer::Codec,
    pipeline::named,
    relay::{self, Hub, Taking},
    sound::FORMAT,
};

/// Pictures that may wait for the encoder.
const PICTURES: u64 = 2;
/// Sound buffers that may wait for the encoder.
const SOUNDS: u64 = 10;

/// An encoder in a call's pipeline. It works while it takes from its hub.
pub(crate) struct Sender {
    pub(crate) bin: gst::Bin,
    pub(crate) codec: Codec,
    /// Element that encodes, for statistics.
    pub(crate) element: String,
    source: gst_app::AppSrc,
    payloader: gst::Element,
    taking: Option<Taking>,
}

impl Sender {
    /// A video encoder made of `element`, counting what it encodes.
    pub(crate) fn video(
        mid: &str,
        codec: &Codec,
        element: String,
        kbps: u32,
        encoded: Arc<AtomicU64>,
    ) -> Result<Self, MediaError> {
        let text = format!(
            "{} ! {}",
            elements::encoder(&element, kbps),
            elements::video_payloader(&codec.name, codec.payload_type)
        );
        let sender = Self::build(mid, codec, element, &text, relay::entry("in", None, PICTURES))?;
        let pad = named::<gst::Element>(&sender.bin, "encoder")?.static_pad("src");
        let pad = pad.ok_or_else(|| MediaError::pipeline("encoder", "has no pad"))?;
        pad.add_probe(gst::PadProbeType::BUFFER, move |_, _| {
            encoded.fetch_add(1, Ordering::Relaxed);
            gst::PadProbeReturn::Ok
        });
        Ok(sender)
    }

    /// An Opus encoder.
    pub(crate) fn audio(mid: &str, codec: &Codec) -> Result<Self, MediaError> {
        let source = relay::entry("in", Some(&FORMAT.parse()?), SOUNDS);
        Self::build(mid, codec, "opusenc".into(), &elements::opus(codec.payload_type), source)
    }

    fn build(
        mid: &str,
        codec: &Codec,
        element: String,
        text: &str,
        source: gst_app::AppSrc,
    ) -> Result<Self, MediaError> {
        let bin = gst::parse::bin_from_description_with_name(text, false, &branch(mid))?;
        bin.add(&source)?;
        source.link(&named::<gst::Element>(&bin, "first")?)?;
        let payloader: gst::Element = named(&bin, "pay")?;
        let pad = payloader.static_pad("src").ok_or_else(|| MediaError::pipeline("payloader", "has no pad"))?;
        let ghost = gst::GhostPad::builder_with_target(&pad)?.name("src").build();
        bin.add_pad(&ghost)?;
        Ok(Self { bin, codec: codec.clone(), element, source, payloader, taking: None })
    }

    /// From now on it encodes.
    pub(crate) fn take_from(&mut self, hub: &Arc<Hub>) {
        self.taking = Some(hub.attach(&self.source));
    }

    /// The next picture becomes a key frame.
    pub(crate) fn force_key_frame(&self) {
        let event = gst_video::UpstreamForceKeyUnitEvent::builder().all_headers(true).build();
        if let Some(pad) = self.payloader.static_pad("src") {
            pad.send_event(event);
        }
    }
}

/// Name of the branch that sends on this m-line.
pub(crate) fn branch(mid: &str) -> String {
    format!("send_{mid}")
}
