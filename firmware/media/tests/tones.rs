//! What the box lets the room hear by itself, found by its pitch in what the speaker plays.

mod support;

use roombox_media::api::{Chime, MediaCall, MediaConfig, MediaEvent, Ring};
use roombox_testcard::tone::{is_silent, strength};
use support::{Box, config, connect, first_picture};

const CALL: MediaCall = MediaCall(1);

fn has(samples: &[f32], rate: u32, hz: f64) -> bool {
    strength(samples, rate, hz) > 0.2
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_room_without_a_call_rings_until_told_otherwise_and_chimes_once() {
    let room = Box::start(config(2, "silence"));
    room.engine.ring(Some(Ring::Ringback));
    room.speaker_until("ringback", |heard, rate| strength(heard, rate, 425.0) > 0.9).await;
    room.engine.ring(Some(Ring::Incoming));
    room.speaker_until("a ring", |heard, rate| has(heard, rate, 659.3) && has(heard, rate, 880.0)).await;
    room.engine.ring(None);
    room.speaker_until("silence", |heard, _| is_silent(heard)).await;
    room.engine.chime(Chime::Failed);
    room.speaker_until("three tones", |heard, rate| [950.0, 1400.0, 1800.0].iter().all(|hz| has(heard, rate, *hz)))
        .await;
    room.speaker_until("silence", |heard, _| is_silent(heard)).await;
    room.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tones_are_heard_beside_the_other_side_and_never_taken_for_it() {
    let (mut caller, mut answerer) = (Box::start(config(2, "tone:600")), Box::start(config(3, "silence")));
    // A ring before there is a call.
    answerer.engine.ring(Some(Ring::Ringback));
    answerer.speaker_until("ringback", |heard, rate| strength(heard, rate, 425.0) > 0.9).await;
    caller.engine.ring(Some(Ring::Ringback));
    caller.speaker_until("ringback", |heard, rate| strength(heard, rate, 425.0) > 0.9).await;
    connect(&caller, &answerer, CALL).await;
    first_picture(&mut caller, &mut answerer, CALL).await;
    answerer.speaker_until("both", |heard, rate| has(heard, rate, 600.0) && has(heard, rate, 425.0)).await;
    answerer.engine.ring(None);
    answerer.speaker_until("the other side", |heard, rate| strength(heard, rate, 600.0) > 0.9).await;
    let first = MediaEvent::FirstAudio { call: CALL };
    answerer.rest();
    assert!(answerer.told.contains(&first), "{:?}", answerer.told);
    // It says nothing: what was heard there was our own ring.
    caller.rest();
    assert!(!caller.told.contains(&first), "{:?}", caller.told);
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_owner_who_wants_no_tones_hears_none() {
    let room = Box::start(MediaConfig { tones_volume: 0, ..config(2, "silence") });
    let other = Box::start(config(3, "silence"));
    for engine in [&room.engine, &other.engine] {
        engine.ring(Some(Ring::Ringback));
    }
    other.speaker_until("ringback", |heard, rate| strength(heard, rate, 425.0) > 0.9).await;
    assert!(is_silent(&room.engine.speaker_samples(10.0).unwrap().samples));
    room.engine.stop().await;
    other.engine.stop().await;
}
