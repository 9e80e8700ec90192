//! Pads of an engine's bin, the same whatever the engine.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use gst::prelude::*;

use super::{Codec, Kind, PeerError, outgoing::Outgoing};

/// Called with the mid when a decoder behind a source pad asks for a key frame.
pub(super) type KeyFrameRequest = Arc<dyn Fn(&str) + Send + Sync>;

/// Name of a line's source pad.
pub(super) fn source_pad(mid: &str) -> String {
    format!("src_{mid}")
}

/// Where RTP leaves the pipeline: each sample is handed to `takes`, as soon as it is there.
pub(super) fn leaving(mut takes: impl FnMut(&gst_app::AppSink, &gst::Sample) + Send + 'static) -> gst_app::AppSink {
    let callbacks = gst_app::AppSinkCallbacks::builder()
        .new_sample(move |sink| {
            takes(sink, &sink.pull_sample().map_err(|_| gst::FlowError::Eos)?);
            Ok(gst::FlowSuccess::Ok)
        })
        .build();
    gst_app::AppSink::builder()
        .caps(&gst::Caps::new_empty_simple("application/x-rtp"))
        .sync(false)
        .async_(false)
        .enable_last_sample(false)
        .wait_on_eos(false)
        .buffer_list(true)
        .callbacks(callbacks)
        .build()
}

/// A source pad that lets the stream go on whatever happens behind it.
///
/// Nobody may be linked yet, or the owner is just building another decoder: a jitter buffer that sees such a refusal
/// stops for good. What could not be given away is missing later, so a key frame is asked for when it flows again.
pub(super) fn source_ghost(
    mid: &str,
    kind: Kind,
    target: &gst::Pad,
    key_frame: KeyFrameRequest,
) -> Result<gst::GhostPad, PeerError> {
    let (name, mid, missed) = (source_pad(mid), mid.to_owned(), AtomicBool::new(false));
    let builder = gst::GhostPad::builder_with_target(target)?.name(name);
    // Nor is it told that a decoder of the former codec refuses the caps of another one.
    let builder = builder.proxy_pad_query_function(|pad, parent, query| match query.view_mut() {
        gst::QueryViewMut::AcceptCaps(accept) => {
            accept.set_result(true);
            true
        }
        _ => gst::Pad::query_default(pad, parent, query),
    });
    let builder = builder.proxy_pad_event_function(|pad, parent, event| {
        gst::Pad::event_default(pad, parent, event);
        true
    });
    let pad = builder.proxy_pad_chain_function(move |pad, parent, buffer| {
        let given = gst::ProxyPad::chain_default(pad, parent, buffer).is_ok();
        if missed.swap(!given, Ordering::Relaxed) && given && kind == Kind::Video {
            key_frame(&mid);
        }
        Ok(gst::FlowSuccess::Ok)
    });
    Ok(pad.build())
}

/// Follows the codec that the pad's caps name.
pub(super) fn watch_caps(pad: &gst::Pad, outgoing: &Arc<Outgoing>) {
    let outgoing = Arc::clone(outgoing);
    pad.add_probe(gst::PadProbeType::EVENT_DOWNSTREAM, move |_, info| {
        if let Some(gst::EventView::Caps(event)) = info.event().map(|event| event.view()) {
            outgoing.set_caps(event.caps());
        }
        gst::PadProbeReturn::Ok
    });
}

/// Hands on what a decoder behind the pad asks for.
pub(super) fn watch_key_frame_requests(pad: &gst::Pad, mid: String, request: KeyFrameRequest) {
    pad.add_probe(gst::PadProbeType::EVENT_UPSTREAM, move |_, info| {
        if info.event().is_some_and(|event| gst_video::ForceKeyUnitEvent::is(event)) {
            request(&mid);
        }
        gst::PadProbeReturn::Ok
    });
}

/// Caps of an RTP stream as `GStreamer`'s depayloaders read them.
pub(super) fn caps(kind: Kind, codec: &Codec) -> gst::Caps {
    let media = if kind == Kind::Audio { "audio" } else { "video" };
    let mut structure = gst::Structure::builder("application/x-rtp")
        .field("media", media)
        .field("payload", i32::from(codec.payload_type))
        .field("clock-rate", i32::try_from(codec.clock_rate).unwrap_or(90_000))
        .field("encoding-name", &codec.name)
        .build();
    for (key, value) in codec.fmtp.split(';').filter_map(|parameter| parameter.trim().split_once('=')) {
        structure.set(key.trim().to_ascii_lowercase(), value.trim());
    }
    gst::Caps::from(structure)
}
