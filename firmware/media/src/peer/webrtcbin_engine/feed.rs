//! From a sink pad of the bin into `webrtcbin`: RTP of the owner's payloader with our numbers.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gst::prelude::*;

use super::{PeerError, history::History, shared::Shared};
use crate::peer::{Codec, Kind, negotiation::TRANSPORT_CC, outgoing::Sending, pads};

/// Octets of an RTP header without contributing sources (RFC 3550 section 5.1).
const HEADER: usize = 12;
/// Its bit that says that an extension follows.
const EXTENDED: u8 = 0x10;

/// One stream's way. It outlives the element it leads to.
pub(super) struct Feed {
    sending: Arc<Sending>,
    way: Mutex<Way>,
}

#[derive(Default)]
struct Way {
    /// Linked to the element.
    pad: Option<gst::Pad>,
    caps: Option<gst::Caps>,
    /// Identifier of the header extension for transport-wide numbers (transport-cc), where it was agreed.
    numbers: Option<u8>,
    /// What was last told on the pad.
    told: Option<(gst::Caps, gst::Segment)>,
    history: History,
}

impl Feed {
    pub(super) fn new(sending: Arc<Sending>) -> Arc<Self> {
        Arc::new(Self { sending, way: Mutex::default() })
    }

    fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is sent from now on. The element is told at once: it compares its next description with it.
    pub(super) fn set_codec(&self, codec: &Codec, numbers: Option<u8>) {
        let caps = caps(self.sending.stream.kind(), codec, self.sending.outgoing.ssrc, numbers);
        let mut way = self.way();
        way.numbers = numbers;
        if way.caps.as_ref() == Some(&caps) {
            return;
        }
        way.caps = Some(caps.clone());
        if let (Some(pad), Some(told)) = (way.pad.clone(), way.told.as_mut()) {
            pad.push_event(gst::event::Caps::new(&caps));
            told.0 = caps;
        }
    }

    /// Leads to this pad of the element from now on.
    pub(super) fn lead_to(&self, sink: &gst::Pad, shared: &Arc<Shared>) -> Result<(), PeerError> {
        let mut way = self.way();
        if way.pad.as_ref().is_some_and(|pad| pad.peer().as_ref() == Some(sink)) {
            return Ok(());
        }
        let (asked, stream) = (Arc::downgrade(shared), self.sending.stream);
        let pad = gst::Pad::builder(gst::PadDirection::Src)
            .event_function(move |pad, parent, event| {
                if gst_video::ForceKeyUnitEvent::is(&event) {
                    if let Some(shared) = asked.upgrade() {
                        shared.key_frame_wanted(stream);
                    }
                    return true;
                }
                gst::Pad::event_default(pad, parent, event)
            })
            .build();
        pad.set_active(true)?;
        // The pad belongs to no element: there is none between the streaming thread and `webrtcbin`.
        pad.link_full(sink, gst::PadLinkCheck::empty())
            .map_err(|error| PeerError::Engine(format!("linking to webrtcbin: {error}")))?;
        pad.push_event(gst::event::StreamStart::builder(&format!("roombox-{}", self.sending.outgoing.ssrc)).build());
        (way.pad, way.told) = (Some(pad), None);
        Ok(())
    }

    /// Sends what the owner's payloader gave, where it may go.
    pub(super) fn send(&self, sample: &gst::Sample) {
        if !self.sending.outgoing.open() {
            return;
        }
        let packets: Vec<gst::Buffer> = match sample.buffer_list_owned() {
            Some(list) => list.iter_owned().collect(),
            None => sample.buffer_owned().into_iter().collect(),
        };
        let mut way = self.way();
        let (Some(pad), Some(caps), Some(segment)) = (way.pad.clone(), way.caps.clone(), sample.segment()) else {
            return;
        };
        if way.told.as_ref().is_none_or(|(of, within)| *of != caps || within != segment) {
            pad.push_event(gst::event::Caps::new(&caps));
            pad.push_event(gst::event::Segment::new(segment));
            way.told = Some((caps, segment.clone()));
        }
        let mut list = gst::BufferList::new_sized(packets.len());
        for packet in packets {
            if let Some((sequence, stamped)) = self.stamped(&packet, way.numbers) {
                way.history.keep(sequence, stamped.clone());
                list.make_mut().add(stamped);
            }
        }
        drop(way);
        // A connection that is closed takes nothing more; the owner's pipeline goes on.
        let _ = pad.push_list(list);
    }

    /// Sends a packet once more, where it is still known.
    pub(super) fn again(&self, sequence: u16) {
        let way = self.way();
        let packet = way.history.packet(sequence);
        let pad = way.pad.clone();
        drop(way);
        if let (Some(packet), Some(pad)) = (packet, pad) {
            let _ = pad.push(packet);
        }
    }

    pub(super) fn ssrc(&self) -> u32 {
        self.sending.outgoing.ssrc
    }

    /// The packet with our numbers; its payload is not copied.
    fn stamped(&self, packet: &gst::Buffer, numbers: Option<u8>) -> Option<(u16, gst::Buffer)> {
        let mut header = [0; HEADER];
        packet.copy_to_slice(0, &mut header).ok()?;
        let (payload_type, sequence) = self.sending.outgoing.stamp(header[1] & 0x7f);
        header[1] = header[1] & 0x80 | payload_type & 0x7f;
        header[2..4].copy_from_slice(&sequence.to_be_bytes());
        header[8..12].copy_from_slice(&self.ssrc().to_be_bytes());
        let numbers = numbers.filter(|_| header[0] & EXTENDED == 0);
        let mut stamped = match numbers {
            Some(id) => gst::Buffer::from_slice(extended(header, id)),
            None => gst::Buffer::from_slice(header),
        };
        let rest = packet.copy_region(gst::BufferCopyFlags::MEMORY, HEADER..).ok()?;
        stamped.append(rest);
        let written = stamped.make_mut();
        written.set_pts(packet.pts());
        written.set_dts(packet.dts());
        written.set_flags(packet.flags());
        Some((sequence, stamped))
    }
}

/// The header with room for the transport-wide number, which the session writes into each packet when it goes
/// (RFC 8285 section 4.2: one element of two bytes, padded to a word).
fn extended(header: [u8; HEADER], id: u8) -> [u8; HEADER + 8] {
    let mut extended = [0; HEADER + 8];
    extended[..HEADER].copy_from_slice(&header);
    extended[0] |= EXTENDED;
    extended[HEADER..].copy_from_slice(&[0xBE, 0xDE, 0, 1, id << 4 | 1, 0, 0, 0]);
    extended
}

/// Caps of what is sent; `numbers`: identifier of the header extension for transport-wide numbers.
pub(super) fn caps(kind: Kind, codec: &Codec, ssrc: u32, numbers: Option<u8>) -> gst::Caps {
    let mut caps = pads::caps(kind, codec);
    caps.make_mut().set("ssrc", ssrc);
    if let Some(id) = numbers {
        caps.make_mut().set(format!("extmap-{id}"), TRANSPORT_CC);
    }
    caps
}
