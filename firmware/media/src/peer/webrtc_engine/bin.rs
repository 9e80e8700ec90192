//! The `GStreamer` side of a peer: a bin with a sink pad a sent line, a source pad a received line and one `rtpbin`.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use gst::prelude::*;
use tokio::sync::mpsc;

use super::{
    PeerError,
    jitter_buffers::JitterBuffers,
    path::Path,
    receiving::Incoming,
    sending::{self, Batch},
};
use crate::{
    keys,
    peer::{
        Codec, Kind,
        key_listener::KeyPressed,
        outgoing::Outgoing,
        pads::{self, KeyFrameRequest, source_ghost, watch_caps, watch_key_frame_requests},
    },
};

/// A stream is let through from so many packets in a row on.
const FIRST_PACKETS: u32 = 2;

type PayloadMap = Arc<Mutex<HashMap<(u32, u32), gst::Caps>>>;
type Funnels = Arc<Mutex<HashMap<u32, gst::Element>>>;

/// The bin and what is in it.
pub(super) struct PeerBin {
    pub(super) bin: gst::Bin,
    rtpbin: gst::Element,
    buffers: Arc<JitterBuffers>,
    payloads: PayloadMap,
    funnels: Funnels,
}

impl PeerBin {
    pub(super) fn new(path: Arc<Path>) -> Result<Self, PeerError> {
        let bin = gst::Bin::new();
        let rtpbin = gst::ElementFactory::make("rtpbin")
            .property("do-lost", true)
            .property("drop-on-latency", true)
            .property("autoremove", true)
            // When a buffer was captured, by the clock of its sender: statistics tell its age.
            .property("add-reference-timestamp-meta", true)
            .build()?;
        bin.add(&rtpbin)?;
        let (payloads, funnels) = (PayloadMap::default(), Funnels::default());
        start_at_once(&rtpbin);
        answer_payload_requests(&rtpbin, &payloads);
        link_new_streams(&rtpbin, &funnels, &payloads);
        let buffers = JitterBuffers::of(&rtpbin, path);
        Ok(Self { bin, rtpbin, buffers, payloads, funnels })
    }

    /// Adds the sink pad of a line, unless it is there; what arrives on it goes to the channel.
    pub(super) fn add_sink(
        &self,
        mid: &str,
        outgoing: &Arc<Outgoing>,
        batches: mpsc::UnboundedSender<Batch>,
    ) -> Result<bool, PeerError> {
        let name = format!("sink_{mid}");
        if self.bin.static_pad(&name).is_some() {
            return Ok(false);
        }
        let sink = app_sink(outgoing, batches);
        self.bin.add(&sink)?;
        sink.sync_state_with_parent()?;
        let target = sink.static_pad("sink").ok_or_else(|| PeerError::Engine("appsink without a pad".into()))?;
        watch_caps(&target, outgoing);
        self.add_ghost(&gst::GhostPad::builder_with_target(&target)?.name(name).build())?;
        Ok(true)
    }

    /// Adds the source pad of a line and its way in.
    pub(super) fn add_source(
        &self,
        line: (&str, Kind, u32),
        key_frame: KeyFrameRequest,
        pressed: KeyPressed,
    ) -> Result<Incoming, PeerError> {
        let (mid, kind, session) = line;
        let funnel = gst::ElementFactory::make("funnel").build()?;
        self.bin.add(&funnel)?;
        funnel.sync_state_with_parent()?;
        let target = funnel.static_pad("src").ok_or_else(|| PeerError::Engine("funnel without a pad".into()))?;
        watch_key_frame_requests(&target, mid.to_owned(), Arc::clone(&key_frame));
        self.add_ghost(&source_ghost(mid, kind, &target, key_frame)?)?;
        self.funnels.lock().unwrap_or_else(PoisonError::into_inner).insert(session, funnel);
        Incoming::new(&self.bin, &self.rtpbin, Arc::clone(&self.buffers), line, pressed)
    }

    /// Tells the `rtpbin` what a payload type of a session is.
    pub(super) fn map_payload(&self, incoming: &Incoming, codec: &Codec) {
        let caps = pads::caps(incoming.kind, codec);
        let key = (incoming.session, u32::from(codec.payload_type));
        self.payloads.lock().unwrap_or_else(PoisonError::into_inner).insert(key, caps);
    }

    fn add_ghost(&self, ghost: &gst::GhostPad) -> Result<(), PeerError> {
        ghost.set_active(true)?;
        self.bin.add_pad(ghost)?;
        Ok(())
    }
}

fn app_sink(outgoing: &Arc<Outgoing>, batches: mpsc::UnboundedSender<Batch>) -> gst_app::AppSink {
    let outgoing = Arc::clone(outgoing);
    pads::leaving(move |sink, sample| {
        if let Some(batch) = sending::batch(&outgoing, sample, sink.current_running_time()) {
            // A closed connection takes nothing more; the pipeline goes on.
            let _ = batches.send(batch);
        }
    })
}

/// A jitter buffer holds back the first packet of a stream for its whole latency, in case an earlier one comes late; the
/// first picture would wait for that.
fn start_at_once(rtpbin: &gst::Element) {
    rtpbin.connect("new-jitterbuffer", false, |values| {
        let buffer = values.get(1)?.get::<gst::Element>().ok()?;
        buffer.set_property("faststart-min-packets", FIRST_PACKETS);
        None
    });
}

fn answer_payload_requests(rtpbin: &gst::Element, payloads: &PayloadMap) {
    let payloads = Arc::clone(payloads);
    rtpbin.connect("request-pt-map", false, move |values| {
        let session = values.get(1)?.get::<u32>().ok()?;
        let payload_type = values.get(2)?.get::<u32>().ok()?;
        let caps = payloads.lock().unwrap_or_else(PoisonError::into_inner).get(&(session, payload_type)).cloned();
        Some(caps.to_value())
    });
}

/// Links each stream the `rtpbin` finds to the funnel of its session, so that a source pad outlives changes of SSRC.
fn link_new_streams(rtpbin: &gst::Element, funnels: &Funnels, payloads: &PayloadMap) {
    let linked: Arc<Mutex<HashMap<String, gst::Pad>>> = Arc::default();
    let (funnels, inputs, payloads) = (Arc::clone(funnels), Arc::clone(&linked), Arc::clone(payloads));
    rtpbin.connect_pad_added(move |_, pad| {
        let name = pad.name();
        let Some((session, payload_type)) = received(&name) else { return };
        let caps = payloads.lock().unwrap_or_else(PoisonError::into_inner).get(&(session, payload_type)).cloned();
        if caps.is_some_and(|caps| is_events(&caps)) {
            // Keys have been heard when they came.
            pad.add_probe(gst::PadProbeType::BUFFER, |_, _| gst::PadProbeReturn::Drop);
            return;
        }
        let funnels = funnels.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(funnel) = funnels.get(&session) else { return };
        let Some(input) = funnel.request_pad_simple("sink_%u") else { return };
        // Behind the funnel there may still be the decoder of a former codec, which says nothing about this stream.
        if let Err(error) = pad.link_full(&input, gst::PadLinkCheck::empty()) {
            tracing::warn!(%error, pad = %name, "a received stream could not be linked");
        }
        inputs.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_string(), input);
    });
    rtpbin.connect_pad_removed(move |_, pad| {
        let input = linked.lock().unwrap_or_else(PoisonError::into_inner).remove(pad.name().as_str());
        if let Some(input) = input
            && let Some(funnel) = input.parent_element()
        {
            funnel.release_request_pad(&input);
        }
    });
}

/// Session and payload type of a source pad of the `rtpbin`: `recv_rtp_src_<session>_<ssrc>_<payload type>`.
fn received(pad: &str) -> Option<(u32, u32)> {
    let mut parts = pad.strip_prefix("recv_rtp_src_")?.split('_');
    Some((parts.next()?.parse().ok()?, parts.nth(1)?.parse().ok()?))
}

fn is_events(caps: &gst::Caps) -> bool {
    let name = caps.structure(0).and_then(|structure| structure.get::<&str>("encoding-name").ok());
    name.is_some_and(|name| name.eq_ignore_ascii_case(keys::NAME))
}
