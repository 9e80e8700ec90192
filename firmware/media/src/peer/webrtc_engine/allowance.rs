//! The interceptor that tells a sender how much it may send (REMB, draft-alvestrand-rmcat-remb-03), where that was agreed
//! and the sender does not find out itself (transport-cc).

use std::{collections::HashMap, sync::Arc, time::Instant};

use rtc::{
    interceptor::{Packet, StreamInfo, TaggedPacket},
    rtcp::payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate,
    shared::marshal::MarshalSize,
};

use super::{
    path::Path,
    step::{Onward, Step},
};
use crate::bandwidth::incoming::{Incoming, LOOK};

pub(super) struct Allowance {
    path: Arc<Path>,
    /// Clock rates in Hz by SSRC; those whose sender wants to be told.
    clocks: HashMap<u32, u32>,
    incoming: Incoming,
    begun: Option<Instant>,
    next: Option<Instant>,
}

impl Allowance {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self { path, clocks: HashMap::new(), incoming: Incoming::default(), begun: None, next: None }
    }

    fn look(&mut self, now: Instant, onward: &mut Onward) {
        let since = now.saturating_duration_since(*self.begun.get_or_insert(now));
        let told = self.incoming.look(self.path.round_trip(), since);
        // Nothing comes, nobody is woken.
        self.next = self.incoming.rate().map(|_| now + LOOK);
        let Some(rate) = told else { return };
        self.path.allow_incoming(rate);
        #[allow(clippy::cast_possible_truncation, reason = "the packet has 18 bits of mantissa")]
        let message =
            ReceiverEstimatedMaximumBitrate { sender_ssrc: 0, bitrate: rate as f32, ssrcs: self.incoming.streams() };
        onward.tell(message, now);
    }
}

impl Step for Allowance {
    fn read(&mut self, message: TaggedPacket, onward: &mut Onward) {
        if let Packet::Rtp(packet) = &message.message.packet
            && let Some(clock_rate) = self.clocks.get(&packet.header.ssrc)
        {
            let since = message.now.saturating_duration_since(*self.begun.get_or_insert(message.now));
            let stamp = (packet.header.timestamp, *clock_rate);
            self.incoming.packet(packet.header.ssrc, stamp, packet.marshal_size(), since);
            self.next.get_or_insert(message.now + LOOK);
        }
        onward.read(message);
    }

    fn wake(&mut self, now: Instant, onward: &mut Onward) {
        if self.next.is_some_and(|next| next <= now) {
            self.look(now, onward);
        }
    }

    fn next(&self) -> Option<Instant> {
        self.next
    }

    fn begin_receiving(&mut self, info: &StreamInfo) {
        let agreed = |what: &str| info.rtcp_feedback.iter().any(|feedback| feedback.typ == what);
        if agreed("goog-remb") && !agreed("transport-cc") {
            self.clocks.insert(info.ssrc, info.clock_rate);
        }
    }

    fn end_receiving(&mut self, info: &StreamInfo) {
        self.clocks.remove(&info.ssrc);
    }
}
