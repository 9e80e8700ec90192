//! Every rule is broken on purpose, and caught.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use std::time::{Duration, Instant};

use roombox_conference::api::{
    self as conference, CallId, CallState, Command, ContentHint, Event, MediaRequest, OperationKind, OperationOutcome,
    Output, PresentCommand, SipRequest,
};
use roombox_conference::catalogue::{Fault, PresentationEvent, PresentationFault};
use roombox_sip::api as sip;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Tracing;

use super::watch::Watch;
use super::{BoxNode, Input, Mood, RoomGame, a_box};
use crate::scenario::{Purpose, RoomScenario, Scenario, scenario};

fn named(name: &str) -> &'static RoomScenario {
    match scenario(name) {
        Some(Scenario::Rooms(rooms)) => rooms,
        other => panic!("{other:?}"),
    }
}

fn node() -> BoxNode {
    a_box(named("room"), 0, 1)
}

fn broken(watch: &mut Watch) -> Option<&'static str> {
    watch.take_broken().map(|(rule, _)| rule)
}

const CALL: CallId = CallId(1);

fn failure(originator: sip::Originator) -> sip::Failure {
    let cause = sip::Cause::WebrtcError;
    sip::Failure { originator, cause, status: None, reason: String::new(), retry_after: None, peer_reason: None }
}

#[test]
fn an_operation_that_ends_twice_or_never() {
    let (mut watch, status) = (Watch::default(), node().status().client);
    watch.on_command(&Command::Start, &status);
    assert_eq!(watch.unfinished().unwrap_err().0, "operation-ends");
    let (operation, outcome) = (OperationKind::Start, OperationOutcome::Done);
    let ended = Output::Event(Event::Operation { number: 1, operation, outcome });
    watch.on_output(&ended);
    assert_eq!(watch.unfinished(), Ok(()));
    assert_eq!(broken(&mut watch), None);
    watch.on_output(&ended);
    assert_eq!(broken(&mut watch), Some("operation-ends"));
}

#[test]
fn media_asked_for_a_closed_call_and_a_call_that_ends_twice() {
    let mut watch = Watch::default();
    watch.on_output(&Output::Media(MediaRequest::Close { call: CALL }));
    assert_eq!(broken(&mut watch), None);
    watch.on_output(&Output::Media(MediaRequest::CloseReceive { call: CALL }));
    assert_eq!(broken(&mut watch), Some("closed-call"));
    let failure = failure(sip::Originator::Remote);
    let ended = Output::Event(Event::CallEnded { call: CALL, failure, will_redial: false });
    watch.on_output(&ended);
    assert_eq!(broken(&mut watch), None);
    watch.on_output(&ended);
    assert_eq!(broken(&mut watch), Some("call-ends-once"));
}

#[test]
fn info_before_the_dialog_stands_after_its_end_and_without_a_tag() {
    let session = sip::SessionId(1);
    let say = |watch: &mut Watch, command| watch.on_output(&Output::Sip(SipRequest::Command(command)));
    let info =
        || sip::Command::Dtmf { session, request: sip::RequestId(1), tones: "1".into(), duration_ms: 100, gap_ms: 100 };
    let (mut watch, now) = (Watch::default(), Instant::now());
    say(&mut watch, sip::Command::invite(session, "sip:x@y", sip::Body::sdp(""), Vec::new()));
    say(&mut watch, info());
    assert_eq!(broken(&mut watch), Some("info-in-dialog"));
    watch.on_sip_event(now, &sip::Event::Confirmed { session });
    say(&mut watch, info());
    assert_eq!(broken(&mut watch), None);
    say(&mut watch, sip::Command::Terminate { session, cause: sip::Cause::Bye });
    say(&mut watch, info());
    assert_eq!(broken(&mut watch), Some("info-in-dialog"));
    let session = sip::SessionId(2);
    let info =
        || sip::Command::Dtmf { session, request: sip::RequestId(2), tones: "1".into(), duration_ms: 100, gap_ms: 100 };
    say(&mut watch, sip::Command::invite(session, "sip:x@y", sip::Body::sdp(""), Vec::new()));
    watch.on_sip_event(now, &sip::Event::Confirmed { session });
    watch.on_sip_event(now, &sip::Event::Ended { session, failure: failure(sip::Originator::System) });
    say(&mut watch, info());
    assert_eq!(broken(&mut watch), None, "said before the end was heard");
    watch.before(now + Duration::from_millis(1));
    say(&mut watch, info());
    assert_eq!(broken(&mut watch), Some("info-in-dialog"));
    watch.on_message(&b"INFO sip:x@y SIP/2.0\r\nTo: <sip:x@y>\r\n\r\n"[..].into());
    assert_eq!(broken(&mut watch), Some("info-in-dialog"));
}

#[test]
fn a_client_that_is_busy_with_itself() {
    let (mut watch, now) = (Watch::default(), Instant::now());
    watch.before(now);
    (0..100).for_each(|_| watch.woken(now, Some(now + Duration::from_millis(1))));
    assert_eq!(broken(&mut watch), None);
    (0..100).for_each(|_| watch.woken(now, Some(now)));
    assert_eq!(broken(&mut watch), Some("no-busy-loop"));
    let output = Output::Event(Event::Registered { expires: 60 });
    (0..1_000).for_each(|_| watch.on_output(&output));
    assert_eq!(broken(&mut watch), Some("no-busy-loop"));
}

#[test]
fn a_presentation_that_never_ends_and_one_that_takes_the_call_with_it() {
    let (mut watch, mut status) = (Watch::default(), node().status().client);
    let target = "sip:x@y".to_owned();
    let (room, participant) = (None, None);
    status.call = CallState::InCall { call: CALL, target, room, participant, media_connected: true };
    let command = PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 1 };
    watch.on_command(&Command::Present { call: CALL, command }, &status);
    assert_eq!(watch.unfinished().unwrap_err().0, "presentation-ends");
    let (kind, error) = (PresentationFault::Track, Fault::new("no picture"));
    let failed = PresentationEvent::Failed { call: CALL, kind, error };
    watch.on_output(&Output::Event(Event::Catalogue(failed.into())));
    assert_eq!(watch.unfinished(), Ok(()));
    let failure = failure(sip::Originator::System);
    watch.on_output(&Output::Event(Event::CallEnded { call: CALL, failure, will_redial: true }));
    assert_eq!(broken(&mut watch), Some("presentation-spares-call"));
}

#[test]
fn auto_dial_without_a_call_and_with_two() {
    let (mut watch, status) = (Watch::default(), node().status().client);
    let target = "sip:boardroom@sip.example".to_owned();
    watch.on_command(&Command::Join { target: target.clone(), keep: true }, &status);
    let one_call = |watch: &Watch, status: &_| watch.wish.check(status, &watch.calls, None).map_err(|(rule, _)| rule);
    assert_eq!(status.call, CallState::Idle);
    assert_eq!(one_call(&watch, &status), Err("one-call"));
    let waiting = conference::CallState::Waiting { target: target.clone() };
    let waits = roombox_conference::ConferenceStatus { call: waiting, ..status };
    assert_eq!(one_call(&watch, &waits), Ok(()));
    for session in [1, 2] {
        let invite = sip::Command::invite(sip::SessionId(session), target.clone(), sip::Body::sdp(""), Vec::new());
        watch.on_output(&Output::Sip(SipRequest::Command(invite)));
    }
    assert_eq!(one_call(&watch, &waits), Err("one-call"));
}

fn begun(name: &str) -> RoomGame {
    let mut game = RoomGame::new(named(name), Instant::now(), 1, Tracing::Text);
    game.agenda.add(game.now(), super::Job::Look);
    game.begin();
    assert_eq!(game.violation, None);
    game
}

fn rule(game: &RoomGame) -> Option<&'static str> {
    game.violation.as_ref().map(|violation| violation.rule)
}

#[test]
fn a_box_that_tells_another_role_than_the_servers() {
    let mut game = begun("room");
    assert_eq!(game.disagreement(), None);
    game.roles[1] = Some(roombox_conference::catalogue::Role::SpectatorSynthetic);
    let (number, (rule, detail)) = game.disagreement().expect("a disagreement");
    assert_eq!((number, rule), (1, "state-agrees"));
    assert!(detail.starts_with("role"), "{detail}");
}

#[test]
fn a_server_that_has_forgotten_a_call_and_a_registration() {
    let mut game = begun("room");
    game.restart_server();
    assert!(game.disagreement().is_some_and(|(_, (rule, detail))| rule == "state-agrees" && detail.contains("regis")));
    let mut game = begun("room-guest");
    game.media_states[0] = Some(roombox_conference::vendor::MediaState { microphone: false, camera: false });
    assert!(game.disagreement().is_some_and(|(_, (_, detail))| detail.starts_with("media state")));
}

#[test]
fn a_box_that_does_not_come_back_into_its_call() {
    let mut game = begun("room");
    game.network.client_faults.insert(
        0,
        roombox_sip::virtual_network::Faults { refused: true, ..roombox_sip::virtual_network::Faults::NONE },
    );
    game.restart_server();
    game.pass(Duration::from_secs(30));
    game.wait_for("in-the-call", Duration::from_secs(400), "in the call", RoomGame::all_in_call);
    assert_eq!(rule(&game), Some("in-the-call"));
}

#[test]
fn something_left_after_the_end() {
    let mut game = begun("room");
    let mut mood = Mood::default();
    mood.media.silent = 100;
    game.tell(0, Input::Mood(mood));
    game.end();
    assert_eq!(game.violation, None);
    // Somebody starts again behind the back of the end.
    game.later_command((30_000, 30_000), 0, Command::Start);
    game.end();
    assert_eq!(rule(&game), Some("nothing-left"));
}

#[test]
fn boxes_that_come_back_all_at_once() {
    // The user agents of an ordinary scenario are spread over half a second only.
    let crowd = RoomScenario { boxes: 30, purpose: Purpose::Life, ..*named("room-stampede") };
    let mut game = RoomGame::new(Box::leak(Box::new(crowd)), Instant::now(), 1, Tracing::Hash);
    game.agenda.add(game.now(), super::Job::Look);
    game.gather();
    game.fall_upon();
    assert_eq!(rule(&game), Some("stampede"));
}
