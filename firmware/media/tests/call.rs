//! Two engines call each other: pictures, sound and facts are checked by content.

#![allow(clippy::disallowed_methods, reason = "a measurement takes its time")]

#[allow(dead_code, unreachable_pub, clippy::unwrap_used, reason = "shared with other tests")]
#[path = "peer_contract/browser.rs"]
mod browser;
mod support;

use std::time::{Duration, Instant};

use roombox_media::api::{MediaCall, MediaEvent, Snapshot};
use roombox_testcard::tone;
use support::{Box, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_side_sees_and_hears_the_other() {
    let (mut caller, mut answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    connect(&caller, &answerer, CALL).await;
    for (here, source, hz, wrong) in [(&mut caller, 3, 880.0, 440.0), (&mut answerer, 2, 440.0, 880.0)] {
        here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
        let picture = here.screen_until("the remote picture", |p| code_of(p).is_some_and(|c| c.source == source)).await;
        let first = code_of(&picture).unwrap().frame;
        let decoded = here.engine.statistics(CALL).await.unwrap().frames_decoded;
        here.screen_until("later frames", |p| code_of(p).is_some_and(|c| c.frame > first + 60)).await;
        let whole = here.screen_until("a whole picture", is_whole).await;
        assert_eq!(code_of(&whole).map(|code| code.source), Some(source));
        // Every picture is decoded, not only key frames; a loaded machine may skip some.
        assert!(here.engine.statistics(CALL).await.unwrap().frames_decoded >= decoded + 20);

        here.speaker_until("the remote tone", |samples, rate| {
            tone::dominant(samples, rate, &[hz, wrong]).is_some_and(|(found, _)| (found - hz).abs() < 1.0)
        })
        .await;
        let statistics = here.engine.statistics(CALL).await.unwrap();
        assert!(statistics.frames_decoded > 10 && statistics.frames_encoded > 10, "{statistics:?}");
        assert_eq!((statistics.frame_width, statistics.frame_height), (640, 360));
        assert!(statistics.encoder.is_some_and(|name| name.starts_with("H264 ")));
    }
    caller.engine.close_call(CALL).await;
    answerer.engine.close_call(CALL).await;
    assert!(caller.engine.statistics(CALL).await.is_none());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_muted_microphone_is_told_and_is_silence_at_the_other_side() {
    let (mut caller, answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "silence")));
    let hears_tone = |samples: &[f32], rate: u32| tone::strength(samples, rate, 440.0) > 0.5;
    caller.wait("sound goes out", |event| *event == MediaEvent::Microphone { muted: false }).await;
    connect(&caller, &answerer, CALL).await;
    answerer.speaker_until("the tone", hears_tone).await;
    caller.engine.set_microphone(false);
    caller.wait("silence goes out", |event| *event == MediaEvent::Microphone { muted: true }).await;
    answerer.speaker_until("silence", |samples, _| tone::is_silent(samples)).await;
    caller.engine.set_microphone(true);
    caller.wait("sound goes out again", |event| *event == MediaEvent::Microphone { muted: false }).await;
    answerer.speaker_until("the tone again", hears_tone).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_camera_that_is_switched_off_is_told_and_not_seen_at_the_other_side() {
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    caller.wait("camera goes out", |event| *event == MediaEvent::CameraSending { sending: true }).await;
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the camera", |p| code_of(p).is_some_and(|code| code.source == 2)).await;
    caller.engine.set_camera(false);
    caller.wait("still picture goes out", |event| *event == MediaEvent::CameraSending { sending: false }).await;
    answerer.screen_until("the still picture", |p| code_of(p).is_none()).await;
    caller.engine.set_camera(true);
    caller.wait("camera goes out again", |event| *event == MediaEvent::CameraSending { sending: true }).await;
    answerer.screen_until("the camera again", |p| code_of(p).is_some_and(|code| code.source == 2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_on_hold_sends_nothing_and_plays_nothing_until_it_is_resumed() {
    let (mut holder, mut held) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    connect(&holder, &held, CALL).await;
    let hears = |hz: f64| move |samples: &[f32], rate: u32| tone::strength(samples, rate, hz) > 0.5;
    let silence = |samples: &[f32], _: u32| tone::is_silent(samples);
    holder.screen_until("the remote picture", |p| code_of(p).is_some()).await;
    held.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    holder.speaker_until("the tone", hears(880.0)).await;
    held.speaker_until("the tone", hears(440.0)).await;
    holder.engine.set_hold(CALL, true).unwrap();
    holder.screen_until("the idle picture", |p| code_of(p).is_none()).await;
    holder.speaker_until("silence", silence).await;
    held.wait("standstill", |event| *event == MediaEvent::RemoteVideo { call: CALL, flowing: false }).await;
    held.speaker_until("silence", silence).await;
    holder.engine.set_hold(CALL, false).unwrap();
    holder.screen_until("the remote picture again", |p| code_of(p).is_some_and(|code| code.source == 3)).await;
    held.wait("moves again", |event| *event == MediaEvent::RemoteVideo { call: CALL, flowing: true }).await;
    holder.speaker_until("the tone again", hears(880.0)).await;
    held.speaker_until("the tone again", hears(440.0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_closed_call_leaves_the_idle_picture_and_a_prepared_one_follows() {
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    for call in [MediaCall(1), MediaCall(2)] {
        caller.engine.prepare().await.unwrap();
        answerer.engine.prepare().await.unwrap();
        connect(&caller, &answerer, call).await;
        for here in [&mut caller, &mut answerer] {
            here.wait("connected", |event| *event == MediaEvent::Connected { call }).await;
            here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call }).await;
            here.screen_until("the remote picture", |p| code_of(p).is_some()).await;
        }
        caller.engine.close_call(call).await;
        caller.screen_until("the idle picture", |p| code_of(p).is_none()).await;
        answerer.wait("standstill", |event| *event == MediaEvent::RemoteVideo { call, flowing: false }).await;
        answerer.engine.close_call(call).await;
    }
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vp8_is_spoken_where_it_is_asked_for() {
    let only_vp8 = |source| {
        let mut config = config(source, "silence");
        config.video_codecs = vec!["VP8".into()];
        config
    };
    let (caller, mut answerer) = (Box::start(only_vp8(2)), Box::start(only_vp8(3)));
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the remote picture", |p| code_of(p).is_some_and(|code| code.source == 2)).await;
    let statistics = answerer.engine.statistics(CALL).await.unwrap();
    assert_eq!(statistics.decoder.as_deref(), Some("VP8 vp8dec"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_picture_goes_on_when_the_other_side_takes_a_codec_out_in_the_call() {
    let both = |source| {
        let mut config = config(source, "silence");
        config.video_codecs = vec!["H264".into(), "VP8".into()];
        config
    };
    let (mut caller, mut answerer) = (Box::start(both(2)), Box::start(both(3)));
    let offer = caller.engine.create_offer(CALL, false).await.unwrap();
    let answer = answerer.engine.create_answer(CALL, &offer).await.unwrap();
    caller.engine.accept_answer(CALL, &browser::with_codecs_of(&answer, &offer)).await.unwrap();
    caller.screen_until("the picture by H.264", |p| code_of(p).is_some_and(|code| code.source == 3)).await;

    let offer = browser::only(&answerer.engine.create_offer(CALL, false).await.unwrap(), "VP8");
    let answer = caller.engine.create_answer(CALL, &offer).await.unwrap();
    // Until it has the answer the other side sends by the former codec, which now finds the new decoder.
    let still_h264 = async {
        while caller.engine.statistics(CALL).await.unwrap().decoder.as_deref() != Some("VP8 vp8dec") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let sent = answerer.engine.statistics(CALL).await.unwrap().frames_encoded;
        while answerer.engine.statistics(CALL).await.unwrap().frames_encoded < sent + 15 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), still_h264).await.expect("the decoder of VP8 takes the place");
    answerer.engine.accept_answer(CALL, &answer).await.unwrap();
    let now = answerer.engine.camera_snapshot().await.and_then(|picture| code_of(&picture)).unwrap().frame;
    for (here, source) in [(&mut caller, 3), (&mut answerer, 2)] {
        let later = |p: &Snapshot| code_of(p).is_some_and(|code| code.source == source && code.frame > now);
        here.screen_until("later pictures by VP8", later).await;
        assert_eq!(here.engine.statistics(CALL).await.unwrap().encoder.as_deref(), Some("VP8 vp8enc"));
    }
}

/// Prints what a 720p30 call costs: two engines in one process, so a box costs half.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a measurement of 30 s"]
async fn cost_of_a_call() {
    let config = |source| {
        let mut config = config(source, "speech");
        (config.picture, config.max_bitrate_kbps) = ((1280, 720, 30), 2500);
        config
    };
    let (mut caller, mut answerer) = (Box::start(config(2)), Box::start(config(3)));
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    measure("idle", 5).await;
    caller.engine.prepare().await.unwrap();
    let begun = Instant::now();
    connect(&caller, &answerer, CALL).await;
    println!("offer and answer: {:?}", begun.elapsed());
    for what in [MediaEvent::Connected { call: CALL }, MediaEvent::FirstFrame { call: CALL }] {
        caller.wait("event", |event| *event == what).await;
        println!("{what:?} after {:?}", begun.elapsed());
    }
    answerer.wait("sound", |event| *event == MediaEvent::FirstAudio { call: CALL }).await;
    println!("first sound after {:?}", begun.elapsed());
    tokio::time::sleep(std::time::Duration::from_secs(3)).await;
    measure("in a call", 15).await;
    for here in [&caller, &answerer] {
        let statistics = here.engine.statistics(CALL).await.unwrap();
        let streams = statistics.entries.iter().filter(|entry| entry["type"] == "inbound-rtp");
        streams.for_each(|entry| println!("{entry}"));
        println!("{:?}", roombox_media::api::Statistics { entries: Vec::new(), ..statistics });
    }
}

async fn measure(what: &str, seconds: u64) {
    let before = support::cpu_seconds();
    let begun = Instant::now();
    tokio::time::sleep(std::time::Duration::from_secs(seconds)).await;
    let share = (support::cpu_seconds() - before) / begun.elapsed().as_secs_f64() * 100.0;
    println!("{what}: {share:.1} % of a core for both, {} threads", support::threads());
}

/// The upper half of the test card is dark blue; a slice that is missing would be green there.
fn is_whole(picture: &Snapshot) -> bool {
    let at = |x: u32, y: u32| {
        let start = (y * picture.width + x) as usize * 3;
        (picture.rgb[start], picture.rgb[start + 1], picture.rgb[start + 2])
    };
    let blue = |(red, green, blue): (u8, u8, u8)| red < 80 && green < 110 && blue > green && blue > red;
    blue(at(picture.width / 10, picture.height / 6)) && blue(at(picture.width / 10, picture.height * 2 / 3))
}
