//! A lab that plays a script, and a browser with the vendor's clients in it.
#![allow(unreachable_pub, reason = "shared by the files of one test")]

use std::sync::MutexGuard;

use roombox_tests::interop::chromium::Chromium;
use roombox_tests::interop::client::Client;
use roombox_tests::interop::page::Page;
use roombox_tests::lab::Lab;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::world::{PAGE_SOURCE, PAGE_TONE, turn};

/// Whom the scripts talk about.
pub const USER: &str = "room-a";
/// Another one.
pub const OTHER: &str = "room-b";
/// Name of the participant, as people write it.
pub const NAME: &str = "Große Küche";
/// Room that is called.
pub const ROOM: &str = "Hall-A";

pub struct Meeting {
    browser: Chromium,
    pub lab: Lab,
    _folder: TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Meeting {
    /// Starts the lab with this script, and the browser.
    pub fn start(script: &str) -> Self {
        let turn = turn();
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let lab = Lab::scripted(script);
        let browser = Chromium::start(folder.path(), PAGE_SOURCE, PAGE_TONE);
        Self { browser, lab, _folder: folder, _turn: turn }
    }

    /// A registered client of this user.
    pub fn client(&self, user: &str, client: Client) -> Page {
        let page = self.browser.open();
        page.register_at_lab(&self.lab, user, client, NAME);
        page
    }

    /// A client of this user in the room, which it has been told.
    pub fn participant(&self, user: &str, client: Client) -> Page {
        let page = self.client(user, client);
        page.enter(ROOM, false);
        told(&page, "api:enter-room");
        page
    }
}

/// A text as this client tells it: the newer one has small letters only.
pub fn text(client: Client, written: &str) -> String {
    if client == Client::Version31 { written.to_lowercase() } else { written.to_owned() }
}

/// What the client tells next under this name.
pub fn told(page: &Page, event: &str) -> Value {
    let mut told = page.next(event);
    told.as_object_mut().expect("events are objects").remove("event");
    told
}

/// What came of something the client asked for or said, by the name it has in the page.
#[track_caller]
pub fn granted(page: &Page, name: &str) {
    assert_eq!(told(page, name), json!({ "granted": true }), "{name}");
}

/// Likewise, when it came to nothing. The newer client gives no reason.
#[track_caller]
pub fn refused(page: &Page, client: Client, name: &str, reason: &str) {
    let refusal = match client {
        Client::Version31 => json!({ "granted": false }),
        Client::Version20 => json!({ "granted": false, "error": reason }),
    };
    assert_eq!(told(page, name), refusal, "{name}");
}
