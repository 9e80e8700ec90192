//! Calls that we make.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallState, Command, Event, MediaFact, MediaRequest};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, TARGET, seconds};

fn join(bench: &mut Bench, keep: bool) {
    bench.command(Command::Join { target: TARGET.into(), keep });
}

#[test]
fn a_join_becomes_offer_invite_answer_and_call() {
    let mut bench = Bench::registered();
    join(&mut bench, true);
    assert!(matches!(bench.call(), CallState::Connecting { .. }));
    let (call, session) = bench.confirm_call();
    assert!(bench.requests().any(|request| *request == MediaRequest::AcceptAnswer { call, sdp: ANSWER.into() }));
    let Some(sip::Command::Invite { target, body, .. }) =
        bench.commands().find(|command| matches!(command, sip::Command::Invite { .. }))
    else {
        panic!("no INVITE")
    };
    assert_eq!((target.as_str(), body.as_ref().and_then(sip::Body::text)), (TARGET, Some(OFFER)));
    assert!(matches!(bench.call(), CallState::InCall { media_connected: false, .. }));
    bench.media(MediaFact::Connected { call });
    assert!(matches!(bench.call(), CallState::InCall { media_connected: true, .. }));
    assert!(!bench.terminated(session));
}

#[test]
fn the_invite_tells_microphone_and_camera_and_a_guest_asks_to_be_let_in() {
    let mut bench = Bench::with(ConferenceConfig::new("4711", "meet.example", false));
    bench.command(Command::MediaState { microphone: false, camera: true });
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connected { server: crate::bench::server() });
    join(&mut bench, true);
    bench.confirm_call();
    let Some(sip::Command::Invite { headers, .. }) =
        bench.commands().find(|command| matches!(command, sip::Command::Invite { .. }))
    else {
        panic!("no INVITE")
    };
    let lines: Vec<_> = headers.iter().map(|line| format!("{}: {}", line.name, line.value)).collect();
    assert_eq!(lines, ["X-Vinteo-Mic-State: 0", "X-Vinteo-MainCam-State: 1", "X-Vinteo-Purgatory-Call: yes"]);
}

#[test]
fn a_join_before_the_connection_waits_and_dials_at_once_when_it_stands() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    join(&mut bench, true);
    assert_eq!(bench.call(), CallState::Waiting { target: TARGET.into() });
    assert!(bench.offer_asked().is_none());
    bench.connect();
    assert!(bench.offer_asked().is_some());
}

#[test]
fn leaving_while_the_offer_is_made_sends_no_invite() {
    let mut bench = Bench::registered();
    join(&mut bench, true);
    let call = bench.offer_asked().unwrap();
    bench.command(Command::Leave);
    assert!(bench.closed(call));
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    assert!(bench.invited().is_none());
    assert_eq!(bench.call(), CallState::Idle);
    bench.pass(seconds(300));
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn leaving_while_it_rings_there_cancels_and_a_crossing_answer_changes_nothing() {
    let mut bench = Bench::registered();
    join(&mut bench, true);
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.command(Command::Leave);
    assert!(bench.terminated(session));
    bench.forget();
    bench.sip(sip::Event::Accepted { session, body: Some(sip::Body::sdp(ANSWER)), headers: vec![] });
    bench.sip(sip::Event::Confirmed { session });
    bench.end(session, sip::Cause::Canceled, Some(487));
    assert_eq!(bench.requests().count(), 0);
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn a_call_that_ends_while_its_answer_is_being_set_is_closed_and_dialled_again() {
    let mut bench = Bench::registered();
    join(&mut bench, true);
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.sip(sip::Event::Accepted { session, body: Some(sip::Body::sdp(ANSWER)), headers: vec![] });
    bench.end(session, sip::Cause::Bye, None);
    assert!(bench.closed(call));
    bench.media(MediaFact::AnswerAccepted { call });
    bench.media(MediaFact::Connected { call });
    assert!(matches!(bench.call(), CallState::Redialling { .. }));
}

#[test]
fn an_answer_without_session_description_ends_the_call_with_a_cause() {
    let mut bench = Bench::registered();
    join(&mut bench, false);
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.sip(sip::Event::Accepted { session, body: None, headers: vec![] });
    assert!(bench.terminated(session));
    assert!(bench.events().any(|event| matches!(event,
        Event::CallEnded { failure, .. } if failure.cause == sip::Cause::BadMediaDescription)));
}

#[test]
fn media_that_never_makes_the_offer_ends_the_attempt() {
    let mut bench = Bench::registered();
    join(&mut bench, false);
    bench.pass(seconds(16));
    assert!(bench.events().any(|event| matches!(event, Event::CallEnded { .. })));
}

#[test]
fn a_call_whose_media_never_connects_is_given_up_and_dialled_again() {
    let mut bench = Bench::registered();
    join(&mut bench, true);
    let (call, session) = bench.confirm_call();
    bench.pass(seconds(21));
    assert!(bench.terminated(session) && bench.closed(call));
    assert_ne!(bench.offer_asked(), Some(call));
}

#[test]
fn joining_the_same_conference_twice_changes_nothing_and_another_one_leaves_the_first() {
    let (mut bench, call, session) = Bench::in_call();
    join(&mut bench, true);
    assert!(!bench.terminated(session));
    bench.command(Command::Join { target: "sip:200@meet.example".into(), keep: true });
    assert!(bench.terminated(session) && bench.closed(call));
    let (_, second) = bench.confirm_call();
    assert_ne!(second, session);
    assert!(matches!(bench.call(), CallState::InCall { target, .. } if target == "sip:200@meet.example"));
}

#[test]
fn the_room_of_the_server_is_in_the_call_state_with_its_case() {
    let (mut bench, _, session) = Bench::in_call();
    let headers = vec![
        sip::HeaderLine::new("Content-Type", "application/vinteo.webrtc.roomname"),
        sip::HeaderLine::new("x-webrtc-enter-room", "Big Hall"),
        sip::HeaderLine::new("x-webrtc-participant-name", "Room One"),
    ];
    bench.sip(sip::Event::Info { session, headers, body: None });
    assert!(matches!(bench.call(), CallState::InCall { room: Some(room), .. } if room == "Big Hall"));
    assert!(bench.events().any(|event| matches!(event, Event::Vendor { name, .. } if name == "enter-room")));
}

#[test]
fn the_server_learns_of_a_muted_microphone_once() {
    let (mut bench, ..) = Bench::in_call();
    for _ in 0..2 {
        bench.command(Command::MediaState { microphone: false, camera: true });
    }
    let infos = bench.infos("mediastate");
    assert_eq!(infos.len(), 1);
    assert_eq!(infos[0].1[2], sip::HeaderLine::new("x-vinteo-mic-state", "0"));
}

#[test]
fn a_microphone_muted_while_the_call_is_made_is_told_when_it_stands() {
    let mut bench = Bench::registered();
    join(&mut bench, true);
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.command(Command::MediaState { microphone: false, camera: true });
    assert!(bench.infos("mediastate").is_empty());
    bench.sip(sip::Event::Accepted { session, body: Some(sip::Body::sdp(ANSWER)), headers: vec![] });
    bench.sip(sip::Event::Confirmed { session });
    assert_eq!(bench.infos("mediastate").len(), 1);
}

#[test]
fn a_refused_room_announcement_does_not_end_the_call() {
    let mut bench = Bench::registered();
    join(&mut bench, true);
    bench.confirm_call();
    let infos = bench.infos("roomname");
    assert_eq!(infos[0].1[0], sip::HeaderLine::new("x-webrtc-enter-room", "p2proom1to100"));
    let outcome = Err(crate::bench::failed(sip::Cause::Unavailable, Some(480)));
    bench.sip(sip::Event::Response { request: infos[0].0, outcome });
    assert!(bench.in_call_now());
}
