//! Operations of the queue: each has exactly one outcome.

use std::collections::BTreeSet;

use roombox_conference::api::{Command, Event, OperationKind};
use roombox_conference::session::{CloseReason, SessionPhase, SessionState};

use super::Broken;

const KINDS: [OperationKind; 5] = [
    OperationKind::CheckTelephony,
    OperationKind::Ping,
    OperationKind::Restart,
    OperationKind::Start,
    OperationKind::Stop,
];

/// Operations asked for and those that ended.
#[derive(Debug, Default)]
pub(super) struct Operations {
    /// Asked for and not ended, by kind as in [`KINDS`].
    open: [u32; KINDS.len()],
    /// Numbers of those that ended.
    ended: BTreeSet<u64>,
    /// Connection and call are one undertaking: it starts and stops by itself.
    undertaking: bool,
}

impl Operations {
    fn asked(&mut self, kind: OperationKind) {
        if let Some(index) = KINDS.iter().position(|known| *known == kind) {
            self.open[index] += 1;
        }
    }

    pub(super) fn on_command(&mut self, command: &Command) {
        match command {
            Command::CheckTelephony => self.asked(OperationKind::CheckTelephony),
            Command::Ping => self.asked(OperationKind::Ping),
            Command::Restart => self.asked(OperationKind::Restart),
            Command::Start => self.asked(OperationKind::Start),
            Command::Stop if self.undertaking => {}
            Command::Stop => self.asked(OperationKind::Stop),
            _ => {}
        }
    }

    pub(super) fn on_event(&mut self, event: &Event) -> Result<(), Broken> {
        match event {
            Event::ConnectAndCall(state) => self.on_undertaking(*state),
            Event::Operation { number, operation, outcome } => {
                let open = KINDS.iter().position(|known| known == operation).map(|index| &mut self.open[index]);
                let Some(open) = open.filter(|open| **open > 0) else {
                    return Err(("operation-ends", format!("{operation:?} {number} ends unasked: {outcome:?}")));
                };
                *open -= 1;
                if !self.ended.insert(*number) {
                    return Err(("operation-ends", format!("{operation:?} {number} ends twice: {outcome:?}")));
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn on_undertaking(&mut self, state: SessionState) {
        match (self.undertaking, state.phase) {
            (false, SessionPhase::Connecting) => {
                self.undertaking = true;
                self.asked(OperationKind::Start);
            }
            // A second one is refused, the first goes on.
            (true, SessionPhase::Closed) if state.reason == Some(CloseReason::SessionActive) => {}
            (true, SessionPhase::Closed) => {
                self.undertaking = false;
                // Whoever took its place keeps the connection.
                if state.reason != Some(CloseReason::Superseded) {
                    self.asked(OperationKind::Stop);
                }
            }
            _ => {}
        }
    }

    pub(super) fn unfinished(&self) -> Result<(), Broken> {
        match KINDS.iter().zip(self.open).find(|(_, open)| *open > 0) {
            Some((kind, open)) => Err(("operation-ends", format!("{open} of {kind:?} never ended"))),
            None => Ok(()),
        }
    }
}
