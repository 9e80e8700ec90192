//! The panel's HTTP interface, called without a socket.

use std::sync::Arc;

use axum::{
    body::{Body, to_bytes},
    http::{Request, StatusCode, header},
};
use roombox_appliance::tree::{Cause, CauseCode, Command, CommandResult};
use roombox_media::{
    MediaError,
    api::{MediaCall, Snapshot, SoundFinding, SoundTest, SpeakerSamples, Statistics},
    peer::BoxFuture,
};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::routes::router;
use crate::{
    events::EventBus,
    house::{House, HouseEnds, Senses},
};

/// A grey screen and a humming speaker.
struct Grey;

impl Senses for Grey {
    fn snapshot(&self) -> BoxFuture<'_, Option<Snapshot>> {
        Box::pin(async { Some(Snapshot { width: 1280, height: 720, rgb: vec![128; 1280 * 720 * 3] }) })
    }

    fn speaker(&self, _: f64) -> Option<SpeakerSamples> {
        Some(SpeakerSamples { rate: 48_000, samples: vec![0.5; 480] })
    }

    fn statistics(&self, call: MediaCall) -> BoxFuture<'_, Option<Statistics>> {
        Box::pin(async move { (call.0 == 7).then(|| Statistics { frames_decoded: 42, ..Statistics::default() }) })
    }

    fn test_sound(&self) -> BoxFuture<'_, Result<SoundTest, MediaError>> {
        let findings = vec![SoundFinding::SpeakerNotHeard];
        Box::pin(async { Ok(SoundTest { noise_db: -70.0, marker_db: -70.0, echo: None, loopback: None, findings }) })
    }

    fn answer_share(&self, share: u64, offer: String) -> BoxFuture<'_, Result<String, String>> {
        Box::pin(async move { if offer == "offer" { Ok(format!("answer {share}")) } else { Err("no picture".into()) } })
    }
}

fn house() -> (House, HouseEnds) {
    let (house, ends) = House::new(EventBus::new(), json!({ "buttons": [], "leds": [] }));
    ends.status.send_replace(Arc::new(json!({ "call": { "state": "in-call", "call": 7 } })));
    (house, ends)
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header(header::HOST, "127.0.0.1:8420").body(Body::empty()).unwrap()
}

fn post() -> axum::http::request::Builder {
    Request::post("/api/command").header(header::HOST, "localhost:8420")
}

async fn ask(house: &House, request: Request<Body>) -> (StatusCode, String, Vec<u8>) {
    let answer = router(house.clone()).oneshot(request).await.unwrap();
    let kind = answer.headers().get(header::CONTENT_TYPE).map(|kind| kind.to_str().unwrap().to_owned());
    let status = answer.status();
    (status, kind.unwrap_or_default(), to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec())
}

async fn ask_json(house: &House, request: Request<Body>) -> (StatusCode, Value) {
    let (status, _, body) = ask(house, request).await;
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn the_page_loads_nothing_from_elsewhere() {
    let (house, _ends) = house();
    for path in ["/", "/page.css", "/page.js", "/share.js", "/layout.js"] {
        let (status, _, body) = ask(&house, get(path)).await;
        assert_eq!(status, StatusCode::OK);
        let text = String::from_utf8(body).unwrap();
        let foreign = text.match_indices("http").filter(|(at, _)| !text[*at..].starts_with("http://www.w3.org/"));
        assert_eq!(foreign.count(), 0, "{path}");
    }
}

#[tokio::test]
async fn status_is_the_tree() {
    let (house, _ends) = house();
    assert_eq!(ask_json(&house, get("/api/status")).await.1["call"]["state"], "in-call");
}

#[tokio::test]
async fn a_command_needs_our_header() {
    let (house, _ends) = house();
    let request = post().body(Body::from(r#"{"command":"leave"}"#)).unwrap();
    assert_eq!(ask_json(&house, request).await.0, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_refused_command_tells_its_cause() {
    let (house, mut ends) = house();
    tokio::spawn(async move {
        let asked = ends.commands.recv().await.unwrap();
        assert_eq!(asked.command, Command::Leave);
        asked.answer.send(CommandResult::Refused { cause: Cause::new(CauseCode::NoCall) }).unwrap();
    });
    let request = post().header("X-Roombox", "test").body(Body::from(r#"{"command":"leave"}"#)).unwrap();
    let (status, body) = ask_json(&house, request).await;
    assert_eq!((status, body["code"].as_str()), (StatusCode::CONFLICT, Some("no-call")));
}

/// Who asks for a share, and what the room is told until it answers as `says`.
async fn share(body: &str, own: bool, says: CommandResult) -> (StatusCode, Value, Vec<Command>) {
    let (house, mut ends) = house();
    ends.senses.send_replace(Some(Arc::new(Grey)));
    let room = tokio::spawn(async move {
        let mut told = Vec::new();
        while let Some(asked) = ends.commands.recv().await {
            told.push(asked.command);
            asked.answer.send(says.clone()).unwrap();
        }
        told
    });
    let request = Request::post("/api/share").header(header::HOST, "localhost:8420");
    let request = if own { request.header("X-Roombox", "test") } else { request };
    let (status, answer) = ask_json(&house, request.body(Body::from(body.to_owned())).unwrap()).await;
    drop(house);
    (status, answer, room.await.unwrap())
}

#[tokio::test]
async fn a_browser_that_shares_is_answered_when_the_room_agrees() {
    let share_of = |name: &str, take_over| Command::Share { share: 1, name: name.into(), take_over };
    let body = r#"{"sdp":"offer","name":"Anna","take_over":true}"#;
    let (status, answer, told) = share(body, true, CommandResult::Ok).await;
    assert_eq!((status, answer), (StatusCode::OK, json!({ "share": 1, "sdp": "answer 1" })));
    assert_eq!(told, [share_of("Anna", true)]);
    let refusal = CommandResult::Refused { cause: Cause::with_detail(CauseCode::ScreenShared, "Anna") };
    let (status, answer, told) = share(r#"{"sdp":"offer"}"#, true, refusal).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::CONFLICT, Some("screen-shared")));
    assert_eq!((answer["detail"].as_str(), told), (Some("Anna"), vec![share_of("a browser", false)]));
}

#[tokio::test]
async fn a_share_that_media_cannot_answer_is_ended_and_a_foreign_page_begins_none() {
    let (status, answer, told) = share(r#"{"sdp":"nonsense"}"#, true, CommandResult::Ok).await;
    assert_eq!((status, answer["code"].as_str()), (StatusCode::BAD_REQUEST, Some("share-failed")));
    assert_eq!(told.last(), Some(&Command::EndShare { share: 1 }));
    let (status, _, told) = share(r#"{"sdp":"offer"}"#, false, CommandResult::Ok).await;
    assert_eq!((status, told), (StatusCode::FORBIDDEN, vec![]));
}

#[tokio::test]
async fn an_unknown_command_is_a_bad_request() {
    let (house, _ends) = house();
    let request = post().header("X-Roombox", "test").body(Body::from(r#"{"command":"dance"}"#)).unwrap();
    assert_eq!(ask_json(&house, request).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn statistics_are_of_the_present_call() {
    let (house, ends) = house();
    assert_eq!(ask_json(&house, get("/api/statistics")).await.1["frames_decoded"], 0);
    ends.senses.send_replace(Some(Arc::new(Grey)));
    assert_eq!(ask_json(&house, get("/api/statistics")).await.1["frames_decoded"], 42);
    ends.status.send_replace(Arc::new(json!({ "call": { "state": "idle" } })));
    assert_eq!(ask_json(&house, get("/api/statistics")).await.1["frames_decoded"], 0);
}

#[tokio::test]
async fn a_sound_test_is_told_in_words_and_not_made_for_foreign_pages() {
    let (house, ends) = house();
    let asked = || Request::post("/api/test-sound").header(header::HOST, "localhost:8420");
    let own = || asked().header("X-Roombox", "test").body(Body::empty()).unwrap();
    assert_eq!(ask_json(&house, asked().body(Body::empty()).unwrap()).await.0, StatusCode::FORBIDDEN);
    assert_eq!(ask_json(&house, own()).await.0, StatusCode::CONFLICT);
    ends.senses.send_replace(Some(Arc::new(Grey)));
    let (status, told) = ask_json(&house, own()).await;
    assert_eq!((status, told["findings"][0]["code"].as_str()), (StatusCode::OK, Some("speaker-not-heard")));
    assert!(told["findings"][0]["sentence"].as_str().unwrap().contains("turn the speaker"));
}

#[tokio::test]
async fn the_screen_comes_reduced_or_whole() {
    let (house, ends) = house();
    assert_eq!(ask(&house, get("/screen.png")).await.0, StatusCode::NOT_FOUND);
    ends.senses.send_replace(Some(Arc::new(Grey)));
    let width = |png: &[u8]| u32::from_be_bytes(png[16..20].try_into().unwrap());
    assert_eq!(width(&ask(&house, get("/screen.png")).await.2), 896);
    assert_eq!(width(&ask(&house, get("/screen.png?full")).await.2), 1280);
    assert_eq!(ask(&house, get("/screen.jpg?1732")).await.1, "image/jpeg");
}

#[tokio::test]
async fn display_and_speaker_can_be_fetched() {
    let (house, ends) = house();
    assert_eq!(ask(&house, get("/display.png")).await.1, "image/png");
    assert_eq!(ask(&house, get("/speaker.wav")).await.0, StatusCode::NOT_FOUND);
    ends.senses.send_replace(Some(Arc::new(Grey)));
    let (_, kind, wave) = ask(&house, get("/speaker.wav?seconds=0.5")).await;
    assert_eq!((kind.as_str(), wave.len()), ("audio/wav", 44 + 960));
}

#[tokio::test]
async fn the_event_stream_begins_with_history_and_status() {
    let (house, _ends) = house();
    house.events.publish("call", json!({ "state": "idle" }));
    house.events.publish("button", json!({ "name": "join" }));
    let answer = router(house).oneshot(get("/api/events?history=true&filter=call")).await.unwrap();
    assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/event-stream");
    let mut stream = answer.into_body().into_data_stream();
    let mut text = String::new();
    while !text.contains("event: status") {
        let chunk = futures_util::StreamExt::next(&mut stream).await.unwrap().unwrap();
        text.push_str(std::str::from_utf8(&chunk).unwrap());
    }
    assert!(text.starts_with("data: {\"time\""), "{text}");
    assert!(!text.contains("button"), "{text}");
}

#[tokio::test]
async fn a_public_name_is_refused() {
    let (house, _ends) = house();
    let request = Request::get("/api/status").header(header::HOST, "evil.example.com").body(Body::empty()).unwrap();
    assert_eq!(ask(&house, request).await.0, StatusCode::FORBIDDEN);
}
