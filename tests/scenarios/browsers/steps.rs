//! What the contract asks in a call that stands, codecs apart. Each step leaves the call as it found it.
#![allow(unreachable_pub, reason = "shared by the files of one test")]

use std::time::Duration;

use roombox_media::{MediaError, peer::PeerError};
use roombox_tests::phone::OTHER_CAMERA;
use roombox_tests::wait::{PATIENCE, until};
use serde_json::json;

use crate::call::{Call, OUR_SOURCE};
use crate::of_media::link::Rules;
use crate::of_media::relay::End;

/// Number that the page's presentation carries.
const PAGE_CONTENT: u8 = 41;
/// And its other camera.
const PAGE_OTHER_CAMERA: u8 = 42;
/// The two tones of the key 5 in Hz (ITU-T Q.23), each at least a tenth of what is heard beside the other.
const TONES_OF_5: [f64; 2] = [770.0, 1336.0];
const TONE_HEARD: f64 = 0.1;

const LOOK: Duration = Duration::from_millis(50);

fn media_lines(description: &str) -> usize {
    description.lines().filter(|line| line.starts_with("m=")).count()
}

async fn the_page_presents(call: &mut Call) {
    call.page.tell("present", &[PAGE_CONTENT.into()]);
    let (offer, answer) = call.page_offers_again().await;
    assert_eq!((media_lines(&offer), media_lines(&answer)), (3, 3));
    let before = call.room.media.statistics(call.id).await.content_frames_decoded;
    let coming = async {
        while call.room.media.statistics(call.id).await.content_frames_decoded < before + 10
            || call.room.media.content_code().await.map(|code| code.source) != Some(PAGE_CONTENT)
        {
            tokio::time::sleep(LOOK).await;
        }
    };
    let in_time = tokio::time::timeout(PATIENCE, coming).await;
    assert!(in_time.is_ok(), "no content: {:?}", call.room.media.statistics(call.id).await);
    call.page_sees_now("beside the page's presentation").await;
}

async fn the_page_withdraws(call: &mut Call) {
    call.page.tell("withdraw", &[]);
    let (_, answer) = call.page_offers_again().await;
    assert!(answer.contains("m=video 0 "), "{answer}");
    call.goes_on("after the page's presentation").await;
}

async fn we_present(call: &mut Call) {
    if call.room.media.present(call.id).await {
        let (offer, answer) = call.we_offer().await;
        assert_eq!((media_lines(&offer), media_lines(&answer)), (3, 3));
    }
    let presented = || call.page.content_code().filter(|code| code.source == OUR_SOURCE + 100);
    let first = until("our presentation at the page", PATIENCE, presented);
    until("a later picture of it", PATIENCE, || presented().filter(|code| code.frame > first.frame));
    call.page_sees_now("beside our presentation").await;
}

pub async fn the_page_presents_then_we(call: &mut Call) {
    the_page_presents(call).await;
    we_present(call).await;
    call.room.media.present_no_more(call.id).await;
    the_page_withdraws(call).await;
}

pub async fn we_present_then_the_page(call: &mut Call) {
    we_present(call).await;
    call.goes_on("beside our presentation").await;
    call.room.media.present_no_more(call.id).await;
    the_page_presents(call).await;
    the_page_withdraws(call).await;
}

/// By the page's offers: it sends only, sees only, does neither; and both again.
pub async fn directions_change(call: &mut Call) {
    for (direction, answered, there, here) in [
        ("sendonly", "a=recvonly", false, true),
        ("recvonly", "a=sendonly", true, false),
        ("inactive", "a=inactive", false, false),
    ] {
        call.page.tell("direct", &[direction.into()]);
        let (_, answer) = call.page_offers_again().await;
        assert!(answer.matches(answered).count() >= 2, "{answer}");
        if there {
            call.page_sees_now(direction).await;
        }
        if here {
            call.we_see_more(direction).await;
        }
        call.stands_still(!there, !here, direction).await;
    }
    call.page.tell("direct", &["sendrecv".into()]);
    call.page_offers_again().await;
    call.sees_and_hears(OUR_SOURCE).await;
}

pub async fn either_side_holds(call: &mut Call) {
    call.page.tell("hold", &[]);
    call.answer_the_page().await;
    assert_eq!(call.page.next("hold")["originator"], "local");
    call.stands_still(true, false, "while the page holds").await;
    call.page.tell("unhold", &[]);
    call.answer_the_page().await;
    assert_eq!(call.page.next("unhold")["originator"], "local");
    call.goes_on("after the page's hold").await;

    call.room.media.hold(call.id, true);
    call.room.phone.hold(call.id, true);
    assert_eq!(call.page.next("hold")["originator"], "remote");
    call.room.phone.held(call.id, "our confirmed hold", |hold| hold.asked && hold.confirmed).await;
    call.stands_still(true, false, "while we hold").await;
    call.room.media.hold(call.id, false);
    call.room.phone.hold(call.id, false);
    assert_eq!(call.page.next("unhold")["originator"], "remote");
    call.room.phone.held(call.id, "the end of our hold", |hold| !hold.asked).await;
    call.sees_and_hears(OUR_SOURCE).await;
}

fn ufrag(description: &str) -> &str {
    let line = description.lines().find(|line| line.starts_with("a=ice-ufrag:"));
    line.unwrap_or_else(|| panic!("no credentials in {description}"))
}

/// Without the path of the test: the page answers before it has gathered anew, so its new sockets are nowhere named.
pub async fn either_side_restarts_ice(call: &mut Call) {
    call.direct = true;
    let offer = call.room.media.restart(call.id).await.expect("the engine restarts ICE");
    let (first, _) = call.we_offer_this(offer.text().unwrap_or_default()).await;
    call.goes_on("after our ICE restart").await;
    let (_, second) = call.page_offers(json!({ "iceRestart": true })).await;
    assert_ne!(ufrag(&first), ufrag(&second), "the answer to a restart restarts");
    call.goes_on("after an ICE restart by the page").await;
}

/// The page gives the call up over it: the last step.
pub async fn an_ice_restart_is_refused_with_its_cause(call: &mut Call) {
    let refused = |error: &MediaError| matches!(error, MediaError::Peer(PeerError::IceRestart));
    let error = call.room.media.restart(call.id).await.expect_err("no version of the element can");
    assert!(refused(&error), "{error}");
    call.goes_on("after a restart that was refused").await;
    call.page.tell("renegotiate", &[json!({ "iceRestart": true })]);
    let offer = call.room.phone.offered(call.id).await.expect("the page offers");
    let offer = call.passed(End::B, &offer).await;
    let error = call.room.media.try_answer(call.id, &offer).await.expect_err("no version of the element can");
    assert!(refused(&error), "{error}");
    call.room.phone.answer_offer(call.id, Err(488));
    call.page.next("ended");
    call.room.phone.ended(call.id).await;
}

/// Neither needs an offer.
pub async fn both_turn_the_camera(call: &mut Call) {
    call.room.media.replace_camera(call.id).await;
    let ours = || call.page.frame_code().filter(|code| code.source == OTHER_CAMERA);
    let first = until("our other camera at the page", PATIENCE, ours);
    until("a later picture of it", PATIENCE, || ours().filter(|code| code.frame > first.frame));
    call.page.tell("camera", &[PAGE_OTHER_CAMERA.into()]);
    let theirs = async {
        while call.room.media.frame_code().await.map(|code| code.source) != Some(PAGE_OTHER_CAMERA) {
            tokio::time::sleep(LOOK).await;
        }
    };
    tokio::time::timeout(PATIENCE, theirs).await.expect("the page's other camera comes");
}

/// As RTP events (RFC 4733): the browser plays those that come to it.
pub async fn keys_are_pressed_both_ways(call: &mut Call) {
    call.page.tell("keys", &["1#".into()]);
    assert_eq!([call.room.media.pressed().await, call.room.media.pressed().await], ['1', '#']);
    let press = async { call.room.media.press(call.id, '5', 3000).await.expect("the page takes keys") };
    let heard = async {
        while TONES_OF_5.iter().any(|tone| call.page.tone_share(*tone) < TONE_HEARD) {
            tokio::time::sleep(LOOK).await;
        }
    };
    let both = async { tokio::join!(press, heard) };
    tokio::time::timeout(PATIENCE, both).await.expect("the page plays the tones of the key");
    call.sees_and_hears(OUR_SOURCE).await;
}

pub async fn pictures_and_sound_go_on_at_loss(call: &mut Call) {
    let before = [End::A, End::B].map(|end| call.path.counters_from(end).lost);
    call.path.set(Rules { loss: 0.05, delay: Duration::from_millis(10), ..Rules::default() });
    for _ in 0..3 {
        call.goes_on("at 5 % loss").await;
    }
    call.sees_and_hears(OUR_SOURCE).await;
    let after = [End::A, End::B].map(|end| call.path.counters_from(end).lost);
    assert!(after[0] > before[0] && after[1] > before[1], "nothing was lost: {before:?} {after:?}");
    call.path.set(Rules::default());
    call.goes_on("after the loss").await;
}
