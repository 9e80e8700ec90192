//! The interceptor that sends again what the peer asks for (generic NACK, RFC 4585 section 6.2.1): on a stream of its own
//! where that was agreed (RTX, RFC 4588), so that the receiver can tell losses from retransmissions, else as it was.
//!
//! The crate's own sends a packet again at every request, also when the last answer is still on its way.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::{BufMut, Bytes, BytesMut};
use rtc::{
    interceptor::{Packet, StreamInfo, TaggedPacket},
    rtcp::transport_feedbacks::transport_layer_nack::{NackPair, TransportLayerNack},
    rtp,
    shared::marshal::MarshalSize,
};

use super::{
    shared::Shared,
    step::{Onward, Step},
};
use crate::bandwidth::probe::{PACKET, PACKETS};

/// What is older comes too late for every jitter buffer.
const KEPT: Duration = Duration::from_secs(1);
/// Packets kept of a stream at most.
const MOST: usize = 2_000;

/// Packets of a stream that one of the right size is looked for among: about a second's.
const LOOKED_AT: usize = 100;
/// Packets of padding in a row at most.
const MOST_PADDING: usize = 40;

/// A packet that was sent.
struct Sent {
    at: Instant,
    again: Option<Instant>,
    packet: rtp::Packet,
}

/// One of our streams: packets in a row.
#[derive(Default)]
struct Stream {
    sent: VecDeque<Sent>,
    /// Number of the next retransmission on a stream of its own.
    next: u16,
}

impl Stream {
    fn keep(&mut self, packet: &rtp::Packet, now: Instant) {
        let number = packet.header.sequence_number;
        if self.sent.back().is_some_and(|last| last.packet.header.sequence_number.wrapping_add(1) != number) {
            self.sent.clear();
        }
        let old = |sent: &Sent| now.saturating_duration_since(sent.at) > KEPT;
        while self.sent.len() >= MOST || self.sent.front().is_some_and(old) {
            self.sent.pop_front();
        }
        self.sent.push_back(Sent { at: now, again: None, packet: packet.clone() });
    }

    /// The packet of this number, unless it is gone or was sent again within `pause`.
    fn again(&mut self, number: u16, pause: Duration, now: Instant) -> Option<rtp::Packet> {
        let first = self.sent.front()?.packet.header.sequence_number;
        let sent = self.sent.get_mut(usize::from(number.wrapping_sub(first)))?;
        if sent.again.is_some_and(|again| now.saturating_duration_since(again) < pause) {
            return None;
        }
        sent.again = Some(now);
        Some(sent.packet.clone())
    }

    /// The one of the last packets whose size is nearest to that of padding.
    fn padding(&self) -> Option<rtp::Packet> {
        let last = self.sent.iter().rev().take(LOOKED_AT);
        last.min_by_key(|sent| sent.packet.payload.len().abs_diff(PACKET)).map(|sent| sent.packet.clone())
    }

    /// The packet as a retransmission of its own stream (RFC 4588 section 4).
    fn repair(&mut self, packet: &rtp::Packet, (ssrc, payload_type): (u32, u8)) -> rtp::Packet {
        let mut payload = BytesMut::with_capacity(packet.payload.len() + 2);
        payload.put_u16(packet.header.sequence_number);
        payload.extend_from_slice(&packet.payload);
        let sequence_number = self.next;
        self.next = self.next.wrapping_add(1);
        let header = rtp::Header {
            version: 2,
            marker: packet.header.marker,
            payload_type,
            sequence_number,
            timestamp: packet.header.timestamp,
            ssrc,
            ..rtp::Header::default()
        };
        rtp::Packet { header, payload: Bytes::from(payload) }
    }
}

pub(super) struct Answers {
    shared: Arc<Shared>,
    /// By SSRC; those whose receiver may ask.
    streams: HashMap<u32, Stream>,
}

impl Answers {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, streams: HashMap::new() }
    }

    fn answer(&mut self, request: &TransportLayerNack, now: Instant, onward: &mut Onward) {
        let Some(stream) = self.streams.get_mut(&request.media_ssrc) else { return };
        let repair = self.shared.repair(request.media_ssrc);
        // The answer to the former request may still be under way.
        let pause = self.shared.path.round_trip() / 2;
        for number in request.nacks.iter().flat_map(NackPair::packet_list) {
            let Some(packet) = stream.again(number, pause, now) else { continue };
            self.shared.figures.resends(request.media_ssrc, packet.payload.len());
            onward.repair(repair.map_or_else(|| packet.clone(), |repair| stream.repair(&packet, repair)), now);
        }
    }
}

impl Answers {
    /// Sends so many bytes that the peer does not need, on the stream that repairs a picture: some packet of it, again
    /// and again.
    fn pad(&mut self, bytes: usize, now: Instant, onward: &mut Onward) {
        let shared = &self.shared;
        let padding = self.streams.iter_mut().filter_map(|(ssrc, stream)| {
            let packet = stream.padding()?;
            Some((packet.marshal_size(), packet, stream, shared.repair(*ssrc)?))
        });
        let nearest = padding.min_by_key(|(size, ..)| size.abs_diff(PACKET));
        let Some((size, packet, stream, repair)) = nearest else { return };
        let packets = bytes.div_ceil(size).clamp(PACKETS, MOST_PADDING);
        (0..packets).for_each(|_| onward.repair(stream.repair(&packet, repair), now));
    }
}

impl Step for Answers {
    fn read(&mut self, message: TaggedPacket, onward: &mut Onward) {
        if let Packet::Rtcp(compound) = &message.message.packet {
            if let Some(probe) = self.shared.path.probe() {
                self.shared.path.set_probe(None);
                self.pad(probe.bytes, message.now, onward);
            }
            for packet in compound {
                if let Some(request) = packet.as_any().downcast_ref::<TransportLayerNack>() {
                    self.answer(request, message.now, onward);
                }
            }
        }
        onward.read(message);
    }

    fn write(&mut self, message: TaggedPacket, onward: &mut Onward) {
        if let Packet::Rtp(packet) = &message.message.packet
            && let Some(stream) = self.streams.get_mut(&packet.header.ssrc)
        {
            stream.keep(packet, message.now);
        }
        onward.write(message);
    }

    fn begin_sending(&mut self, info: &StreamInfo) {
        if info.rtcp_feedback.iter().any(|feedback| feedback.typ == "nack" && feedback.parameter.is_empty()) {
            self.streams.entry(info.ssrc).or_default();
        }
    }

    fn end_sending(&mut self, info: &StreamInfo) {
        self.streams.remove(&info.ssrc);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_millis(25);

    fn packet(sequence_number: u16) -> rtp::Packet {
        let header = rtp::Header { version: 2, sequence_number, ssrc: 7, ..rtp::Header::default() };
        rtp::Packet { header, payload: Bytes::from_static(b"frame") }
    }

    fn with(numbers: impl IntoIterator<Item = u16>, now: Instant) -> Stream {
        let mut stream = Stream::default();
        numbers.into_iter().for_each(|number| stream.keep(&packet(number), now));
        stream
    }

    #[test]
    fn a_packet_is_sent_again_once_in_half_a_round_trip() {
        let now = Instant::now();
        let mut stream = with([65_534, 65_535, 0, 1], now);
        assert_eq!(stream.again(0, PAUSE, now), Some(packet(0)));
        assert_eq!(stream.again(0, PAUSE, now + PAUSE / 2), None);
        assert_eq!(stream.again(0, PAUSE, now + PAUSE), Some(packet(0)));
        assert_eq!(stream.again(2, PAUSE, now), None);
        assert_eq!(stream.again(65_533, PAUSE, now), None);
    }

    #[test]
    fn what_is_too_old_is_not_kept_and_there_is_a_bound() {
        let now = Instant::now();
        let mut stream = with(0..5000, now);
        assert_eq!(stream.sent.len(), MOST);
        stream.keep(&packet(5000), now + KEPT * 2);
        assert_eq!((stream.sent.len(), stream.again(4999, PAUSE, now)), (1, None));
    }

    #[test]
    fn numbers_that_begin_anew_are_another_row() {
        let now = Instant::now();
        let mut stream = with([1, 2, 900], now);
        assert_eq!(stream.again(2, PAUSE, now), None);
        assert_eq!(stream.again(900, PAUSE, now), Some(packet(900)));
    }

    #[test]
    fn a_retransmission_has_its_own_numbers_and_names_the_packet() {
        let mut stream = Stream::default();
        let first = stream.repair(&packet(0x0102), (8, 97));
        let second = stream.repair(&packet(0x0103), (8, 97));
        assert_eq!((first.header.ssrc, first.header.payload_type, first.header.version), (8, 97, 2));
        assert_eq!(first.payload.as_ref(), b"\x01\x02frame");
        assert_eq!(second.header.sequence_number, first.header.sequence_number.wrapping_add(1));
    }
}
