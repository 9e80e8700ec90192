//! Playing a script: events in, what is to be done and what became of each step out. Knows no clock.

use std::collections::VecDeque;
use std::time::Instant;

use roombox_lab_signalling::LabEvent;
use serde::Serialize;
use serde_json::Value as Json;

use super::{Act, Action, Script, Step};

/// Events kept for waits at most; with one report a second for each call that is hours.
const KEPT: usize = 10_000;

/// A script that is being played.
#[derive(Debug)]
pub struct Play {
    /// When it began.
    start: Instant,
    /// When the present step began.
    since: Instant,
    steps: VecDeque<Step>,
    /// Number of the present step, from 1.
    number: usize,
    /// Events since the last thing that was done.
    heard: VecDeque<Json>,
    /// What the present step does was given out.
    done: bool,
    failed: bool,
}

/// What a script wants.
#[derive(Clone, Debug)]
pub enum Turn {
    /// Do this.
    Do(Act),
    /// Tell what became of a step.
    Told(StepReport),
}

/// What became of a step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StepReport {
    /// From 1.
    pub step: usize,
    /// In the file.
    pub line: usize,
    /// The step itself.
    pub words: String,
    /// It happened.
    pub happened: bool,
    /// From the beginning of the step to its end.
    pub took_ms: u64,
    /// From the beginning of the script to the end of the step.
    pub at_ms: u64,
}

impl Play {
    /// Begins now.
    pub fn new(script: &Script, now: Instant) -> Self {
        let steps = script.steps.iter().cloned().collect();
        Self { start: now, since: now, steps, number: 1, heard: VecDeque::new(), done: false, failed: false }
    }

    /// Something happened at the lab.
    pub fn hear(&mut self, event: &LabEvent) {
        if self.heard.len() == KEPT {
            self.heard.pop_front();
        }
        // Every event can be written as JSON: it holds nothing but texts and finite numbers.
        self.heard.push_back(serde_json::to_value(event).unwrap_or_default());
    }

    /// What is to be done or told now; to be asked until there is nothing.
    pub fn poll(&mut self, now: Instant) -> Option<Turn> {
        if self.failed {
            return None;
        }
        match &self.steps.front()?.action {
            Action::Do(_) if self.done => Some(Turn::Told(self.step_over(now, true))),
            Action::Do(act) => {
                let act = act.clone();
                self.done = true;
                self.heard.clear();
                Some(Turn::Do(act))
            }
            Action::Wait { pattern, within } => {
                let found = self.heard.iter().any(|event| pattern.fits(event));
                let late = now >= self.since + *within;
                (found || late).then(|| Turn::Told(self.step_over(now, found)))
            }
        }
    }

    fn step_over(&mut self, now: Instant, happened: bool) -> StepReport {
        let millis = |since: Instant| u64::try_from((now - since).as_millis()).unwrap_or(u64::MAX);
        let step = self.steps.pop_front();
        let (line, words) = step.map_or((0, String::new()), |step| (step.line, step.words));
        let report = StepReport {
            step: self.number,
            line,
            words,
            happened,
            took_ms: millis(self.since),
            at_ms: millis(self.start),
        };
        self.failed = !happened;
        self.done = false;
        self.number += 1;
        self.since = now;
        report
    }

    /// When a step is late.
    pub fn next_deadline(&self) -> Option<Instant> {
        match &self.steps.front()?.action {
            Action::Wait { within, .. } if !self.failed => Some(self.since + *within),
            _ => None,
        }
    }

    /// All steps happened.
    pub fn is_done(&self) -> bool {
        self.steps.is_empty() && !self.failed
    }

    /// A step did not happen: nothing more is done.
    pub fn has_failed(&self) -> bool {
        self.failed
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn script(text: &str) -> Script {
        Script::from_text("script".as_ref(), text).unwrap()
    }

    fn registered(user: &str) -> LabEvent {
        LabEvent::Registered { user: user.into(), expires: 300 }
    }

    fn told(play: &mut Play, now: Instant) -> Option<bool> {
        match play.poll(now)? {
            Turn::Told(report) => Some(report.happened),
            Turn::Do(act) => panic!("{act:?}"),
        }
    }

    const TWO_WAITS: &str = "[[step]]\nwait = { event = 'registered', user = 'a', within = '10s' }\n\
        [[step]]\nwait = { event = 'registered', user = 'b', within = '10s' }\n";

    #[test]
    fn waits_take_events_in_any_order_and_each_in_its_time() {
        let (script, now) = (script(TWO_WAITS), Instant::now());
        let mut play = Play::new(&script, now);
        assert_eq!((play.poll(now).is_none(), play.next_deadline()), (true, Some(now + Duration::from_secs(10))));
        play.hear(&registered("b"));
        assert!(play.poll(now).is_none());
        play.hear(&registered("a"));
        let later = now + Duration::from_secs(3);
        assert_eq!((told(&mut play, later), told(&mut play, later)), (Some(true), Some(true)));
        assert!(play.is_done() && play.poll(later).is_none());
    }

    #[test]
    fn a_wait_that_is_not_fulfilled_in_time_ends_the_script() {
        let (script, now) = (script(TWO_WAITS), Instant::now());
        let mut play = Play::new(&script, now);
        let late = now + Duration::from_secs(10);
        assert_eq!(told(&mut play, late), Some(false));
        play.hear(&registered("b"));
        assert!(play.poll(late).is_none() && play.has_failed() && !play.is_done());
    }

    #[test]
    fn what_came_before_something_was_done_does_not_count_after_it() {
        let text = "[[step]]\ndo = { order = 'drop-connections' }\n[[step]]\nwait = { event = 'registered' }\n";
        let (script, now) = (script(text), Instant::now());
        let mut play = Play::new(&script, now);
        play.hear(&registered("a"));
        assert!(matches!(play.poll(now), Some(Turn::Do(_))));
        assert_eq!(told(&mut play, now), Some(true));
        assert!(play.poll(now).is_none());
        play.hear(&registered("a"));
        assert_eq!(told(&mut play, now), Some(true));
    }
}
