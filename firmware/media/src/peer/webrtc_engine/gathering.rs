//! When enough candidates are gathered for a description to go out.
//!
//! All that can come is best: without servers that takes milliseconds, and a connection that was armed while the box was
//! idle has it already. A server is waited for as long as it shows life; one that is silent for as long as a lost
//! datagram takes to be sent again is not.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};

use super::shared::Shared;

/// How long the first candidate may take before the peer counts as without network.
const FIRST_CANDIDATE: Duration = Duration::from_secs(2);
/// From the first question on a server may be silent: the first retransmission goes out (RFC 8489 section 6.2.1), and its
/// answer would come another round trip later.
const SILENCE: Duration = Duration::from_millis(600);
/// Nobody is waited for any longer, from the first question on: four round trips of a TLS relay by satellite.
const LONGEST: Duration = Duration::from_secs(3);
/// From a server's answer to its candidate, which goes through the task of the connection.
const BEHIND: Duration = Duration::from_millis(100);

/// Waits until a description may go out.
pub(super) async fn enough(shared: &Shared) {
    let mut gathered = shared.gathered.subscribe();
    let begun = gathered.borrow().begun.unwrap_or_else(Instant::now);
    let first = gathered.wait_for(|g| g.complete || g.candidates > 0);
    if timeout_at(begun + FIRST_CANDIDATE, first).await.is_err() {
        tracing::warn!("no candidate was gathered; the description goes out without");
    }
    if timeout_at(begun + SILENCE, gathered.wait_for(|g| g.complete)).await.is_ok() {
        return;
    }
    let complete = async {
        let _ = gathered.wait_for(|g| g.complete).await;
    };
    tokio::select! {
        () = complete => return,
        _ = timeout_at(begun + LONGEST, all_said(shared)) => {}
    }
    let behind = (Instant::now() + BEHIND).min(begun + LONGEST);
    let _ = timeout_at(behind, shared.gathered.subscribe().wait_for(|g| g.complete)).await;
    shared.servers.give_up_silent();
}

/// No server is left that lives and owes an answer.
async fn all_said(shared: &Shared) {
    let mut changes = shared.servers.changes();
    while shared.servers.some_are_asked() {
        if changes.changed().await.is_err() {
            return;
        }
    }
}
