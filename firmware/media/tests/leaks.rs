//! Nothing of a call stays: a test of its own process, as it counts threads and file descriptors.

mod support;

use roombox_media::api::{MediaCall, MediaEvent};
use support::{Box, config, connect, descriptors, threads};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_leave_no_thread_and_no_file_descriptor() {
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    let mut after = Vec::new();
    for call in (0..9).map(MediaCall) {
        connect(&caller, &answerer, call).await;
        for here in [&mut caller, &mut answerer] {
            here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call }).await;
        }
        caller.engine.close_call(call).await;
        answerer.engine.close_call(call).await;
        after.push((threads(), descriptors()));
    }
    // The first calls fill pools, whose idle threads come and go; what is left of calls would grow with every one.
    let least = |of: &[(usize, usize)]| {
        (of.iter().map(|(threads, _)| *threads).min(), of.iter().map(|(_, descriptors)| *descriptors).min())
    };
    let ((early_threads, early_descriptors), (threads, descriptors)) = (least(&after[3..6]), least(&after[6..]));
    let grew =
        threads >= early_threads.map(|count| count + 3) || descriptors >= early_descriptors.map(|count| count + 3);
    assert!(!grew, "threads and descriptors after each call: {after:?}");
    caller.engine.stop().await;
    answerer.engine.stop().await;
}
