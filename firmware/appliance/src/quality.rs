//! How good the call is, from what is measured every second: a span of some seconds is judged, and a verdict changes only
//! when the judgement stays. Getting worse is believed sooner than getting better.

mod figures;
pub(crate) mod levels;

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use roombox_conference::api::CallId;
use roombox_conference::catalogue::Report;

use self::figures::{Figures, Span};
pub(crate) use self::levels::Expected;
use crate::tree::{QualityCause, QualityStatus, Verdict};

/// What is judged: long enough that one lost packet is none, short enough that people still remember.
const SPAN: Duration = Duration::from_secs(8);
/// Less is not judged: a call that begins is no bad call.
const LEAST: Duration = Duration::from_secs(4);
/// Reports kept at most, if they come faster than every second.
const MOST: usize = 16;
/// A verdict gets worse, or its cause another, when the judgement was so for this long.
const WORSE: Duration = Duration::from_secs(3);
/// And better only after this long.
const BETTER: Duration = Duration::from_secs(10);
/// Without a report for this long nothing is known any more.
const STALE: Duration = Duration::from_secs(15);

type Judgement = (Verdict, Option<QualityCause>);

/// Judges the present call.
#[derive(Debug, Default)]
pub(crate) struct Quality {
    call: Option<CallId>,
    expected: Option<Expected>,
    reports: VecDeque<(Instant, Figures)>,
    stands: Option<Judgement>,
    /// What it would be instead, and since when.
    asks: Option<(Judgement, Instant)>,
}

impl Quality {
    /// Another call, or none, is the present one.
    pub(crate) fn call_changed(&mut self, call: Option<CallId>) {
        if self.call != call {
            *self = Self { call, ..Self::default() };
        }
    }

    /// What was measured in the present call.
    pub(crate) fn measured(&mut self, now: Instant, report: &Report, expected: Expected) {
        if self.call != Some(report.call) {
            return;
        }
        // What was counted while other things were expected says nothing of now.
        if self.expected.replace(expected) != Some(expected) {
            self.reports.clear();
        }
        let latest = (now, Figures::of(report));
        while self.reports.len() >= MOST || self.reports.get(1).is_some_and(|(at, _)| now.duration_since(*at) >= SPAN) {
            self.reports.pop_front();
        }
        let first = self.reports.front().unwrap_or(&latest);
        match Span::between(first, &latest) {
            Some(span) if span.length >= LEAST => self.settle(now, levels::judge(&span, expected)),
            Some(_) => {}
            None => self.reports.clear(),
        }
        self.reports.push_back(latest);
    }

    /// How good the call is, once that is known.
    pub(crate) fn status(&self) -> Option<QualityStatus> {
        self.stands.map(|(verdict, cause)| QualityStatus { verdict, cause })
    }

    /// When a verdict that nothing confirms is forgotten.
    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let last = self.reports.back().map(|(at, _)| *at + STALE);
        last.filter(|_| self.stands.is_some())
    }

    /// To be called when that time has come; earlier it changes nothing.
    pub(crate) fn pass_time(&mut self, now: Instant) {
        if self.next_deadline().is_some_and(|due| due <= now) {
            *self = Self { call: self.call, ..Self::default() };
        }
    }

    fn settle(&mut self, now: Instant, judged: Judgement) {
        let Some(stands) = self.stands else {
            self.stands = Some(judged);
            return;
        };
        if judged == stands {
            self.asks = None;
            return;
        }
        let since = match self.asks {
            // Which of two better ones it is does not begin the wait anew.
            Some((asked, since)) if asked == judged || (asked.0 < stands.0 && judged.0 < stands.0) => since,
            _ => now,
        };
        self.asks = Some((judged, since));
        let wait = if judged.0 < stands.0 { BETTER } else { WORSE };
        if now.saturating_duration_since(since) >= wait {
            (self.stands, self.asks) = (Some(judged), None);
        }
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "a test takes one moment of the clock as the start of its virtual time")]
mod tests;
