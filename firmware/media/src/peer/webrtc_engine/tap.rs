//! The last interceptor of the chain: reads the RTCP that concerns `GStreamer` and the owner, and lets everything pass.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use rtc::{
    interceptor::{Interceptor, Packet, StreamInfo, TaggedPacket},
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
    sansio::Protocol,
    shared::error::Error,
};

use super::{reports::Reports, sending::ntp, shared::Shared, undeclared::Found};

pub(super) struct Tap {
    shared: Arc<Shared>,
    reports: Reports,
    /// Streams seen, a handful.
    seen: Vec<u32>,
    reads: VecDeque<TaggedPacket>,
    writes: VecDeque<TaggedPacket>,
}

impl Tap {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        let reports = Reports::new(Arc::clone(&shared));
        Self { shared, reports, seen: Vec::new(), reads: VecDeque::new(), writes: VecDeque::new() }
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

    fn read(&mut self, compound: &[Box<dyn rtcp::Packet>], now: Instant) {
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
                self.reports.allow(f64::from(most.bitrate));
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
            self.reports.read(report, round_trip, now);
        }
    }
}

/// By RFC 3550 section 6.4.1: arrival − LSR − DLSR, in 1/65536 s; `None` where the peer has had no report of ours.
fn round_trip(report: &ReceptionReport, arrival: SystemTime) -> Option<Duration> {
    let arrival = ((ntp(arrival) >> 16) & 0xffff_ffff) as u32;
    let ticks = arrival.wrapping_sub(report.last_sender_report).wrapping_sub(report.delay);
    // Clocks that jump make it negative, that is huge.
    let measured = report.last_sender_report != 0 && ticks < 0x8000_0000;
    measured.then(|| Duration::from_secs_f64(f64::from(ticks) / 65_536.0))
}

/// A peer that names no CNAME has one clock for all its streams; without a name `rtpbin` would not sync them.
fn one_source(ssrc: u32) -> SourceDescription {
    let cname = SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: "peer".into() };
    SourceDescription { chunks: vec![SourceDescriptionChunk { source: ssrc, items: vec![cname] }] }
}

impl Protocol<TaggedPacket, TaggedPacket, ()> for Tap {
    type Rout = TaggedPacket;
    type Wout = TaggedPacket;
    type Eout = ();
    type Error = Error;
    type Time = Instant;

    fn handle_read(&mut self, message: TaggedPacket) -> Result<(), Error> {
        match &message.message.packet {
            Packet::Rtcp(compound) => self.read(compound, message.now),
            // Retransmissions that bring nothing again have been counted and are of no more use.
            Packet::Rtp(packet) if self.is_repair(packet) => return Ok(()),
            Packet::Rtp(packet) => self.note(packet),
            _ => {}
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
}

impl Interceptor for Tap {
    fn bind_local_stream(&mut self, _: &StreamInfo) {}
    fn unbind_local_stream(&mut self, _: &StreamInfo) {}
    fn bind_remote_stream(&mut self, _: &StreamInfo) {}
    fn unbind_remote_stream(&mut self, _: &StreamInfo) {}
}
