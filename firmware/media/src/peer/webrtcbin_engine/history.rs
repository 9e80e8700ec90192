//! What was sent lately, for a peer that asks for it again (generic NACK, RFC 4585 section 6.2.1).

use std::collections::VecDeque;

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
