//! Nothing of a call stays: a test of its own process, as it counts threads and file descriptors.

mod support;

use roombox_media::api::{MediaCall, MediaEvent};
use support::{Box, config, connect, descriptors, threads};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_leave_no_thread_and_no_file_descriptor() {
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    let mut after = Vec::new();
    for call in (0..6).map(MediaCall) {
        connect(&caller, &answerer, call).await;
        for here in [&mut caller, &mut answerer] {
            here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call }).await;
        }
        caller.engine.close_call(call).await;
        answerer.engine.close_call(call).await;
        after.push((threads(), descriptors()));
    }
    // The first calls may fill pools; from then on nothing may grow with every call.
    let (early, late) = (after[1], after[5]);
    assert!(late.0 < early.0 + 4 && late.1 < early.1 + 4, "threads and descriptors after each call: {after:?}");
    caller.engine.stop().await;
    answerer.engine.stop().await;
}
