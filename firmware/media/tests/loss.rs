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

use std::time::Duration;

use link::{Bandwidth, Rules};
use relay::{End, Relay};
use roombox_media::api::{MediaCall, MediaEvent, Statistics};
use serde_json::Value;
use support::{Box, config};

const CALL: MediaCall = MediaCall(7);

async fn connect_over(relay: &Relay, caller: &Box, answerer: &Box) {
    let offer = relay.pass(End::A, &caller.engine.create_offer(CALL, false).await.unwrap()).await;
    let answer = relay.pass(End::B, &answerer.engine.create_answer(CALL, &offer).await.unwrap()).await;
    caller.engine.accept_answer(CALL, &answer).await.unwrap();
}

/// A field of what comes in of this kind.
async fn incoming(side: &Box, kind: &str, field: &str) -> f64 {
    let entries = side.engine.statistics(CALL).await.unwrap().entries;
    let of_kind = |entry: &&Value| entry["type"] == "inbound-rtp" && entry["kind"] == kind;
    entries.iter().find(of_kind).and_then(|entry| entry[field].as_f64()).unwrap_or(0.0)
}

/// What a side got in some seconds.
#[derive(Debug)]
struct Quality {
    sound: f64,
    concealed: f64,
    frozen: f64,
    frames: f64,
}

async fn quality(side: &Box) -> Quality {
    Quality {
        sound: incoming(side, "audio", "totalSamplesReceived").await,
        concealed: incoming(side, "audio", "concealedSamples").await,
        frozen: incoming(side, "video", "totalFreezesDuration").await,
        frames: incoming(side, "video", "framesDecoded").await,
    }
}

/// Until so much sound was played, in seconds of it.
async fn over(side: &Box, seconds: f64) -> Quality {
    let before = quality(side).await;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        let now = quality(side).await;
        if now.sound - before.sound >= seconds * 48_000.0 {
            return Quality {
                sound: now.sound - before.sound,
                concealed: now.concealed - before.concealed,
                frozen: now.frozen - before.frozen,
                frames: now.frames - before.frames,
            };
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_percent_of_loss_are_hardly_heard_or_seen() {
    const SECONDS: f64 = 30.0;
    let (mut caller, mut answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    let path = Rules { delay: Duration::from_millis(25), ..Rules::default() };
    let relay = Relay::new(path, 11);
    connect_over(&relay, &caller, &answerer).await;
    for side in [&mut caller, &mut answerer] {
        side.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    }
    relay.set(Rules { loss: 0.05, ..path });
    // The jitter buffers get to know the path.
    over(&caller, 3.0).await;
    let (here, there) = tokio::join!(over(&caller, SECONDS), over(&answerer, SECONDS));
    eprintln!("{here:?} {there:?} {:?}", relay.counters_from(End::A));
    for side in [here, there] {
        assert!(side.frozen < 0.01 * SECONDS, "{side:?}");
        assert!(side.concealed < 0.02 * side.sound, "{side:?}");
        assert!(side.frames > 0.9 * 15.0 * SECONDS, "{side:?}");
    }
    assert!(relay.counters_from(End::A).lost > 50, "nothing was lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sound_goes_on_in_bursts_of_loss() {
    const SECONDS: f64 = 20.0;
    let (mut caller, answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    let path = Rules { delay: Duration::from_millis(25), ..Rules::default() };
    let relay = Relay::new(path, 5);
    connect_over(&relay, &caller, &answerer).await;
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

/// What the path carries as this side believes, in bit/s.
async fn available(side: &Box) -> f64 {
    let entries = side.engine.statistics(CALL).await.unwrap().entries;
    let rates = entries.iter().filter(|entry| entry["type"] == "candidate-pair");
    rates.filter_map(|pair| pair["availableOutgoingBitrate"].as_f64()).fold(0.0, f64::max)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_path_that_becomes_narrow_is_kept_without_a_queue_and_used_again_when_it_is_wide() {
    let (mut caller, answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    let queue = Duration::from_secs(2);
    let wide = Rules { delay: Duration::from_millis(25), ..Rules::default() };
    let narrow = Rules { bandwidth: Some(Bandwidth { rate: 200_000, queue }), ..wide };
    let relay = Relay::new(wide, 3);
    connect_over(&relay, &caller, &answerer).await;
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
    until("narrow", &|rate, wait| (40_000.0..220_000.0).contains(&rate) && wait < Duration::from_millis(200)).await;
    relay.set_from(End::B, wide);
    // The picture does not need more: what is not sent shows nothing.
    until("wide again", &|rate, _| rate > 250_000.0).await;
    let whole = |statistics: &Statistics| (statistics.frame_width, statistics.frame_height) == (640, 360);
    assert!(whole(&caller.engine.statistics(CALL).await.unwrap()), "the picture stays small");
}
