//! The vendor's clients are moved to the spectators and back; the newer one receives by a connection of its own.

use roombox_tests::checks::{LAB_SOURCE, moves};
use roombox_tests::interop::client::Client;
use roombox_tests::interop::page::Page;
use serde_json::{Value, json};

use crate::meeting::{Meeting, USER, granted, text, told};

/// The two forms of the move, each in both spellings.
const MOVED: &str = r#"
[[step]] # 1
wait = { event = "permission", user = "room-a", granted = true, within = "2m" }
[[step]] # 2
do = { order = "say", user = "room-a", message = { message = "move-to-spectators" } }
[[step]] # 3
wait = { event = "role", user = "room-a", role = "synthetic" }
[[step]] # 4
wait = { event = "presentation-stopped", user = "room-a" }
[[step]] # 5
do = { order = "say", user = "room-a", form = "old-info", message = { message = "move-to-participants" } }
[[step]] # 6
wait = { event = "role", user = "room-a", role = "participant" }
[[step]] # 7
do = { order = "say", user = "room-a", form = "old-info", message = { message = "move-to-spectators", audio_id = "aB-1", is_available_sending_media = true } }
[[step]] # 8
wait = { event = "role", user = "room-a", role = "spectator", audio_id = "aB-1" }
[[step]] # 9
do = { order = "say", user = "room-a", message = { message = "move-to-participants" } }
[[step]] # 10
wait = { event = "told", user = "room-a", message = "api:participant:move-request-to-participants", status = 200 }
"#;

fn move_to_spectators(client: Client, audio_id: Option<&str>, sends: bool) -> Value {
    let mut payload = json!({ "isSynthetic": audio_id.is_none() });
    if let Some(audio_id) = audio_id {
        payload["audioId"] = text(client, audio_id).into();
    }
    if client == Client::Version31 {
        payload["isAvailableSendingMedia"] = sends.into();
    }
    payload
}

fn is_moved(client: Client) {
    let meeting = Meeting::start(MOVED);
    let page = meeting.participant(USER, client);
    page.tell("present", &[107.into()]);
    granted(&page, "presentation:permission");
    let moved = |audio_id, sends| {
        let expected = move_to_spectators(client, audio_id, sends);
        assert_eq!(told(&page, "api:participant:move-request-to-spectators"), expected);
    };
    moved(None, false);
    granted(&page, "presentation:stopped");
    told(&page, "api:participant:move-request-to-participants");
    moved(Some("aB-1"), true);
    told(&page, "api:participant:move-request-to-participants");
    meeting.lab.stepped(10);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_20_is_moved_to_the_spectators_and_back() {
    is_moved(Client::Version20);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_31_is_moved_to_the_spectators_and_back() {
    is_moved(Client::Version31);
}

const RECEIVES: &str = r#"
[[step]] # 1
wait = { event = "told", user = "room-a", message = "api:enter-room", status = 200, within = "2m" }
[[step]] # 2
do = { order = "say", user = "room-a", message = { message = "move-to-spectators", audio_id = "aB-1" } }
[[step]] # 3
wait = { event = "receive-offered", user = "room-a", quality = "medium" }
[[step]] # 4
wait = { event = "receive-connected", user = "room-a", within = "1m" }
"#;

fn sees_the_lab(page: &Page) {
    moves("the picture of the lab at the page", LAB_SOURCE, || page.frame_code());
}

/// It tells room and audio in small letters, however the lab spells them, and names them so when it asks.
#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_31_receives_by_a_connection_of_its_own() {
    let meeting = Meeting::start(RECEIVES);
    let page = meeting.participant(USER, Client::Version31);
    let audio = told(&page, "api:participant:move-request-to-spectators")["audioId"].clone();
    page.tell("watch", &["medium".into(), audio]);
    assert_eq!(told(&page, "watches"), json!({ "status": 200 }));
    meeting.lab.stepped(4);
    sees_the_lab(&page);
}
