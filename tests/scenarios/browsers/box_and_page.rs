//! The whole box at Kamailio, with `JsSIP` in Chromium as the peer.

use roombox_tests::checks::{BOX_SOURCE, hears};
use roombox_tests::interop::page::Page;
use roombox_tests::room::RoomBox;
use roombox_tests::setup::Setup;
use roombox_tests::wait::{PATIENCE, until};

use crate::world::{BOX_TONE, PAGE_SOURCE, PAGE_TONE, World, page_sees_and_hears};

/// Key frames a box may ask for in a short call without losses; one that cannot decode asks many times a second.
const KEY_FRAME_REQUESTS: f64 = 10.0;

/// The page's camera clip starts over every three seconds, so its numbers only have to differ.
fn sees_the_page(room: &RoomBox) {
    let look = || room.frame_code().filter(|code| code.source == PAGE_SOURCE);
    let first = until("the page on the TV", PATIENCE, look);
    until("another frame on the TV", PATIENCE, || look().filter(|code| *code != first));
}

/// Both ends see and hear each other.
fn both_ways(room: &RoomBox, page: &Page) {
    room.until_in_call();
    page_sees_and_hears(page, BOX_SOURCE, BOX_TONE);
    sees_the_page(room);
    hears(room, f64::from(PAGE_TONE));
    assert!(room.statistics()["frames_decoded"].as_u64() > Some(0), "{}", room.story());
    let asked = page.sent("video", "pliCount");
    assert!(asked <= KEY_FRAME_REQUESTS, "the box asked for {asked} key frames");
    room.assert_no_panic();
}

#[test]
#[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
fn two_pages_call_each_other() {
    let world = World::start();
    let (alice, bob) = (world.page("alice"), world.page("bob"));
    alice.call("bob");
    bob.answered();
    page_sees_and_hears(&alice, PAGE_SOURCE, PAGE_TONE);
    page_sees_and_hears(&bob, PAGE_SOURCE, PAGE_TONE);
    alice.hang_up();
    assert_eq!(bob.end(), "Terminated by remote");
}

#[test]
#[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
fn the_box_calls_a_page() {
    let world = World::start();
    let page = world.page("alice");
    let room = RoomBox::start(&world.setup().dialling("alice"));
    page.answered();
    both_ways(&room, &page);
    room.press("join");
    assert_eq!(page.end(), "Terminated by remote");
    room.until_idle();
}

#[test]
#[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
fn a_box_on_webrtcbin_calls_a_page_and_is_called() {
    let world = World::start();
    let page = world.page("alice");
    let room = RoomBox::start(&Setup {
        engine: Some("webrtcbin".into()),
        auto_answer: true,
        ..world.setup().dialling("alice")
    });
    page.answered();
    both_ways(&room, &page);
    room.press("join");
    assert_eq!(page.end(), "Terminated by remote");
    room.until_idle();
    page.ring("room");
    page.answered();
    both_ways(&room, &page);
    page.hang_up();
    room.until_idle();
}

#[test]
#[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
fn a_page_calls_the_box_and_a_press_answers() {
    let world = World::start();
    let page = world.page("alice");
    let room = RoomBox::start(&world.setup());
    room.until_registered();
    page.ring("room");
    room.until_status("the ringing call", PATIENCE, |status| status["incoming"].as_object().map(drop));
    room.press("join");
    page.answered();
    both_ways(&room, &page);
    page.hang_up();
    room.until_idle();
}

#[test]
#[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
fn a_page_calls_a_box_that_answers_by_itself_and_prefers_vp8() {
    let world = World::start();
    let page = world.page("alice");
    let room = RoomBox::start(&Setup { auto_answer: true, codecs: vec!["vp8"], ..world.setup() });
    room.until_registered();
    page.ring("room");
    page.answered();
    both_ways(&room, &page);
    page.hang_up();
    room.until_idle();
}
