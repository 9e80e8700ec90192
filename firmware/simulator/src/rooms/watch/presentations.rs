//! Presentations: each start has an outcome, and a failure costs no call.

use std::collections::BTreeSet;

use roombox_conference::ConferenceStatus;
use roombox_conference::api::{CallId, CallState, Command, PresentCommand};
use roombox_conference::catalogue::{PresentationEvent, PresentationFault, PresentationPhase};
use roombox_sip::api::{Failure, Originator};

use super::Broken;

/// Presentations of one client.
#[derive(Debug, Default)]
pub(super) struct Presentations {
    /// Asked to start, without outcome yet.
    pending: BTreeSet<CallId>,
    /// One has failed at this very moment.
    failed_now: Option<CallId>,
}

impl Presentations {
    /// Something new happens.
    pub(super) const fn moment(&mut self) {
        self.failed_now = None;
    }

    pub(super) fn on_command(&mut self, command: &Command, status: &ConferenceStatus) {
        let Command::Present { call, command: PresentCommand::Start { .. } } = command else { return };
        let stands = matches!(&status.call, CallState::InCall { call: present, .. } if present == call);
        let rests = matches!(status.snapshot.presentation, PresentationPhase::Idle | PresentationPhase::Failed);
        if stands && rests {
            self.pending.insert(*call);
        }
    }

    pub(super) fn on_event(&mut self, event: &PresentationEvent) {
        match event {
            PresentationEvent::Failed { call, kind, .. } => {
                self.pending.remove(call);
                if *kind != PresentationFault::NoCall {
                    self.failed_now = Some(*call);
                }
            }
            PresentationEvent::Ended { call, .. } | PresentationEvent::Started { call, .. } => {
                self.pending.remove(call);
            }
            _ => {}
        }
    }

    pub(super) fn call_ended(&mut self, call: CallId, failure: &Failure) -> Result<(), Broken> {
        self.pending.remove(&call);
        if self.failed_now == Some(call) && failure.originator != Originator::Remote {
            return Err(("presentation-spares-call", format!("{call:?} ends with its presentation: {failure:?}")));
        }
        Ok(())
    }

    pub(super) fn unfinished(&self) -> Result<(), Broken> {
        match self.pending.first() {
            Some(call) => Err(("presentation-ends", format!("a start in {call:?} has no outcome"))),
            None => Ok(()),
        }
    }
}
