//! Kamailio as the server, `JsSIP` in Chromium as the peer.

use roombox_tests::certificates;
use roombox_tests::interop::chromium::Chromium;
use roombox_tests::interop::kamailio::Kamailio;
use roombox_tests::interop::page::Page;
use roombox_tests::wait::{PATIENCE, until};

const PAGE_SOURCE: u8 = 7;
const PAGE_TONE: u16 = 660;

/// Picture and sound of another page's camera and microphone files arrive, by content and by statistics.
fn sees_and_hears_a_page(page: &Page) {
    let first = until("a frame code", PATIENCE, || page.frame_code());
    assert_eq!(first.source, PAGE_SOURCE);
    until("another frame", PATIENCE, || page.frame_code().filter(|code| code.frame != first.frame));
    until("the tone", PATIENCE, || (page.tone_share(f64::from(PAGE_TONE)) > 0.6).then_some(()));
    assert!(page.received("video", "framesDecoded") > 0.0);
    assert!(page.received("audio", "totalAudioEnergy") > 0.0);
}

#[test]
#[ignore = "needs Kamailio, Chromium and `npm ci`: make interop"]
fn two_pages_call_each_other() {
    let folder = tempfile::tempdir().unwrap();
    let server = Kamailio::start(folder.path(), &certificates::make(folder.path(), "kamailio"));
    let browser = Chromium::start(folder.path(), PAGE_SOURCE, PAGE_TONE);
    let (alice, bob) = (browser.open(), browser.open());
    alice.register(&server, "alice");
    bob.register(&server, "bob");
    alice.call("bob");
    bob.answered();
    sees_and_hears_a_page(&alice);
    sees_and_hears_a_page(&bob);
    alice.hang_up();
    until("the other end to hang up", PATIENCE, || (!bob.in_call()).then_some(()));
}
