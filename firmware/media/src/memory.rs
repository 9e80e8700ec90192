//! What the allocator keeps for itself.
//!
//! Pictures are large, and the threads of a call many. glibc gives each thread a heap of its own and keeps what was freed
//! in it, so that a box that has been in a call would hold what a call needs for good.

use std::time::Duration;

use tokio::sync::watch;

use crate::tasks::Closing;

/// After a call its threads and pools still have to go.
const CALM: Duration = Duration::from_secs(3);

/// What is larger than this, in bytes, is no matter of the heaps but of the system, and goes back to it at once. Pictures
/// are: pools keep them as long as they are used again, and freed in a heap they would leave holes that never close.
#[cfg(target_env = "gnu")]
const LARGE: libc::c_int = 256 << 10;
/// Free memory that the end of a heap keeps, in bytes: encoded pictures come and go there.
#[cfg(target_env = "gnu")]
const KEPT: libc::c_int = 1 << 20;

/// All threads share two heaps, from the next thread on, and pictures have their own memory; to be called before there
/// are any other threads.
#[allow(unsafe_code, reason = "the allocator can be told only so")]
pub fn share_heaps() {
    #[cfg(target_env = "gnu")]
    // SAFETY: mallopt(3) changes numbers in the allocator; nobody else sets them.
    unsafe {
        libc::mallopt(libc::M_ARENA_MAX, 2);
        libc::mallopt(libc::M_MMAP_THRESHOLD, LARGE);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT);
    }
}

/// Memory comes in small pages, from now on and for every program that is started: an encoder that asks for huge ones (x264
/// does) gets two megabytes wherever it touches one byte of what it keeps for the worst case.
#[allow(unsafe_code, reason = "the kernel can be told only so")]
pub fn small_pages() {
    #[cfg(target_os = "linux")]
    // SAFETY: prctl(2) with PR_SET_THP_DISABLE changes a flag of this process and reads no memory.
    unsafe {
        libc::prctl(libc::PR_SET_THP_DISABLE, 1_u64, 0_u64, 0_u64, 0_u64);
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
