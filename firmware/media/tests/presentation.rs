//! Two engines in a call, and a second picture that comes and goes: checked by the codes in the pictures.

#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "helpers of tests; pictures are taken again and again"
)]

mod support;

use roombox_media::{
    MediaError,
    api::{MediaCall, MediaConfig, MediaEvent, PresentationSource, Snapshot, Statistics, TrackKind},
    peer::media_lines,
};
use roombox_testcard::code::FrameCode;
use support::{Box, code_in, code_of, config, connect, content, painted, still};

const CALL: MediaCall = MediaCall(7);
/// A presented card has its box's number and 100 more.
const CARD: u8 = 100;
/// Frames a second of the camera.
const RATE: u64 = 15;

/// Code of the remote picture beside content.
fn beside(picture: &Snapshot) -> Option<FrameCode> {
    code_in(picture, (960, 90), (320, 180))
}

async fn call(caller: MediaConfig, answerer: MediaConfig) -> (Box, Box) {
    let (mut caller, mut answerer) = (Box::start(caller), Box::start(answerer));
    connect(&caller, &answerer, CALL).await;
    for here in [&mut caller, &mut answerer] {
        here.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    }
    (caller, answerer)
}

async fn statistics(here: &Box) -> Statistics {
    here.engine.statistics(CALL).await.unwrap()
}

/// The frame of the camera that fills the screen.
async fn camera(here: &mut Box, source: u8) -> u64 {
    let seen = here.screen_until("the camera", |p| code_of(p).is_some_and(|code| code.source == source)).await;
    u64::from(code_of(&seen).unwrap().frame)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_presentation_comes_and_goes_while_the_camera_goes_on() {
    let (caller, mut answerer) = call(config(2, "silence"), config(3, "silence")).await;
    camera(&mut answerer, 2).await;
    let before = [brought(&caller).await, brought(&answerer).await];
    for round in 0..2 {
        let renegotiate = caller.present(CALL).await.unwrap();
        assert_eq!(renegotiate, round == 0);
        if renegotiate {
            connect(&caller, &answerer, CALL).await;
        }
        answerer.screen_until("the content", |p| content(p).is_some_and(|code| code.source == 2 + CARD)).await;
        answerer.screen_until("the camera beside it", |p| beside(p).is_some_and(|code| code.source == 2)).await;
        caller.engine.remove_presentation(CALL).await.unwrap();
        // Nothing more of it comes, and the camera has the screen again.
        camera(&mut answerer, 2).await;
    }
    let after = [brought(&caller).await, brought(&answerer).await];
    for (before, after) in before.into_iter().zip(after) {
        assert_eq!((before.ssrcs, before.lost), (after.ssrcs, after.lost), "{before:?} {after:?}");
    }
    assert_eq!(statistics(&answerer).await.presentation_frames_encoded, 0);
    assert_eq!(statistics(&caller).await.content_frames_decoded, 0);
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

/// What the first two lines of a call brought to one side so far.
#[derive(Clone, Copy, Debug)]
struct Brought {
    ssrcs: [u64; 2],
    packets: [u64; 2],
    lost: i64,
    /// Samples of sound.
    concealed: f64,
    freezes: u64,
}

async fn brought(here: &Box) -> Brought {
    let entries = statistics(here).await.entries;
    let line = |track: &str| {
        let of_line = |entry: &&serde_json::Value| entry["type"] == "inbound-rtp" && entry["trackIdentifier"] == track;
        entries.iter().find(of_line).unwrap_or_else(|| panic!("nothing on line {track}: {entries:?}")).clone()
    };
    let (sound, camera) = (line("0"), line("1"));
    let both = |name: &str| [&sound, &camera].map(|entry| entry[name].as_u64().unwrap_or_default());
    Brought {
        ssrcs: both("ssrc"),
        packets: both("packetsReceived"),
        lost: [&sound, &camera].iter().map(|entry| entry["packetsLost"].as_i64().unwrap_or_default()).sum(),
        concealed: sound["concealedSamples"].as_f64().unwrap_or_default(),
        freezes: camera["freezeCount"].as_u64().unwrap_or_default(),
    }
}

/// What was missing between two looks.
fn missing(before: Brought, after: Brought) -> (f64, u64) {
    (after.concealed - before.concealed, after.freezes - before.freezes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_third_line_comes_and_goes_without_a_gap_in_the_first_two() {
    let (caller, mut answerer) = call(config(2, "silence"), config(3, "silence")).await;
    camera(&mut answerer, 2).await;
    let before = brought(&answerer).await;
    let begun = std::time::Instant::now();
    assert!(caller.present(CALL).await.unwrap());
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the content", |p| content(p).is_some_and(|code| code.source == 2 + CARD)).await;
    caller.engine.remove_presentation(CALL).await.unwrap();
    connect(&caller, &answerer, CALL).await;
    camera(&mut answerer, 2).await;
    let after = brought(&answerer).await;
    // The same streams, and every sequence number came: what is missing between two that came counts as lost.
    assert_eq!((before.ssrcs, before.lost), (after.ssrcs, after.lost), "{before:?} {after:?}");
    assert!((0..2).all(|line| after.packets[line] > before.packets[line]), "{before:?} {after:?}");
    // A machine that has too much to do misses something by itself: so much and no more in the same time of rest.
    tokio::time::sleep(begun.elapsed()).await;
    let at_rest = missing(after, brought(&answerer).await);
    let (concealed, freezes) = missing(before, after);
    assert!(concealed <= at_rest.0 + 4800.0, "{concealed} samples of sound, {} at rest", at_rest.0);
    assert!(freezes <= at_rest.1 + 1, "{freezes} freezes, {} at rest", at_rest.1);
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_sides_present_and_are_told_of_the_tracks() {
    let (mut caller, mut answerer) = call(config(2, "silence"), config(3, "silence")).await;
    assert!(answerer.present(CALL).await.unwrap());
    connect(&answerer, &caller, CALL).await;
    let added = caller
        .wait(
            "the track",
            |event| matches!(event, MediaEvent::RemoteTrackAdded { track, .. } if track.label.contains("dual")),
        )
        .await;
    let MediaEvent::RemoteTrackAdded { track, .. } = added else { panic!("{added:?}") };
    assert_eq!((track.kind, track.stream.as_deref()), (TrackKind::Video, Some("roombox-dual")));
    let told =
        |here: &Box| here.told.iter().filter(|event| matches!(event, MediaEvent::RemoteTrackAdded { .. })).count();
    assert_eq!(told(&caller), 3, "sound, camera and content, each once");
    assert!(caller.present(CALL).await.unwrap());
    connect(&caller, &answerer, CALL).await;
    for (here, source) in [(&mut caller, 3), (&mut answerer, 2)] {
        here.screen_until("the content", |p| content(p).is_some_and(|code| code.source == source + CARD)).await;
        here.screen_until("the camera", |p| beside(p).is_some_and(|code| code.source == source)).await;
    }
    // The next offer says that nothing is presented any more.
    answerer.engine.remove_presentation(CALL).await.unwrap();
    connect(&answerer, &caller, CALL).await;
    let gone = MediaEvent::RemoteTrackRemoved { call: CALL, track: track.id };
    caller.wait("the end of the track", |event| *event == gone).await;
    caller.screen_until("the camera alone", |p| code_of(p).is_some_and(|code| code.source == 3)).await;
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refused_presentation_leaves_the_call_and_a_later_one_works() {
    let (caller, mut answerer) = call(config(2, "silence"), config(3, "silence")).await;
    assert!(caller.present(CALL).await.unwrap());
    let refused = caller.engine.create_offer(CALL, false).await.unwrap();
    assert_eq!(media_lines(&refused).unwrap().len(), 3);
    caller.engine.remove_presentation(CALL).await.unwrap();
    let frame = camera(&mut answerer, 2).await;
    answerer.screen_until("later frames", |p| code_of(p).is_some_and(|c| u64::from(c.frame) > frame + 2 * RATE)).await;
    let offer = caller.engine.create_offer(CALL, false).await.unwrap();
    assert_eq!(media_lines(&offer).unwrap().len(), 2, "as if it had never been");
    let answer = answerer.engine.create_answer(CALL, &offer).await.unwrap();
    caller.engine.accept_answer(CALL, &answer).await.unwrap();
    assert!(caller.present(CALL).await.unwrap());
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the content", |p| content(p).is_some_and(|code| code.source == 2 + CARD)).await;
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_source_is_replaced_without_negotiation_and_a_missing_one_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut silent = config(2, "silence");
    silent.presentation = None;
    let (caller, mut answerer) = call(silent, config(3, "silence")).await;
    let refused = caller.present(CALL).await;
    assert!(matches!(refused, Err(MediaError::NoPresentation)), "{refused:?}");
    let path = folder.path().join("page.png");
    caller.engine.set_presentation(still(path.clone()));
    let refused = caller.present(CALL).await.unwrap_err().to_string();
    assert!(refused.contains("No such file"), "{refused}");
    painted(&path, 0xffff_ff00);
    assert!(caller.present(CALL).await.unwrap());
    connect(&caller, &answerer, CALL).await;
    answerer.screen_until("the page", is_page).await;
    caller.engine.set_presentation(PresentationSource::TestCard);
    assert!(!caller.present(CALL).await.unwrap());
    answerer.screen_until("the card", |p| content(p).is_some_and(|code| code.source == 2 + CARD)).await;
    // What cannot be opened does not take the place of what can.
    caller.engine.set_presentation(still(folder.path().join("no.png")));
    assert!(caller.present(CALL).await.is_err());
    let seen = answerer.screen_until("the card", |p| content(p).is_some()).await;
    let frame = content(&seen).unwrap().frame;
    answerer.screen_until("the card moving", |p| content(p).is_some_and(|code| code.frame > frame)).await;
    caller.engine.stop().await;
    answerer.engine.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_an_encoder_nothing_is_presented_and_nothing_harmed() {
    let mut poor = config(2, "silence");
    poor.codecs.h264_encoders = vec!["no-such-encoder".into()];
    poor.codecs.vp8_encoders = vec!["no-such-encoder".into()];
    let (poor, mut answerer) = (Box::start(poor), Box::start(config(3, "silence")));
    connect(&poor, &answerer, CALL).await;
    let refused = poor.present(CALL).await;
    assert!(matches!(refused, Err(MediaError::NoCodec { .. })), "{refused:?}");
    let offer = poor.engine.create_offer(CALL, false).await.unwrap();
    assert_eq!(media_lines(&offer).unwrap().len(), 2);
    answerer.wait("the connection", |event| *event == MediaEvent::Connected { call: CALL }).await;
    poor.engine.stop().await;
    answerer.engine.stop().await;
}

fn is_page(picture: &Snapshot) -> bool {
    let at = |x: u32, y: u32| {
        let start = (y * picture.width + x) as usize * 3;
        (picture.rgb[start], picture.rgb[start + 1], picture.rgb[start + 2])
    };
    [(100, 120), (480, 360), (900, 600)].into_iter().all(|(x, y)| {
        let (red, green, blue) = at(x, y);
        red > 200 && green > 200 && blue < 90
    })
}
