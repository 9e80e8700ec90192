//! What is to be done later, in order of time.

use std::collections::BTreeMap;
use std::time::Instant;

/// Things to do later; those of the same time in the order in which they were added.
#[derive(Debug)]
pub(crate) struct Agenda<T> {
    added: u64,
    jobs: BTreeMap<(Instant, u64), T>,
}

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self { added: 0, jobs: BTreeMap::new() }
    }
}

impl<T> Agenda<T> {
    pub(crate) fn add(&mut self, at: Instant, job: T) {
        self.added += 1;
        self.jobs.insert((at, self.added), job);
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.jobs.first_key_value().map(|((at, _), _)| *at)
    }

    /// The first thing whose time has come.
    pub(crate) fn take(&mut self, now: Instant) -> Option<T> {
        let first = self.jobs.first_entry().filter(|first| first.key().0 <= now)?;
        Some(first.remove())
    }

    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.jobs.retain(|_, job| keep(job));
    }
}
