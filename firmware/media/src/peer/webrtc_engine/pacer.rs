//! The interceptor that spreads the packets of a picture over time, so that a key frame is no burst that overflows a
//! router. Sound and reports never wait.

use std::{
    collections::{HashSet, VecDeque},
    sync::Arc,
    time::{Duration, Instant},
};

use rtc::{
    interceptor::{Packet, StreamInfo, TaggedPacket},
    shared::marshal::MarshalSize,
};

use super::{
    path::Path,
    step::{Onward, Step},
};

/// What may go at once: wake-ups cost more than such a burst does harm.
const BURST: Duration = Duration::from_millis(10);
/// And while a probe measures the path.
const PROBE_BURST: Duration = Duration::from_millis(1);
/// What is left of a probe after its time goes as all else.
const PROBE_SLACK: Duration = Duration::from_millis(15);
/// Nothing waits longer; then it goes faster than the path is thought to be.
const LONGEST: Duration = Duration::from_millis(400);
/// Never slower than this, in bit/s: a packet would hold up the next for a frame.
const SLOWEST: f64 = 250_000.0;

pub(super) struct Pacer {
    path: Arc<Path>,
    /// SSRCs of sound.
    sounds: HashSet<u32>,
    waiting: VecDeque<TaggedPacket>,
    waiting_bytes: usize,
    /// Least rate in bit/s that empties the queue in time.
    hurry: f64,
    /// Until then the path is busy with what went.
    busy: Option<Instant>,
    /// Rate in bit/s of the probe that goes until then.
    probe: Option<(f64, Instant)>,
}

impl Pacer {
    pub(super) fn new(path: Arc<Path>) -> Self {
        Self {
            path,
            sounds: HashSet::new(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            hurry: 0.0,
            busy: None,
            probe: None,
        }
    }

    fn release(&mut self, now: Instant, onward: &mut Onward) {
        let Some(rate) = self.path.pacing() else {
            self.waiting_bytes = 0;
            self.waiting.drain(..).for_each(|packet| onward.write(packet));
            return;
        };
        self.hurry = self.hurry.max(bits(self.waiting_bytes) / LONGEST.as_secs_f64());
        self.probe = self.probe.filter(|(_, until)| now < *until);
        let (faster, burst) = self.probe.map_or((SLOWEST, BURST), |(rate, _)| (rate, PROBE_BURST));
        let rate = rate.max(self.hurry).max(faster);
        while self.busy.is_none_or(|busy| busy <= now + burst) {
            let Some(mut packet) = self.waiting.pop_front() else {
                self.hurry = 0.0;
                return;
            };
            let size = size(&packet);
            self.waiting_bytes -= size;
            let begin = self.busy.map_or(now, |busy| busy.max(now));
            self.busy = Some(begin + Duration::from_secs_f64(bits(size) / rate));
            // The send history is to know when it really went.
            packet.now = now;
            onward.write(packet);
        }
    }
}

fn bits(bytes: usize) -> f64 {
    f64::from(u32::try_from(bytes * 8).unwrap_or(u32::MAX))
}

fn size(packet: &TaggedPacket) -> usize {
    match &packet.message.packet {
        Packet::Rtp(packet) => packet.marshal_size(),
        _ => 0,
    }
}

impl Step for Pacer {
    fn read(&mut self, message: TaggedPacket, onward: &mut Onward) {
        // The estimator, nearer to the wire, has just read it.
        if let (Packet::Rtcp(_), Some(probe)) = (&message.message.packet, self.path.probe()) {
            self.probe = Some((probe.rate, message.now + probe.lasts() + PROBE_SLACK));
        }
        onward.read(message);
    }

    fn write(&mut self, message: TaggedPacket, onward: &mut Onward) {
        let waits =
            matches!(&message.message.packet, Packet::Rtp(packet) if !self.sounds.contains(&packet.header.ssrc));
        if waits {
            let now = message.now;
            self.waiting_bytes += size(&message);
            self.waiting.push_back(message);
            self.release(now, onward);
        } else {
            onward.write(message);
        }
    }

    fn wake(&mut self, now: Instant, onward: &mut Onward) {
        self.release(now, onward);
    }

    fn next(&self) -> Option<Instant> {
        self.busy.filter(|_| !self.waiting.is_empty())
    }

    fn begin_sending(&mut self, info: &StreamInfo) {
        if info.mime_type.starts_with("audio") {
            self.sounds.insert(info.ssrc);
        }
    }

    fn end_sending(&mut self, info: &StreamInfo) {
        self.sounds.remove(&info.ssrc);
    }
}

#[cfg(test)]
mod tests {
    use rtc::{
        interceptor::{AttributedPacket, Interceptor},
        rtp,
        sansio::Protocol,
        shared::TransportContext,
    };

    use super::{super::step::Chained, *};
    use crate::bandwidth::probe::Cluster;

    const SOUND: u32 = 1;
    const PICTURE: u32 = 2;

    fn pacer(rate: Option<f64>) -> Chained<Pacer> {
        let path = Arc::<Path>::default();
        if let Some(rate) = rate {
            path.pace(rate, true);
        }
        let mut pacer = Chained::new(Pacer::new(path));
        pacer.bind_local_stream(&StreamInfo { ssrc: SOUND, mime_type: "audio/opus".into(), ..StreamInfo::default() });
        pacer
    }

    /// A packet of 1250 bytes in all.
    fn packet(ssrc: u32, now: Instant) -> TaggedPacket {
        let header = rtp::Header { version: 2, ssrc, ..rtp::Header::default() };
        let packet = rtp::Packet { header, payload: vec![0; 1238].into() };
        TaggedPacket {
            now,
            transport: TransportContext::default(),
            message: AttributedPacket::new(Packet::Rtp(packet)),
        }
    }

    fn gone(pacer: &mut Chained<Pacer>) -> usize {
        std::iter::from_fn(|| pacer.poll_write()).count()
    }

    #[test]
    fn a_key_frame_goes_at_the_rate_and_sound_does_not_wait_for_it() {
        let (mut pacer, begun) = (pacer(Some(1_000_000.0)), Instant::now());
        (0..20).for_each(|_| pacer.handle_write(packet(PICTURE, begun)).unwrap());
        let first = gone(&mut pacer);
        assert!((1..=2).contains(&first), "{first}");
        pacer.handle_write(packet(SOUND, begun)).unwrap();
        assert_eq!(gone(&mut pacer), 1);
        // 10 ms a packet.
        pacer.handle_timeout(begun + Duration::from_millis(100)).unwrap();
        assert!((1..=12).contains(&gone(&mut pacer)));
        let mut now = begun;
        let mut wake_ups = 0;
        while let Some(next) = pacer.poll_timeout() {
            (now, wake_ups) = (next, wake_ups + 1);
            pacer.handle_timeout(now).unwrap();
            gone(&mut pacer);
        }
        assert!((150..=330).contains(&now.duration_since(begun).as_millis()), "{:?}", now.duration_since(begun));
        assert!(wake_ups <= 20, "{wake_ups}");
    }

    #[test]
    fn a_probe_goes_packet_by_packet_at_its_own_rate() {
        let (mut pacer, begun) = (pacer(Some(1_000_000.0)), Instant::now());
        let cluster = Cluster { bytes: 6_250, rate: 2_000_000.0 };
        pacer.step().path.set_probe(Some(cluster));
        let message = AttributedPacket::new(Packet::Rtcp(Vec::new()));
        pacer.handle_read(TaggedPacket { now: begun, transport: TransportContext::default(), message }).unwrap();
        (0..5).for_each(|_| pacer.handle_write(packet(PICTURE, begun)).unwrap());
        let mut gaps = vec![gone(&mut pacer)];
        let mut now = begun;
        while let Some(next) = pacer.poll_timeout() {
            now = next;
            pacer.handle_timeout(now).unwrap();
            gaps.push(gone(&mut pacer));
        }
        assert!(gaps.iter().all(|gone| *gone <= 1), "{gaps:?}");
        // 5 ms a packet.
        assert!((18..=22).contains(&now.duration_since(begun).as_millis()), "{:?}", now.duration_since(begun));
    }

    #[test]
    fn without_an_estimate_nothing_waits_and_nobody_is_woken() {
        let (mut pacer, now) = (pacer(None), Instant::now());
        (0..50).for_each(|_| pacer.handle_write(packet(PICTURE, now)).unwrap());
        assert_eq!((gone(&mut pacer), pacer.poll_timeout()), (50, None));
    }

    #[test]
    fn nothing_waits_longer_than_the_bound_however_narrow_the_path() {
        let (mut pacer, begun) = (pacer(Some(40_000.0)), Instant::now());
        (0..50).for_each(|_| pacer.handle_write(packet(PICTURE, begun)).unwrap());
        let mut now = begun;
        while let Some(next) = pacer.poll_timeout() {
            now = next;
            pacer.handle_timeout(now).unwrap();
        }
        assert_eq!(gone(&mut pacer), 50);
        assert!(now.duration_since(begun) <= LONGEST + Duration::from_millis(50), "{:?}", now.duration_since(begun));
    }
}
