//! Transfer by REFER (RFC 3515, RFC 4488, RFC 5589; spec sections 13.6 and 14.9): both directions, each with its implicit
//! subscription, inside calls and outside any.
//!
//! A subscription outlives the call in whose dialog it was made (RFC 5057): whoever asks for a transfer usually hangs up
//! before the transfer is done. What is left of such a dialog is kept by [`alone`].

mod alone;
mod ask;
mod fragment;
mod received;
mod sent;
mod target;
mod watch;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::Endpoint;
use crate::api::{RequestId, SessionId};
use alone::Alone;
pub(super) use ask::Asked;
use received::Received;
use sent::Sent;
pub(crate) use watch::Watch;

/// Transfers under way in each direction: a box has a handful of calls, and a peer that asks for more is at fault.
const MAX_REFERS: usize = 16;
/// How long the news of a call are promised (spec section 14.9: 300 s); a call rings three minutes at most.
const EXPIRES: Duration = Duration::from_mins(5);

/// All transfers.
#[derive(Debug, Default)]
pub(super) struct Refers {
    /// Dialogs without a session, by the session that is over or, for a REFER outside any, a number of their own.
    alone: BTreeMap<SessionId, Alone>,
    received: BTreeMap<RequestId, Received>,
    sent: BTreeMap<RequestId, Sent>,
}

impl Refers {
    /// Transfers not yet done.
    pub(super) fn len(&self) -> usize {
        self.received.len() + self.sent.len()
    }

    pub(super) fn deadline(&self) -> Option<Instant> {
        let sent = self.sent.values().filter_map(|sent| sent.until);
        sent.chain(self.received.values().filter_map(Received::deadline)).min()
    }

    fn uses(&self, home: SessionId) -> bool {
        self.sent.values().any(|sent| sent.home == home) || self.received.values().any(|r| r.home == home)
    }
}

impl Endpoint {
    /// Everything about transfers that is due.
    pub(super) fn refers_due(&mut self, now: Instant) {
        self.sent_refers_due(now);
        self.received_refers_due(now);
        self.tidy_refers();
    }

    /// Forgets dialogs that no transfer needs.
    fn tidy_refers(&mut self) {
        let asked = |home| self.waiting.values().any(|w| w.refer.as_ref().is_some_and(|a| a.session == Some(home)));
        let unused: Vec<_> =
            self.refers.alone.keys().copied().filter(|home| !self.refers.uses(*home) && !asked(*home)).collect();
        for home in unused {
            if let Some(alone) = self.refers.alone.remove(&home) {
                self.core.auth.forget(&alone.dialog.call_id);
            }
        }
    }
}
