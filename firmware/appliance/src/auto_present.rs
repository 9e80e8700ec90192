//! A presentation that starts and stops by itself with the signal of a capture device, and never against people.

use std::time::{Duration, Instant};

use roombox_conference::api::{CallId, CallState};

use crate::appliance::Appliance;
use crate::tree::{Admission, PresentationState};

/// So long may a signal be away: a computer that changes its resolution or wakes up takes some seconds.
const GRACE: Duration = Duration::from_secs(10);

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wish {
    Start,
    Stop,
}

/// Whether what runs was started by the signal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Ours {
    #[default]
    No,
    /// It was asked for and has not begun.
    Asked,
    Runs,
}

/// Whether the signal decides.
#[derive(Debug, Default)]
pub(crate) struct AutoPresent {
    on: bool,
    /// `None` as long as nothing is known.
    signal: Option<bool>,
    /// The call it is about.
    call: Option<CallId>,
    ours: Ours,
    /// Somebody else has decided: nothing happens until the signal has gone and come again.
    held_off: bool,
    /// The signal went, and is waited for until then.
    gone_until: Option<Instant>,
}

impl AutoPresent {
    pub(crate) fn new(on: bool) -> Self {
        Self { on, ..Self::default() }
    }

    pub(crate) const fn signal(&self) -> Option<bool> {
        self.signal
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        self.gone_until
    }

    pub(crate) fn signal_changed(&mut self, now: Instant, present: bool) {
        self.signal = Some(present);
        if present {
            self.gone_until = None;
        } else {
            self.held_off = false;
            self.gone_until = (self.ours != Ours::No).then(|| now + GRACE);
        }
    }

    /// A person or program wants it otherwise, or as it is.
    pub(crate) const fn decided_by_others(&mut self) {
        self.ours = Ours::No;
        self.gone_until = None;
        self.held_off = matches!(self.signal, Some(true));
    }

    /// What is to be done in this call (`None`: no call that one could present in).
    pub(crate) fn wish(&mut self, now: Instant, call: Option<CallId>, state: PresentationState) -> Option<Wish> {
        if !self.on {
            return None;
        }
        if self.call != call {
            *self = Self { on: true, signal: self.signal, call, ..Self::default() };
        }
        let runs = matches!(state, PresentationState::Starting | PresentationState::Presenting);
        call?;
        match self.ours {
            Ours::Asked if runs => self.ours = Ours::Runs,
            Ours::Asked if state == PresentationState::Failed => self.decided_by_others(),
            // The server stopped it, or it broke down.
            Ours::Runs if !runs => self.decided_by_others(),
            _ => {}
        }
        if self.gone_until.is_some_and(|until| until <= now) {
            (self.ours, self.gone_until) = (Ours::No, None);
            return Some(Wish::Stop);
        }
        let free = self.ours == Ours::No && !runs && state != PresentationState::Stopping;
        let starts = self.signal == Some(true) && !self.held_off && free;
        starts.then_some(Wish::Start)
    }

    /// It was asked to start.
    pub(crate) const fn started(&mut self) {
        self.ours = Ours::Asked;
    }
}

impl Appliance {
    /// Presents or stops as the signal says.
    pub(crate) fn follow_signal(&mut self, now: Instant) {
        let admitted = self.desk.session.admission() == Admission::Admitted;
        let call = match self.desk.state {
            CallState::InCall { call, media_connected: true, .. } if admitted => Some(call),
            _ => None,
        };
        let done = match self.auto_present.wish(now, call, self.desk.session.presentation()) {
            Some(Wish::Start) => {
                self.auto_present.started();
                let source = self.config.source.clone();
                self.present_source(Some(true), Some(&source))
            }
            Some(Wish::Stop) => self.present_source(Some(false), None),
            None => Ok(()),
        };
        if done.is_err() {
            self.auto_present.decided_by_others();
        }
    }
}
