//! Session timers (RFC 4028), in both roles.

mod common;

use std::time::Duration;

use common::wire::{Wire, in_call, inside, request, value};
use common::*;
use roombox_sip::agent;
use roombox_sip::api::{AgentEvent, Cause, Command, Event, Transport};
use roombox_sip::endpoint::EndpointConfig;
use roombox_sip::machine::Machine;

const DAY: Duration = Duration::from_hours(24);

fn asking(seconds: u32) -> Wire {
    let config = EndpointConfig { session_expires: Some(seconds), ..EndpointConfig::client("sip:room@lab.example") };
    let mut wire = Wire::with(Transport::Wss, config);
    wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), vec![]));
    wire
}

/// A call whose session lasts 90 s, refreshed by us or by `far`.
fn timed(refresher: &str, allow: &str) -> Wire {
    let mut wire = asking(90);
    let timer = format!("Require: timer\nSession-Expires: 90;refresher={refresher}\n");
    wire.respond(200, &format!("Contact: <sip:x@far>\nAllow: {allow}\n{timer}Content-Type: application/sdp\n\nanswer"));
    wire.take_events();
    wire
}

#[test]
fn a_call_of_a_month_is_refreshed_on_time() {
    let mut config = config(Transport::Wss, "secret");
    config.registration = None;
    config.keep_alive.interval = DAY * 40;
    config.endpoint.session_expires = Some(3_600);
    let mut world = world_of(1, config);
    world.tell_client(0, agent::Input::Start);
    wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::Connected { .. })));
    established(&mut world);
    world.run_for(DAY * 30);
    assert_eq!(world.clients[0].status().endpoint.sessions, [OUT]);
    let refreshes = world.trace().matches("\"UPDATE sip:").count();
    assert!((1_439..=1_440).contains(&refreshes), "one each half hour, not {refreshes}");
}

#[test]
fn a_refused_interval_is_raised_at_the_start_and_later() {
    let mut wire = asking(90);
    wire.respond(422, "Min-SE: 600");
    assert_eq!((value(wire.last(), "Session-Expires"), value(wire.last(), "Min-SE")), ("600".into(), "600".into()));
    assert_eq!(wire.last().matches("User-Agent").count(), 1);
    let timer = "Require: timer\nSession-Expires: 600;refresher=uac\n";
    wire.respond(200, &format!("Contact: <sip:x@far>\nAllow: UPDATE\n{timer}Content-Type: application/sdp\n\nanswer"));
    wire.pass(Duration::from_mins(5));
    assert!(wire.last().starts_with("UPDATE "));
    wire.respond(422, "Min-SE: 900");
    assert!(wire.last().starts_with("UPDATE ") && value(wire.last(), "Session-Expires").starts_with("900;"));
}

#[test]
fn a_peer_that_raises_the_interval_without_end_is_left_alone() {
    let mut wire = asking(90);
    for least in 100..110 {
        if wire.last().starts_with("INVITE ") {
            wire.respond(422, &format!("Min-SE: {least}"));
        }
    }
    assert!(wire.events.iter().any(is_ended));
    assert_eq!(wire.sent.iter().filter(|m| m.starts_with("INVITE ")).count(), 4);
}

#[test]
fn too_short_an_interval_is_refused_also_inside_a_call() {
    let mut wire = Wire::new(Transport::Wss);
    assert_eq!(wire.answer(&request("INVITE", "1", "Supported: timer\nSession-Expires: 89\n")), Some(422));
    assert_eq!(value(wire.last(), "Min-SE"), "90");
    let mut wire = Wire::new(Transport::Wss);
    let (_, to) = in_call(&mut wire);
    assert_eq!(wire.answer(&inside(&to, "UPDATE", 2, "Supported: timer\nSession-Expires: 60\n")), Some(422));
    assert_eq!(
        wire.answer(&inside(&to, "UPDATE", 3, "Supported: timer\nSession-Expires: 300;refresher=uac\n")),
        Some(200)
    );
    assert_eq!(value(wire.last(), "Session-Expires"), "300;refresher=uac");
    // The peer refreshes no more: BYE a little before the end.
    wire.pass(Duration::from_secs(267));
    assert!(!wire.events.iter().any(is_ended));
    wire.pass(Duration::from_secs(1));
    assert_eq!(ended(wire.events.last().expect("an end")).cause, Cause::Expires);
    assert!(wire.last().starts_with("BYE ") && value(wire.last(), "Reason").contains("cause=408"));
}

#[test]
fn a_caller_that_knows_no_timers_is_refreshed_by_us() {
    let config = EndpointConfig { session_expires: Some(120), ..EndpointConfig::client("sip:room@lab.example") };
    let mut wire = Wire::with(Transport::Wss, config);
    in_call(&mut wire);
    let answer = wire.sent.iter().find(|m| m.contains("Session-Expires")).expect("asked for");
    assert_eq!(value(answer, "Session-Expires"), "120;refresher=uas");
    assert!(!answer.contains("Require: timer"));
    wire.pass(Duration::from_mins(1));
    assert!(wire.last().starts_with("INVITE "), "without Allow: UPDATE, by re-INVITE");
}

#[test]
fn a_refused_refresh_is_tried_again_until_the_session_has_expired() {
    let mut wire = timed("uac", "INVITE, UPDATE");
    wire.pass(Duration::from_secs(45));
    for _ in 0..4 {
        assert!(wire.last().starts_with("UPDATE "));
        wire.respond(500, "");
        wire.pass(Duration::from_secs(10));
    }
    assert!(wire.last().starts_with("UPDATE "));
    wire.respond(500, "");
    wire.pass(Duration::from_secs(5));
    assert_eq!(ended(wire.events.last().expect("an end")).cause, Cause::Expires);
    assert!(wire.last().starts_with("BYE "));
}

#[test]
fn a_peer_that_refuses_update_is_refreshed_by_re_invite() {
    let mut wire = timed("uac", "INVITE, UPDATE");
    wire.pass(Duration::from_secs(45));
    wire.respond(405, "");
    assert!(wire.last().starts_with("INVITE ") && wire.last().ends_with("offer"));
    let timer = "Require: timer\nSession-Expires: 90;refresher=uac\n";
    wire.respond(200, &format!("Contact: <sip:x@far>\nAllow: INVITE\n{timer}Content-Type: application/sdp\n\nanswer"));
    assert!(wire.take_events().is_empty(), "nobody waits for the answer to a refresh");
    wire.pass(Duration::from_secs(45));
    assert!(wire.last().starts_with("INVITE "));
}

#[test]
fn an_offer_on_its_way_is_the_refresh() {
    let mut wire = timed("uac", "INVITE, UPDATE");
    wire.pass(Duration::from_secs(44));
    wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    let sent = wire.sent.len();
    wire.pass(Duration::from_secs(5));
    assert_eq!(wire.sent.len(), sent, "no UPDATE beside it");
    let timer = "Require: timer\nSession-Expires: 90;refresher=uac\n";
    wire.respond(200, &format!("Contact: <sip:x@far>\nAllow: UPDATE\n{timer}Content-Type: application/sdp\n\nanswer"));
    let answered = wire.sent.len();
    wire.pass(Duration::from_secs(44));
    assert_eq!(wire.sent.len(), answered);
    wire.pass(Duration::from_secs(1));
    assert!(wire.last().starts_with("UPDATE "));
}
