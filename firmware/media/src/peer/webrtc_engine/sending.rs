//! From a sink pad of the bin to the wire: RTP of the owner's payloader, and our own sender reports.
//!
//! Sender reports are written here and not by the crate because only here the capture time of a packet is known: the
//! buffer's time stamp against the pipeline clock. Encoders of different latency keep their lip sync that way.

use std::{
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use rtc::{
    rtcp::{
        self,
        sender_report::SenderReport,
        source_description::{SdesType, SourceDescription, SourceDescriptionChunk, SourceDescriptionItem},
    },
    rtp,
    shared::marshal::Unmarshal,
};
use tokio::sync::mpsc;
use webrtc::media_stream::track_local::{TrackLocal, static_rtp::TrackLocalStaticRTP};

use crate::peer::{ntp::ntp, outgoing::Outgoing};

/// Between two sender reports of a stream: enough for lip sync within a second, far below 5 % of the bandwidth
/// (RFC 3550 section 6.2).
const REPORT_INTERVAL: Duration = Duration::from_secs(1);

/// Packets of one sample: usually one encoded frame.
#[derive(Debug)]
pub(super) struct Batch {
    packets: Vec<rtp::Packet>,
    captured: SystemTime,
}

/// Turns a sample of the sink pad into packets; nothing while the way is shut.
pub(super) fn batch(outgoing: &Outgoing, sample: &gst::Sample, now: Option<gst::ClockTime>) -> Option<Batch> {
    if !outgoing.open() {
        return None;
    }
    let packets: Vec<rtp::Packet> = match sample.buffer_list_owned() {
        Some(list) => list.iter_owned().filter_map(|buffer| packet(outgoing, buffer)).collect(),
        None => sample.buffer_owned().and_then(|buffer| packet(outgoing, buffer)).into_iter().collect(),
    };
    if packets.is_empty() {
        return None;
    }
    Some(Batch { packets, captured: captured(sample, now) })
}

fn packet(outgoing: &Outgoing, buffer: gst::Buffer) -> Option<rtp::Packet> {
    let mut bytes = Bytes::from_owner(buffer.into_mapped_buffer_readable().ok()?);
    let mut packet = rtp::Packet::unmarshal(&mut bytes).ok()?;
    packet.header.ssrc = outgoing.ssrc;
    let (payload_type, sequence_number) = outgoing.stamp(packet.header.payload_type);
    // The crate takes no other than those of its first description; see the tap.
    packet.header.payload_type = outgoing.types.engine(payload_type);
    packet.header.sequence_number = sequence_number;
    Some(packet)
}

/// Wall-clock time at which the first packet of the sample was captured.
fn captured(sample: &gst::Sample, now: Option<gst::ClockTime>) -> SystemTime {
    let wall = SystemTime::now();
    let stamp = match sample.buffer_list() {
        Some(list) => list.get(0).and_then(gst::BufferRef::pts),
        None => sample.buffer().and_then(gst::BufferRef::pts),
    };
    let segment = sample.segment().and_then(|segment| segment.downcast_ref::<gst::ClockTime>());
    let running = segment.zip(stamp).and_then(|(segment, stamp)| segment.to_running_time(stamp));
    let age = now.zip(running).and_then(|(now, running)| now.checked_sub(running));
    age.and_then(|age| wall.checked_sub(age.into())).unwrap_or(wall)
}

/// Writes batches to the track until the channel or the connection ends.
pub(super) async fn run(
    outgoing: Arc<Outgoing>,
    track: Arc<TrackLocalStaticRTP>,
    cname: String,
    mut batches: mpsc::UnboundedReceiver<Batch>,
) {
    let mut reporter = Reporter { cname, sent: None, packets: 0, octets: 0 };
    while let Some(batch) = batches.recv().await {
        let report = reporter.report(&outgoing, &batch);
        for packet in batch.packets {
            if let Err(error) = track.write_rtp(packet).await {
                tracing::debug!(%error, "RTP not written, the connection is gone");
                return;
            }
        }
        if let Some(report) = report
            && track.write_rtcp(report).await.is_err()
        {
            return;
        }
    }
}

/// Counts what is sent and writes sender reports (RFC 3550 section 6.4.1).
struct Reporter {
    cname: String,
    sent: Option<Instant>,
    packets: u32,
    octets: u32,
}

impl Reporter {
    fn report(&mut self, outgoing: &Outgoing, batch: &Batch) -> Option<Vec<Box<dyn rtcp::Packet>>> {
        for packet in &batch.packets {
            self.packets = self.packets.wrapping_add(1);
            self.octets = self.octets.wrapping_add(u32::try_from(packet.payload.len()).unwrap_or(0));
        }
        if self.sent.is_some_and(|sent| sent.elapsed() < REPORT_INTERVAL) {
            return None;
        }
        self.sent = Some(Instant::now());
        let now = SystemTime::now();
        let age = now.duration_since(batch.captured).unwrap_or_default();
        let ticks = age.as_nanos() * u128::from(outgoing.clock_rate()) / 1_000_000_000;
        let report = SenderReport {
            ssrc: outgoing.ssrc,
            ntp_time: ntp(now),
            // RTP time of the same instant: that of the packet plus its age, modulo 2^32.
            rtp_time: batch.packets.first()?.header.timestamp.wrapping_add((ticks & 0xffff_ffff) as u32),
            packet_count: self.packets,
            octet_count: self.octets,
            reports: Vec::new(),
            profile_extensions: Bytes::new(),
        };
        let cname = SourceDescriptionItem { sdes_type: SdesType::SdesCname, text: self.cname.clone().into() };
        let chunk = SourceDescriptionChunk { source: outgoing.ssrc, items: vec![cname] };
        Some(vec![Box::new(report), Box::new(SourceDescription { chunks: vec![chunk] })])
    }
}
