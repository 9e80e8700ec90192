//! An encoder or decoder that breaks in a call: the next of the board's list takes over, without negotiation.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests; pictures are taken again and again"
)]

#[path = "support/brittle.rs"]
mod brittle;
mod support;

use std::{sync::atomic::Ordering, time::Duration};

use roombox_media::api::{MediaCall, MediaEvent, Snapshot, Statistics};
use support::{Box, PATIENCE, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);
/// Frames of the card that pass until the picture counts as moving on: more than waits anywhere.
const MORE: u32 = 30;

/// The card of the caller behind this frame.
fn card(after: u32) -> impl Fn(&Snapshot) -> bool {
    move |picture| code_of(picture).is_some_and(|code| code.source == 2 && code.frame > after)
}

/// Statistics once they fit.
async fn until(side: &Box, what: &str, fits: impl Fn(&Statistics) -> bool) -> Statistics {
    let watching = async {
        loop {
            let statistics = side.engine.statistics(CALL).await.unwrap();
            if fits(&statistics) {
                return statistics;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, watching).await.unwrap_or_else(|_| panic!("never: {what}"))
}

/// The card goes on behind what is seen now, and the call was never given up.
async fn goes_on(caller: &mut Box, answerer: &mut Box) {
    let now = answerer.screen_until("a card", card(0)).await;
    answerer.screen_until("the card going on", card(code_of(&now).unwrap().frame + MORE)).await;
    for side in [caller, answerer] {
        side.rest();
        assert!(!side.told.iter().any(|event| matches!(event, MediaEvent::Failed { .. })), "{:?}", side.told);
    }
}

/// How many RTP streams of pictures came, by their inbound entries.
fn streams(statistics: &Statistics) -> Vec<&serde_json::Value> {
    let pictures = |entry: &&serde_json::Value| entry["type"] == "inbound-rtp" && entry["kind"] == "video";
    statistics.entries.iter().filter(pictures).map(|entry| &entry["ssrc"]).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_encoder_that_breaks_in_a_call_is_replaced_by_the_next_of_the_board() {
    brittle::register();
    let mut caller = config(2, "silence");
    caller.codecs.h264_encoders = vec!["brittleh264enc".into(), "x264enc".into()];
    let (mut caller, mut answerer) = (Box::start(caller), Box::start(config(3, "silence")));
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the card", card(0)).await;
    let before = until(&caller, "first", |s| s.encoder.as_deref() == Some("H264 brittleh264enc")).await;
    let ssrc = answerer.engine.statistics(CALL).await.unwrap();
    brittle::BREAK_ENCODER.store(true, Ordering::Release);
    let after = until(&caller, "second", |s| s.encoder.as_deref() == Some("H264 x264enc")).await;
    assert!(after.frames_encoded >= before.frames_encoded);
    goes_on(&mut caller, &mut answerer).await;
    let now = answerer.engine.statistics(CALL).await.unwrap();
    assert_eq!(streams(&now), streams(&ssrc), "another stream for the other side");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decoder_that_breaks_in_a_call_is_replaced_by_the_next_of_the_board() {
    brittle::register();
    let mut answerer = config(3, "silence");
    answerer.codecs.h264_decoders = vec!["brittleh264dec".into(), "openh264dec".into()];
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(answerer));
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the card", card(0)).await;
    until(&answerer, "first", |s| s.decoder.as_deref() == Some("H264 brittleh264dec")).await;
    brittle::BREAK_DECODER.store(true, Ordering::Release);
    until(&answerer, "second", |s| s.decoder.as_deref() == Some("H264 openh264dec")).await;
    goes_on(&mut caller, &mut answerer).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_codec_whose_last_encoder_broke_is_offered_no_more() {
    brittle::register();
    let mut caller = config(2, "silence");
    caller.codecs.h264_encoders = vec!["brittlelone264enc".into()];
    let (mut caller, mut answerer) = (Box::start(caller), Box::start(config(3, "silence")));
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the card", card(0)).await;
    brittle::BREAK_LONE_ENCODER.store(true, Ordering::Release);
    caller.wait("the call has failed", |event| matches!(event, MediaEvent::Failed { .. })).await;
    for side in [&caller, &answerer] {
        side.engine.close_call(CALL).await;
    }
    let again = MediaCall(8);
    connect(&caller, &answerer, again).await;
    let before =
        caller.engine.camera_snapshot().await.and_then(|picture| code_of(&picture)).map_or(0, |code| code.frame);
    answerer.screen_until("the card in the next call", card(before)).await;
    let encoder = caller.engine.statistics(again).await.unwrap().encoder;
    assert_eq!(encoder.as_deref(), Some("VP8 vp8enc"));
}
