//! Hold and resume: the facts, their collisions, and their refusal.

mod common;

use std::time::Duration;

use common::wire::{Wire, response_to};
use common::*;
use roombox_sip::api::{Command, Event, HoldState, SessionId, Transport};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Side;

fn audio(version: u32, direction: &str) -> String {
    format!(
        "v=0\r\no=- 1 {version} IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 9 RTP/AVP 0\r\na={direction}\r\n"
    )
}

/// A call with real descriptions on both sides.
fn call(seed: u64, transport: Transport) -> (World, SessionId) {
    let mut world = registered(seed, transport);
    client(&mut world, Command::invite(OUT, "sip:conf@lab.example", sdp(&audio(1, "sendrecv")), vec![]));
    let theirs = incoming(&wait(&mut world, Side::Server, |e| matches!(e, Event::Incoming { .. })));
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp(&audio(5, "sendrecv"))), headers: vec![] });
    wait(&mut world, A, |e| matches!(e, Event::Confirmed { .. }));
    wait(&mut world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
    world.take_events();
    (world, theirs)
}

/// Answers every offer on both sides as a media stack would, until all is quiet; what the server was offered last.
fn settle(world: &mut World, theirs: SessionId) -> String {
    let mut offered = String::new();
    while let Some((side, event)) = world.run_to(Duration::from_secs(20), |_, e| matches!(e, Event::Offer { .. })) {
        let Event::Offer { body, .. } = event else { continue };
        let offer = text(body.as_ref()).to_string();
        let direction = ["sendonly", "recvonly", "inactive"].into_iter().find(|d| offer.contains(d));
        let answer = match direction {
            Some("sendonly") => "recvonly",
            Some("recvonly") => "sendonly",
            Some(other) => other,
            None => "sendrecv",
        };
        let answer = Ok(sdp(&audio(9, answer)));
        if side == A {
            client(world, Command::AnswerOffer { session: OUT, answer });
        } else {
            offered = offer;
            server(world, Command::AnswerOffer { session: theirs, answer });
        }
    }
    offered
}

fn hold_of(world: &World, side: Side) -> HoldState {
    let status = if side == A { world.clients[0].status().endpoint } else { world.server.status() };
    status.calls[0].hold
}

fn facts(asked: bool, confirmed: bool, by_peer: bool) -> HoldState {
    HoldState { asked, confirmed, by_peer, media: None }
}

#[test]
fn a_hold_is_asked_confirmed_seen_and_taken_back() {
    for transport in [Transport::Wss, Transport::Udp] {
        let (mut world, theirs) = call(1, transport);
        client(&mut world, Command::Hold { session: OUT, hold: true });
        let event = wait(&mut world, A, |e| matches!(e, Event::Hold { .. }));
        assert!(matches!(event, Event::Hold { hold, .. } if hold == facts(true, false, false)));
        assert!(settle(&mut world, theirs).contains("o=- 1 2 IN"), "a higher version");
        assert_eq!(hold_of(&world, A), facts(true, true, false));
        assert_eq!(hold_of(&world, Side::Server), facts(false, false, true));
        client(&mut world, Command::MediaSeen { session: OUT, flowing: false });
        assert_eq!(hold_of(&world, A), HoldState { media: Some(false), ..facts(true, true, false) });
        client(&mut world, Command::Hold { session: OUT, hold: false });
        let offered = settle(&mut world, theirs);
        assert!(offered.contains("o=- 1 3 IN") && offered.contains("a=sendrecv"));
        assert_eq!(hold_of(&world, A), HoldState { media: Some(false), ..facts(false, false, false) });
        assert_eq!(hold_of(&world, Side::Server), facts(false, false, false));
    }
}

#[test]
fn two_holds_that_cross_hold_both_sides() {
    let (mut world, theirs) = call(2, Transport::Wss);
    client(&mut world, Command::Hold { session: OUT, hold: true });
    server(&mut world, Command::Hold { session: theirs, hold: true });
    let offered = settle(&mut world, theirs);
    assert!(world.trace().contains("SIP/2.0 491 "));
    assert!(offered.contains("a=inactive"), "the later offer knows of the earlier one: {offered}");
    assert!(hold_of(&world, A).asked && hold_of(&world, A).by_peer && hold_of(&world, A).confirmed);
    assert!(hold_of(&world, Side::Server).asked && hold_of(&world, Side::Server).by_peer);
    // The server resumes, the box still holds; then it resumes too, and all is as it was.
    server(&mut world, Command::Hold { session: theirs, hold: false });
    settle(&mut world, theirs);
    assert_eq!(hold_of(&world, A), facts(true, true, false));
    client(&mut world, Command::Hold { session: OUT, hold: false });
    assert!(settle(&mut world, theirs).contains("a=sendrecv"));
    assert_eq!(hold_of(&world, Side::Server), facts(false, false, false));
}

#[test]
fn hold_and_resume_in_one_breath_end_as_asked_last() {
    let (mut world, theirs) = call(3, Transport::Wss);
    for hold in [true, false, true, false] {
        client(&mut world, Command::Hold { session: OUT, hold });
    }
    settle(&mut world, theirs);
    assert_eq!(hold_of(&world, A), facts(false, false, false));
    assert_eq!(hold_of(&world, Side::Server), facts(false, false, false));
    client(&mut world, Command::Hold { session: OUT, hold: true });
    settle(&mut world, theirs);
    let before = world.trace().len();
    client(&mut world, Command::Hold { session: OUT, hold: true });
    settle(&mut world, theirs);
    assert!(!world.trace()[before..].contains("INVITE sip:"), "what stands is not asked again");
}

#[test]
fn a_refused_hold_rolls_back_and_the_call_goes_on() {
    let (mut world, theirs) = call(4, Transport::Wss);
    client(&mut world, Command::Hold { session: OUT, hold: true });
    wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { .. }));
    server(&mut world, Command::AnswerOffer { session: theirs, answer: Err(488) });
    wait(&mut world, A, |e| matches!(e, Event::Hold { hold, .. } if *hold == facts(false, false, false)));
    assert_eq!(world.clients[0].status().endpoint.sessions, [OUT]);
    client(&mut world, Command::Hold { session: OUT, hold: true });
    assert!(settle(&mut world, theirs).contains("o=- 1 3 IN"), "the refused version is not used again");
    assert_eq!(hold_of(&world, A), facts(true, true, false));
}

#[test]
fn an_answer_to_the_peer_keeps_our_hold() {
    let (mut world, theirs) = call(5, Transport::Wss);
    client(&mut world, Command::Hold { session: OUT, hold: true });
    settle(&mut world, theirs);
    let body = sdp(&audio(20, "sendrecv"));
    server(&mut world, Command::Reinvite { session: theirs, body, headers: vec![] });
    wait(&mut world, A, |e| matches!(e, Event::Offer { .. }));
    client(&mut world, Command::AnswerOffer { session: OUT, answer: Ok(sdp(&audio(2, "sendrecv"))) });
    let answered = wait(&mut world, Side::Server, |e| matches!(e, Event::OfferAnswered { .. }));
    assert!(matches!(&answered, Event::OfferAnswered { body, .. } if text(body.as_ref()).contains("a=sendonly")));
}

#[test]
fn a_hold_while_a_refresh_is_on_its_way_follows_it() {
    let mut wire = Wire::new(Transport::Wss);
    wire.command(Command::invite(OUT, "sip:x@far", sdp(&audio(1, "sendrecv")), vec![]));
    let answer = format!("Content-Type: application/sdp\n\n{}", audio(1, "sendrecv").replace("\r\n", "\n"));
    let timer = "Contact: <sip:x@far>\nRequire: timer\nSession-Expires: 90;refresher=uac\n";
    wire.respond(200, &format!("{timer}{answer}"));
    wire.pass(Duration::from_secs(45));
    let refresh = wire.last().to_string();
    assert!(
        refresh.starts_with("INVITE ") && refresh.contains("o=- 1 1 IN") && refresh.contains("Session-Expires: 90")
    );
    wire.command(Command::Hold { session: OUT, hold: true });
    assert_eq!(wire.last(), refresh);
    wire.receive(&response_to(&refresh, 200, &format!("{timer}{answer}")));
    assert!(
        wire.last().starts_with("INVITE ") && wire.last().contains("a=sendonly") && wire.last().contains("o=- 1 2 IN")
    );
}

/// The box offers anew, and the server answers with this direction; what the box then knows.
fn answered_with(world: &mut World, theirs: SessionId, version: u32, direction: &str) -> HoldState {
    let body = sdp(&audio(version, "sendrecv"));
    client(world, Command::Reinvite { session: OUT, body, headers: vec![] });
    wait(world, Side::Server, |e| matches!(e, Event::Offer { .. }));
    server(world, Command::AnswerOffer { session: theirs, answer: Ok(sdp(&audio(version, direction))) });
    wait(world, A, |e| matches!(e, Event::OfferAnswered { .. }));
    hold_of(world, A)
}

#[test]
fn a_peer_holds_and_resumes_in_its_answers_too() {
    let (mut world, theirs) = call(11, Transport::Wss);
    assert!(answered_with(&mut world, theirs, 2, "sendonly").by_peer);
    assert!(!answered_with(&mut world, theirs, 3, "sendrecv").by_peer);
    assert!(answered_with(&mut world, theirs, 4, "inactive").by_peer);
    assert!(!answered_with(&mut world, theirs, 5, "recvonly").by_peer);
}

#[test]
fn a_peer_that_answers_the_invite_on_hold_holds_from_the_start() {
    let mut world = registered(12, Transport::Wss);
    client(&mut world, Command::invite(OUT, "sip:conf@lab.example", sdp(&audio(1, "sendrecv")), vec![]));
    let theirs = incoming(&wait(&mut world, Side::Server, |e| matches!(e, Event::Incoming { .. })));
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp(&audio(5, "sendonly"))), headers: vec![] });
    let event = wait(&mut world, A, |e| matches!(e, Event::Hold { .. }));
    assert!(matches!(event, Event::Hold { hold, .. } if hold == facts(false, false, true)));
}

#[test]
fn inactive_in_answer_to_our_hold_is_no_hold_of_the_peer() {
    let (mut world, theirs) = call(13, Transport::Wss);
    client(&mut world, Command::Hold { session: OUT, hold: true });
    wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { .. }));
    server(&mut world, Command::AnswerOffer { session: theirs, answer: Ok(sdp(&audio(6, "inactive"))) });
    world.run_for(Duration::from_secs(1));
    assert_eq!(hold_of(&world, A), facts(true, true, false));
    client(&mut world, Command::Hold { session: OUT, hold: false });
    assert!(settle(&mut world, theirs).contains("a=sendrecv"), "the resume asks for both ways again");
    assert_eq!(hold_of(&world, A), facts(false, false, false));
}
