//! Two engines call each other: pictures, sound and facts are checked by content.

mod support;

use roombox_media::api::{MediaCall, MediaEvent};
use roombox_testcard::tone;
use support::{Box, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_side_sees_and_hears_the_other() {
    let (mut caller, mut callee) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    connect(&caller, &callee, CALL).await;
    for (here, source, hz, wrong) in [(&mut caller, 3, 880.0, 440.0), (&mut callee, 2, 440.0, 880.0)] {
        here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
        let picture = here.screen_until("the remote picture", |p| code_of(p).is_some_and(|c| c.source == source)).await;
        let first = code_of(&picture).unwrap().frame;
        here.screen_until("later frames", |p| code_of(p).is_some_and(|c| c.frame > first + 10)).await;
        here.speaker_until("the remote tone", |samples, rate| {
            tone::dominant(samples, rate, &[hz, wrong]).is_some_and(|(found, _)| found == hz)
        })
        .await;
        let statistics = here.engine.statistics(CALL).await.unwrap();
        assert!(statistics.frames_decoded > 10 && statistics.frames_encoded > 10, "{statistics:?}");
        assert_eq!((statistics.frame_width, statistics.frame_height), (640, 360));
        assert!(statistics.encoder.is_some_and(|name| name.starts_with("H264 ")));
    }
    caller.engine.close_call(CALL).await;
    callee.engine.close_call(CALL).await;
    assert!(caller.engine.statistics(CALL).await.is_none());
}
