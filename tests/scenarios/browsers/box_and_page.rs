//! Kamailio as the server, `JsSIP` in Chromium as the peer.

use std::sync::{Mutex, MutexGuard, PoisonError};

use roombox_tests::certificates::{self, Identity};
use roombox_tests::checks::{BOX_SOURCE, HEARD, hears};
use roombox_tests::interop::chromium::Chromium;
use roombox_tests::interop::kamailio::{Kamailio, PASSWORD};
use roombox_tests::interop::page::Page;
use roombox_tests::room::RoomBox;
use roombox_tests::setup::Setup;
use roombox_tests::wait::{PATIENCE, until};
use tempfile::TempDir;

const PAGE_SOURCE: u8 = 7;
const PAGE_TONE: u16 = 660;
const BOX_TONE: u16 = 880;

/// Key frames a box may ask for in a short call without losses; one that cannot decode asks many times a second.
const KEY_FRAME_REQUESTS: f64 = 10.0;

/// The foreign world: server, browser, and the authority both ends trust.
struct World {
    browser: Chromium,
    server: Kamailio,
    identity: Identity,
    _folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// A browser and a box in a call keep a small machine busy.
static ONE_WORLD_AT_A_TIME: Mutex<()> = Mutex::new(());

impl World {
    fn start() -> Self {
        let turn = ONE_WORLD_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let identity = certificates::make(folder.path(), "kamailio");
        let server = Kamailio::start(folder.path(), &identity);
        let browser = Chromium::start(folder.path(), PAGE_SOURCE, PAGE_TONE);
        Self { browser, server, identity, _folder: folder, _turn: turn }
    }

    fn page(&self, user: &str) -> Page {
        let page = self.browser.open();
        page.register(&self.server, user);
        page
    }

    fn setup(&self) -> Setup {
        Setup::new(&self.server.url(), "room", PASSWORD).trusting(&self.identity.authority).hearing(BOX_TONE)
    }
}

/// Picture and sound arrive at the page, by content and by the browser's own statistics.
fn page_sees_and_hears(page: &Page, source: u8, hz: u16) {
    until("a picture at the page", PATIENCE, || page.frame_code());
    let first = page.frame_code().expect("the picture stays");
    assert_eq!(first.source, source);
    until("another frame at the page", PATIENCE, || page.frame_code().filter(|code| code.frame != first.frame));
    until("the tone at the page", PATIENCE, || (page.tone_share(f64::from(hz)) > HEARD).then_some(()));
    assert!(page.received("video", "framesDecoded") > 0.0);
    assert!(page.received("audio", "totalAudioEnergy") > 0.0);
}

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
