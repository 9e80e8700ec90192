//! How long what arrives waits until it is played or shown, and when it was captured by the clock of its sender.

use std::{
    sync::Mutex,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use crate::pipeline::locked;

/// From 1900 (NTP) to 1970 (RFC 5905 section 6: 2,208,988,800 s).
const NTP_TO_UNIX: Duration = Duration::from_hours(613_608);
/// The mean follows a change with this share of it.
const SHARE: u32 = 16;

/// Of one stream.
#[derive(Debug, Default)]
pub(crate) struct Waits(Mutex<Waited>);

/// What was seen so far.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Waited {
    /// Frames or samples.
    pub(crate) count: u64,
    /// From their arrival until they were due, all together.
    pub(crate) total: Duration,
    /// The same of one, a mean over the last.
    pub(crate) lately: Duration,
    /// When the last was captured by the wall clock of its sender (NTP, since 1900), and when it was due here; only
    /// once its sender reports were read.
    pub(crate) captured: Option<(Duration, Instant)>,
    /// The time between those two by our wall clock: right where both clocks are.
    pub(crate) age: Option<Duration>,
}

impl Waits {
    /// A buffer of `count` frames or samples is due now, `since` it arrived.
    pub(crate) fn leaves(&self, buffer: &gst::BufferRef, since: Option<Duration>, count: u64) {
        let Some(since) = since else { return };
        let captured = captured(buffer);
        let mut waited = locked(&self.0);
        waited.lately = match waited.count {
            0 => since,
            _ => (waited.lately * (SHARE - 1) + since) / SHARE,
        };
        waited.count += count;
        waited.total += since.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX));
        if let Some(captured) = captured {
            waited.captured = Some((captured, Instant::now()));
            let now = SystemTime::now().duration_since(UNIX_EPOCH).ok();
            waited.age = now.and_then(|now| (now + NTP_TO_UNIX).checked_sub(captured));
        }
    }

    pub(crate) fn waited(&self) -> Waited {
        *locked(&self.0)
    }
}

impl Waited {
    /// What is played or shown now was captured at this time of its sender (NTP, since 1900).
    pub(crate) fn playing(&self) -> Option<Duration> {
        self.captured.map(|(captured, due)| captured + due.elapsed())
    }
}

/// The time stamp that `rtpbin` puts on by the sender reports.
fn captured(buffer: &gst::BufferRef) -> Option<Duration> {
    let mut stamps = buffer.iter_meta::<gst::ReferenceTimestampMeta>();
    let by_reports = |meta: &gst::MetaRef<'_, gst::ReferenceTimestampMeta>| {
        meta.reference().structure(0).is_some_and(|reference| reference.name() == "timestamp/x-ntp")
    };
    stamps.find(by_reports).map(|meta| meta.timestamp().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_add_up_for_each_sample_and_the_mean_follows() {
        gst::init().unwrap();
        let (waits, buffer) = (Waits::default(), gst::Buffer::new());
        waits.leaves(&buffer, Some(Duration::from_millis(100)), 960);
        waits.leaves(&buffer, Some(Duration::from_millis(20)), 960);
        waits.leaves(&buffer, None, 960);
        let waited = waits.waited();
        assert_eq!((waited.count, waited.total), (1_920, Duration::from_millis(120) * 960));
        assert_eq!(waited.lately, Duration::from_millis(95));
        assert_eq!(waited.captured, None);
    }

    #[test]
    fn a_stamp_of_the_sender_tells_the_age() {
        gst::init().unwrap();
        let mut buffer = gst::Buffer::new();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap() + NTP_TO_UNIX;
        let captured = now.checked_sub(Duration::from_millis(250)).unwrap();
        let reference = gst::Caps::new_empty_simple("timestamp/x-ntp");
        let stamp = gst::ClockTime::try_from(captured).unwrap();
        gst::ReferenceTimestampMeta::add(buffer.make_mut(), &reference, stamp, gst::ClockTime::NONE);
        let waits = Waits::default();
        waits.leaves(&buffer, Some(Duration::ZERO), 1);
        let waited = waits.waited();
        assert!(waited.age.unwrap() >= Duration::from_millis(250));
        assert!(waited.playing().unwrap() >= captured);
    }
}
