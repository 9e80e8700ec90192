//! Retransmissions on streams of their own (RTX, RFC 4588), as they come: which stream each belongs to, and the packet
//! that was lost.

use rtc::rtp;

/// What was agreed for what the peer sends.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Repairs {
    /// Streams, each with the stream that repairs it.
    pub(super) streams: Vec<(u32, u32)>,
    /// Payload types of retransmissions, each with that of the packets they bring again.
    pub(super) payload_types: Vec<(u8, u8)>,
}

impl Repairs {
    /// Packets of this payload type are retransmissions.
    pub(super) fn is_repair(&self, payload_type: u8) -> bool {
        self.payload_types.iter().any(|(repair, _)| *repair == payload_type)
    }

    /// Turns a retransmission into the packet it brings again, and tells that it did. What brings none, padding, keeps its
    /// payload type, and what nobody announced stays as it is.
    ///
    /// All are under the SSRC of the stream that they repair from then on: reports on single packets (transport-cc) are
    /// made for the streams that the crate knows.
    pub(super) fn restore(&self, packet: &mut rtp::Packet) -> bool {
        let of_type = self.payload_types.iter().find(|(repair, _)| *repair == packet.header.payload_type);
        let of_stream = self.streams.iter().find(|(_, repair)| *repair == packet.header.ssrc);
        let (Some((_, payload_type)), Some((ssrc, _))) = (of_type, of_stream) else { return false };
        packet.header.ssrc = *ssrc;
        let Some(number) = packet.payload.first_chunk::<2>().copied() else { return false };
        if packet.payload.len() == number.len() {
            return false;
        }
        packet.header.sequence_number = u16::from_be_bytes(number);
        packet.header.payload_type = *payload_type;
        packet.payload = packet.payload.slice(number.len()..);
        true
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn restored(ssrc: u32, payload_type: u8, payload: &'static [u8]) -> (u32, u8, u16, Bytes) {
        let repairs = Repairs { streams: vec![(7, 8)], payload_types: vec![(97, 96)] };
        let header = rtp::Header { ssrc, payload_type, sequence_number: 5, ..rtp::Header::default() };
        let mut packet = rtp::Packet { header, payload: Bytes::from_static(payload) };
        repairs.restore(&mut packet);
        let rtp::Header { ssrc, payload_type, sequence_number, .. } = packet.header;
        (ssrc, payload_type, sequence_number, packet.payload)
    }

    #[test]
    fn a_retransmission_becomes_the_packet_it_brings_again() {
        assert_eq!(restored(8, 97, b"\x01\x02frame"), (7, 96, 0x0102, Bytes::from_static(b"frame")));
    }

    #[test]
    fn what_brings_nothing_again_is_no_media() {
        for (ssrc, payload_type, payload, under) in [
            (7, 96, &b"\x01\x02frame"[..], 7),
            (9, 97, b"\x01\x02frame", 9),
            (8, 97, b"", 7),
            (8, 97, b"\x01", 7),
            (8, 97, b"\x01\x02", 7),
        ] {
            assert_eq!(restored(ssrc, payload_type, payload), (under, payload_type, 5, Bytes::from_static(payload)));
        }
    }
}
