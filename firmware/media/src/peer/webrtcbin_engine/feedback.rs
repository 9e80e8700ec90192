//! What the peer's RTCP says of what we send, read where it comes into the session.

use std::{
    sync::{Arc, Weak},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use gst::{glib, prelude::*};
use rtc::rtcp::{
    self, payload_feedbacks::receiver_estimated_maximum_bitrate::ReceiverEstimatedMaximumBitrate,
    receiver_report::ReceiverReport, reception_report::ReceptionReport, sender_report::SenderReport,
};

use super::{bin::PeerBin, capacity::Carried, shared::Shared};
use crate::{
    bandwidth::estimator::Fate,
    peer::{PeerEvent, ntp::round_trip},
};

/// Name of the session's event with the fates of packets (transport-cc), which it sends up the way they came.
const FATES: &str = "RTPTWCCPackets";
/// Name of its event for a packet that the peer wants again (generic NACK).
const REQUEST: &str = "GstRTPRetransmissionRequest";

/// Listens to a session of the element.
pub(super) fn watch(session: &gst::Element, shared: Weak<Shared>, bin: Weak<PeerBin>) {
    session.connect_pad_added(move |_, pad| match pad.name().as_str() {
        "send_rtp_sink" => watch_events(pad, shared.clone(), bin.clone()),
        "recv_rtcp_sink" => watch_packets(pad, shared.clone()),
        _ => {}
    });
}

fn watch_events(pad: &gst::Pad, shared: Weak<Shared>, bin: Weak<PeerBin>) {
    pad.add_probe(gst::PadProbeType::EVENT_UPSTREAM, move |_, info| {
        let structure = info.event().and_then(|event| event.structure());
        match structure.map(|structure| (structure.name().as_str(), structure)) {
            Some((FATES, told)) => {
                if let Some(shared) = shared.upgrade() {
                    tell(&shared, shared.capacity.learn(&fates(told)));
                }
            }
            // `webrtcbin` itself answers on a repair stream only.
            Some((REQUEST, asked)) => {
                if let (Some((ssrc, sequence)), Some(bin)) = (request(asked), bin.upgrade()) {
                    bin.send_again(ssrc, sequence);
                }
            }
            _ => {}
        }
        gst::PadProbeReturn::Ok
    });
}

fn watch_packets(pad: &gst::Pad, shared: Weak<Shared>) {
    pad.add_probe(gst::PadProbeType::BUFFER, move |_, info| {
        let map = info.buffer().and_then(|buffer| buffer.map_readable().ok());
        if let (Some(map), Some(shared)) = (map, shared.upgrade()) {
            // What cannot be read, the session refuses as well.
            let compound = rtcp::packet::unmarshal(&mut Bytes::copy_from_slice(&map)).unwrap_or_default();
            for packet in &compound {
                read(&shared, packet.as_ref());
            }
        }
        gst::PadProbeReturn::Ok
    });
}

fn read(shared: &Arc<Shared>, packet: &dyn rtcp::Packet) {
    let packet = packet.as_any();
    if let Some(report) = packet.downcast_ref::<SenderReport>() {
        read_reports(shared, &report.reports);
    } else if let Some(report) = packet.downcast_ref::<ReceiverReport>() {
        read_reports(shared, &report.reports);
    } else if let Some(most) = packet.downcast_ref::<ReceiverEstimatedMaximumBitrate>() {
        tell(shared, shared.capacity.allow(f64::from(most.bitrate)));
    }
}

fn read_reports(shared: &Arc<Shared>, reports: &[ReceptionReport]) {
    let now = SystemTime::now();
    let ours = |ssrc: u32| shared.sending.iter().any(|sending| sending.outgoing.ssrc == ssrc);
    for report in reports.iter().filter(|report| ours(report.ssrc)) {
        tell(shared, shared.capacity.report(report, round_trip(report, now)));
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn tell(shared: &Shared, carried: Option<Carried>) {
    if let Some(Carried { rate, loss }) = carried {
        let rate = rate.clamp(1.0, f64::from(u32::MAX)) as u32;
        let loss_percent = (loss * 100.0).clamp(0.0, 100.0).round() as u8;
        shared.tell(PeerEvent::Bandwidth { rate, loss_percent });
    }
}

fn request(asked: &gst::StructureRef) -> Option<(u32, u16)> {
    let sequence = asked.get::<u32>("seqnum").ok()?;
    Some((asked.get::<u32>("ssrc").ok()?, u16::try_from(sequence).ok()?))
}

fn fates(told: &gst::StructureRef) -> Vec<Fate> {
    let packets = told.get::<glib::ValueArray>("packets").ok();
    let packets = packets.iter().flat_map(|packets| packets.iter());
    packets.filter_map(|packet| packet.get::<gst::Structure>().ok()).filter_map(|packet| fate(&packet)).collect()
}

/// Times of the sender's and of the receiver's clock, each from any beginning.
fn fate(packet: &gst::StructureRef) -> Option<Fate> {
    let time = |name| packet.get::<u64>(name).ok().filter(|time| *time != u64::MAX).map(Duration::from_nanos);
    let lost = packet.get::<bool>("lost").ok()?;
    let arrived = time("remote-ts").filter(|_| !lost);
    if !lost && arrived.is_none() {
        return None;
    }
    let size = packet.get::<u32>("size").ok()?.try_into().ok()?;
    Some(Fate { sent: time("local-ts")?, arrived, size, judged: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fates_are_read_as_the_session_tells_them() {
        gst::init().unwrap();
        let read = |lost: bool, arrived: u64| {
            let packet = gst::Structure::builder("RTPTWCCPacket")
                .field("seqnum", 5_u32)
                .field("local-ts", 1_000_000_u64)
                .field("remote-ts", arrived)
                .field("size", 1_200_u32)
                .field("lost", lost)
                .build();
            fate(&packet).map(|fate| (fate.sent, fate.arrived, fate.size))
        };
        let sent = Duration::from_millis(1);
        assert_eq!(read(false, 4_000_000), Some((sent, Some(Duration::from_millis(4)), 1_200)));
        assert_eq!(read(true, u64::MAX), Some((sent, None, 1_200)));
        assert_eq!(read(false, u64::MAX), None);
    }
}
