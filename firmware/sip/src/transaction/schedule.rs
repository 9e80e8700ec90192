//! Which transaction is due when.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::TransactionId;

/// Deadlines of many transactions, so that finding the next one does not mean looking at all of them.
#[derive(Debug, Default)]
pub(super) struct Schedule {
    by_time: BTreeSet<(Instant, TransactionId)>,
    of: BTreeMap<TransactionId, Instant>,
}

impl Schedule {
    /// Puts the deadline of `id` in place of its former one.
    pub(super) fn set(&mut self, id: TransactionId, deadline: Option<Instant>) {
        if self.of.get(&id).copied() == deadline {
            return;
        }
        if let Some(former) = self.of.remove(&id) {
            self.by_time.remove(&(former, id));
        }
        if let Some(at) = deadline {
            self.by_time.insert((at, id));
            self.of.insert(id, at);
        }
    }

    /// The earliest deadline.
    pub(super) fn next(&self) -> Option<Instant> {
        self.by_time.first().map(|(at, _)| *at)
    }

    /// Everything due by `now`, earliest first.
    pub(super) fn due(&self, now: Instant) -> Vec<TransactionId> {
        self.by_time.iter().take_while(|(at, _)| *at <= now).map(|(_, id)| *id).collect()
    }
}
