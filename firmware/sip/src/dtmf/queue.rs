//! Keys that wait to be sent: one at a time, with their gaps and pauses. Knows no session and sends nothing itself.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::{DURATION_MS, KEYS, Tone};
use crate::api::RequestId;

/// The shortest gap between two keys (spec section 14.9), in milliseconds.
const MIN_GAP_MS: u32 = 50;
/// Keys waiting in one session at most: longer than any number with its PIN, and sent within minutes.
const MAX_WAITING: usize = 128;
/// How long a `,` waits (spec section 14.9).
const PAUSE: Duration = Duration::from_secs(2);

/// Why keys are not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TonesError {
    #[error("there is no key to send")]
    Empty,
    #[error("{0:?} is no telephone key")]
    NoKey(char),
    #[error("too many keys are waiting")]
    TooMany,
}

/// The keys of one command.
#[derive(Debug)]
struct Job {
    duration_ms: u32,
    gap_ms: u32,
    keys: VecDeque<char>,
    request: RequestId,
}

/// The keys of a session.
#[derive(Debug, Default)]
pub(crate) struct Queue {
    /// A key is sent and not answered yet: the next one would overtake it over UDP.
    in_flight: bool,
    jobs: VecDeque<Job>,
    /// Nothing is sent before.
    wait: Option<Instant>,
}

impl Queue {
    /// Takes the keys of a command; those of earlier commands go first.
    pub(crate) fn add(
        &mut self,
        request: RequestId,
        keys: &str,
        duration_ms: u32,
        gap_ms: u32,
    ) -> Result<(), TonesError> {
        // A pause at the end delays nothing that anybody waits for.
        let keys: VecDeque<char> = keys.trim_end_matches(',').to_uppercase().chars().collect();
        if let Some(other) = keys.iter().find(|key| !KEYS.contains(**key) && **key != ',') {
            return Err(TonesError::NoKey(*other));
        }
        if keys.is_empty() {
            return Err(TonesError::Empty);
        }
        if self.jobs.iter().map(|job| job.keys.len()).sum::<usize>() + keys.len() > MAX_WAITING {
            return Err(TonesError::TooMany);
        }
        let duration_ms = duration_ms.clamp(*DURATION_MS.start(), *DURATION_MS.end());
        self.jobs.push_back(Job { duration_ms, gap_ms: gap_ms.max(MIN_GAP_MS), keys, request });
        Ok(())
    }

    /// The key to send now, if one is due.
    pub(crate) fn next(&mut self, now: Instant) -> Option<Tone> {
        if self.deadline().is_some_and(|at| at > now) || self.in_flight {
            return None;
        }
        let job = self.jobs.front_mut()?;
        let key = job.keys.pop_front()?;
        if key == ',' {
            self.wait = Some(now + PAUSE);
            return None;
        }
        self.in_flight = true;
        self.wait = Some(now + Duration::from_millis(u64::from(job.duration_ms) + u64::from(job.gap_ms)));
        Some(Tone { key, duration_ms: job.duration_ms })
    }

    /// The key on its way has arrived; gives the command that is done with it.
    pub(crate) fn arrived(&mut self) -> Option<RequestId> {
        self.in_flight = false;
        self.jobs.pop_front_if(|job| job.keys.is_empty()).map(|job| job.request)
    }

    /// A key failed, or no more can be sent: everything is dropped. Gives the commands that are not done, the one that
    /// failed first.
    pub(crate) fn clear(&mut self) -> Vec<RequestId> {
        let jobs = std::mem::take(self).jobs;
        jobs.into_iter().map(|job| job.request).collect()
    }

    /// When the next key is due; `None` while one is on its way or none waits. A queue just filled is due at once.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.wait.filter(|_| !self.in_flight && !self.jobs.is_empty())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::disallowed_methods, reason = "tests need some first instant")]
    use super::*;

    const FIRST: RequestId = RequestId(1);
    const SECOND: RequestId = RequestId(2);

    fn millis(ms: u64) -> Duration {
        Duration::from_millis(ms)
    }

    #[test]
    fn the_next_key_waits_for_duration_gap_and_answer() {
        let start = Instant::now();
        let mut queue = Queue::default();
        assert_eq!(queue.add(FIRST, "1a", 10, 0), Ok(()));
        assert_eq!(queue.next(start), Some(Tone { key: '1', duration_ms: 70 }));
        assert_eq!((queue.next(start + millis(500)), queue.deadline()), (None, None), "not answered yet");
        assert_eq!(queue.arrived(), None);
        assert_eq!((queue.deadline(), queue.next(start + millis(119))), (Some(start + millis(120)), None));
        assert_eq!(queue.next(start + millis(120)), Some(Tone { key: 'A', duration_ms: 70 }));
        assert_eq!((queue.arrived(), queue.deadline()), (Some(FIRST), None));
    }

    #[test]
    fn a_comma_waits_two_seconds() {
        let start = Instant::now();
        let mut queue = Queue::default();
        assert_eq!(queue.add(FIRST, ",5,", 100, 500), Ok(()));
        assert_eq!((queue.next(start), queue.deadline()), (None, Some(start + PAUSE)));
        assert_eq!(queue.next(start + PAUSE).map(|tone| tone.key), Some('5'));
        assert_eq!(queue.arrived(), Some(FIRST), "the pause at the end is nobody's");
    }

    #[test]
    fn clearing_gives_every_command_that_is_not_done() {
        let mut queue = Queue::default();
        assert_eq!((queue.add(FIRST, "12", 100, 50), queue.add(SECOND, "3", 100, 50)), (Ok(()), Ok(())));
        assert!(queue.next(Instant::now()).is_some());
        assert_eq!((queue.clear(), queue.deadline()), (vec![FIRST, SECOND], None));
    }

    #[test]
    fn what_cannot_be_sent_is_not_taken() {
        let mut queue = Queue::default();
        assert_eq!(queue.add(FIRST, "1x", 100, 50), Err(TonesError::NoKey('X')));
        assert_eq!(queue.add(FIRST, ",,", 100, 50), Err(TonesError::Empty));
        assert_eq!(queue.add(FIRST, &"1".repeat(129), 100, 50), Err(TonesError::TooMany));
        assert_eq!(queue.deadline(), None);
    }
}
