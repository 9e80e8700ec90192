//! Reliable provisional responses (RFC 3262), at both ends.

mod common;

use std::time::Duration;

use common::wire::{Wire, line, request, response_to, value};
use common::*;
use roombox_sip::api::{Body, Cause, Command, Event, InviteOptions, Reliable, SessionId, Transport};
use roombox_sip::endpoint::EndpointConfig;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Faults, Side};

fn progress(session: SessionId, status: u16, body: Option<&str>) -> Command {
    Command::Progress { session, status, body: body.map(sdp), headers: vec![], reliable: true }
}

fn accept(session: SessionId, body: &str) -> Command {
    Command::Accept { session, body: Some(sdp(body)), headers: vec![] }
}

/// A caller that knows reliable responses calls the wire; the session and To with our tag.
fn called(wire: &mut Wire, require: bool, body: &str) -> SessionId {
    let header = if require { "Require" } else { "Supported" };
    let sdp = if body.is_empty() { String::new() } else { format!("Content-Type: application/sdp\n\n{body}") };
    wire.receive(&request("INVITE", "call", &format!("{header}: 100rel\nAllow: UPDATE\n{sdp}")));
    wire.take_events()
        .iter()
        .find_map(|e| if let Event::Incoming { session, .. } = e { Some(*session) } else { None })
        .expect("a call")
}

fn prack(provisional: &str, cseq: u32, extra: &str) -> String {
    let rack = format!("RAck: {} {}\n{extra}", value(provisional, "RSeq"), value(provisional, "CSeq"));
    inside(provisional, "PRACK", cseq, &rack)
}

fn inside(provisional: &str, method: &str, cseq: u32, extra: &str) -> String {
    request(method, &format!("{method}{cseq}"), extra)
        .replace("CSeq: 1", &format!("CSeq: {cseq}"))
        .replace("To: <sip:room@lab.example>", &line(provisional, "To"))
}

#[test]
fn the_answer_in_a_reliable_response_is_acknowledged_and_not_repeated_in_the_2xx() {
    for transport in [Transport::Wss, Transport::Udp] {
        let mut world = registered(1, transport);
        let theirs = invite(&mut world);
        server(&mut world, progress(theirs, 183, Some("early answer")));
        let got = wait(&mut world, A, |e| matches!(e, Event::Progress { status: 183, .. }));
        assert!(matches!(&got, Event::Progress { reliable: true, body, .. } if text(body.as_ref()) == "early answer"));
        wait(&mut world, Side::Server, |e| matches!(e, Event::ProgressAcknowledged { body: None, .. }));
        server(&mut world, accept(theirs, "late answer"));
        let accepted = wait(&mut world, A, |e| matches!(e, Event::Accepted { .. }));
        assert!(matches!(accepted, Event::Accepted { body: None, .. }));
        wait(&mut world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
        client(&mut world, Command::Terminate { session: OUT, cause: Cause::Bye });
        assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).cause, Cause::Bye);
    }
}

#[test]
fn a_reliable_response_gets_through_a_bad_network_and_the_call_with_it() {
    for seed in 0..25 {
        let mut world = registered(seed, Transport::Udp);
        world.faults = Faults { doubled: 20, latency_ms: (5, 300), lost: 30, ..Faults::NONE };
        let theirs = invite(&mut world);
        for status in [180, 183, 182] {
            server(&mut world, progress(theirs, status, (status == 183).then_some("answer")));
        }
        server(&mut world, accept(theirs, "answer"));
        wait(&mut world, A, |e| matches!(e, Event::Confirmed { .. }));
        wait(&mut world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
        client(&mut world, Command::Terminate { session: OUT, cause: Cause::Bye });
        wait(&mut world, Side::Server, is_ended);
        world.run_for(Duration::from_secs(70));
        assert!(world.server.status().calls.is_empty() && world.clients[0].status().endpoint.calls.is_empty());
    }
}

#[test]
fn an_unacknowledged_response_is_repeated_with_doubling_gaps_and_fails_the_call_after_32_seconds() {
    let mut wire = Wire::new(Transport::Wss);
    let session = called(&mut wire, false, "v=0");
    let before = wire.sent.len();
    wire.command(progress(session, 183, Some("answer")));
    wire.pass(Duration::from_millis(31_999));
    // At once and after 0.5, 1.5, 3.5, 7.5, 15.5, 31.5 s.
    assert_eq!(wire.sent.len() - before, 7);
    assert!(wire.sent[before..].iter().all(|m| m.starts_with("SIP/2.0 183")), "over a stream too (section 3)");
    wire.pass(Duration::from_millis(1));
    assert!(wire.last().starts_with("SIP/2.0 504"));
    let events = wire.take_events();
    assert_eq!(events.len(), 1);
    assert_eq!((ended(&events[0]).cause, ended(&events[0]).status), (Cause::NoAck, Some(504)));
}

#[test]
fn the_2xx_waits_for_the_prack_of_a_response_with_a_description() {
    let mut wire = Wire::new(Transport::Wss);
    let session = called(&mut wire, false, "v=0");
    wire.command(progress(session, 183, Some("answer")));
    let early = wire.last().to_string();
    wire.command(accept(session, "answer"));
    assert_eq!(wire.last(), early, "no 2xx yet");
    let wrong = prack(&early, 2, "").replace(&format!("RAck: {}", value(&early, "RSeq")), "RAck: 77777");
    assert_eq!(wire.answer(&wrong), Some(481));
    assert_eq!(wire.answer(&prack(&early, 3, "")), Some(200));
    assert!(wire.last().starts_with("SIP/2.0 200") && wire.last().contains("INVITE"));
    assert!(wire.last().ends_with("Content-Length: 0\r\n\r\n"), "the answer was given already");
}

#[test]
fn later_responses_wait_for_the_first_prack_and_then_go_together() {
    let mut wire = Wire::new(Transport::Wss);
    let session = called(&mut wire, true, "v=0");
    let first = wire.last().to_string();
    assert!(first.starts_with("SIP/2.0 180") && first.contains("Require: 100rel"), "a caller that requires it gets it");
    wire.command(progress(session, 181, None));
    wire.command(progress(session, 182, None));
    assert_eq!(wire.last(), first);
    wire.receive(&prack(&first, 2, ""));
    let [one, two] = &wire.sent[wire.sent.len() - 2..] else { panic!() };
    let (one, two) = (one.clone(), two.clone());
    let rseq = |message: &str| value(message, "RSeq").parse::<u32>().expect("a number");
    assert_eq!((rseq(&one), rseq(&two)), (rseq(&first) + 1, rseq(&first) + 2));
    assert_eq!(wire.answer(&prack(&two, 3, "")), Some(200), "in any order");
    assert_eq!(wire.answer(&prack(&one, 4, "")), Some(200));
    assert_eq!(wire.answer(&prack(&one, 5, "")), Some(481), "once");
    wire.pass(Duration::from_secs(33));
    assert!(!wire.sent.iter().any(|m| m.starts_with("SIP/2.0 504")));
}

#[test]
fn a_call_without_offer_is_offered_in_a_reliable_response_and_answered_in_its_prack() {
    let mut world = registered(5, Transport::Wss);
    let (target, options) = ("sip:conf@lab.example".into(), InviteOptions::default());
    client(&mut world, Command::Invite { session: OUT, target, body: None, headers: vec![], options });
    let theirs = incoming(&wait(&mut world, Side::Server, |e| matches!(e, Event::Incoming { offer: None, .. })));
    server(&mut world, progress(theirs, 183, Some("their offer")));
    let offer = wait(&mut world, A, |e| matches!(e, Event::Offer { .. }));
    assert!(matches!(&offer, Event::Offer { body, .. } if text(body.as_ref()) == "their offer"));
    client(&mut world, Command::AnswerOffer { session: OUT, answer: Ok(sdp("our answer")) });
    let acknowledged = wait(&mut world, Side::Server, |e| matches!(e, Event::ProgressAcknowledged { .. }));
    assert!(matches!(&acknowledged, Event::ProgressAcknowledged { body, .. } if text(body.as_ref()) == "our answer"));
    server(&mut world, accept(theirs, "unused"));
    wait(&mut world, A, |e| matches!(e, Event::Accepted { body: None, .. }));
    wait(&mut world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
}

#[test]
fn an_offer_in_a_reliable_response_that_is_refused_gives_the_call_up() {
    let mut world = registered(6, Transport::Wss);
    let (target, options) = ("sip:conf@lab.example".into(), InviteOptions::default());
    client(&mut world, Command::Invite { session: OUT, target, body: None, headers: vec![], options });
    let theirs = incoming(&wait(&mut world, Side::Server, |e| matches!(e, Event::Incoming { .. })));
    server(&mut world, progress(theirs, 183, Some("their offer")));
    wait(&mut world, A, |e| matches!(e, Event::Offer { .. }));
    client(&mut world, Command::AnswerOffer { session: OUT, answer: Err(488) });
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::IncompatibleSdp);
    let theirs = wait(&mut world, Side::Server, is_ended);
    let reason = ended(&theirs).peer_reason.clone().expect("told");
    assert_eq!((ended(&theirs).cause, reason.cause), (Cause::Canceled, Some(488)));
}

#[test]
fn a_new_offer_in_a_prack_is_answered_in_its_response() {
    let mut wire = Wire::new(Transport::Wss);
    let session = called(&mut wire, false, "v=0");
    wire.command(progress(session, 183, Some("answer")));
    let early = wire.last().to_string();
    wire.receive(&prack(&early, 2, "Content-Type: application/sdp\n\nnew offer"));
    assert!(wire.take_events().iter().any(|e| matches!(e, Event::Offer { .. })));
    wire.command(accept(session, "answer"));
    assert_eq!(wire.last(), early, "the 2xx waits for the answer");
    wire.command(Command::AnswerOffer { session, answer: Ok(Body::sdp("new answer")) });
    let [to_prack, to_invite] = &wire.sent[wire.sent.len() - 2..] else { panic!() };
    assert!(to_prack.ends_with("new answer") && to_prack.contains("PRACK"));
    assert!(to_invite.starts_with("SIP/2.0 200") && to_invite.contains("INVITE"));
}

#[test]
fn the_caller_takes_reliable_responses_in_their_order_only() {
    let mut wire = Wire::new(Transport::Wss);
    wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), vec![]));
    let invite = wire.last().to_string();
    let reliable =
        |rseq: u32| response_to(&invite, 183, &format!("Require: 100rel\nRSeq: {rseq}\nContact: <sip:x@far>"));
    let pracks = |wire: &Wire| {
        wire.sent.iter().filter(|m| m.starts_with("PRACK ")).map(|m| value(m, "RAck")).collect::<Vec<_>>()
    };
    for rseq in [5, 7, 5, 6, 6, 7] {
        wire.receive(&reliable(rseq));
    }
    assert_eq!(pracks(&wire), ["5 1 INVITE", "6 1 INVITE", "7 1 INVITE"]);
    assert_eq!(wire.take_events().len(), 3);
    wire.receive(&response_to(&invite, 200, "Contact: <sip:x@far>\nContent-Type: application/sdp\n\nanswer"));
    assert_eq!(value(wire.last(), "CSeq"), "1 ACK", "PRACK has its own numbers");
}

#[test]
fn what_is_required_and_not_there_is_refused() {
    let with = |reliable| EndpointConfig { reliable, ..EndpointConfig::client("sip:room@lab.example") };
    let mut wire = Wire::with(Transport::Ws, with(Reliable::Off));
    assert_eq!(wire.answer(&request("INVITE", "1", "Require: 100rel\n")), Some(420));
    assert_eq!(value(wire.last(), "Unsupported"), "100rel");
    let mut wire = Wire::with(Transport::Ws, with(Reliable::Required));
    assert_eq!(wire.answer(&request("INVITE", "2", "")), Some(421));
    assert_eq!(value(wire.last(), "Require"), "100rel");
    assert_eq!(
        wire.answer(&request("INVITE", "3", "Supported: 100rel\n").replace("Call-ID: c", "Call-ID: d")),
        Some(100)
    );
    let options = InviteOptions { reliable: Some(Reliable::Required), ..InviteOptions::default() };
    let target = "sip:x@far".into();
    wire.command(Command::Invite { session: OUT, target, body: Some(sdp("x")), headers: vec![], options });
    assert_eq!(value(wire.last(), "Require"), "100rel");
}
