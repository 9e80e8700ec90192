//! A call that several places see: forks, redirections, and calls given up on the way.

mod common;

use std::time::Duration;

use common::wire::{Wire, request, response_to, value};
use common::*;
use roombox_sip::api::{Cause, Command, Event, HeaderLine, InviteOptions, Originator, SessionId, Transport};
use roombox_sip::endpoint::{EndpointConfig, Stage};
use roombox_sip::machine::Machine;

const ANSWER: &str = "Contact: <sip:x@far>\nContent-Type: application/sdp\n\nanswer";

fn calling() -> (Wire, String) {
    let mut wire = Wire::new(Transport::Wss);
    wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), vec![]));
    let invite = wire.last().to_string();
    (wire, invite)
}

fn from_fork(invite: &str, status: u16, fork: &str, extra: &str) -> String {
    response_to(invite, status, extra).replace(";tag=far", &format!(";tag={fork}"))
}

fn stages(wire: &Wire) -> Vec<Stage> {
    wire.endpoint.status().calls.iter().map(|call| call.stage).collect()
}

fn requests(wire: &Wire, method: &str) -> Vec<String> {
    wire.sent.iter().filter(|m| m.starts_with(&format!("{method} "))).cloned().collect()
}

#[test]
fn every_fork_has_its_early_dialog_and_the_first_answer_wins() {
    let (mut wire, invite) = calling();
    for fork in ["one", "two", "three"] {
        wire.receive(&from_fork(&invite, 180, fork, "Contact: <sip:x@far>"));
    }
    assert_eq!(wire.endpoint.status().calls[0].early, 3);
    wire.receive(&from_fork(&invite, 199, "three", "Contact: <sip:x@far>"));
    assert_eq!(wire.endpoint.status().calls[0].early, 2, "199 ends a branch, not the call");
    wire.receive(&from_fork(&invite, 200, "two", ANSWER));
    wire.receive(&from_fork(&invite, 200, "one", ANSWER));
    let byes = requests(&wire, "BYE");
    assert_eq!(byes.len(), 1);
    assert!(value(&byes[0], "To").ends_with("tag=one"));
    let dialog = wire.endpoint.status().calls[0].dialog.clone().expect("answered");
    assert_eq!(dialog.remote_tag, "two");
    assert!(!wire.events.iter().any(is_ended));
}

#[test]
fn a_description_of_an_unreliable_response_is_early_media_only_where_it_is_wanted() {
    for (early_media, shown) in [(true, "answer"), (false, "")] {
        let config = EndpointConfig { early_media, ..EndpointConfig::client("sip:room@lab.example") };
        let mut wire = Wire::with(Transport::Wss, config);
        wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), vec![]));
        wire.respond(183, ANSWER);
        let Some(Event::Progress { body, reliable: false, .. }) = wire.events.last() else { panic!("no progress") };
        assert_eq!(text(body.as_ref()).trim_end(), shown);
    }
}

#[test]
fn a_call_passes_through_the_stages_of_its_life() {
    let (mut wire, invite) = calling();
    assert_eq!(stages(&wire), [Stage::Establishing]);
    wire.receive(&response_to(&invite, 200, ANSWER));
    assert_eq!(stages(&wire), [Stage::Established]);
    wire.command(Command::Terminate { session: OUT, cause: Cause::Bye });
    assert_eq!(stages(&wire), [Stage::Terminating]);
    assert!(wire.endpoint.status().sessions.is_empty());
    wire.respond(200, "");
    wire.pass(Duration::from_secs(40));
    assert!(stages(&wire).is_empty());
    assert_eq!(wire.endpoint.next_deadline(), None, "no timer is left");
}

#[test]
fn a_cancelled_call_that_nobody_finishes_is_forgotten_after_32_seconds() {
    let (mut wire, invite) = calling();
    wire.receive(&response_to(&invite, 180, ""));
    wire.command(Command::Terminate { session: OUT, cause: Cause::InternalError });
    assert!(wire.last().starts_with("CANCEL "));
    assert!(value(wire.last(), "Reason").starts_with("SIP;cause=500"));
    assert_eq!(stages(&wire), [Stage::Terminating]);
    wire.pass(Duration::from_secs(33));
    assert_eq!((stages(&wire).len(), wire.endpoint.next_deadline()), (0, None));
    assert_eq!(wire.events.iter().filter(|e| is_ended(e)).count(), 1);
}

#[test]
fn what_the_peer_says_in_reason_and_retry_after_is_told() {
    let elsewhere = "Reason: SIP;cause=200;text=\"Call completed elsewhere\"\n";
    let mut wire = Wire::new(Transport::Wss);
    wire.receive(&request("INVITE", "call", ""));
    wire.take_events();
    wire.receive(&request("CANCEL", "call", elsewhere));
    let events = wire.take_events();
    let failure = ended(&events[0]);
    assert_eq!((failure.originator, failure.cause), (Originator::Remote, Cause::Unavailable));
    assert_eq!(failure.reason, "Call completed elsewhere");
    let (mut wire, _) = calling();
    wire.respond(503, "Retry-After: 120 (maintenance)\nReason: Q.850;cause=41");
    let failure = ended(wire.events.last().expect("an end"));
    assert_eq!((failure.status, failure.retry_after), (Some(503), Some(120)));
    assert_eq!(failure.peer_reason.as_ref().map(|r| (r.protocol.as_str(), r.cause)), Some(("Q.850", Some(41))));
}

#[test]
fn an_anonymous_call_hides_who_calls() {
    let mut wire = Wire::new(Transport::Wss);
    let options = InviteOptions { anonymous: true, ..InviteOptions::default() };
    let target = "sip:x@far".into();
    wire.command(Command::Invite { session: OUT, target, body: Some(sdp("x")), headers: vec![], options });
    assert!(value(wire.last(), "From").starts_with("\"Anonymous\" <sip:anonymous@anonymous.invalid>;tag="));
    assert_eq!(
        (value(wire.last(), "Privacy"), value(wire.last(), "P-Preferred-Identity")),
        ("id".into(), "<sip:room@lab.example>".into())
    );
}

#[test]
fn redirections_are_followed_by_falling_q_and_nobody_is_called_twice() {
    let (mut wire, first) = calling();
    wire.respond(302, "Contact: <sip:c@far>;q=0.1, <sip:b@far?Subject=x>;q=0.9, <sip:x@far>, <tel:+1>");
    let Some(Event::Redirected { targets, followed: true, .. }) = wire.events.last() else { panic!("not told") };
    assert_eq!(targets, &["sip:x@far", "sip:b@far", "sip:c@far"]);
    assert!(wire.last().starts_with("INVITE sip:b@far SIP"));
    assert_eq!(value(wire.last(), "Call-ID"), value(&first, "Call-ID"));
    assert_eq!(value(wire.last(), "CSeq"), "2 INVITE");
    wire.respond(486, "");
    assert!(wire.last().starts_with("INVITE sip:c@far SIP"), "the next best");
    wire.respond(301, "Contact: <sip:b@far>");
    let events = wire.take_events();
    assert!(matches!(&events[events.len() - 2], Event::Redirected { followed: false, .. }));
    assert_eq!(ended(&events[events.len() - 1]).cause, Cause::Redirected);
}

#[test]
fn a_chain_of_redirections_ends_and_an_answer_from_afar_is_taken() {
    let (mut wire, _) = calling();
    for hop in 0..9 {
        if wire.last().starts_with("INVITE ") {
            wire.respond(302, &format!("Contact: <sip:hop{hop}@far>"));
        }
    }
    assert_eq!(requests(&wire, "INVITE").len(), 6, "the first and five redirections");
    assert_eq!(ended(wire.events.last().expect("an end")).cause, Cause::Redirected);
    let (mut wire, _) = calling();
    wire.respond(302, "Contact: <sip:y@far>");
    wire.respond(200, ANSWER);
    assert!(wire.last().starts_with("ACK ") && value(wire.last(), "CSeq") == "2 ACK");
    assert!(wire.events.iter().any(|e| matches!(e, Event::Confirmed { .. })));
}

#[test]
fn a_refusal_for_all_places_stops_the_search() {
    let (mut wire, _) = calling();
    wire.respond(300, "Contact: <sip:b@far>, <sip:c@far>");
    wire.respond(603, "");
    assert_eq!(ended(wire.events.last().expect("an end")).cause, Cause::Rejected);
}

#[test]
fn a_second_call_waits_while_the_first_goes_on() {
    let mut wire = Wire::new(Transport::Wss);
    let call = |id: &str| {
        request("INVITE", id, "Content-Type: application/sdp\n\noffer").replace("Call-ID: c", &format!("Call-ID: {id}"))
    };
    for id in ["one", "two"] {
        wire.receive(&call(id));
    }
    let sessions = wire.endpoint.status().sessions;
    assert_eq!(sessions.len(), 2);
    wire.command(Command::Accept { session: sessions[0], body: Some(sdp("x")), headers: vec![] });
    assert_eq!(stages(&wire), [Stage::Established, Stage::Establishing]);
    let busy = HeaderLine::new("Retry-After", "60");
    wire.command(Command::Reject { session: sessions[1], status: 486, headers: vec![busy] });
    assert!(wire.last().starts_with("SIP/2.0 486") && value(wire.last(), "Retry-After") == "60");
    assert_eq!(wire.endpoint.status().sessions, [sessions[0]]);
    for n in 0..40 {
        wire.receive(&call(&format!("flood{n}")));
    }
    assert_eq!(wire.endpoint.status().sessions.len(), 32);
    assert!(wire.last().starts_with("SIP/2.0 486"));
}

#[test]
fn an_invite_says_how_long_it_may_ring() {
    let (mut wire, invite) = {
        let mut wire = Wire::new(Transport::Wss);
        let headers = vec![HeaderLine::new("Expires", "20")];
        wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), headers));
        let invite = wire.last().to_string();
        (wire, invite)
    };
    wire.receive(&response_to(&invite, 180, ""));
    wire.pass(Duration::from_secs(20));
    assert!(wire.last().starts_with("CANCEL "));
    let mut wire = Wire::new(Transport::Wss);
    wire.receive(&request("INVITE", "call", "Expires: 20\n"));
    wire.pass(Duration::from_secs(20));
    assert!(wire.last().starts_with("SIP/2.0 487"));
    assert_eq!(ended(wire.events.last().expect("an end")).cause, Cause::Expires);
    let patience = Duration::from_secs(10);
    let config = EndpointConfig { no_answer_timeout: patience, ..EndpointConfig::client("sip:room@lab.example") };
    let mut wire = Wire::with(Transport::Wss, config);
    wire.receive(&request("INVITE", "call", ""));
    wire.pass(patience);
    assert!(wire.last().starts_with("SIP/2.0 408"));
    let patience = Duration::from_mins(5);
    let config = EndpointConfig { no_answer_timeout: patience, ..EndpointConfig::client("sip:room@lab.example") };
    let mut wire = Wire::with(Transport::Wss, config);
    wire.receive(&request("INVITE", "call", ""));
    wire.pass(patience);
    let rung = wire.sent.iter().filter(|m| m.starts_with("SIP/2.0 180")).count();
    assert_eq!((rung, wire.endpoint.next_deadline().is_some()), (5, true), "once a minute");
}

#[test]
fn a_call_without_offer_is_offered_in_the_2xx_and_answered_in_its_ack() {
    for (answer, cause) in [(Ok(sdp("ours")), None), (Err(488), Some(Cause::IncompatibleSdp))] {
        let mut wire = Wire::new(Transport::Wss);
        let (target, options) = ("sip:x@far".into(), InviteOptions::default());
        wire.command(Command::Invite { session: OUT, target, body: None, headers: vec![], options });
        let invite = wire.last().to_string();
        wire.receive(&response_to(&invite, 200, ANSWER));
        assert!(matches!(wire.take_events().as_slice(), [Event::Offer { .. }]));
        assert!(requests(&wire, "ACK").is_empty(), "the ACK has to hold the answer");
        wire.command(Command::AnswerOffer { session: OUT, answer });
        assert_eq!(requests(&wire, "ACK").len(), 1);
        let events = wire.take_events();
        match cause {
            None => {
                assert!(wire.last().ends_with("ours"));
                assert!(matches!(events.as_slice(), [Event::Accepted { body: None, .. }, Event::Confirmed { .. }]));
                wire.receive(&response_to(&invite, 200, ANSWER));
                assert!(wire.last().starts_with("ACK ") && wire.last().ends_with("ours"));
            }
            Some(cause) => {
                assert_eq!(ended(&events[0]).cause, cause);
                assert!(wire.last().starts_with("BYE ") && value(wire.last(), "Reason").contains("cause=488"));
            }
        }
    }
    let mut wire = Wire::new(Transport::Wss);
    let (target, options) = ("sip:x@far".into(), InviteOptions::default());
    wire.command(Command::Invite { session: SessionId(2), target, body: None, headers: vec![], options });
    wire.respond(200, ANSWER);
    wire.command(Command::Terminate { session: SessionId(2), cause: Cause::Bye });
    assert!(wire.sent[wire.sent.len() - 2].starts_with("ACK ") && wire.last().starts_with("BYE "));
}

#[test]
fn a_call_whose_answer_never_comes_in_the_ack_is_ended() {
    let mut wire = Wire::new(Transport::Wss);
    wire.receive(&request("INVITE", "call", ""));
    let session = wire.endpoint.status().sessions[0];
    wire.command(Command::Accept { session, body: Some(sdp("offer")), headers: vec![] });
    let to = value(wire.last(), "To");
    wire.receive(&request("ACK", "ack", "").replace("To: <sip:room@lab.example>", &format!("To: {to}")));
    assert_eq!(ended(wire.events.last().expect("an end")).cause, Cause::BadMediaDescription);
    assert!(wire.last().starts_with("BYE ") && value(wire.last(), "Reason").contains("cause=400"));
}
