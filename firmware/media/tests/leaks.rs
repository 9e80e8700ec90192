//! Nothing of a call stays: a test of its own process, as it counts threads and file descriptors.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "tests; thread pools shrink by the clock and tell nobody"
)]

mod support;

use std::time::{Duration, Instant};

use roombox_media::{api::MediaCall, memory::share_heaps};
use support::{Box, PATIENCE, config, connect, descriptors, first_picture, present, resident_mib, threads};

/// Idle threads of the pools of tokio and `GLib` end within 10 and 15 s.
const POOLS_EMPTY: Duration = Duration::from_secs(17);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_leave_no_thread_and_no_file_descriptor() {
    share_heaps();
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    // The first calls open what stays open.
    calls(0..3, &mut caller, &mut answerer).await;
    tokio::time::sleep(POOLS_EMPTY).await;
    let before = (threads(), descriptors());
    calls(3..9, &mut caller, &mut answerer).await;
    let begun = Instant::now();
    loop {
        let now = (threads(), descriptors());
        // A pool may be at work just now, in either count; six calls that leave one thread each are more than that.
        if now.0 < before.0 + 4 && now.1 < before.1 + 4 {
            break;
        }
        assert!(begun.elapsed() < PATIENCE, "threads and descriptors before six calls {before:?}, after them {now:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

/// Calls after which the count begins.
const FEW: u64 = 50;
/// Calls after which the count ends.
const MANY: u64 = 300;
/// A share of the memory that a working process gains and loses by itself.
const WAVE: f64 = 0.02;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: make leaks"]
async fn three_hundred_calls_leave_nothing() {
    share_heaps();
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    calls(0..FEW, &mut caller, &mut answerer).await;
    let before = settled(None).await;
    println!("after {FEW} calls: {before:?}");
    for from in (FEW..MANY).step_by(50) {
        calls(from..from + 50, &mut caller, &mut answerer).await;
        println!("after {} calls: {:?}", from + 50, Held::now());
    }
    let after = settled(Some(before)).await;
    println!("after {MANY} calls: {after:?}");
    let gained = after.memory_mib / before.memory_mib - 1.0;
    println!("resident memory: {:+.1} %", gained * 100.0);
    assert!(gained < WAVE, "{before:?} has become {after:?}");
    assert!(
        after.threads <= before.threads && after.descriptors == before.descriptors,
        "{before:?} has become {after:?}"
    );
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

/// What the process holds.
#[derive(Clone, Copy, Debug)]
struct Held {
    memory_mib: f64,
    threads: usize,
    descriptors: usize,
}

impl Held {
    fn now() -> Self {
        Self { memory_mib: resident_mib(), threads: threads(), descriptors: descriptors() }
    }
}

/// What is held when the pools are empty; waits while threads or descriptors are more than before.
async fn settled(before: Option<Held>) -> Held {
    tokio::time::sleep(POOLS_EMPTY).await;
    let begun = Instant::now();
    loop {
        let now = Held::now();
        let fits = before.is_none_or(|be| now.threads <= be.threads && now.descriptors == be.descriptors);
        if fits || begun.elapsed() >= PATIENCE {
            return now;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn calls(numbers: std::ops::Range<u64>, caller: &mut Box, answerer: &mut Box) {
    for call in numbers.map(MediaCall) {
        connect(caller, answerer, call).await;
        first_picture(caller, answerer, call).await;
        if call.0 % 3 == 2 {
            present(caller, answerer, call).await;
        }
        caller.engine.close_call(call).await;
        answerer.engine.close_call(call).await;
        // What was told is the test's own memory.
        caller.told.clear();
        answerer.told.clear();
    }
}
