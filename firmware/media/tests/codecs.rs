//! Every video codec carries pictures both ways between two boxes.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use roombox_media::api::{MediaCall, MediaEvent};
use support::{Box, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);

async fn a_call_in(codec: &str) {
    let with = |source| {
        let mut config = config(source, "silence");
        config.video_codecs = vec![codec.into()];
        Box::start(config)
    };
    let (mut caller, mut answerer) = (with(2), with(3));
    connect(&caller, &answerer, CALL).await;
    for (here, source) in [(&mut caller, 3), (&mut answerer, 2)] {
        here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
        let shown = here.screen_until("the remote picture", |p| code_of(p).is_some_and(|c| c.source == source)).await;
        let first = code_of(&shown).map_or(0, |code| code.frame);
        here.screen_until("later frames", |p| code_of(p).is_some_and(|c| c.frame > first + 30)).await;
        let statistics = here.engine.statistics(CALL).await;
        let encoder = statistics.and_then(|statistics| statistics.encoder).unwrap_or_default();
        assert!(encoder.starts_with(codec), "{encoder} instead of {codec}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_go_both_ways_in_vp9() {
    a_call_in("VP9").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pictures_go_both_ways_in_av1() {
    // Not packaged by every distribution; where it is, it is found like any other plugin.
    gst::init().unwrap();
    gstrsrtp::plugin_register_static().unwrap();
    a_call_in("AV1").await;
}
