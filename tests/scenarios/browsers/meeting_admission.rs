//! The vendor's clients wait in purgatory, are let in, and get their tokens.

use roombox_tests::interop::client::Client;
use serde_json::{Value, json};

use crate::meeting::{Meeting, NAME, ROOM, USER, text, told};

const SCRIPT: &str = r#"
[rules]
purgatory = "guests"

[[step]] # 1
wait = { event = "entered", user = "room-a", room = "purgatory", within = "2m" }
[[step]] # 2
wait = { event = "told", user = "room-a", message = "api:enter-room", status = 200 }
[[step]] # 3
do = { order = "admit", user = "room-a" }
[[step]] # 4
wait = { event = "entered", user = "room-a", room = "Hall-A" }
[[step]] # 5
wait = { event = "told", user = "room-a", message = "api:enter-room", status = 200 }
[[step]] # 6
do = { order = "issue-token", user = "room-a" }
[[step]] # 7
wait = { event = "told", user = "room-a", message = "api:conference:participant-token-issued", status = 200 }
[[step]] # 8
do = { order = "hang-up", user = "room-a" }
"#;

fn is_let_in(client: Client) {
    let meeting = Meeting::start(SCRIPT);
    let page = meeting.client(USER, client);
    page.enter(ROOM, true);
    let name = text(client, NAME);
    assert_eq!(told(&page, "api:enter-room"), json!({ "room": "purgatory", "participantName": name }));

    let mut entered = told(&page, "api:enter-room");
    let bearer = entered.as_object_mut().and_then(|fields| fields.remove("bearerToken"));
    assert_eq!(entered, json!({ "room": text(client, ROOM), "participantName": name }));
    assert_eq!(bearer.is_some(), client == Client::Version31, "only the newer client reads a token here");

    let mut issued = told(&page, "api:conference:participant-token-issued");
    let jwt = issued.as_object_mut().and_then(|fields| fields.remove("jwt"));
    assert_eq!(issued, json!({ "conference": ROOM, "participant": NAME }));
    assert!(jwt.as_ref().and_then(Value::as_str).is_some_and(|jwt| !jwt.is_empty()), "{jwt:?}");
    assert_ne!(jwt, bearer);

    assert_eq!(page.end(), "Terminated by remote");
    meeting.lab.stepped(8);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_20_waits_in_purgatory_and_is_let_in() {
    is_let_in(Client::Version20);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_31_waits_in_purgatory_and_is_let_in() {
    is_let_in(Client::Version31);
}
