//! Every message of the lab is answered by the vendor's clients and understood by them, in each form it can have.

use roombox_tests::interop::client::Client;
use serde_json::{Value, json};

use crate::meeting::{Meeting, USER, told};

/// One message: how a script says it, in which forms, and by which events the clients tell it.
struct Message {
    said: &'static str,
    forms: &'static [&'static str],
    events: Vec<(&'static str, Value)>,
}

/// INFO, in both spellings.
const IN_CALL: &[&str] = &["info", "old-info"];
/// The same JSON in INFO and in NOTIFY outside any call.
const ACCOUNT: &[&str] = &["info", "notify"];

fn in_call(said: &'static str, events: impl Into<Vec<(&'static str, Value)>>) -> Message {
    Message { said, forms: IN_CALL, events: events.into() }
}

fn account(said: &'static str, event: &'static str, payload: Value) -> Message {
    Message { said, forms: ACCOUNT, events: vec![(event, payload)] }
}

fn of_the_call() -> Vec<Message> {
    let control = |main_cam: &str| ("api:main-cam-control", json!({ "mainCam": main_cam }));
    let sync = |forced: bool| ("api:admin:force-sync-media-state", json!({ "isSyncForced": forced }));
    let best = json!({ "mainCam": "MAXMAINCAMRESOLUTION", "resolutionMainCam": "1280x720" });
    vec![
        in_call("message = 'use-license', license = 'AUDIO'", [("api:use-license", json!({ "license": "AUDIO" }))]),
        in_call("message = 'use-license', license = 'VIDEO'", [("api:use-license", json!({ "license": "VIDEO" }))]),
        in_call(
            "message = 'use-license', license = 'AUDIOPLUSPRESENTATION'",
            [("api:use-license", json!({ "license": "AUDIOPLUSPRESENTATION" }))],
        ),
        in_call(
            "message = 'channels-all', input = '1,2', output = '3'",
            [("api:channels:all", json!({ "inputChannels": "1,2", "outputChannels": "3" }))],
        ),
        in_call(
            "message = 'admin-start-mic', is_sync_forced = true",
            [("api:admin:start-mic", json!({ "isSyncForced": true }))],
        ),
        in_call("message = 'admin-stop-mic'", [("api:admin:stop-mic", json!({ "isSyncForced": false }))]),
        in_call("message = 'admin-start-main-cam'", [("api:admin:start-main-cam", json!({ "isSyncForced": false }))]),
        in_call(
            "message = 'admin-stop-main-cam', is_sync_forced = true",
            [("api:admin:stop-main-cam", json!({ "isSyncForced": true }))],
        ),
        in_call("message = 'main-cam-control', main_cam = 'PAUSEMAINCAM'", [control("PAUSEMAINCAM")]),
        in_call(
            "message = 'main-cam-control', main_cam = 'PAUSEMAINCAM', sync = true",
            [sync(true), control("PAUSEMAINCAM")],
        ),
        in_call(
            "message = 'main-cam-control', main_cam = 'RESUMEMAINCAM', sync = false",
            [sync(false), control("RESUMEMAINCAM")],
        ),
        in_call(
            "message = 'main-cam-control', main_cam = 'MAXMAINCAMRESOLUTION', resolution = '1280x720'",
            [("api:main-cam-control", best)],
        ),
        in_call("message = 'content-gone'", [("api:contented-stream:not-available", json!({}))]),
        Message {
            said: "message = 'dtmf', tone = '7', duration_ms = 120",
            forms: &["info"],
            events: vec![("tone", json!({ "tone": "7" }))],
        },
    ]
}

fn of_the_account() -> Vec<Message> {
    let hall = json!({ "conference": "Hall-A" });
    let webcast = json!({ "conference": "Hall-A", "type": "hls" });
    let channels = json!({ "inputChannels": "1", "outputChannels": "Links" });
    vec![
        account("message = 'account-changed'", "api:account:changed", json!({})),
        account("message = 'account-deleted'", "api:account:deleted", json!({})),
        account(
            "message = 'added-to-moderators', conference = 'Hall-A'",
            "api:participant:added-to-list-moderators",
            hall.clone(),
        ),
        account(
            "message = 'removed-from-moderators', conference = 'Hall-A'",
            "api:participant:removed-from-list-moderators",
            hall.clone(),
        ),
        account(
            "message = 'word-request-accepted', conference = 'Hall-A'",
            "api:participation:accepting-word-request",
            hall.clone(),
        ),
        account(
            "message = 'word-request-rejected', conference = 'Hall-A'",
            "api:participation:cancelling-word-request",
            hall.clone(),
        ),
        account(
            "message = 'moved-to-stream', conference = 'Hall-A'",
            "api:participant:move-request-to-stream",
            hall.clone(),
        ),
        account(
            "message = 'webcast-started', conference = 'Hall-A', kind = 'hls'",
            "api:webcast:started",
            webcast.clone(),
        ),
        account("message = 'webcast-stopped', conference = 'Hall-A', kind = 'hls'", "api:webcast:stopped", webcast),
        account("message = 'channels-notify', input = '1', output = 'Links'", "api:channels:notify", channels),
    ]
}

fn messages() -> Vec<Message> {
    of_the_call().into_iter().chain(of_the_account()).collect()
}

fn script(messages: &[Message]) -> String {
    let entered = "[[step]]\nwait = { event = 'told', message = 'api:enter-room', status = 200, within = '2m' }\n";
    let said = messages.iter().flat_map(|Message { said, forms, .. }| {
        forms.iter().map(move |form| {
            format!(
                "[[step]]\ndo = {{ order = 'say', user = '{USER}', form = '{form}', message = {{ {said} }} }}\n\
                 [[step]]\nwait = {{ event = 'told', user = '{USER}', status = 200 }}\n"
            )
        })
    });
    std::iter::once(entered.to_owned()).chain(said).collect()
}

fn are_understood(client: Client) {
    let messages = messages();
    let meeting = Meeting::start(&script(&messages));
    let page = meeting.participant(USER, client);
    let mut said = 0;
    for Message { said: message, forms, events } in &messages {
        for form in *forms {
            for (event, payload) in events {
                assert_eq!(told(&page, event), *payload, "{event} of {{ {message} }} as {form}");
            }
            said += 1;
        }
    }
    meeting.lab.stepped(1 + 2 * said);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_20_understands_every_message() {
    are_understood(Client::Version20);
}

#[test]
#[ignore = "needs Chromium and npm ci in tests/interop: make interop"]
fn a_client_of_version_31_understands_every_message() {
    are_understood(Client::Version31);
}
