//! Telephone keys by INFO (spec section 14.9).

mod common;

use std::time::Duration;

use common::wire::{Wire, in_call, only_timed_out, response_to, value};
use common::*;
use roombox_sip::api::{Body, Cause, Command, Event, RequestId, SessionId, Transport};
use roombox_sip::dtmf::Tone;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Side;

fn dial(session: SessionId, number: u64, tones: &str) -> Command {
    Command::Dtmf { session, request: RequestId(number), tones: tones.into(), duration_ms: 120, gap_ms: 600 }
}

fn key(event: &Event) -> Option<char> {
    match event {
        Event::Info { body, .. } => body.as_ref().and_then(Tone::parse).map(|tone| tone.key),
        _ => None,
    }
}

#[test]
fn keys_arrive_one_after_another_with_their_gaps_and_pauses() {
    let mut world = registered(1, Transport::Wss);
    established(&mut world);
    let start = world.now();
    client(&mut world, dial(OUT, 1, "1a,#"));
    let mut arrived = Vec::new();
    for _ in 0..3 {
        let info = wait(&mut world, Side::Server, |e| matches!(e, Event::Info { .. }));
        arrived.push((key(&info), world.now().duration_since(start).as_millis()));
    }
    // 5 ms on the way; 120 + 600 ms to the next key; the comma takes its turn, then 2 s.
    assert_eq!(arrived, [(Some('1'), 5), (Some('A'), 725), (Some('#'), 3445)]);
    let done = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    assert!(matches!(done, Event::Response { request: RequestId(1), outcome: Ok(answer) } if answer.status == 200));
    assert!(world.trace().contains("Signal=1\\r\\nDuration=120"));
}

#[test]
fn a_key_that_fails_takes_those_behind_it_along_but_not_the_call() {
    let mut wire = Wire::new(Transport::Udp);
    let (session, _) = in_call(&mut wire);
    wire.command(dial(session, 1, "12"));
    wire.command(dial(session, 2, "3"));
    wire.respond(503, "");
    let outcomes: Vec<_> = wire.take_events().into_iter().collect();
    assert!(
        matches!(&outcomes[..], [
        Event::Response { request: RequestId(1), outcome: Ok(refused) },
        Event::Response { request: RequestId(2), outcome: Err(behind) },
    ] if refused.status == 503 && behind.cause == Cause::Canceled),
        "{outcomes:?}"
    );
    let sent = wire.sent.len();
    wire.pass(Duration::from_mins(1));
    assert_eq!((wire.sent.len(), wire.endpoint.status().sessions.len()), (sent, 1), "no key follows, the call goes on");
}

#[test]
fn a_key_nobody_answers_does_not_end_the_call() {
    let mut wire = Wire::new(Transport::Ws);
    let (session, _) = in_call(&mut wire);
    wire.command(dial(session, 1, "1"));
    wire.pass(Duration::from_secs(40));
    only_timed_out(&mut wire, session);
}

#[test]
fn the_next_key_waits_for_the_answer_to_the_one_before() {
    let mut wire = Wire::new(Transport::Ws);
    let (session, _) = in_call(&mut wire);
    wire.command(dial(session, 1, "12"));
    let first = wire.last().to_string();
    wire.pass(Duration::from_secs(5));
    assert_eq!(wire.last(), first, "not sent again on a stream, and nothing overtakes it");
    wire.receive(&response_to(&first, 200, ""));
    assert!(wire.last().ends_with("Signal=2\r\nDuration=120"));
    assert_eq!(value(wire.last(), "Content-Type"), "application/dtmf-relay");
}

#[test]
fn keys_that_wait_at_the_end_of_a_call_are_told() {
    let mut world = registered(2, Transport::Wss);
    let theirs = established(&mut world);
    client(&mut world, dial(OUT, 1, "1,,2"));
    world.run_for(Duration::from_secs(1));
    server(&mut world, Command::Terminate { session: theirs, cause: Cause::Bye });
    let told = wait(&mut world, A, |e| matches!(e, Event::Response { .. }));
    assert!(matches!(told, Event::Response { outcome: Err(failure), .. } if failure.cause == Cause::Canceled));
    world.run_for(LONG);
    let of_box =
        |side: &Side, event: &Event| *side == A && matches!(event, Event::Ended { .. } | Event::Response { .. });
    let events = world.take_events();
    assert_eq!(events.iter().filter(|(side, event)| of_box(side, event)).count(), 0, "{events:?}");
}

#[test]
fn what_is_no_key_or_has_no_call_fails_at_once() {
    let mut wire = Wire::new(Transport::Ws);
    wire.command(dial(SessionId(9), 1, "1"));
    let (session, _) = {
        let told = wire.take_events();
        assert!(matches!(&told[..], [Event::Response { outcome: Err(_), .. }]), "{told:?}");
        in_call(&mut wire)
    };
    let sent = wire.sent.len();
    wire.command(dial(session, 2, "12x"));
    let told = wire.take_events();
    assert!(
        matches!(&told[..], [Event::Response { outcome: Err(failure), .. }]
        if failure.reason.contains("no telephone key")),
        "{told:?}"
    );
    assert_eq!(wire.sent.len(), sent);
}

#[test]
fn a_key_of_the_peer_is_answered_and_told() {
    let mut world = registered(3, Transport::Ws);
    let theirs = established(&mut world);
    let body = Some(Body { content_type: "application/dtmf".into(), content: "9".into() });
    let (request, headers) = (RequestId(1), vec![]);
    server(&mut world, Command::Info { session: theirs, request, headers, body, content_type: None });
    let info = wait(&mut world, A, |e| matches!(e, Event::Info { .. }));
    assert_eq!(key(&info), Some('9'));
    let done = wait(&mut world, Side::Server, |e| matches!(e, Event::Response { .. }));
    assert!(matches!(done, Event::Response { outcome: Ok(answer), .. } if answer.status == 200));
}
