//! Retries with a growing delay and a maximum (spec section 12.4).
//!
//! Unlike the library, every id has a timer and a delay of its own, the first call is counted like any other, and being
//! exhausted is not a delay of 0.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// Retries of one id unless told otherwise.
pub const DEFAULT_MAX: u32 = 3;
/// What each delay is longer than the one before, unless told otherwise.
pub const DEFAULT_INCREASE: Duration = Duration::from_millis(500);

/// What became of asking for a retry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// Counted; due after this long.
    Armed(Duration),
    /// One was waiting: it starts again with the same delay and is not counted twice.
    Rearmed(Duration),
    /// The maximum is reached: nothing will come.
    Exhausted,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    max: u32,
    count: u32,
    delay: Duration,
    increase: Option<Duration>,
    at: Option<Instant>,
}

impl Default for Entry {
    fn default() -> Self {
        Self { max: DEFAULT_MAX, count: 0, delay: Duration::ZERO, increase: None, at: None }
    }
}

/// The retries of any number of ids; the owner of the ids bounds them.
#[derive(Clone, Debug, Default)]
pub struct Retries {
    entries: BTreeMap<String, Entry>,
}

impl Retries {
    /// Nothing to retry.
    pub fn new() -> Self {
        Self::default()
    }

    /// How often this id may be retried.
    pub fn update_max(&mut self, id: &str, max: u32) {
        self.entries.entry(id.into()).or_default().max = max;
    }

    /// How often it was retried.
    pub fn count(&self, id: &str) -> u32 {
        self.entries.get(id).map_or(0, |entry| entry.count)
    }

    /// Has it been retried as often as allowed?
    pub fn is_exhausted(&self, id: &str) -> bool {
        self.entries.get(id).is_some_and(|entry| entry.count >= entry.max)
    }

    /// Counts a retry; `false` once there is none left.
    pub fn retry(&mut self, id: &str) -> bool {
        let entry = self.entries.entry(id.into()).or_default();
        let left = entry.count < entry.max;
        entry.count += u32::from(left);
        left
    }

    /// Asks for a retry later. The increase of an id's first call stays.
    pub fn delay(&mut self, now: Instant, id: &str, increase: Duration) -> Delay {
        let waiting = self.entries.get(id).is_some_and(|entry| entry.at.is_some());
        if !waiting && !self.retry(id) {
            return Delay::Exhausted;
        }
        let entry = self.entries.entry(id.into()).or_default();
        if !waiting {
            entry.delay = entry.delay.saturating_add(*entry.increase.get_or_insert(increase));
        }
        // A delay beyond the end of time is never due.
        entry.at = now.checked_add(entry.delay);
        if waiting { Delay::Rearmed(entry.delay) } else { Delay::Armed(entry.delay) }
    }

    /// It worked: the next failure is the first again. The maximum stays.
    pub fn reset(&mut self, id: &str) {
        if let Some(entry) = self.entries.get_mut(id) {
            *entry = Entry { max: entry.max, ..Entry::default() };
        }
    }

    /// Forgets an id.
    pub fn forget(&mut self, id: &str) {
        self.entries.remove(id);
    }

    /// The ids whose time has come, each once.
    pub fn take_due(&mut self, now: Instant) -> Vec<String> {
        let due = self.entries.iter_mut().filter(|(_, entry)| entry.at.is_some_and(|at| at <= now));
        due.map(|(id, entry)| {
            entry.at = None;
            id.clone()
        })
        .collect()
    }

    /// When [`Retries::take_due`] has something.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.entries.values().filter_map(|entry| entry.at).min()
    }
}
