//! How much of what a peer sends the path carries, for peers that want to be told so (REMB,
//! draft-alvestrand-rmcat-remb-03): the sender's clock is that of its RTP time stamps.

use std::{collections::BTreeMap, time::Duration};

use super::estimator::{Estimator, Fate};

/// Packets are looked at so often.
pub(crate) const LOOK: Duration = Duration::from_millis(100);
/// It is told so often, and at once when it falls by this part.
const TELL: Duration = Duration::from_secs(1);
const FALLS: f64 = 0.97;
/// A stream silent for so long is over.
const OVER: Duration = Duration::from_secs(3);
/// Time stamps count from here, so that one before the first is not negative.
const FIRST: i64 = 1 << 32;

/// A stream that comes.
#[derive(Debug)]
struct Stream {
    estimator: Estimator,
    /// Last time stamp, and the same beyond 32 bits.
    stamp: (u32, i64),
    heard: Duration,
    fates: Vec<Fate>,
}

/// All streams of a peer; times since any beginning.
#[derive(Debug, Default)]
pub(crate) struct Incoming {
    streams: BTreeMap<u32, Stream>,
    told: Option<(Duration, f64)>,
}

impl Incoming {
    /// A packet of this size in bytes came, with this time stamp of a clock of so many Hz.
    pub(crate) fn packet(&mut self, ssrc: u32, (stamp, clock_rate): (u32, u32), size: usize, now: Duration) {
        let stream = self.streams.entry(ssrc).or_insert_with(|| Stream {
            estimator: Estimator::default(),
            stamp: (stamp, FIRST),
            heard: now,
            fates: Vec::new(),
        });
        let passed = stamp.wrapping_sub(stream.stamp.0).cast_signed();
        let extended = stream.stamp.1.saturating_add(i64::from(passed)).max(0);
        if passed > 0 {
            stream.stamp = (stamp, extended);
        }
        stream.heard = now;
        let ticks = extended.unsigned_abs();
        let clock_rate = u64::from(clock_rate.max(1));
        let sent = Duration::from_secs(ticks / clock_rate)
            + Duration::from_nanos(ticks % clock_rate * 1_000_000_000 / clock_rate);
        stream.fates.push(Fate { sent, arrived: Some(now), size, judged: true });
    }

    /// To be called every [`LOOK`]; the rate in bit/s when it is to be told.
    pub(crate) fn look(&mut self, round_trip: Duration, now: Duration) -> Option<f64> {
        self.streams.retain(|_, stream| now.saturating_sub(stream.heard) < OVER);
        for stream in self.streams.values_mut() {
            let fates = std::mem::take(&mut stream.fates);
            stream.estimator.learn(&fates, round_trip, now);
        }
        let rate = self.rate()?;
        let due = |(at, told): (Duration, f64)| now.saturating_sub(at) >= TELL || rate < told * FALLS;
        if !self.told.is_none_or(due) {
            return None;
        }
        self.told = Some((now, rate));
        Some(rate)
    }

    /// What all together may have, in bit/s; nothing where nothing comes.
    pub(crate) fn rate(&self) -> Option<f64> {
        let rates = self.streams.values().map(|stream| stream.estimator.rate());
        rates.reduce(|all, rate| all + rate)
    }

    /// Which streams it is for.
    pub(crate) fn streams(&self) -> Vec<u32> {
        self.streams.keys().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(33);

    /// Frames of four packets through a bottleneck of this rate in bit/s; the rate that was told last.
    fn told(incoming: &mut Incoming, frames: std::ops::Range<u32>, sent: f64, carries: f64) -> f64 {
        let mut busy_until = FRAME * frames.start;
        let mut told = f64::NAN;
        for frame in frames {
            let captured = FRAME * frame;
            let size = sent * FRAME.as_secs_f64() / 4.0 / 8.0;
            for _ in 0..4 {
                busy_until = busy_until.max(captured) + Duration::from_secs_f64(size * 8.0 / carries);
                let stamp = (u32::MAX - 10_000).wrapping_add(2970 * frame);
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some hundred bytes")]
                incoming.packet(7, (stamp, 90_000), size as usize, busy_until);
            }
            if frame % 3 == 0 {
                told = incoming.look(Duration::from_millis(50), busy_until).unwrap_or(told);
            }
        }
        told
    }

    #[test]
    fn a_sender_is_allowed_more_where_the_path_is_wide_and_less_where_it_is_not() {
        let mut incoming = Incoming::default();
        let wide = told(&mut incoming, 0..300, 2_000_000.0, 50_000_000.0);
        assert!(wide > 2_000_000.0, "{wide}");
        let narrow = told(&mut incoming, 300..360, 2_000_000.0, 1_000_000.0);
        assert!(narrow < 1_000_000.0, "{narrow}");
        assert_eq!(incoming.streams(), [7]);
    }

    #[test]
    fn a_stream_that_ended_is_forgotten() {
        let mut incoming = Incoming::default();
        told(&mut incoming, 0..30, 1_000_000.0, 50_000_000.0);
        assert!(incoming.rate().is_some());
        assert_eq!(incoming.look(Duration::ZERO, Duration::from_mins(1)), None);
        assert_eq!((incoming.rate(), incoming.streams()), (None, vec![]));
    }
}
