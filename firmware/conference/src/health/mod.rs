//! Whether the conference picture really arrives, and what is done when it does not (spec section 8.4).

mod judge;
mod remedies;

use std::time::Instant;

use roombox_sip::api::{Body, Event as SipEvent};

use crate::api::{CallId, TrackSource};
use crate::catalogue::{HealthSnapshot, MainStreamHealthEvent, ProblemReason, Report, ResetCause};
use crate::context::Context;
use judge::Counters;
pub(crate) use remedies::Remedy;
use remedies::{Finding, Remedies};

/// The health of the conference picture of one call.
#[derive(Debug, Default)]
pub(crate) struct Health {
    before: Option<Counters>,
    /// The same problem in so many samples in a row.
    suspected: Option<(ProblemReason, u32)>,
    detected: Option<ProblemReason>,
    remedies: Remedies,
    had_picture: bool,
    /// The other side of the call says that it sends no picture by it.
    muted: bool,
}

impl Health {
    /// The other side describes what it sends.
    pub(crate) fn session_event(&mut self, event: &SipEvent) {
        let (SipEvent::Accepted { body, .. } | SipEvent::Offer { body, .. } | SipEvent::OfferAnswered { body, .. }) =
            event
        else {
            return;
        };
        if let Some(sends) = body.as_ref().and_then(Body::text).and_then(judge::sends_picture) {
            self.muted = !sends;
        }
    }

    /// One sample; the remedy to try, if it is time for one. `busy`: something is being negotiated.
    pub(crate) fn measured(
        &mut self,
        context: &mut Context,
        now: Instant,
        report: &Report,
        source: TrackSource,
        busy: bool,
    ) -> Option<Remedy> {
        let counters = Counters::of(report);
        let muted = self.muted && source == TrackSource::Call;
        let snapshot = judge::snapshot(report.call, self.before, counters, muted);
        let problem = judge::problem(&snapshot, self.before, counters);
        self.before = Some(counters);
        self.had_picture |= problem.is_none() && counters.any();
        context.tell(MainStreamHealthEvent::HealthSnapshot(snapshot));
        match problem {
            Some(reason) => self.suspect(context, snapshot, reason),
            None => self.resolve(context, snapshot),
        }
        let reason = self.detected?;
        let finding = Finding { reason, source, had_picture: self.had_picture, muted, busy };
        self.remedies.next(now, &context.config.media.health, finding)
    }

    /// The picture comes another way now, or not at all.
    pub(crate) fn reset(&mut self, context: &mut Context, call: CallId, reset_cause: ResetCause) {
        self.before = None;
        self.suspected = None;
        self.remedies.reset();
        if let Some(reason) = self.detected.take() {
            context.tell(MainStreamHealthEvent::InboundVideoProblemReset { call, reason, reset_cause });
        }
    }

    fn suspect(&mut self, context: &mut Context, snapshot: HealthSnapshot, reason: ProblemReason) {
        let count = match self.suspected {
            Some((same, count)) if same == reason => count.saturating_add(1),
            _ => 1,
        };
        self.suspected = Some((reason, count));
        if count >= context.config.media.health.samples.get() && self.detected != Some(reason) {
            self.detected = Some(reason);
            let consecutive_problem_samples_count = count;
            context.tell(MainStreamHealthEvent::InboundVideoProblemDetected {
                snapshot,
                consecutive_problem_samples_count,
                reason,
            });
        }
    }

    fn resolve(&mut self, context: &mut Context, snapshot: HealthSnapshot) {
        self.suspected = None;
        self.remedies.reset();
        if let Some(reason) = self.detected.take() {
            context.tell(MainStreamHealthEvent::InboundVideoProblemResolved { snapshot, reason });
        }
    }
}
