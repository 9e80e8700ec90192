//! The bin in the owner's pipeline: stable pads around an element that may be made anew.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use gst::prelude::*;

use super::{PeerError, feed::Feed};
use crate::peer::{
    Kind, Stream,
    outgoing::Sending,
    pads::{self, KeyFrameRequest, source_ghost, watch_caps},
};

/// The bin and the ways through it.
pub(super) struct PeerBin {
    pub(super) bin: gst::Bin,
    feeds: Mutex<HashMap<Stream, Arc<Feed>>>,
    /// By name of the line.
    inputs: Mutex<HashMap<String, Input>>,
}

/// The way out of one line's streams; it outlives changes of SSRC.
struct Input {
    funnel: gst::Element,
    heard: Arc<Mutex<Option<Instant>>>,
}

impl PeerBin {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self { bin: gst::Bin::new(), feeds: Mutex::default(), inputs: Mutex::default() })
    }

    /// Puts the element in; it can negotiate although the owner's pipeline does not play yet.
    pub(super) fn put_in(&self, element: &gst::Element) -> Result<(), PeerError> {
        self.bin.add(element)?;
        if self.bin.current_state() < gst::State::Ready {
            element.set_state(gst::State::Ready).map_err(|_| PeerError::Engine("webrtcbin does not start".into()))?;
            return Ok(());
        }
        Ok(element.sync_state_with_parent()?)
    }

    /// The way of a stream.
    pub(super) fn feed(&self, sending: &Arc<Sending>) -> Arc<Feed> {
        let mut feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(feeds.entry(sending.stream).or_insert_with(|| Feed::new(Arc::clone(sending))))
    }

    /// Adds the sink pad of a line, unless it is there.
    pub(super) fn add_sink(&self, line: &str, sending: &Arc<Sending>) -> Result<(), PeerError> {
        let name = format!("sink_{line}");
        if self.bin.static_pad(&name).is_some() {
            return Ok(());
        }
        let feed = self.feed(sending);
        let sink = pads::leaving(move |_, sample| feed.send(sample));
        self.bin.add(&sink)?;
        sink.sync_state_with_parent()?;
        let target = sink.static_pad("sink").ok_or_else(|| PeerError::Engine("appsink without a pad".into()))?;
        watch_caps(&target, &sending.outgoing);
        self.add_ghost(&gst::GhostPad::builder_with_target(&target)?.name(name).build())
    }

    /// Adds the source pad of a line, unless it is there.
    pub(super) fn add_source(&self, line: &str, kind: Kind) -> Result<(), PeerError> {
        let mut inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        if inputs.contains_key(line) {
            return Ok(());
        }
        let funnel = gst::ElementFactory::make("funnel").build()?;
        self.bin.add(&funnel)?;
        funnel.sync_state_with_parent()?;
        let target = funnel.static_pad("src").ok_or_else(|| PeerError::Engine("funnel without a pad".into()))?;
        let heard = Arc::<Mutex<Option<Instant>>>::default();
        let hearing = Arc::clone(&heard);
        target.add_probe(gst::PadProbeType::BUFFER | gst::PadProbeType::BUFFER_LIST, move |_, _| {
            *hearing.lock().unwrap_or_else(PoisonError::into_inner) = Some(Instant::now());
            gst::PadProbeReturn::Ok
        });
        let asking = target.downgrade();
        let key_frame: KeyFrameRequest = Arc::new(move |_| {
            if let Some(pad) = asking.upgrade() {
                ask_for_key_frame(&pad);
            }
        });
        self.add_ghost(&source_ghost(line, kind, &target, key_frame)?)?;
        inputs.insert(line.to_owned(), Input { funnel, heard });
        Ok(())
    }

    fn add_ghost(&self, ghost: &gst::GhostPad) -> Result<(), PeerError> {
        ghost.set_active(true)?;
        self.bin.add_pad(ghost)?;
        Ok(())
    }

    /// How long nothing has come on a line; `None` = never anything yet.
    pub(super) fn silence(&self, line: &str) -> Option<Duration> {
        let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let heard = *inputs.get(line)?.heard.lock().unwrap_or_else(PoisonError::into_inner);
        heard.map(|heard| heard.elapsed())
    }

    /// Lets a stream of the element out on a line.
    pub(super) fn receive(&self, pad: &gst::Pad, line: &str) {
        let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(funnel) = inputs.get(line).map(|input| input.funnel.clone()) else { return };
        drop(inputs);
        let Some(input) = funnel.request_pad_simple("sink_%u") else { return };
        answer_caps_queries(&input);
        // Behind the funnel there may still be the decoder of a former codec, which says nothing about this stream.
        if let Err(error) = pad.link_full(&input, gst::PadLinkCheck::empty()) {
            tracing::warn!(%error, line, "a received stream could not be linked");
        }
    }

    /// The element has taken this pad away.
    pub(super) fn forget(&self, pad: &gst::Pad) {
        if let Some(input) = pad.peer()
            && let Some(funnel) = input.parent_element()
        {
            funnel.release_request_pad(&input);
        }
    }

    /// Asks the sender of a line for a key frame (PLI, RFC 4585 section 6.3.1).
    pub(super) fn request_key_frame(&self, line: &str) {
        let inputs = self.inputs.lock().unwrap_or_else(PoisonError::into_inner);
        let pad = inputs.get(line).and_then(|input| input.funnel.static_pad("src"));
        drop(inputs);
        if let Some(pad) = pad {
            ask_for_key_frame(&pad);
        }
    }

    /// The peer has not got this packet.
    pub(super) fn send_again(&self, ssrc: u32, sequence: u16) {
        let feeds = self.feeds.lock().unwrap_or_else(PoisonError::into_inner);
        let feed = feeds.values().find(|feed| feed.ssrc() == ssrc).cloned();
        drop(feeds);
        if let Some(feed) = feed {
            // The session that asks is the one the packet goes through: not from inside it.
            self.bin.call_async(move |_| feed.again(sequence));
        }
    }
}

fn ask_for_key_frame(source: &gst::Pad) {
    source.send_event(gst_video::UpstreamForceKeyUnitEvent::builder().all_headers(false).build());
}

/// The element asks what the decoder takes and would offer nothing else.
fn answer_caps_queries(input: &gst::Pad) {
    input.add_probe(gst::PadProbeType::QUERY_DOWNSTREAM, |_, info| {
        if let Some(gst::QueryViewMut::Caps(query)) = info.query_mut().map(gst::QueryRef::view_mut) {
            let any = query.filter_owned().unwrap_or_else(gst::Caps::new_any);
            query.set_result(&any);
            return gst::PadProbeReturn::Handled;
        }
        gst::PadProbeReturn::Ok
    });
}
