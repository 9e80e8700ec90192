//! What the vendor's clients say reaches the lab with its meaning, and they renegotiate when they are asked to.

use roombox_tests::interop::client::Client;
use roombox_tests::interop::page::Page;
use serde_json::json;

use crate::meeting::{Meeting, USER, granted, refused, told};

const SAID: &str = r#"
[[step]] # 1
wait = { event = "said", user = "room-a", message = "media-state", camera = true, microphone = false, within = "2m" }
[[step]] # 2
wait = { event = "said", user = "room-a", message = "refusal", device = "microphone" }
[[step]] # 3
wait = { event = "said", user = "room-a", message = "refusal", device = "camera" }
[[step]] # 4
wait = { event = "said", user = "room-a", message = "channels", input = "1,2", output = "Links" }
[[step]] # 5
wait = { event = "said", user = "room-a", message = "available-incoming-bitrate", bits_per_second = 1500000 }
[[step]] # 6
wait = { event = "said", user = "room-a", message = "dtmf", tone = "4", duration_ms = 120 }
[[step]] # 7
wait = { event = "said", user = "room-a", message = "ask-for-camera" }
[[step]] # 8
wait = { event = "permission", user = "room-a", granted = true }
[[step]] # 9
do = { order = "rules", rules = { camera = { refused = { status = 603, reason = "Decline" } } } }
[[step]] # 10
wait = { event = "permission", user = "room-a", granted = false }
"#;

/// Said by the newer client as soon as a call stands, before everything else.
const ANNOUNCED: &str = r#"
[[step]]
wait = { event = "said", user = "room-a", message = "room-name", room = "p2proom-atoHall-A", participant = "Hall-A", within = "2m" }
"#;

fn says(page: &Page) {
    page.tell("mediaState", &[true.into(), false.into()]);
    granted(page, "media-state");
    for device in ["mic", "cam"] {
        page.tell("refuse", &[device.into()]);
        granted(page, "refusal");
    }
    page.tell("channels", &["1,2".into(), "Links".into()]);
    granted(page, "channels");
    page.tell("bitrate", &[1_500_000.into()]);
    granted(page, "bitrate");
    page.tell("tones", &["4".into()]);
    page.tell("askForCamera", &[]);
    granted(page, "camera");
}

fn is_understood(client: Client) {
    let announces = client == Client::Version31;
    let meeting = Meeting::start(&[if announces { ANNOUNCED } else { "" }, SAID].concat());
    let before = u64::from(announces);
    let page = meeting.participant(USER, client);
    if announces {
        granted(&page, "announced");
    }
    says(&page);
    meeting.lab.stepped(before + 9);
    page.tell("askForCamera", &[]);
    refused(&page, client, "camera", "Error decline with 603");
    meeting.lab.stepped(before + 10);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn what_a_client_of_version_20_says_is_understood() {
    is_understood(Client::Version20);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn what_a_client_of_version_31_says_is_understood() {
    is_understood(Client::Version31);
}

const RENEWED: &str = r#"
[[step]] # 1
wait = { event = "media", user = "room-a", frame_code = { source = 7 }, within = "2m" }
[[step]] # 2
do = { order = "renegotiate", user = "room-a", restart_ice = true }
[[step]] # 3
wait = { event = "offered", user = "room-a", accepted = true }
[[step]] # 4
wait = { event = "media", user = "room-a", frame_code = { source = 7 } }
[[step]] # 5
do = { order = "say", user = "room-a", message = { message = "restart", tracks_direction = "SENDRECV", audio_tracks = 1, video_tracks = 2 } }
[[step]] # 6
wait = { event = "renegotiated", user = "room-a" }
[[step]] # 7
wait = { event = "media", user = "room-a", frame_code = { source = 7 } }
"#;

/// The older client restarts ICE when the lab says so; the newer one answers and does nothing, so its user asks for it.
fn renegotiates(client: Client) {
    let meeting = Meeting::start(RENEWED);
    let page = meeting.participant(USER, client);
    meeting.lab.stepped(5);
    if client == Client::Version20 {
        let restart = json!({ "tracksDirection": "SENDRECV", "audioTrackCount": 1, "videoTrackCount": 2 });
        assert_eq!(told(&page, "api:restart"), restart);
    } else {
        page.tell("restartIce", &[]);
    }
    assert_eq!(told(&page, "restarted"), json!({ "done": true }));
    meeting.lab.stepped(7);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_20_renegotiates_when_it_is_asked_to() {
    renegotiates(Client::Version20);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_31_renegotiates_when_it_is_asked_to() {
    renegotiates(Client::Version31);
}
