//! No byte of a call stays on the heap: a test of its own process, as it counts what all of the process has.
#![cfg(target_env = "gnu")]
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests; the threads of what was stopped end later and tell nobody"
)]

mod support;

use std::{
    env,
    process::Command,
    time::{Duration, Instant},
};

use roombox_media::api::MediaCall;
use support::{Box, PATIENCE, config, connect, first_picture, present};

/// Calls of two engines, every third with a presentation.
const FEW: u64 = 3;
/// Calls of two others.
const MANY: u64 = 24;
/// What a call may leave for each of its two ends, in bytes: less than one description with its candidates.
const PER_CALL: usize = 4 << 10;
/// Idle threads of tokio's pool, each with memory that it keeps for itself, end within 10 s.
const POOL_EMPTY: Duration = Duration::from_secs(11);

/// The allocator of `GLib` before 2.76 keeps what was freed, unless this is set before the process starts.
const GLIB_ALLOCATOR: (&str, &str) = ("G_SLICE", "always-malloc");

#[test]
fn many_calls_leave_no_more_on_the_heap_than_few() {
    let mut counting = Command::new(env::current_exe().unwrap());
    counting.args(["--exact", "counted_by_one_allocator", "--ignored"]).env(GLIB_ALLOCATOR.0, GLIB_ALLOCATOR.1);
    let done = counting.output().unwrap();
    assert!(
        done.status.success(),
        "{}{}",
        String::from_utf8_lossy(&done.stdout),
        String::from_utf8_lossy(&done.stderr)
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by the test above, which sets what the libraries read when they are loaded"]
async fn counted_by_one_allocator() {
    assert_eq!(env::var(GLIB_ALLOCATOR.0).as_deref(), Ok(GLIB_ALLOCATOR.1), "not started by the test above");
    engines_with_calls(FEW).await;
    tokio::time::sleep(POOL_EMPTY).await;
    let few = used();
    engines_with_calls(MANY).await;
    let begun = Instant::now();
    let allowed = few + 2 * PER_CALL * usize::try_from(MANY - FEW).unwrap();
    while used() > allowed {
        assert!(begun.elapsed() < PATIENCE, "{few} bytes after {FEW} calls have become {} after {MANY}", used());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Two engines from their start to their stop.
async fn engines_with_calls(calls: u64) {
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    for call in (0..calls).map(MediaCall) {
        connect(&caller, &answerer, call).await;
        first_picture(&mut caller, &mut answerer, call).await;
        if call.0 % 3 == 2 {
            present(&caller, &answerer, call).await;
        }
        caller.engine.close_call(call).await;
        answerer.engine.close_call(call).await;
    }
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

/// Bytes that are allocated now, by this language and by the libraries.
#[allow(unsafe_code, reason = "the allocator can be asked only so")]
fn used() -> usize {
    // SAFETY: mallinfo2(3) reads numbers of the allocator, under its locks.
    let all = unsafe { libc::mallinfo2() };
    all.uordblks + all.hblkhd
}
