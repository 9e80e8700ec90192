//! The interceptor that asks for packets that are missing (generic NACK, RFC 4585 section 6.2.1).
//!
//! The crate's own looks every 100 ms and asks without end: a packet then comes back after a jitter buffer of ours has
//! given it up.

use std::{collections::HashMap, sync::Arc, time::Instant};

use rtc::{
    interceptor::{Packet, StreamInfo, TaggedPacket},
    rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers},
    rtp,
};

use super::{
    missing::Missing,
    path::Path,
    step::{Onward, Step},
};

pub(super) struct Requests {
    path: Arc<Path>,
    /// By SSRC; those whose sender agreed to be asked.
    streams: HashMap<u32, Missing>,
}

impl Requests {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self { path, streams: HashMap::new() }
    }

    fn ask(&mut self, now: Instant, onward: &mut Onward) {
        let round_trip = self.path.round_trip();
        for (media_ssrc, missing) in &mut self.streams {
            let due = missing.due(now, round_trip);
            if due.is_empty() {
                continue;
            }
            let nacks = nack_pairs_from_sequence_numbers(&due);
            onward.tell(TransportLayerNack { sender_ssrc: 0, media_ssrc: *media_ssrc, nacks }, now);
        }
    }
}

impl Requests {
    /// Restores a retransmission. True where nobody waits for it: it keeps the payload type of retransmissions, by which
    /// the last step knows it; a jitter buffer would count it as late.
    fn is_padding(&self, packet: &mut rtp::Packet) -> bool {
        let came = packet.header.payload_type;
        if !self.path.with_repairs(|repairs| repairs.is_repair(came)) {
            return false;
        }
        let restored = self.path.with_repairs(|repairs| repairs.restore(packet));
        let header = &packet.header;
        let known = self.streams.get(&header.ssrc).is_some_and(|missing| missing.is_known(header.sequence_number));
        if restored && known {
            packet.header.payload_type = came;
        }
        !restored || known
    }
}

impl Step for Requests {
    fn read(&mut self, mut message: TaggedPacket, onward: &mut Onward) {
        if let Packet::Rtp(packet) = &mut message.message.packet
            && self.is_padding(packet)
        {
            return onward.read(message);
        }
        if let Packet::Rtp(packet) = &message.message.packet
            && let Some(missing) = self.streams.get_mut(&packet.header.ssrc)
            && let missed = missing.come(packet.header.sequence_number, message.now)
            && missed > 0
        {
            self.path.miss(missed);
            self.ask(message.now, onward);
        }
        onward.read(message);
    }

    fn wake(&mut self, now: Instant, onward: &mut Onward) {
        self.ask(now, onward);
    }

    fn next(&self) -> Option<Instant> {
        self.streams.values().filter_map(Missing::next).min()
    }

    fn begin_receiving(&mut self, info: &StreamInfo) {
        if info.rtcp_feedback.iter().any(|feedback| feedback.typ == "nack" && feedback.parameter.is_empty()) {
            self.streams.entry(info.ssrc).or_default();
        }
    }

    fn end_receiving(&mut self, info: &StreamInfo) {
        self.streams.remove(&info.ssrc);
    }
}

#[cfg(test)]
mod tests {
    use rtc::{interceptor::AttributedPacket, shared::TransportContext};

    use super::{super::repairs::Repairs, *};

    /// What a step lets through of a packet: payload type and number.
    fn passed(
        requests: &mut Requests,
        (ssrc, payload_type, number): (u32, u8, u16),
        payload: &'static [u8],
    ) -> (u8, u16) {
        let header = rtp::Header { ssrc, payload_type, sequence_number: number, ..rtp::Header::default() };
        let packet = rtp::Packet { header, payload: bytes::Bytes::from_static(payload) };
        let message = AttributedPacket::new(Packet::Rtp(packet));
        let mut onward = Onward::default();
        requests
            .read(TaggedPacket { now: Instant::now(), transport: TransportContext::default(), message }, &mut onward);
        match onward.take_read().map(|packet| packet.message.packet) {
            Some(Packet::Rtp(packet)) => (packet.header.payload_type, packet.header.sequence_number),
            _ => panic!("nothing passed"),
        }
    }

    #[test]
    fn a_retransmission_that_is_waited_for_is_media_and_any_other_is_padding() {
        let path = Arc::<Path>::default();
        path.set_repairs(Repairs { streams: vec![(7, 8)], payload_types: vec![(97, 96)] });
        let mut requests = Requests::new(path);
        requests.streams.insert(7, Missing::default());
        assert_eq!(passed(&mut requests, (7, 96, 0x0100), b"frame"), (96, 0x0100));
        assert_eq!(passed(&mut requests, (7, 96, 0x0102), b"frame"), (96, 0x0102));
        assert_eq!(passed(&mut requests, (8, 97, 5), b"\x01\x01frame"), (96, 0x0101));
        // Once more, and one that came by itself.
        assert_eq!(passed(&mut requests, (8, 97, 6), b"\x01\x01frame").0, 97);
        assert_eq!(passed(&mut requests, (8, 97, 7), b"\x01\x02frame").0, 97);
        assert_eq!(passed(&mut requests, (8, 97, 8), b"").0, 97);
        assert_eq!(requests.next(), None, "padding makes no gap");
    }
}
