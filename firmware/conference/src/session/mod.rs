//! The whole client at one moment, and connection and call as one undertaking (spec sections 6.3 and 10.3).

mod connect_and_call;
mod status;

pub use connect_and_call::{CloseReason, SessionPhase, SessionState};
pub(crate) use connect_and_call::{ConnectAndCall, Fact, Wish};
pub use status::system_status;

use crate::catalogue::{SessionEvent, Snapshot};
use crate::context::Context;

/// What was last told of the whole.
#[derive(Debug, Default)]
pub(crate) struct SnapshotWatch {
    told: Snapshot,
}

impl SnapshotWatch {
    /// Tells a change, and nothing when there is none.
    pub(crate) fn observe(&mut self, context: &mut Context, current: Snapshot) {
        if self.told != current {
            let previous = Box::new(std::mem::replace(&mut self.told, current.clone()));
            context.tell(SessionEvent::SnapshotChanged { previous, current: Box::new(current) });
        }
    }

    pub(crate) const fn told(&self) -> &Snapshot {
        &self.told
    }
}
