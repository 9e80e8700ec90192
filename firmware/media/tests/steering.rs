//! What is sent is steered while it is sent: seen and measured at the other side.

#![allow(clippy::unwrap_used, clippy::disallowed_methods, reason = "helpers of tests; rates are measured over time")]

mod support;

use std::time::{Duration, Instant};

use roombox_hal::board::{Camera, CameraSource};
use roombox_media::api::{ContentHint, Encoding, MediaCall, MediaEvent, Snapshot, Stream};
use support::{Box, PATIENCE, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);

/// Waits until the other side's picture has this size.
async fn size_at(side: &Box, wanted: (u32, u32)) {
    let watching = async {
        loop {
            let statistics = side.engine.statistics(CALL).await.unwrap();
            if (statistics.frame_width, statistics.frame_height) == wanted {
                return;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(PATIENCE, watching).await.unwrap_or_else(|_| panic!("never {wanted:?}"));
}

/// Bits a second that come in for this kind, over some seconds.
async fn rate_at(side: &Box, kind: &str) -> f64 {
    let (begun, before) = (Instant::now(), received(side, kind).await);
    tokio::time::sleep(Duration::from_secs(2)).await;
    (received(side, kind).await - before) * 8.0 / begun.elapsed().as_secs_f64()
}

async fn received(side: &Box, kind: &str) -> f64 {
    let statistics = side.engine.statistics(CALL).await.unwrap();
    let of_kind = |entry: &&serde_json::Value| entry["type"] == "inbound-rtp" && entry["kind"] == kind;
    statistics.entries.iter().find(of_kind).and_then(|entry| entry["bytesReceived"].as_f64()).unwrap_or(0.0)
}

/// Measures until the rate is one that fits.
async fn rate_until(side: &Box, kind: &str, fits: impl Fn(f64) -> bool) -> f64 {
    let mut last = 0.0;
    let watching = async {
        loop {
            let rate = rate_at(side, kind).await;
            last = rate;
            if fits(rate) {
                return rate;
            }
        }
    };
    tokio::time::timeout(PATIENCE, watching)
        .await
        .unwrap_or_else(|_| panic!("the rate of {kind} never came there, but {last:?}"))
}

async fn in_a_call(codecs: &[&str]) -> (Box, Box) {
    let with = |source, microphone| {
        let mut config = config(source, microphone);
        config.video_codecs = codecs.iter().map(ToString::to_string).collect();
        config
    };
    let (caller, mut answerer) = (Box::start(with(2, "tone:440")), Box::start(with(3, "silence")));
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the remote picture", |p| code_of(p).is_some_and(|code| code.source == 2)).await;
    (caller, answerer)
}

fn camera(side: &Box, encoding: Encoding) {
    side.engine.set_encoding(CALL, Stream::Camera, encoding).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_picture_gets_smaller_and_larger_again_without_negotiation() {
    for codec in ["H264", "VP8"] {
        let (mut caller, mut answerer) = in_a_call(&[codec]).await;
        size_at(&answerer, (640, 360)).await;
        let scaled = |millis| Encoding { scale_down_millis: Some(millis), ..Encoding::default() };
        camera(&caller, scaled(2000));
        size_at(&answerer, (320, 180)).await;
        answerer.screen_until("the small picture", |p| code_of(p).is_some_and(|code| code.source == 2)).await;
        camera(&caller, Encoding { max_framerate: Some(1), max_bitrate: Some(60_000), ..scaled(200_000) });
        size_at(&answerer, (16, 16)).await;
        camera(&caller, Encoding::default());
        size_at(&answerer, (640, 360)).await;
        answerer.screen_until("the whole picture", |p| code_of(p).is_some_and(|code| code.source == 2)).await;
        // What goes into the chain never changed: told once.
        caller.wait("size", |event| matches!(event, MediaEvent::PictureSize { .. })).await;
        caller.engine.close_call(CALL).await;
        caller.engine.stop().await;
        caller.rest();
        let sizes = caller.told.iter().filter(|event| matches!(event, MediaEvent::PictureSize { .. }));
        let expected = MediaEvent::PictureSize { call: CALL, stream: Stream::Camera, width: 640, height: 360 };
        assert_eq!(sizes.collect::<Vec<_>>(), [&expected]);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bitrates_of_picture_and_sound_fall_to_their_bounds_and_come_back() {
    let (caller, answerer) = in_a_call(&["H264"]).await;
    // The test picture is easy: some 80 kbit/s without a bound.
    rate_until(&answerer, "video", |rate| rate > 60_000.0).await;
    camera(&caller, Encoding { max_bitrate: Some(40_000), ..Encoding::default() });
    rate_until(&answerer, "video", |rate| rate < 55_000.0).await;
    let sound = rate_until(&answerer, "audio", |rate| rate > 20_000.0).await;
    let encoding = Encoding { max_bitrate: Some(6_000), ..Encoding::default() };
    caller.engine.set_encoding(CALL, Stream::Audio, encoding).unwrap();
    rate_until(&answerer, "audio", |rate| rate < sound / 2.0).await;
    camera(&caller, Encoding::default());
    rate_until(&answerer, "video", |rate| rate > 60_000.0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn frames_come_as_seldom_as_wished_and_a_hint_keeps_the_size() {
    let (caller, answerer) = in_a_call(&["H264"]).await;
    let rate_until = async |fits: fn(f64) -> bool| {
        let watching = async {
            loop {
                let begun = (Instant::now(), answerer.engine.statistics(CALL).await.unwrap().frames_decoded);
                tokio::time::sleep(Duration::from_secs(2)).await;
                let frames = answerer.engine.statistics(CALL).await.unwrap().frames_decoded - begun.1;
                #[allow(clippy::cast_precision_loss, reason = "a handful of frames")]
                if fits(frames as f64 / begun.0.elapsed().as_secs_f64()) {
                    return;
                }
            }
        };
        tokio::time::timeout(PATIENCE, watching).await.expect("the frame rate never came there");
    };
    rate_until(|rate| rate > 10.0).await;
    camera(&caller, Encoding { max_framerate: Some(3), ..Encoding::default() });
    rate_until(|rate| (1.0..4.0).contains(&rate)).await;
    // 640x360 at 15 frames a second would have 0.014 bits a pixel.
    let hint = Some(ContentHint::Detail);
    camera(&caller, Encoding { max_bitrate: Some(50_000), hint, ..Encoding::default() });
    rate_until(|rate| (4.0..9.0).contains(&rate)).await;
    size_at(&answerer, (640, 360)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wish_made_before_the_encoder_starts_holds_from_its_first_frame() {
    let (caller, answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    let offer = caller.engine.create_offer(CALL, false).await.unwrap();
    camera(&caller, Encoding { scale_down_millis: Some(4000), ..Encoding::default() });
    let answer = answerer.engine.create_answer(CALL, &offer).await.unwrap();
    caller.engine.accept_answer(CALL, &answer).await.unwrap();
    size_at(&answerer, (160, 90)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_camera_takes_over_when_it_works_and_the_old_one_goes_on_when_it_does_not() {
    let test_picture = |number: &str| Camera { source: CameraSource::TestPicture, device: Some(number.into()) };
    let missing = Camera { source: CameraSource::File, device: Some("/no/such/film.avi".into()) };
    let mut config_of_caller = config(2, "silence");
    config_of_caller.camera = test_picture("21");
    config_of_caller.other_cameras = vec![test_picture("22"), missing];
    let (mut caller, mut answerer) = (Box::start(config_of_caller), Box::start(config(3, "silence")));
    connect(&caller, &answerer, CALL).await;
    let shows = |source| move |picture: &Snapshot| code_of(picture).is_some_and(|code| code.source == source);
    answerer.screen_until("the first camera", shows(21)).await;
    let second = caller.engine.replace_camera(CALL).await.unwrap();
    answerer.screen_until("the second camera", shows(22)).await;
    assert!(caller.engine.replace_camera(CALL).await.is_err());
    answerer.screen_until("the second camera still", shows(22)).await;
    caller.rest();
    assert!(!caller.told.iter().any(|event| matches!(event, MediaEvent::Camera { working: false, .. })));
    assert_eq!(second, "camera-2");
    assert!(caller.engine.replace_camera(MediaCall(99)).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_only_camera_is_opened_anew_and_one_that_is_off_stays_off() {
    let (mut caller, mut answerer) = (Box::start(config(2, "silence")), Box::start(config(3, "silence")));
    connect(&caller, &answerer, CALL).await;
    let old = |p: &Snapshot| code_of(p).filter(|code| code.source == 2).map_or(0, |code| code.frame);
    let seen = old(&answerer.screen_until("the camera", |p| old(p) > 200).await);
    let first = caller.engine.replace_camera(CALL).await.unwrap();
    answerer.screen_until("a camera that begins", |p| code_of(p).is_some_and(|code| code.frame < seen)).await;
    caller.engine.set_camera(false);
    caller.wait("still picture", |event| *event == MediaEvent::CameraSending { sending: false }).await;
    let second = caller.engine.replace_camera(CALL).await.unwrap();
    assert_ne!(first, second);
    answerer.screen_until("the still picture", |p| code_of(p).is_none()).await;
    caller.engine.set_camera(true);
    answerer.screen_until("the camera again", |p| code_of(p).is_some_and(|code| code.source == 2)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_frame_comes_when_one_is_asked_for() {
    let (caller, answerer) = in_a_call(&["H264"]).await;
    let key_frames = async || {
        let statistics = caller.engine.statistics(CALL).await.unwrap();
        let sent = statistics.entries.iter().find(|entry| entry["type"] == "outbound-rtp" && entry["kind"] == "video");
        sent.and_then(|sent| sent["keyFramesEncoded"].as_u64()).unwrap()
    };
    // Those of the beginning are over when the picture has moved for a while: the next by itself is 20 s away.
    let mut before = key_frames().await;
    loop {
        tokio::time::sleep(Duration::from_secs(2)).await;
        let now = key_frames().await;
        if std::mem::replace(&mut before, now) == now {
            break;
        }
    }
    answerer.engine.request_key_frame(CALL, Stream::Camera).unwrap();
    let watching = async {
        while key_frames().await == before {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), watching).await.expect("no key frame came");
}
