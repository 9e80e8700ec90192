//! `session:` everything at once (spec section 10.3).

use super::Snapshot;

events! {
    /// `session:` events.
    SessionEvent {
        /// Something of the whole changed.
        "session:snapshot-changed" SnapshotChanged { previous: Box<Snapshot>, current: Box<Snapshot> },
    }
}
