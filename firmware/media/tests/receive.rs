//! The receive connection of a spectator: heard and seen instead of the call while it runs.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use roombox_media::{
    api::{MediaCall, MediaEvent, Snapshot, Stream},
    peer::{Direction, media_lines},
};
use roombox_testcard::tone;
use support::{Box, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);
const RECEIVE: MediaCall = MediaCall(1 << 63);

fn shows(source: u8) -> impl Fn(&Snapshot) -> bool {
    move |picture| code_of(picture).is_some_and(|code| code.source == source)
}

async fn hears(side: &Box, hz: f64, instead_of: f64) {
    let fits = |samples: &[f32], rate: u32| {
        tone::dominant(samples, rate, &[hz, instead_of]).is_some_and(|(found, _)| (found - hz).abs() < 1.0)
    };
    side.speaker_until("the tone", fits).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_sound_and_picture_replace_those_of_the_call_until_it_is_closed() {
    let mut spectator = Box::start(config(2, "silence"));
    let (conference, webcast) = (Box::start(config(3, "tone:440")), Box::start(config(4, "tone:880")));
    connect(&spectator, &conference, CALL).await;
    spectator.screen_until("the conference", shows(3)).await;
    hears(&spectator, 440.0, 880.0).await;

    let offer = spectator.engine.create_receive_offer(RECEIVE).await.unwrap();
    let lines = media_lines(&offer).unwrap();
    assert_eq!(lines.iter().map(|line| line.direction).collect::<Vec<_>>(), [Direction::RecvOnly; 2]);
    assert!(offer.contains("a=candidate:") && lines.iter().all(|line| line.ssrcs.is_empty()));
    let answer = webcast.engine.create_answer(CALL, &offer).await.unwrap();
    spectator.engine.accept_answer(RECEIVE, &answer).await.unwrap();
    spectator.wait("running", |event| *event == MediaEvent::ReceiveRunning { call: RECEIVE }).await;
    spectator.screen_until("the webcast", shows(4)).await;
    hears(&spectator, 880.0, 440.0).await;
    spectator.engine.request_key_frame(RECEIVE, Stream::Camera).unwrap();
    let entries = spectator.engine.statistics(RECEIVE).await.unwrap().entries;
    assert!(entries.iter().any(|entry| entry["type"] == "inbound-rtp" && entry["framesDecoded"].as_u64() > Some(0)));
    assert!(
        !entries.iter().any(|e| e["type"] == "outbound-rtp" && e["packetsSent"].as_u64() > Some(0)),
        "{entries:#?}"
    );

    spectator.engine.close_call(RECEIVE).await;
    spectator.rest();
    let told = spectator.told.len();
    spectator.screen_until("the conference again", shows(3)).await;
    hears(&spectator, 440.0, 880.0).await;
    spectator.rest();
    assert!(!format!("{:?}", &spectator.told[told..]).contains(&RECEIVE.0.to_string()), "told after it was closed");
}
