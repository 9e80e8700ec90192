//! A whole call over a path that loses packets or becomes narrow: what is heard and seen of it.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "a test owns its tasks, sockets and clock, and may fail; helpers are shared with other tests"
)]

mod support;

#[path = "network/link.rs"]
mod link;

#[path = "network/relay.rs"]
mod relay;

#[path = "network/quality.rs"]
mod quality;

use std::time::Duration;

use link::{Bandwidth, Rules};
use quality::{CALL, available, connect_over, over};
use relay::{End, Relay};
use roombox_media::{
    api::{MediaConfig, MediaEvent, Statistics, Stream},
    peer::Engine,
};
use support::{Box, config};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_is_asked_for_and_comes_in_time() {
    const SECONDS: f64 = 10.0;
    let (mut caller, mut answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    let path = Rules { delay: Duration::from_millis(25), ..Rules::default() };
    let relay = Relay::new(path, 11);
    connect_over(&relay, (&caller, End::A), &answerer, false).await;
    for side in [&mut caller, &mut answerer] {
        side.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    }
    relay.set(Rules { loss: 0.05, ..path });
    // The jitter buffers get to know the path.
    over(&caller, 3.0).await;
    let (here, there) = tokio::join!(over(&caller, SECONDS), over(&answerer, SECONDS));
    eprintln!("{here:?} {there:?} {:?}", relay.counters_from(End::A));
    for side in [here, there] {
        // A twentieth would be concealed if nothing came again; the machine may be busy.
        assert!(side.concealed < 0.03 * side.sound, "{side:?}");
        assert!(side.frames > 0.0, "{side:?}");
    }
    assert!(relay.counters_from(End::A).lost > 20, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_goes_on_in_bursts_of_loss() {
    const SECONDS: f64 = 8.0;
    let (mut caller, answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    let path = Rules { delay: Duration::from_millis(25), ..Rules::default() };
    let relay = Relay::new(path, 5);
    connect_over(&relay, (&caller, End::A), &answerer, false).await;
    caller.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    // A fifth is lost, five packets in a row on average.
    relay.set(Rules { bursts: Some((0.05, 5.0)), ..path });
    over(&caller, 3.0).await;
    let heard = over(&caller, SECONDS).await;
    eprintln!("{heard:?}");
    assert!(heard.concealed < 0.1 * heard.sound, "{heard:?}");
    let peak = |samples: &[f32]| samples.iter().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    caller.speaker_until("the other side's tone", |samples, _| peak(samples) > 0.05).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_that_becomes_narrow_is_kept_without_a_queue_and_used_again_when_it_is_wide() {
    a_narrow_path_is_followed(Engine::Webrtc).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_that_becomes_narrow_steers_the_pictures_of_the_other_engine_as_well() {
    a_narrow_path_is_followed(Engine::Webrtcbin).await;
}

/// The side with this engine sends into a path that becomes narrow and wide again.
async fn a_narrow_path_is_followed(engine: Engine) {
    let answerer = Box::start(MediaConfig { engine, ..config(3, "tone:880") });
    let mut caller = Box::start(config(2, "tone:440"));
    let queue = Duration::from_secs(2);
    let wide = Rules { delay: Duration::from_millis(25), ..Rules::default() };
    let narrow = Rules { bandwidth: Some(Bandwidth { rate: 200_000, queue }), ..wide };
    let relay = Relay::new(wide, 3);
    connect_over(&relay, (&caller, End::A), &answerer, false).await;
    caller.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    let until = async |what: &str, holds: &dyn Fn(f64, Duration) -> bool| {
        let waiting = async {
            loop {
                relay.counters_from(End::B);
                over(&caller, 2.0).await;
                let (rate, wait) = (available(&answerer).await, relay.counters_from(End::B).longest_wait);
                eprintln!("{what}: {rate} bit/s, {wait:?}");
                if holds(rate, wait) {
                    return;
                }
            }
        };
        tokio::time::timeout(support::PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never {what}"));
    };
    until("wide", &|rate, _| rate > 500_000.0).await;
    relay.set_from(End::B, narrow);
    until("narrow", &|rate, wait| (40_000.0..300_000.0).contains(&rate) && wait < Duration::from_millis(500)).await;
    relay.set_from(End::B, wide);
    // The picture does not need more: what is not sent shows nothing.
    until("wide again", &|rate, _| rate > 250_000.0).await;
    let whole = |statistics: &Statistics| (statistics.frame_width, statistics.frame_height) == (640, 360);
    assert!(whole(&caller.engine.statistics(CALL).await.unwrap()), "the picture stays small");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_path_for_sound_alone_the_picture_rests_and_comes_back() {
    let (caller, mut answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    let wide = Rules { delay: Duration::from_millis(25), ..Rules::default() };
    let narrow = Rules { bandwidth: Some(Bandwidth { rate: 60_000, queue: Duration::from_millis(300) }), ..wide };
    let relay = Relay::new(wide, 9);
    connect_over(&relay, (&caller, End::A), &answerer, false).await;
    answerer.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    let rests = |rests| MediaEvent::PictureRests { call: CALL, stream: Stream::Camera, rests };
    relay.set_from(End::B, narrow);
    answerer.wait("no room for a picture", |event| *event == rests(true)).await;
    over(&caller, 2.0).await;
    relay.set_from(End::B, wide);
    answerer.wait("room for a picture", |event| *event == rests(false)).await;
    while over(&caller, 0.5).await.frames == 0.0 {}
}
