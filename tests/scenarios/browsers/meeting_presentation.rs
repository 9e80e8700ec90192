//! The vendor's clients present to the lab and to one another.

use roombox_testcard::code::FrameCode;
use roombox_tests::checks::moves;
use roombox_tests::interop::client::Client;
use roombox_tests::interop::page::Page;
use serde_json::json;

use crate::meeting::{Meeting, OTHER, USER, granted, refused, told};

/// Number in what the page presents, and in what it presents later.
const PRESENTED: u8 = 107;
const AGAIN: u8 = 108;

const SCRIPT: &str = r#"
[[step]] # 1
wait = { event = "permission", user = "room-a", granted = true, within = "2m" }
[[step]] # 2
wait = { event = "media", user = "room-a", presentation = { frame_code = { source = 107 } }, within = "1m" }
[[step]] # 3
do = { order = "say", user = "room-a", message = { message = "presentation-must-stop" } }
[[step]] # 4
wait = { event = "said", user = "room-a", message = "presentation-stopped" }
[[step]] # 5
wait = { event = "presentation-stopped", user = "room-a" }
[[step]] # 6
do = { order = "rules", rules = { presentation = { refused = { status = 603, reason = "Decline" } } } }
[[step]] # 7
wait = { event = "permission", user = "room-a", granted = false }
[[step]] # 8
do = { order = "rules", rules = {} }
[[step]] # 9
wait = { event = "media", user = "room-a", presentation = { frame_code = { source = 108 } }, within = "1m" }
[[step]] # 10
wait = { event = "media", user = "room-a", frame_code = { source = 7 } }
"#;

fn present(page: &Page, source: u8) {
    page.tell("present", &[source.into()]);
}

fn starts(page: &Page, source: u8) {
    present(page, source);
    granted(page, "presentation:permission");
    assert_eq!(told(page, "presentation:started"), json!({ "done": true, "lines": 3 }));
}

fn presents_until_it_must_stop(client: Client) {
    let meeting = Meeting::start(SCRIPT);
    let page = meeting.participant(USER, client);
    starts(&page, PRESENTED);
    meeting.lab.stepped(2);
    told(&page, "api:presentation:must-stop");
    granted(&page, "presentation:stopped");
    meeting.lab.stepped(6);
    present(&page, PRESENTED);
    refused(&page, client, "presentation:permission", "Error decline with 603");
    meeting.lab.stepped(8);
    starts(&page, AGAIN);
    meeting.lab.stepped(10);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_20_presents_until_it_must_stop() {
    presents_until_it_must_stop(Client::Version20);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_31_presents_until_it_must_stop() {
    presents_until_it_must_stop(Client::Version31);
}

const NOT_ALLOWED: &str = r#"
[rules]
presentation = { refused = { status = 200, reason = "Not allowed" } }
"#;

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_20_takes_a_200_of_other_words_for_a_refusal() {
    let meeting = Meeting::start(NOT_ALLOWED);
    let page = meeting.participant(USER, Client::Version20);
    present(&page, PRESENTED);
    refused(&page, Client::Version20, "presentation:permission", "Not allowed");
}

/// The page shows what is presented, and it moves.
fn sees_content(page: &Page) {
    let mut last: Option<FrameCode> = None;
    moves("what is presented, at the page", PRESENTED, || {
        last = page.content_code().or(last);
        last
    });
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn what_one_client_presents_is_seen_by_the_other() {
    let meeting = Meeting::start("");
    let watches = meeting.participant(USER, Client::Version31);
    let presents = meeting.participant(OTHER, Client::Version20);
    starts(&presents, PRESENTED);
    assert_eq!(told(&watches, "api:contented-stream:available"), json!({}), "its codec is not known yet");
    let codec = told(&watches, "api:contented-stream:available")["codec"].clone();
    assert!(["VP8", "H264"].contains(&codec.as_str().unwrap_or_default()), "{codec}");
    sees_content(&watches);
    presents.tell("stopPresenting", &[]);
    granted(&presents, "presentation:stopped");
    assert_eq!(told(&watches, "api:contented-stream:not-available"), json!({}));
}
