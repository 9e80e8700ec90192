//! The offers of a session after its first: those of ours that wait, and the one that runs, ours or the peer's.

use std::collections::VecDeque;
use std::time::Instant;

use super::Ringing;
use super::prack::Reliably;
use crate::api::{Body, HeaderLine};
use crate::message::Request;
use crate::transaction::TransactionId;

/// Where an offer of ours comes from.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Ours with other directions: the peer on hold, or back.
    Hold(bool),
    /// The owner's description; it waits for the answer.
    Owner(Body),
    /// The description as it is, to keep the session alive: nobody waits for its answer.
    Refresh,
}

/// An offer of ours.
#[derive(Clone, Debug)]
pub(super) struct Ours {
    pub headers: Vec<HeaderLine>,
    /// Wanted by UPDATE.
    pub update: bool,
    pub what: What,
}

/// Where the answer to the peer's offer goes.
#[derive(Debug)]
pub(super) enum Asked {
    /// Into the ACK for the 2xx of our INVITE. `headers` are those of the 2xx.
    Ack { headers: Vec<HeaderLine>, invite: Request },
    /// Into the PRACK for a reliable provisional response.
    Prack(Reliably),
    /// Into the response to INVITE, UPDATE or PRACK.
    Request(Ringing),
}

/// The peer's offer, and until when its answer is worth anything.
#[derive(Debug)]
pub(super) struct Theirs {
    pub asked: Asked,
    pub until: Instant,
}

#[derive(Debug, Default)]
pub(super) enum Running {
    #[default]
    None,
    Ours {
        body: Body,
        ours: Ours,
        /// The peer's tag.
        tag: String,
        transaction: TransactionId,
        /// When a re-INVITE is cancelled.
        until: Option<Instant>,
    },
    Theirs(Theirs),
}

/// The offers of a session.
#[derive(Debug, Default)]
pub(crate) struct Offer {
    pub(super) collisions: u8,
    pub(super) running: Running,
    /// After a collision: not before this.
    pub(super) wait: Option<Instant>,
    pub(super) waiting: VecDeque<Ours>,
}

impl Offer {
    pub(super) fn resent(&mut self, old: TransactionId, new: TransactionId) {
        if let Running::Ours { transaction, .. } = &mut self.running
            && *transaction == old
        {
            *transaction = new;
        }
    }

    pub(super) fn ask(&mut self, theirs: Theirs) {
        self.running = Running::Theirs(theirs);
    }

    pub(super) fn is_running(&self) -> bool {
        !matches!(self.running, Running::None)
    }

    pub(super) fn is_ours(&self) -> bool {
        matches!(self.running, Running::Ours { .. })
    }

    pub(super) fn is_theirs(&self) -> bool {
        matches!(self.running, Running::Theirs(_))
    }

    pub(super) fn theirs(&self) -> Option<&Theirs> {
        if let Running::Theirs(theirs) = &self.running { Some(theirs) } else { None }
    }

    pub(super) fn take_theirs(&mut self) -> Option<Theirs> {
        match std::mem::take(&mut self.running) {
            Running::Theirs(theirs) => Some(theirs),
            other => {
                self.running = other;
                None
            }
        }
    }

    /// Our offer that went out in this transaction.
    pub(super) fn take_ours(&mut self, id: TransactionId) -> Option<(Ours, Body)> {
        match std::mem::take(&mut self.running) {
            Running::Ours { ours, body, transaction, .. } if transaction == id => Some((ours, body)),
            other => {
                self.running = other;
                None
            }
        }
    }

    /// A request of the peer cannot be answered any more; our own offer is reported by its transaction. What goes into an
    /// ACK or PRACK of ours can go on another flow.
    pub(super) fn flow_lost(&mut self) {
        if matches!(&self.running, Running::Theirs(Theirs { asked: Asked::Request(_), .. })) {
            self.running = Running::None;
        }
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        match &self.running {
            Running::Theirs(theirs) => Some(theirs.until),
            Running::None => self.wait,
            Running::Ours { until, .. } => *until,
        }
    }

    pub(super) fn forget_waiting(&mut self, unwanted: impl Fn(&What) -> bool) {
        self.waiting.retain(|ours| !unwanted(&ours.what));
    }

    /// What the hold that waits or is on its way asks for.
    pub(super) fn last_hold(&self) -> Option<bool> {
        let running = match &self.running {
            Running::Ours { ours, .. } => Some(ours),
            Running::None | Running::Theirs(_) => None,
        };
        let hold = |ours: &Ours| if let What::Hold(hold) = ours.what { Some(hold) } else { None };
        self.waiting.iter().rev().chain(running).find_map(hold)
    }

    pub(super) fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}
