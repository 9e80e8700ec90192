//! A call that is over leaves no thread behind. Alone in its process: it counts the threads of it.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "a test owns its tasks and may fail; helpers are shared with other tests"
)]

#[path = "peer_contract/side.rs"]
mod side;

use std::time::Duration;

use side::{Engines, call, webrtc_crate, webrtcbin};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn closing_ends_every_thread() {
    for (name, engine) in [("webrtc crate", webrtc_crate as side::Engine), ("webrtcbin", webrtcbin)] {
        let engines = Engines(engine, engine);
        // The first call starts what a process keeps for good (task pools, clocks).
        let (a, b) = call(engines, &["H264"]).await;
        a.end().await;
        b.end().await;
        let before = own_threads().await;
        for _ in 0..3 {
            let (a, b) = call(engines, &["H264"]).await;
            a.end().await;
            b.end().await;
        }
        let after = own_threads().await;
        assert!(after <= before + 3, "{name}: {before} threads before three calls, {after} after");
    }
}

/// Threads of the process once their number stands still.
async fn own_threads() -> usize {
    let count = || std::fs::read_dir("/proc/self/task").unwrap().count();
    let mut last = count();
    loop {
        tokio::time::sleep(Duration::from_millis(700)).await;
        let now = count();
        if now >= last {
            return now;
        }
        last = now;
    }
}
