//! The last interceptor of the chain: reads the RTCP that concerns `GStreamer` and the owner, and lets everything pass.
//! What is sent gets the payload type that the peer has for it now.

use std::{
    sync::Arc,
    time::{Instant, SystemTime},
};

use rtc::{
    interceptor::{Packet, TaggedPacket},
    rtcp::{
        self,
        payload_feedbacks::{
            full_intra_request::FullIntraRequest, picture_loss_indication::PictureLossIndication,
            receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate,
        },
        receiver_report::ReceiverReport,
        reception_report::ReceptionReport,
        sender_report::SenderReport,
        source_description::{SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem},
    },
    rtp,
};

use super::{
    shared::Shared,
    step::{Onward, Step},
    undeclared::Found,
};
use crate::peer::{ntp::round_trip, reports::Reports};

pub(super) struct Tap {
    shared: Arc<Shared>,
    reports: Reports,
    /// Streams seen, a handful.
    seen: Vec<u32>,
}

impl Tap {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, reports: Reports::new(), seen: Vec::new() }
    }

    fn is_repair(&self, packet: &rtp::Packet) -> bool {
        self.shared.path.with_repairs(|repairs| repairs.is_repair(packet.header.payload_type))
    }

    fn note(&mut self, packet: &rtp::Packet) {
        let ssrc = packet.header.ssrc;
        if !self.seen.contains(&ssrc) {
            self.seen.push(ssrc);
            self.shared.new_stream(Found { ssrc, payload_type: packet.header.payload_type });
        }
    }

    fn hear(&mut self, compound: &[Box<dyn rtcp::Packet>], now: Instant) {
        for packet in compound {
            let packet = packet.as_any();
            if let Some(report) = packet.downcast_ref::<SenderReport>() {
                self.sender_report(report, compound);
                self.reception_reports(&report.reports, now);
            } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
                self.reception_reports(&report.reports, now);
            } else if let Some(request) = packet.downcast_ref::<PictureLossIndication>() {
                self.shared.key_frame_wanted(request.media_ssrc);
            } else if let Some(request) = packet.downcast_ref::<FullIntraRequest>() {
                request.fir.iter().for_each(|entry| self.shared.key_frame_wanted(entry.ssrc));
            } else if let Some(most) = packet.downcast_ref::<ReceiverEstimatedMaximumBitrate>() {
                self.allow(f64::from(most.bitrate));
            }
        }
    }

    fn sender_report(&self, report: &SenderReport, compound: &[Box<dyn rtcp::Packet>]) {
        let Some(incoming) = self.shared.incoming_by_ssrc(report.ssrc) else { return };
        self.shared.figures.sends(report, SystemTime::now());
        let written = compound.iter().find_map(|packet| packet.as_any().downcast_ref::<SourceDescription>());
        match written {
            Some(description) => incoming.push_report(report, description),
            None => incoming.push_report(report, &one_source(report.ssrc)),
        }
    }

    fn reception_reports(&mut self, reports: &[ReceptionReport], now: Instant) {
        let arrival = SystemTime::now();
        for report in reports {
            let round_trip = round_trip(report, arrival);
            self.shared.reported(report, round_trip, arrival);
            let needed = !self.shared.path.arrivals_are_told() && self.shared.sends(report.ssrc);
            if needed && self.reports.read(report, round_trip, now) {
                self.tell();
            }
        }
    }

    /// The receiver takes so many bit/s.
    fn allow(&mut self, most: f64) {
        self.shared.path.allow(most);
        if !self.shared.path.arrivals_are_told() {
            self.reports.allow(most);
            self.tell();
        }
    }

    fn tell(&self) {
        self.shared.path.pace(self.reports.rate(), false);
        self.shared.bandwidth(self.reports.rate(), self.reports.loss());
    }
}

/// A peer that names no CNAME has one clock for all its streams; without a name `rtpbin` would not sync them.
fn one_source(ssrc: u32) -> SourceDescription {
    let cname = SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: "peer".into() };
    SourceDescription { chunks: vec![SourceDescriptionChunk { source: ssrc, items: vec![cname] }] }
}

impl Step for Tap {
    fn read(&mut self, message: TaggedPacket, onward: &mut Onward) {
        match &message.message.packet {
            Packet::Rtcp(compound) => self.hear(compound, message.now),
            // Retransmissions that bring nothing again have been counted and are of no more use.
            Packet::Rtp(packet) if self.is_repair(packet) => return,
            Packet::Rtp(packet) => self.note(packet),
            _ => {}
        }
        onward.read(message);
    }

    fn write(&mut self, mut message: TaggedPacket, onward: &mut Onward) {
        if let Packet::Rtp(packet) = &mut message.message.packet {
            packet.header.payload_type = self.shared.wire_type(packet.header.ssrc, packet.header.payload_type);
        }
        onward.write(message);
    }
}
