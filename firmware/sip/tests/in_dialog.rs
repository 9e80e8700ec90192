//! Requests inside a call that change nothing in it: INFO, MESSAGE, OPTIONS and those we do not know.

mod common;

use std::time::Duration;

use common::wire::{Wire, in_call, inside, only_timed_out, response_to, value};
use common::*;
use roombox_sip::api::{Body, Cause, Command, Event, HeaderLine, RequestId, SessionId, Transport};
use roombox_sip::endpoint::{Credentials, EndpointConfig};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Side;

fn info(session: SessionId, number: u64) -> Command {
    let (headers, content_type) = (vec![], Some("application/vinteo.webrtc.roomname".into()));
    Command::Info { session, request: RequestId(number), headers, body: None, content_type }
}

fn send(session: SessionId, method: &str, body: Option<Body>) -> Command {
    Command::Send { session, request: RequestId(1), method: method.into(), headers: vec![], body }
}

#[test]
fn no_outcome_of_an_info_ends_the_call_except_that_the_dialog_is_unknown() {
    for (status, survives) in [(200, true), (408, true), (404, true), (500, true), (603, true), (481, false)] {
        let mut wire = Wire::new(Transport::Ws);
        let (session, _) = in_call(&mut wire);
        wire.command(info(session, 1));
        wire.respond(status, "");
        let events = wire.take_events();
        let told = matches!(&events[0], Event::Response { outcome: Ok(answer), .. } if answer.status == status);
        assert!(told, "{events:?}");
        let ended = matches!(events.get(1), Some(Event::Ended { failure, .. }) if failure.cause == Cause::DialogError);
        assert_eq!((ended, events.len()), (!survives, if survives { 1 } else { 2 }), "{status}");
    }
}

#[test]
fn an_info_without_an_answer_does_not_end_the_call() {
    let mut wire = Wire::new(Transport::Ws);
    let (session, _) = in_call(&mut wire);
    wire.command(info(session, 1));
    wire.pass(Duration::from_secs(40));
    only_timed_out(&mut wire, session);
}

#[test]
fn a_message_inside_the_call_arrives_and_is_answered() {
    let mut world = registered(1, Transport::Wss);
    established(&mut world);
    let body = Body { content_type: "text/plain".into(), content: "привет".into() };
    client(&mut world, send(OUT, "MESSAGE", Some(body)));
    let message = wait(&mut world, Side::Server, |e| matches!(e, Event::Message { .. }));
    let Event::Message { body, headers, .. } = &message else { panic!() };
    assert_eq!(text(body.as_ref()), "привет");
    assert!(!headers.iter().any(|line| line.name == "Contact"), "RFC 3428 section 4");
    let done = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    assert!(matches!(done, Event::Response { request: RequestId(1), outcome: Ok(answer) } if answer.status == 200));
}

#[test]
fn methods_that_change_the_dialog_have_their_own_commands() {
    let mut wire = Wire::new(Transport::Ws);
    let (session, _) = in_call(&mut wire);
    let sent = wire.sent.len();
    for method in ["BYE", "INVITE", "ACK", "REFER", "SUBSCRIBE", "B AD"] {
        wire.command(send(session, method, None));
    }
    let told = wire.take_events();
    let refused = |e: &Event| matches!(e, Event::Response { outcome: Err(f), .. } if f.cause == Cause::InternalError);
    assert_eq!((told.iter().filter(|e| refused(e)).count(), wire.sent.len()), (6, sent));
    wire.command(send(session, "OPTIONS", None));
    assert!(wire.last().starts_with("OPTIONS sip:a@x.invalid"));
}

#[test]
fn requests_of_the_peer_inside_the_call_get_the_status_of_their_rule() {
    let mut wire = Wire::new(Transport::Ws);
    let (_, to) = in_call(&mut wire);
    let package = "Info-Package: foo\nContent-Type: a/b\n";
    let cases = [
        ("INFO", "Content-Type: anything/at-all\n", 200),
        ("INFO", "", 415),
        ("INFO", package, 469),
        ("MESSAGE", "Content-Type: text/plain\n", 200),
        ("OPTIONS", "", 200),
        ("NOTIFY", "Event: check-sync\n", 489),
        ("PUBLISH", "", 405),
        ("DANCE", "", 501),
    ];
    for (number, (method, extra, status)) in (2..).zip(cases) {
        assert_eq!(wire.answer(&inside(&to, method, number, extra)), Some(status), "{method} {extra}");
        match status {
            405 | 501 => assert!(value(wire.last(), "Allow").contains("INVITE")),
            469 => assert!(wire.last().contains("Recv-Info: \r\n")),
            _ => {}
        }
    }
}

#[test]
fn credentials_take_the_next_number_of_the_dialog_not_of_the_request() {
    let mut config = EndpointConfig::client("sip:room@lab.example");
    config.credentials = Some(Credentials { username: "room".into(), password: "secret".into() });
    let mut wire = Wire::with(Transport::Ws, config);
    let (session, _) = in_call(&mut wire);
    wire.command(info(session, 1));
    let first = wire.last().to_string();
    wire.command(info(session, 2));
    wire.receive(&response_to(&first, 401, "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"auth\"\n"));
    assert!(wire.last().contains("Authorization: Digest"));
    assert_eq!(value(wire.last(), "CSeq"), "3 INFO", "2 is taken by the other request");
}

#[test]
fn a_request_under_way_at_the_end_of_the_call_still_has_its_outcome() {
    let mut wire = Wire::new(Transport::Ws);
    let (session, _) = in_call(&mut wire);
    wire.command(info(session, 1));
    let request = wire.last().to_string();
    wire.command(Command::Terminate { session, cause: Cause::Bye });
    wire.receive(&response_to(&request, 200, ""));
    let events = wire.take_events();
    assert!(matches!(&events[..], [Event::Ended { .. }, Event::Response { request: RequestId(1), outcome: Ok(_) }]));
}

#[test]
fn a_message_outside_any_call_is_the_owners_to_answer() {
    let mut world = registered(2, Transport::Wss);
    let body = Some(Body { content_type: "text/plain".into(), content: "hello".into() });
    let (request, target) = (RequestId(7), "sip:lab@lab.example".into());
    client(&mut world, Command::Request { request, method: "MESSAGE".into(), target, headers: vec![], body });
    let asked = wait(&mut world, Side::Server, |e| matches!(e, Event::Request { .. }));
    let Event::Request { request, method, body, .. } = asked else { panic!() };
    assert_eq!((method.as_str(), text(body.as_ref())), ("MESSAGE", "hello"));
    let headers = vec![HeaderLine::new("X-Seen", "1")];
    server(&mut world, Command::Respond { request, status: 202, reason: None, headers, body: None });
    let done = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    assert!(matches!(done, Event::Response { outcome: Ok(answer), .. } if answer.status == 202));
}

#[test]
fn an_offer_that_still_rings_at_the_end_of_its_call_leaves_nothing_behind() {
    let mut wire = Wire::new(Transport::Wss);
    let (session, _) = in_call(&mut wire);
    wire.command(Command::Reinvite { session, body: Body::sdp("v=0"), headers: Vec::new() });
    wire.respond(100, "");
    wire.command(Command::Terminate { session, cause: Cause::Bye });
    wire.respond(200, "");
    wire.pass(Duration::from_secs(33));
    assert_eq!(wire.endpoint.status().transactions, 0, "{:?}", wire.sent);
}
