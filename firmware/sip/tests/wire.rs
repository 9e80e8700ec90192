//! Messages as they come from strangers: hand-made bytes into an endpoint, bytes out.

mod common;

use common::wire::{Wire, request};
use roombox_sip::api::{Body, Command, Event, SessionId, Transport};
use roombox_sip::endpoint::Input;
use roombox_sip::machine::Machine;

#[test]
fn requests_that_cannot_be_handled_get_the_status_of_the_rule_they_break() {
    let cases = [
        (request("OPTIONS", "1", ""), 200),
        (request("REGISTER", "2", ""), 405),
        (request("PUBLISH", "3", ""), 405),
        (request("DANCE", "4", ""), 501),
        (request("BYE", "5", ""), 481),
        (request("CANCEL", "6", ""), 481),
        (request("INVITE", "7", "Require: x-unknown\n"), 420),
        (request("INVITE", "8", "Content-Type: text/plain\nContent-Length: 3\n\nx"), 415),
        (request("INVITE", "9", "Content-Length: x\n"), 400),
        (request("INVITE", "10", "").replace("sip:room@lab.example SIP", "tel:+1 SIP"), 416),
        (request("INVITE", "11", "").replace("sip:room@lab.example SIP", "sip:nobody@lab.example SIP"), 404),
        (request("INVITE", "12", "").replace("SIP/2.0\nVia", "SIP/3.0\nVia"), 505),
        (request("INVITE", "13", "").replace("CSeq: 1 INVITE", "CSeq: 1 BYE"), 400),
        (request("INVITE", "14", "Session-Expires: 30\nSupported: timer\n"), 422),
    ];
    for (message, status) in cases {
        assert_eq!(Wire::new(Transport::Ws).answer(&message), Some(status), "{message}");
    }
}

#[test]
fn refusals_say_what_would_be_taken() {
    let mut wire = Wire::new(Transport::Ws);
    wire.receive(&request("PUBLISH", "1", ""));
    assert!(wire.last().contains("Allow: INVITE,"));
    let mut wire = Wire::new(Transport::Ws);
    wire.receive(&request("INVITE", "2", "Require: x-unknown, 100rel\n"));
    assert!(wire.last().contains("Unsupported: x-unknown\r\n"));
    let mut wire = Wire::new(Transport::Ws);
    wire.receive(&request("INVITE", "3", "Content-Type: text/plain\nContent-Length: 3\n\nx"));
    assert!(wire.last().contains("Accept: application/sdp"));
}

#[test]
fn the_same_call_by_two_ways_is_taken_once() {
    let mut wire = Wire::new(Transport::Udp);
    wire.receive(&request("INVITE", "1", ""));
    assert_eq!(wire.answer(&request("INVITE", "1", "")), Some(180), "a repetition gets the last answer");
    assert_eq!(wire.answer(&request("INVITE", "2", "")), Some(482), "another branch is a merged request");
    assert_eq!(wire.events.len(), 1);
}

#[test]
fn a_broken_ack_and_a_message_without_via_are_never_answered() {
    let mut wire = Wire::new(Transport::Udp);
    assert_eq!(wire.answer(&request("ACK", "1", "Content-Length: x\n")), None);
    assert_eq!(wire.answer("OPTIONS sip:room@lab.example SIP/2.0\nFrom: <sip:a@b>;tag=1\n\n"), None);
    assert_eq!(wire.answer("nonsense\n\n"), None);
}

#[test]
fn a_keep_alive_is_answered() {
    let mut wire = Wire::new(Transport::Ws);
    wire.receive("\n\n");
    assert_eq!(wire.last(), "\r\n");
}

/// A response to the INVITE the wire sent, from the branch of a fork with this tag.
fn response(invite: &str, status: u16, tag: &str) -> String {
    let copy = |name: &str| invite.lines().find(|l| l.starts_with(name)).unwrap_or_default().trim_end().to_string();
    format!(
        "SIP/2.0 {status} X\n{}\n{}\n{};tag={tag}\n{}\n{}\nContact: <sip:{tag}@far>\nRecord-Route: <sip:p1;lr>, <sip:p2;lr>\n\
         Content-Type: application/sdp\nContent-Length: 3\n\nsdp",
        copy("Via"),
        copy("From"),
        copy("To"),
        copy("Call-ID"),
        copy("CSeq")
    )
}

#[test]
fn the_second_answer_of_a_fork_gets_ack_and_bye() {
    let mut wire = Wire::new(Transport::Ws);
    let (session, target, headers) = (SessionId(1), "sip:x@far", vec![]);
    wire.input(Input::Command(Command::invite(session, target, Body::sdp("offer"), headers)));
    let invite = wire.last().to_string();
    wire.receive(&response(&invite, 180, "one"));
    wire.receive(&response(&invite, 200, "one"));
    assert!(wire.last().starts_with("ACK sip:one@far"));
    let route = wire.last().find("Route: <sip:p2;lr>");
    assert!(route.is_some() && route < wire.last().find("Route: <sip:p1;lr>"), "the caller reverses Record-Route");
    let ack = wire.last().to_string();
    wire.receive(&response(&invite, 200, "one"));
    assert_eq!(wire.last(), ack, "a repeated 2xx gets the same ACK");
    wire.receive(&response(&invite, 200, "two"));
    assert!(wire.sent[wire.sent.len() - 2].starts_with("ACK sip:two@far"));
    assert!(wire.last().starts_with("BYE sip:two@far"));
    assert_eq!(wire.endpoint.status().sessions, [session]);
    assert!(!wire.events.iter().any(|e| matches!(e, Event::Ended { .. })));
}

#[test]
fn an_older_request_inside_the_call_is_refused_with_500() {
    let mut wire = Wire::new(Transport::Ws);
    wire.receive(&request("INVITE", "1", "").replace("CSeq: 1", "CSeq: 5"));
    let Some(Event::Incoming { session, .. }) = wire.events.first() else { panic!("no call") };
    let session = *session;
    wire.input(Input::Command(Command::Accept { session, body: Some(Body::sdp("x")), headers: vec![] }));
    let to = wire.last().lines().find(|l| l.starts_with("To:")).unwrap_or_default().to_string();
    let inside = |method: &str, cseq: u32, extra: &str| {
        let message = request(method, &format!("{method}{cseq}"), extra).replace("CSeq: 1", &format!("CSeq: {cseq}"));
        message.replace("To: <sip:room@lab.example>", &to)
    };
    assert_eq!(wire.answer(&inside("ACK", 5, "Content-Type: application/sdp\nContent-Length: 3\n\nv=0")), None);
    assert_eq!(wire.answer(&inside("INFO", 4, "Content-Type: a/b\n")), Some(500));
    assert_eq!(wire.answer(&inside("INFO", 6, "Content-Type: a/b\n")), Some(200));
    assert_eq!(wire.answer(&inside("NOTIFY", 7, "Event: x\n")), Some(489));
    assert_eq!(wire.answer(&inside("BYE", 8, "")), Some(200));
    assert_eq!(wire.answer(&inside("INFO", 9, "Content-Type: a/b\n")), Some(481));
}

#[test]
fn a_foreign_parser_reads_what_we_send() {
    let mut wire = Wire::new(Transport::Wss);
    let (session, target, headers) = (SessionId(1), "sip:x@far", vec![]);
    wire.input(Input::Command(Command::invite(session, target, Body::sdp("offer"), headers)));
    let request = rsip::Request::try_from(wire.last().as_bytes()).expect("readable");
    assert_eq!((request.method, request.body.as_slice()), (rsip::Method::Invite, b"offer".as_slice()));
    wire.receive(&options());
    let response = rsip::Response::try_from(wire.last().as_bytes()).expect("readable");
    assert_eq!(response.status_code, rsip::StatusCode::OK);
}

fn options() -> String {
    request("OPTIONS", "1", "")
}
