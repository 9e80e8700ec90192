//! What was sent lately, for a peer that asks for it again (generic NACK, RFC 4585 section 6.2.1).

use std::{collections::VecDeque, sync::Weak};

use gst::prelude::*;

use super::bin::PeerBin;

/// Packets kept of a stream: about a second of 720p.
const KEPT: usize = 512;

/// By RTP sequence number.
#[derive(Debug, Default)]
pub(super) struct History {
    packets: VecDeque<(u16, gst::Buffer)>,
}

impl History {
    pub(super) fn keep(&mut self, sequence: u16, packet: gst::Buffer) {
        if self.packets.len() == KEPT {
            self.packets.pop_front();
        }
        self.packets.push_back((sequence, packet));
    }

    pub(super) fn packet(&self, sequence: u16) -> Option<gst::Buffer> {
        self.packets.iter().rev().find(|(of, _)| *of == sequence).map(|(_, packet)| packet.clone())
    }
}

/// Hands the requests that come to a session to the feeds. `webrtcbin` itself answers them on a repair stream only.
pub(super) fn answer_requests(session: &gst::Element, bin: Weak<PeerBin>) {
    session.connect_pad_added(move |_, pad| {
        if pad.name() != "send_rtp_sink" {
            return;
        }
        let bin = bin.clone();
        pad.add_probe(gst::PadProbeType::EVENT_UPSTREAM, move |_, info| {
            if let (Some((ssrc, sequence)), Some(bin)) = (info.event().and_then(|event| request(event)), bin.upgrade())
            {
                bin.send_again(ssrc, sequence);
            }
            gst::PadProbeReturn::Ok
        });
    });
}

fn request(event: &gst::EventRef) -> Option<(u32, u16)> {
    let asked = event.structure().filter(|asked| asked.name() == "GstRTPRetransmissionRequest")?;
    let sequence = asked.get::<u32>("seqnum").ok()?;
    Some((asked.get::<u32>("ssrc").ok()?, u16::try_from(sequence).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_packets_are_kept() {
        gst::init().unwrap();
        let mut history = History::default();
        (0..=u16::try_from(KEPT).unwrap()).for_each(|sequence| history.keep(sequence, gst::Buffer::new()));
        assert!(history.packet(0).is_none());
        assert!(history.packet(1).is_some() && history.packet(512).is_some());
    }
}
