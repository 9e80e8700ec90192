//! What is known of the network path, for all that must know it: round trip, packets missed, rates.

use std::{
    sync::{
        Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use super::repairs::Repairs;
use crate::bandwidth::probe::Cluster;

/// Until one was measured: a path across a country.
const USUAL_ROUND_TRIP: Duration = Duration::from_millis(60);

/// How much faster than the estimate a frame is sent, so that it does not wait for the next; not while a queue in the
/// path is being emptied.
const AHEAD: f64 = 2.5;

/// Figures of a path; every user of them may be a little behind.
#[derive(Debug, Default)]
pub(super) struct Path {
    /// Smoothed, in µs; 0 = not measured yet.
    round_trip: AtomicU64,
    missed: AtomicU64,
    /// In bit/s; 0 = not known.
    pacing: AtomicU64,
    /// In bit/s; 0 = nobody said.
    allowed: AtomicU64,
    /// What the peer may send, in bit/s; 0 = not known.
    incoming: AtomicU64,
    /// The peer tells when packets arrived.
    arrivals: AtomicBool,
    repairs: RwLock<Repairs>,
    /// What would be sent at most, in bit/s; 0 = nobody said.
    wanted: AtomicU64,
    /// To be sent now.
    probe: Mutex<Option<Cluster>>,
    /// Of ourselves, lately, in µs.
    lateness: AtomicU64,
}

impl Path {
    /// A round trip was measured; the mean moves by an eighth of the difference (RFC 6298 section 2.3).
    pub(super) fn measured(&self, round_trip: Duration) {
        let now = u64::try_from(round_trip.as_micros()).unwrap_or(u64::MAX).max(1);
        let mean = self.round_trip.load(Ordering::Relaxed);
        let next = if mean == 0 { now } else { mean - mean / 8 + now / 8 };
        self.round_trip.store(next.max(1), Ordering::Relaxed);
    }

    /// Mean round trip.
    pub(super) fn round_trip(&self) -> Duration {
        match self.round_trip.load(Ordering::Relaxed) {
            0 => USUAL_ROUND_TRIP,
            mean => Duration::from_micros(mean),
        }
    }

    /// The path carries this much in bit/s; a queue in it may just be emptied.
    pub(super) fn pace(&self, rate: f64, draining: bool) {
        self.pacing.store(whole(if draining { rate } else { rate * AHEAD }), Ordering::Relaxed);
    }

    /// Rate for pictures in bit/s; `None` = as they come.
    pub(super) fn pacing(&self) -> Option<f64> {
        known(&self.pacing)
    }

    /// The receiver takes this much in bit/s (REMB).
    pub(super) fn allow(&self, rate: f64) {
        self.allowed.store(whole(rate), Ordering::Relaxed);
    }

    /// What the receiver takes in bit/s, where it said so.
    pub(super) fn allowed(&self) -> Option<f64> {
        known(&self.allowed)
    }

    /// The peer may send this much in bit/s.
    pub(super) fn allow_incoming(&self, rate: f64) {
        self.incoming.store(whole(rate), Ordering::Relaxed);
    }

    /// What the peer may send in bit/s, where that was estimated.
    pub(super) fn incoming(&self) -> Option<f64> {
        known(&self.incoming)
    }

    /// The peer has told when packets arrived (transport-cc), so its other reports are not needed.
    pub(super) fn arrivals_told(&self) {
        self.arrivals.store(true, Ordering::Relaxed);
    }

    /// The peer tells when packets arrive.
    pub(super) fn arrivals_are_told(&self) -> bool {
        self.arrivals.load(Ordering::Relaxed)
    }

    /// We came so much later than we wanted; the worst is forgotten slowly.
    pub(super) fn late(&self, by: Duration) {
        let by = u64::try_from(by.as_micros()).unwrap_or(u64::MAX);
        let before = self.lateness.load(Ordering::Relaxed);
        self.lateness.store(by.max(before - before / 8), Ordering::Relaxed);
    }

    /// How late we are at present.
    pub(super) fn lateness(&self) -> Duration {
        Duration::from_micros(self.lateness.load(Ordering::Relaxed))
    }

    /// Retransmissions come so from now on.
    pub(super) fn set_repairs(&self, repairs: Repairs) {
        *self.repairs.write().unwrap_or_else(PoisonError::into_inner) = repairs;
    }

    /// How retransmissions come.
    pub(super) fn with_repairs<T>(&self, look: impl FnOnce(&Repairs) -> T) -> T {
        look(&self.repairs.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// So much would be sent at most if the path carried it, in bit/s.
    pub(super) fn want(&self, rate: f64) {
        self.wanted.store(whole(rate), Ordering::Relaxed);
    }

    /// What would be sent at most, in bit/s, where that was said.
    pub(super) fn wanted(&self) -> Option<f64> {
        known(&self.wanted)
    }

    /// Padding is to be sent to see whether the path carries more; nothing = no more.
    pub(super) fn set_probe(&self, cluster: Option<Cluster>) {
        *self.probe.lock().unwrap_or_else(PoisonError::into_inner) = cluster;
    }

    /// Padding that is to be sent now.
    pub(super) fn probe(&self) -> Option<Cluster> {
        *self.probe.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// So many packets did not come in their turn.
    pub(super) fn miss(&self, packets: usize) {
        self.missed.fetch_add(packets as u64, Ordering::Relaxed);
    }

    /// Packets missed so far; most come later, asked for.
    pub(super) fn missed(&self) -> u64 {
        self.missed.load(Ordering::Relaxed)
    }
}

/// Bit/s as they are kept, never 0.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped before")]
fn whole(rate: f64) -> u64 {
    rate.clamp(1.0, 1e12) as u64
}

fn known(rate: &AtomicU64) -> Option<f64> {
    let rate = u32::try_from(rate.load(Ordering::Relaxed)).unwrap_or(u32::MAX);
    (rate > 0).then(|| f64::from(rate))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_trip_is_taken_at_once_and_then_followed_slowly() {
        let path = Path::default();
        path.measured(Duration::from_millis(100));
        assert_eq!(path.round_trip(), Duration::from_millis(100));
        path.measured(Duration::from_millis(20));
        assert_eq!(path.round_trip(), Duration::from_millis(90));
    }
}
