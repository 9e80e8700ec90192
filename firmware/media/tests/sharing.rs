//! A room in a call presents what browsers share, checked by the codes in the pictures. Another engine stands for a browser:
//! it would take sound and picture of the room if it got any.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

use roombox_media::{
    api::{MediaCall, MediaEvent, PresentationSource},
    peer::{Direction, Kind, media_lines},
};
use support::{Box, config, connect, content, first_picture, present};

const CALL: MediaCall = MediaCall(7);

/// A browser whose screen carries this number; it wants to send and receive everything.
async fn share(room: &Box, number: u64, source: u8) -> Box {
    let browser = Box::start(config(source, "silence"));
    let offer = browser.engine.create_offer(CALL, false).await.unwrap();
    let answer = room.engine.answer_share(number, &offer).await.unwrap();
    for line in media_lines(&answer).unwrap() {
        let wanted = if line.kind == Some(Kind::Video) { Direction::RecvOnly } else { Direction::Inactive };
        assert!(line.rejected || line.direction == wanted, "{answer}");
    }
    browser.engine.accept_answer(CALL, &answer).await.unwrap();
    browser
}

async fn gets_nothing(browser: &Box) {
    let statistics = browser.engine.statistics(CALL).await.unwrap();
    let received = statistics.entries.iter().filter(|entry| entry["type"] == "inbound-rtp");
    let packets: u64 = received.filter_map(|entry| entry["packetsReceived"].as_u64()).sum();
    assert_eq!((statistics.frames_decoded, packets), (0, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn screens_of_browsers_are_presented_one_after_the_other_and_nothing_of_the_room_goes_there() {
    let (mut room, mut peer) = (Box::start(config(2, "tone:880")), Box::start(config(3, "silence")));
    connect(&room, &peer, CALL).await;
    first_picture(&mut room, &mut peer, CALL).await;
    room.engine.set_presentation(PresentationSource::Share);
    let first = share(&room, 1, 5).await;
    present(&room, &peer, CALL).await;
    peer.screen_until("the first screen", |p| content(p).is_some_and(|code| code.source == 5)).await;
    let second = share(&room, 2, 6).await;
    peer.screen_until("the second screen", |p| content(p).is_some_and(|code| code.source == 6)).await;
    gets_nothing(&first).await;
    gets_nothing(&second).await;
    assert!(room.engine.answer_share(3, "v=0").await.is_err());
    second.engine.stop().await;
    room.wait("the loss of the second", |event| matches!(event, MediaEvent::ShareLost { share: 2, .. })).await;
    room.engine.close_share(2).await;
    peer.screen_until("what was shared last", |p| content(p).is_some_and(|code| code.source == 6)).await;
    for engine in [&room, &peer, &first] {
        engine.engine.stop().await;
    }
}
