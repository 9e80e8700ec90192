//! Server, browser, and what both ends trust.
#![allow(unreachable_pub, reason = "shared by the files of one test")]

use std::sync::{Mutex, MutexGuard, PoisonError};

use roombox_tests::certificates::{self, Identity};
use roombox_tests::checks::HEARD;
use roombox_tests::interop::chromium::Chromium;
use roombox_tests::interop::kamailio::{Kamailio, PASSWORD};
use roombox_tests::interop::page::{Library, Page};
use roombox_tests::setup::Setup;
use roombox_tests::wait::{PATIENCE, until};
use tempfile::TempDir;

pub const PAGE_SOURCE: u8 = 7;
pub const PAGE_TONE: u16 = 660;
pub const BOX_TONE: u16 = 880;

/// The foreign world: server, browser, and the authority both ends trust.
pub struct World {
    browser: Chromium,
    /// The server.
    pub server: Kamailio,
    identity: Identity,
    _folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

/// A browser and a box in a call keep a small machine busy.
static ONE_WORLD_AT_A_TIME: Mutex<()> = Mutex::new(());

/// Waits until no other test of this program keeps a browser busy.
pub fn turn() -> MutexGuard<'static, ()> {
    ONE_WORLD_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// Starts everything.
    pub fn start() -> Self {
        let turn = turn();
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let identity = certificates::make(folder.path(), "kamailio");
        let server = Kamailio::start(folder.path(), &identity);
        let browser = Chromium::start(folder.path(), PAGE_SOURCE, PAGE_TONE);
        Self { browser, server, identity, _folder: folder, _turn: turn }
    }

    /// A page on `JsSIP` that answers every call.
    pub fn page(&self, user: &str) -> Page {
        let page = self.browser.open();
        page.register(&self.server, user);
        page
    }

    /// A page on this library that answers calls when it is told to.
    pub fn terminal(&self, user: &str, library: Library) -> Page {
        let page = self.browser.open();
        page.register_with(&self.server, user, library, false);
        page
    }

    /// A box at this server.
    pub fn setup(&self) -> Setup {
        Setup::new(&self.server.url(), "room", PASSWORD).trusting(&self.identity.authority).hearing(BOX_TONE)
    }
}

/// Picture and sound arrive at the page, by content and by the browser's own statistics.
pub fn page_sees_and_hears(page: &Page, source: u8, hz: u16) {
    until("a picture at the page", PATIENCE, || page.frame_code());
    let first = page.frame_code().expect("the picture stays");
    assert_eq!(first.source, source);
    until("another frame at the page", PATIENCE, || page.frame_code().filter(|code| code.frame != first.frame));
    until("the tone at the page", PATIENCE, || (page.tone_share(f64::from(hz)) > HEARD).then_some(()));
    assert!(page.received("video", "framesDecoded") > 0.0);
    assert!(page.received("audio", "totalAudioEnergy") > 0.0);
}
