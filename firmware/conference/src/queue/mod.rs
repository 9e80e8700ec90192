//! Operations on the connection, strictly one after another (spec section 6.1).
//!
//! A newer operation takes the place of an older one, which is told so at once; two requests to stop share one stop; what
//! is asked for while a stop runs waits for its end. Nothing is ever dropped without an outcome.

use crate::api::OperationKind;

/// One operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ticket {
    pub(crate) kind: OperationKind,
    pub(crate) number: u64,
}

/// What a new operation means.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pushed {
    /// It is the running one from now on, so its work has to begin.
    pub(crate) begins: bool,
    /// These will not be done.
    pub(crate) superseded: Vec<Ticket>,
}

/// The running operation and the one behind it.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    running: Option<Ticket>,
    /// Further stops that end with the running one.
    sharing: Vec<Ticket>,
    waiting: Option<Ticket>,
}

impl Queue {
    pub(crate) fn push(&mut self, ticket: Ticket) -> Pushed {
        let stopping = self.running.is_some_and(|running| running.kind == OperationKind::Stop);
        let mut superseded: Vec<Ticket> = self.waiting.take().into_iter().collect();
        if stopping && ticket.kind == OperationKind::Stop {
            self.sharing.push(ticket);
        } else if stopping {
            self.waiting = Some(ticket);
        } else {
            superseded.extend(self.running.replace(ticket));
            return Pushed { begins: true, superseded };
        }
        Pushed { begins: false, superseded }
    }

    /// The running operation has ended: it and those that share its end.
    pub(crate) fn finish(&mut self) -> Vec<Ticket> {
        self.running.take().into_iter().chain(std::mem::take(&mut self.sharing)).collect()
    }

    /// The next one runs, if there is one and nothing else does.
    pub(crate) fn next(&mut self) -> Option<Ticket> {
        if self.running.is_some() {
            return None;
        }
        self.running = self.waiting.take();
        self.running
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ticket(kind: OperationKind, number: u64) -> Ticket {
        Ticket { kind, number }
    }

    #[test]
    fn operations_run_one_after_another() {
        let mut queue = Queue::default();
        let (stop, start) = (ticket(OperationKind::Stop, 1), ticket(OperationKind::Start, 2));
        assert!(queue.push(stop).begins);
        assert!(!queue.push(start).begins);
        assert_eq!(queue.next(), None);
        assert_eq!(queue.finish(), [stop]);
        assert_eq!(queue.next(), Some(start));
        assert_eq!(queue.finish(), [start]);
        assert_eq!(queue.next(), None);
    }

    #[test]
    fn a_newer_operation_takes_the_place_of_an_older_one_running_or_waiting() {
        let mut queue = Queue::default();
        let [first, second] = [1, 2].map(|number| ticket(OperationKind::Restart, number));
        queue.push(first);
        assert_eq!(queue.push(second), Pushed { begins: true, superseded: vec![first] });
        let stop = ticket(OperationKind::Stop, 3);
        assert_eq!(queue.push(stop), Pushed { begins: true, superseded: vec![second] });
        let [fourth, fifth] = [4, 5].map(|number| ticket(OperationKind::Start, number));
        queue.push(fourth);
        assert_eq!(queue.push(fifth), Pushed { begins: false, superseded: vec![fourth] });
        assert_eq!(queue.finish(), [stop]);
        assert_eq!(queue.next(), Some(fifth));
    }

    #[test]
    fn stops_share_one_end_and_empty_the_queue() {
        let mut queue = Queue::default();
        let [first, second] = [1, 3].map(|number| ticket(OperationKind::Stop, number));
        let start = ticket(OperationKind::Start, 2);
        queue.push(first);
        queue.push(start);
        assert_eq!(queue.push(second).superseded, [start]);
        assert_eq!(queue.finish(), [first, second]);
        assert_eq!(queue.next(), None);
    }
}
