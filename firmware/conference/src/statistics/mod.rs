//! Measuring a call again and again, and telling what came out (spec section 8).
//!
//! A sample that media does not give, or that is empty, is a gap and nothing more: measuring goes on.

mod bandwidth;
pub(crate) mod fields;
mod report;

use std::time::{Duration, Instant};

use roombox_sip::api::{Failure, FinalResponse, RequestId, SessionId};
use serde_json::Value;

use crate::api::{CallId, MediaRequest, TrackSource};
use crate::catalogue::{Report, StatsEvent, StopReason};
use crate::context::Context;
use crate::vendor::ClientMessage;
use crate::vendor::outgoing::Outgoing;
use bandwidth::Bandwidth;

/// Between two samples that are quickly taken.
const BASE: Duration = Duration::from_secs(1);
/// A sample that took longer than so many milliseconds makes the next wait so many times [`BASE`].
const SLOWER: [(u64, u32); 3] = [(48, 4), (32, 3), (16, 2)];
/// A sample that has not come after this time is given up.
const PATIENCE: Duration = Duration::from_secs(10);

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Poll {
    #[default]
    Off,
    /// The next sample is taken then.
    At(Instant),
    /// Media takes one of this connection; given up at that time.
    Asked(Instant, TrackSource),
}

/// The statistics of one call.
#[derive(Debug, Default)]
pub(crate) struct Statistics {
    poll: Poll,
    /// The connection that brings the conference.
    feed: TrackSource,
    bandwidth: Bandwidth,
    outgoing: Outgoing,
}

impl Statistics {
    /// The call stands: the first sample is due a second later.
    pub(crate) fn start(&mut self, now: Instant) {
        self.poll = Poll::At(now + BASE);
    }

    /// Another connection brings the conference from now on, or another one of the same kind.
    pub(crate) fn restart(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: CallId,
        feed: TrackSource,
        reason: StopReason,
    ) {
        self.feed = feed;
        if self.stop(context, call, reason) {
            self.start(now);
        }
    }

    /// Ends measuring; true when there was any.
    pub(crate) fn stop(&mut self, context: &mut Context, call: CallId, reason: StopReason) -> bool {
        let was = std::mem::take(&mut self.poll) != Poll::Off;
        self.bandwidth = Bandwidth::default();
        if was {
            context.tell(StatsEvent::Stopped { call, reason });
        }
        was
    }

    /// Somebody waits for the next sample: it comes after the shortest time.
    pub(crate) fn hurry(&mut self, now: Instant) {
        if let Poll::At(at) = self.poll {
            self.poll = Poll::At(at.min(now + BASE));
        }
    }

    /// What media measured and of which connection, where it was asked for and says anything.
    pub(crate) fn measured(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: CallId,
        session: Option<SessionId>,
        (took_ms, entries): (u64, &[Value]),
    ) -> Option<(TrackSource, Report)> {
        let Poll::Asked(_, source) = self.poll else { return None };
        self.poll = Poll::At(now + interval(took_ms));
        if entries.is_empty() {
            return None;
        }
        let report = report::report(call, entries);
        let news = if source == self.feed { self.bandwidth.sample(&report) } else { None };
        if let (Some(bits_per_second), Some(session)) = (news, session) {
            self.outgoing.say(context, session, ClientMessage::AvailableIncomingBitrate { bits_per_second });
        }
        context.tell(StatsEvent::Collected(Box::new(report.clone())));
        Some((source, report))
    }

    /// The server's answer to a report of ours; it changes nothing.
    pub(crate) fn handle_response(&mut self, request: RequestId, outcome: &Result<FinalResponse, Failure>) {
        self.outgoing.handle_response(request, outcome);
    }

    /// What brings the conference is measured; for a proof of what is sent (`proving`) the connection of the call.
    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: CallId, proving: bool) {
        let source = if proving { TrackSource::Call } else { self.feed };
        match self.poll {
            Poll::At(at) if at <= now => {
                self.poll = Poll::Asked(now + PATIENCE, source);
                context.media(MediaRequest::SampleStatistics { call, source });
            }
            Poll::Asked(until, _) if until <= now => self.poll = Poll::At(now + BASE),
            _ => {}
        }
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match self.poll {
            Poll::Off => None,
            Poll::At(at) | Poll::Asked(at, _) => Some(at),
        }
    }
}

/// How long to wait after a sample that took so long.
fn interval(took_ms: u64) -> Duration {
    BASE * SLOWER.iter().find(|(limit, _)| took_ms > *limit).map_or(1, |(_, times)| *times)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slower_a_sample_the_longer_the_wait() {
        let waits = [(0, 1), (16, 1), (17, 2), (32, 2), (33, 3), (48, 3), (49, 4), (u64::MAX, 4)];
        for (took, seconds) in waits {
            assert_eq!(interval(took), Duration::from_secs(seconds), "{took}");
        }
    }
}
