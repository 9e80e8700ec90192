//! The receive session of a spectator (spec section 2.8).

use roombox_conference::api::{
    CallId, Command, HttpRequest, HttpResponse, Input, MediaFact, MediaRequest, ReceiveQuality,
};
use roombox_conference::catalogue::{CallEvent, Event, Fault};
use roombox_conference::vendor::{Secret, VendorMessage};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, millis, seconds};
use crate::roles::to_spectators;

const TOKEN: &str = "eyJ.s3cret";

fn moved(room: &str, audio_id: &str) -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, room, Some(TOKEN), false);
    bench.server_says(session, &to_spectators(Some(audio_id)));
    (bench, call, session)
}

fn offered(bench: &mut Bench, call: CallId) {
    bench.media(MediaFact::ReceiveOfferReady { call, sdp: OFFER.into() });
}

fn reply(bench: &mut Bench, status: u16, body: &str) {
    let id = post(bench).id;
    bench.input(Input::Http { id, outcome: Ok(HttpResponse { status, body: body.into() }) });
}

fn post(bench: &Bench) -> HttpRequest {
    (*bench.posts().last().expect("a POST went out")).clone()
}

fn answer() -> String {
    serde_json::json!({"type": "answer", "sdp": ANSWER}).to_string()
}

pub(crate) fn complete(bench: &mut Bench, call: CallId) {
    offered(bench, call);
    reply(bench, 200, &answer());
    bench.media(MediaFact::ReceiveRunning { call });
}

pub(crate) fn running() -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = moved("Hall", "7");
    complete(&mut bench, call);
    assert_eq!(bench.told("call:recv"), ["call:recv-session-started"]);
    bench.forget();
    (bench, call, session)
}

fn asked(bench: &Bench, wanted: &MediaRequest) -> usize {
    bench.requests().filter(|request| *request == wanted).count()
}

/// Exchanges that began since the last `forget`.
fn exchanges(bench: &Bench, call: CallId) -> usize {
    asked(bench, &MediaRequest::CreateReceiveOffer { call })
}

fn quality(bench: &mut Bench, call: CallId, quality: ReceiveQuality) {
    bench.command(Command::ReceiveQuality { call, quality });
}

fn why(bench: &Bench) -> Option<Fault> {
    bench.catalogue().find_map(|event| match event {
        Event::CallEvent(CallEvent::RecvSessionEnded { error, .. }) => error.clone(),
        _ => None,
    })
}

#[test]
fn the_offer_is_posted_as_the_server_expects_it_and_its_answer_set() {
    let (mut bench, call, _) = moved("Big Hall/ä", "a 7");
    assert_eq!(asked(&bench, &MediaRequest::CreateReceiveOffer { call }), 1);
    offered(&mut bench, call);
    let request = post(&bench);
    assert_eq!(request.method, "POST");
    assert_eq!(
        request.url,
        "https://meet.example/api/v2/rtp2webrtc/offer/Big%20Hall%2F%C3%A4?quality=high&audio=a%207"
    );
    let headers = [("Content-Type", "application/json"), ("Authorization", "Bearer eyJ.s3cret")];
    assert_eq!(request.headers, headers.map(|(name, value)| (name.to_owned(), value.to_owned())));
    assert_eq!(request.body, r#"{"type":"offer","sdp":"v=0\r\no=offer\r\n"}"#);
    reply(&mut bench, 200, &answer());
    assert_eq!(asked(&bench, &MediaRequest::AcceptReceiveAnswer { call, sdp: ANSWER.into() }), 1);
    assert!(bench.told("call:recv").is_empty());
    bench.media(MediaFact::ReceiveRunning { call });
    assert_eq!(bench.told("call:recv"), ["call:recv-session-started"]);
}

#[test]
fn the_token_is_in_no_event_and_no_debug_text() {
    let (mut bench, call, session) = moved("Hall", "7");
    let (conference, participant) = ("Hall".into(), "Room A".into());
    bench.server_says(session, &VendorMessage::TokenIssued { conference, participant, token: Secret::new(TOKEN) });
    complete(&mut bench, call);
    assert!(!bench.posts().is_empty());
    assert!(!format!("{:?} {:?}", bench.outputs(), bench.client).contains(TOKEN));
    assert!(bench.events().all(|event| !serde_json::to_string(event).unwrap().contains(TOKEN)));
}

#[test]
fn a_refused_post_is_repeated_half_a_second_later_ten_times_in_all() {
    let (mut bench, call, _) = moved("Hall", "7");
    offered(&mut bench, call);
    for number in 1..10 {
        reply(&mut bench, 503, "");
        assert_eq!(bench.posts().len(), number);
        bench.pass(millis(499));
        assert_eq!(bench.posts().len(), number);
        bench.pass(millis(1));
        assert_eq!(bench.posts().len(), number + 1);
    }
    assert_eq!(why(&bench), None);
    reply(&mut bench, 503, "");
    assert_eq!(
        why(&bench).map(|fault| (fault.message, fault.status)),
        Some(("sendOffer failed with status 503".into(), Some(503)))
    );
    assert_eq!(asked(&bench, &MediaRequest::CloseReceive { call }), 1);
    assert!(bench.in_call_now(), "the call and the role stay");
}

#[test]
fn a_session_that_was_given_up_is_tried_again_later_and_told_when_it_runs() {
    let (mut bench, call, _) = moved("Hall", "7");
    given_up(&mut bench, call);
    assert_eq!(exchanges(&bench, call), 1);
    complete(&mut bench, call);
    assert_eq!(bench.told("call:recv"), ["call:recv-session-started"]);
}

/// The present session is given up; when the next begins, in milliseconds.
fn given_up(bench: &mut Bench, call: CallId) -> u64 {
    offered(bench, call);
    for _ in 0..9 {
        reply(bench, 500, "");
        bench.pass(millis(500));
    }
    reply(bench, 500, "");
    bench.forget();
    let waited = (0..4000).find(|_| {
        bench.pass(millis(100));
        exchanges(bench, call) > 0
    });
    (waited.expect("it begins again") + 1) * 100
}

#[test]
fn pauses_between_sessions_that_are_given_up_grow_to_five_minutes_and_begin_anew_after_one_that_ran() {
    let (mut bench, call, _) = moved("Hall", "7");
    for longest in [30, 60, 120, 240, 300, 300] {
        let waited = given_up(&mut bench, call);
        assert!((longest * 500..=longest * 1000).contains(&waited), "{waited} of {longest} s");
    }
    complete(&mut bench, call);
    bench.media(MediaFact::ReceiveFailed { call, reason: "ICE failed".into() });
    bench.pass(millis(500));
    assert!(given_up(&mut bench, call) <= 30_000);
}

#[test]
fn a_token_that_came_meanwhile_is_used_by_the_next_attempt() {
    let (mut bench, call, session) = moved("Hall", "7");
    offered(&mut bench, call);
    reply(&mut bench, 401, "");
    bench.enter(session, "Hall", Some("fresh"), false);
    bench.pass(millis(500));
    assert_eq!(post(&bench).headers[1].1, "Bearer fresh");
    assert_eq!(exchanges(&bench, call), 1);
}

#[test]
fn a_reply_that_is_no_answer_and_a_lost_connection_count_as_failures() {
    for outcome in [
        Ok(HttpResponse { status: 200, body: "<html>".into() }),
        Ok(HttpResponse { status: 200, body: r#"{"type":"offer","sdp":"v=0"}"#.into() }),
        Ok(HttpResponse { status: 200, body: r#"{"type":"answer","sdp":" "}"#.into() }),
        Err("connection refused".to_owned()),
    ] {
        let (mut bench, call, _) = moved("Hall", "7");
        offered(&mut bench, call);
        let id = post(&bench).id;
        bench.input(Input::Http { id, outcome });
        bench.pass(millis(500));
        assert_eq!(bench.posts().len(), 2);
        reply(&mut bench, 200, &answer());
        bench.media(MediaFact::ReceiveRunning { call });
        assert_eq!(bench.told("call:recv"), ["call:recv-session-started"]);
    }
}

#[test]
fn a_connection_that_is_not_ready_in_five_seconds_is_made_anew() {
    let (mut bench, call, _) = moved("Hall", "7");
    offered(&mut bench, call);
    reply(&mut bench, 200, &answer());
    bench.pass(millis(4_999));
    assert_eq!(asked(&bench, &MediaRequest::CloseReceive { call }), 0);
    bench.pass(millis(1));
    assert_eq!(asked(&bench, &MediaRequest::CloseReceive { call }), 1);
    bench.pass(millis(500));
    assert_eq!(asked(&bench, &MediaRequest::CreateReceiveOffer { call }), 2);
}

#[test]
fn media_that_never_makes_the_offer_is_given_up_in_the_end() {
    let (mut bench, _, _) = moved("Hall", "7");
    bench.pass(seconds(170));
    assert_eq!(why(&bench).map(|fault| fault.message), Some("media made no offer".into()));
    assert!(bench.in_call_now());
}

#[test]
fn a_running_session_that_breaks_is_made_anew_without_being_told() {
    let (mut bench, call, _) = running();
    bench.media(MediaFact::ReceiveFailed { call, reason: "ICE failed".into() });
    bench.pass(millis(500));
    complete(&mut bench, call);
    assert!(bench.told("call:recv").is_empty());
}

#[test]
fn without_a_token_for_the_room_the_session_waits_for_one() {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "Hall", None, false);
    bench.server_says(session, &to_spectators(Some("7")));
    bench.pass(seconds(60));
    assert_eq!(asked(&bench, &MediaRequest::CreateReceiveOffer { call }), 0);
    let (conference, participant) = ("Hall".into(), "Room A".into());
    let issued = VendorMessage::TokenIssued { conference, participant, token: Secret::new(TOKEN) };
    let notify = issued.notify().unwrap();
    bench.sip(sip::Event::Request {
        request: sip::RequestId(900),
        flow: sip::FlowId(1),
        method: "NOTIFY".into(),
        request_uri: "sip:room1@box.invalid".into(),
        to_uri: "sip:room1@meet.example".into(),
        from_uri: "sip:meet.example".into(),
        headers: vec![notify],
        body: None,
    });
    assert_eq!(asked(&bench, &MediaRequest::CreateReceiveOffer { call }), 1);
}

#[test]
fn a_session_that_waits_is_forgotten_with_the_role() {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "Hall", None, false);
    bench.server_says(session, &to_spectators(Some("7")));
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    bench.enter(session, "Hall", Some(TOKEN), false);
    assert_eq!(asked(&bench, &MediaRequest::CreateReceiveOffer { call }), 0);
    assert!(bench.told("call:recv").is_empty());
}

#[test]
fn another_sound_is_agreed_anew_and_the_same_is_not() {
    let (mut bench, call, session) = running();
    bench.server_says(session, &to_spectators(Some("7")));
    assert_eq!(exchanges(&bench, call), 0);
    bench.server_says(session, &to_spectators(Some("8")));
    assert_eq!(asked(&bench, &MediaRequest::CloseReceive { call }), 1);
    offered(&mut bench, call);
    assert!(post(&bench).url.ends_with("quality=high&audio=8"));
}

#[test]
fn another_conference_of_the_token_is_agreed_anew_and_another_token_is_not() {
    let (mut bench, call, session) = running();
    bench.enter(session, "Hall", Some("fresh"), false);
    assert_eq!(exchanges(&bench, call), 0);
    bench.enter(session, "Other", Some("third"), false);
    offered(&mut bench, call);
    assert!(post(&bench).url.contains("/offer/Other?"));
    assert_eq!(post(&bench).headers[1].1, "Bearer third");
}

#[test]
fn a_fresh_token_revives_a_session_that_was_given_up() {
    let (mut bench, call, session) = moved("Hall", "7");
    offered(&mut bench, call);
    for _ in 0..10 {
        reply(&mut bench, 401, "");
        bench.pass(millis(500));
    }
    bench.forget();
    bench.enter(session, "Hall", Some("fresh"), false);
    offered(&mut bench, call);
    assert_eq!(post(&bench).headers[1].1, "Bearer fresh");
}

#[test]
fn another_quality_is_agreed_anew_in_silence() {
    let (mut bench, call, _) = running();
    quality(&mut bench, call, ReceiveQuality::Low);
    complete(&mut bench, call);
    assert!(post(&bench).url.contains("quality=low"));
    assert_eq!(bench.told("call:recv"), ["call:recv-quality-changed"]);
}

#[test]
fn a_label_that_means_the_same_quality_is_told_without_an_exchange() {
    let (mut bench, call, _) = running();
    quality(&mut bench, call, ReceiveQuality::High);
    let changed = CallEvent::RecvQualityChanged {
        call,
        previous_quality: ReceiveQuality::Auto,
        quality: ReceiveQuality::High,
        effective_quality: ReceiveQuality::High,
    };
    assert!(bench.catalogue().filter(|event| event.name().starts_with("call:")).eq([&Event::CallEvent(changed)]));
    assert_eq!(exchanges(&bench, call), 0);
    bench.forget();
    quality(&mut bench, call, ReceiveQuality::High);
    assert!(bench.told("call:").is_empty());
}

#[test]
fn a_quality_chosen_before_the_move_is_asked_for() {
    let (mut bench, call, session) = Bench::in_call();
    quality(&mut bench, call, ReceiveQuality::Medium);
    bench.enter(session, "Hall", Some(TOKEN), false);
    bench.server_says(session, &to_spectators(Some("7")));
    offered(&mut bench, call);
    assert!(post(&bench).url.contains("quality=medium"));
}

#[test]
fn the_answer_to_an_older_exchange_is_dropped() {
    let (mut bench, call, _) = moved("Hall", "7");
    offered(&mut bench, call);
    let older = post(&bench).id;
    quality(&mut bench, call, ReceiveQuality::Low);
    offered(&mut bench, call);
    bench.input(Input::Http { id: older, outcome: Ok(HttpResponse { status: 200, body: answer() }) });
    assert_eq!(asked(&bench, &MediaRequest::AcceptReceiveAnswer { call, sdp: ANSWER.into() }), 0);
    reply(&mut bench, 200, &answer());
    assert_eq!(asked(&bench, &MediaRequest::AcceptReceiveAnswer { call, sdp: ANSWER.into() }), 1);
}

#[test]
fn several_changes_while_media_makes_the_offer_are_one_exchange() {
    let (mut bench, call, session) = moved("Hall", "7");
    quality(&mut bench, call, ReceiveQuality::Low);
    bench.server_says(session, &to_spectators(Some("8")));
    assert_eq!(asked(&bench, &MediaRequest::CreateReceiveOffer { call }), 1);
    offered(&mut bench, call);
    assert!(post(&bench).url.ends_with("quality=low&audio=8"));
    assert_eq!(bench.posts().len(), 1);
}

#[test]
fn leaving_the_role_closes_the_session_and_tells() {
    let (mut bench, call, session) = running();
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    assert_eq!(asked(&bench, &MediaRequest::CloseReceive { call }), 1);
    assert_eq!(bench.told("call:recv"), ["call:recv-session-ended"]);
    assert_eq!(why(&bench), None);
}

#[test]
fn the_end_of_the_call_closes_the_session_and_tells() {
    let (mut bench, call, session) = running();
    bench.end(session, sip::Cause::Bye, None);
    assert_eq!(asked(&bench, &MediaRequest::CloseReceive { call }), 1);
    assert_eq!(bench.told("call:recv"), ["call:recv-session-ended"]);
}

#[test]
fn a_renegotiation_asked_for_renews_the_receive_session_too() {
    let (mut bench, call, _) = running();
    bench.command(Command::Renegotiate { call });
    assert_eq!(asked(&bench, &MediaRequest::CreateReceiveOffer { call }), 1);
}
