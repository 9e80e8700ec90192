//! What the allocator keeps for itself.
//!
//! Pictures are large, and the threads of a call many. glibc gives each thread a heap of its own and keeps what was freed
//! in it, so that a box that has been in a call would hold what a call needs for good.

use std::time::Duration;

use tokio::sync::watch;

use crate::tasks::Closing;

/// After a call its threads and pools still have to go.
const CALM: Duration = Duration::from_secs(3);

/// All threads share two heaps, from the next thread on; to be called before there are any others.
#[allow(unsafe_code, reason = "the allocator can be told only so")]
pub fn share_heaps() {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt(3) changes a number in the allocator; nobody else sets it.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
    }
}

/// Gives the system what is free, when the start and whenever a call is over.
pub(crate) async fn tend(mut attended: watch::Receiver<bool>, mut closing: Closing) {
    loop {
        if !*attended.borrow_and_update() {
            tokio::select! {
                () = closing.wait() => return,
                changed = attended.changed() => {
                    if changed.is_err() { return }
                    continue;
                }
                () = tokio::time::sleep(CALM) => {}
            }
            // It cannot panic: there is nothing in it.
            let _ = tokio::task::spawn_blocking(give_back).await;
        }
        tokio::select! {
            () = closing.wait() => return,
            changed = attended.changed() => if changed.is_err() { return },
        }
    }
}

#[allow(unsafe_code, reason = "the allocator can be told only so")]
fn give_back() {
    #[cfg(target_env = "gnu")]
    // SAFETY: malloc_trim(3) may be called at any time from any thread.
    unsafe {
        libc::malloc_trim(0);
    }
}
