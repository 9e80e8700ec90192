//! Nothing of a call stays: a test of its own process, as it counts threads and file descriptors.
#![allow(clippy::disallowed_methods, reason = "thread pools shrink by the clock and tell nobody")]

mod support;

use std::time::{Duration, Instant};

use roombox_media::api::{MediaCall, MediaEvent};
use support::{Box, PATIENCE, config, connect, descriptors, threads};

/// Idle threads of the pools of tokio and `GLib` end within 10 and 15 s.
const POOLS_EMPTY: Duration = Duration::from_secs(17);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_leave_no_thread_and_no_file_descriptor() {
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    // The first calls open what stays open.
    calls(0..2, &mut caller, &mut answerer).await;
    tokio::time::sleep(POOLS_EMPTY).await;
    let before = (threads(), descriptors());
    calls(2..8, &mut caller, &mut answerer).await;
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

async fn calls(numbers: std::ops::Range<u64>, caller: &mut Box, answerer: &mut Box) {
    for call in numbers.map(MediaCall) {
        connect(caller, answerer, call).await;
        for here in [&mut *caller, &mut *answerer] {
            here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call }).await;
        }
        caller.engine.close_call(call).await;
        answerer.engine.close_call(call).await;
    }
}
