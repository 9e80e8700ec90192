//! The interceptor that asks for packets that are missing (generic NACK, RFC 4585 section 6.2.1).
//!
//! The crate's own looks every 100 ms and asks without end: a packet then comes back after a jitter buffer of ours has
//! given it up.

use std::{
    collections::{HashMap, VecDeque},
    sync::Arc,
    time::Instant,
};

use rtc::{
    interceptor::{AttributedPacket, Interceptor, Packet, StreamInfo, TaggedPacket},
    rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers},
    sansio::Protocol,
    shared::{TransportContext, error::Error},
};

use super::{missing::Missing, path::Path};

pub(super) struct Requests {
    path: Arc<Path>,
    /// By SSRC; those whose sender agreed to be asked.
    streams: HashMap<u32, Missing>,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Requests {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self { path, streams: HashMap::new(), reads: VecDeque::new(), writes: VecDeque::new() }
    }

    fn ask(&mut self, now: Instant) {
        let round_trip = self.path.round_trip();
        for (media_ssrc, missing) in &mut self.streams {
            let due = missing.due(now, round_trip);
            if due.is_empty() {
                continue;
            }
            let nacks = nack_pairs_from_sequence_numbers(&due);
            let nack = TransportLayerNack { sender_ssrc: 0, media_ssrc: *media_ssrc, nacks };
            let message = AttributedPacket::new(Packet::Rtcp(vec![Box::new(nack)]));
            self.writes.push_back(TaggedPacket { now, transport: TransportContext::default(), message });
        }
    }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Requests {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, mut message: TaggedPacket) -> Result<(), Error> {
        if let Packet::Rtp(packet) = &mut message.message.packet {
            self.path.with_repairs(|repairs| repairs.restore(packet));
        }
        if let Packet::Rtp(packet) = &message.message.packet
            && let Some(missing) = self.streams.get_mut(&packet.header.ssrc)
            && let missed = missing.come(packet.header.sequence_number, message.now)
            && missed > 0
        {
            self.path.miss(missed);
            self.ask(message.now);
        }
        self.reads.push_back(message);
        Ok(())
    }

    fn poll_read(&mut self) -> Option<TaggedPacket> {
        self.reads.pop_front()
    }

    fn handle_write(&mut self, message: TaggedPacket) -> Result<(), Error> {
        self.writes.push_back(message);
        Ok(())
    }

    fn poll_write(&mut self) -> Option<TaggedPacket> {
        self.writes.pop_front()
    }

    fn handle_timeout(&mut self, now: Instant) -> Result<(), Error> {
        self.ask(now);
        Ok(())
    }

    fn poll_timeout(&mut self) -> Option<Instant> {
        self.streams.values().filter_map(Missing::next).min()
    }
}

impl Interceptor for Requests {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}

    fn unbind_local_stream(&mut self, _: &StreamInfo) {}

    fn bind_remote_stream(&mut self, info: &StreamInfo) {
        if info.rtcp_feedback.iter().any(|feedback| feedback.typ == "nack" && feedback.parameter.is_empty()) {
            self.streams.entry(info.ssrc).or_default();
        }
    }

    fn unbind_remote_stream(&mut self, info: &StreamInfo) {
        self.streams.remove(&info.ssrc);
    }
}
