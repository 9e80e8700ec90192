//! What is to be done later, in order of time.

use std::collections::BTreeMap;
use std::time::Instant;

use bytes::Bytes;
use roombox_sip::api::{FlowId, SessionId};

/// One thing to do when its time has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Task {
    /// Cut this connection.
    Cut(FlowId),
    /// End this call.
    HangUp(SessionId),
    /// Send this message.
    Send(FlowId, Bytes),
    /// Tell this participant again that it presents no longer.
    StopPresenting(SessionId),
}

/// Things to do later; those of the same time in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Due {
    tasks: BTreeMap<(Instant, u64), Task>,
    added: u64,
}

impl Due {
    pub(crate) fn add(&mut self, at: Instant, task: Task) {
        self.added += 1;
        self.tasks.insert((at, self.added), task);
    }

    /// The next thing whose time has come.
    pub(crate) fn take(&mut self, now: Instant) -> Option<Task> {
        let first = self.tasks.first_entry()?;
        (first.key().0 <= now).then(|| first.remove())
    }

    pub(crate) fn next(&self) -> Option<Instant> {
        self.tasks.first_key_value().map(|((at, _), _)| *at)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "tests need some first instant")]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn tasks_come_in_order_of_time_then_of_adding() {
        let (mut due, now) = (Due::default(), Instant::now());
        let cut = |n| Task::Cut(FlowId(n));
        due.add(now + Duration::from_secs(2), cut(3));
        due.add(now + Duration::from_secs(1), cut(1));
        due.add(now + Duration::from_secs(1), cut(2));
        assert_eq!(due.take(now), None);
        let later = now + Duration::from_secs(3);
        let order: Vec<_> = std::iter::from_fn(|| due.take(later)).collect();
        assert_eq!(order, [cut(1), cut(2), cut(3)]);
    }
}
