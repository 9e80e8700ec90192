//! A call that outlives the connection under it.

mod common;

use std::time::Duration;

use common::wire::{FLOW, Wire, response_to, value};
use common::*;
use roombox_sip::api::{Cause, Command, Event, FlowError, FlowId, FlowInput, Transport};
use roombox_sip::endpoint::{EndpointConfig, Input};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Side;

const NEXT: FlowId = FlowId(2);

fn in_call(allow: &str, config: EndpointConfig) -> Wire {
    let mut wire = Wire::with(Transport::Wss, config);
    wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), vec![]));
    wire.respond(200, &format!("Contact: <sip:x@far>\nAllow: {allow}\nContent-Type: application/sdp\n\nanswer"));
    wire.take_events();
    wire
}

fn box_config() -> EndpointConfig {
    EndpointConfig::client("sip:room@lab.example")
}

fn lose_flow(wire: &mut Wire) {
    let input = FlowInput::Closed(FlowError::Closed("lost".into()));
    wire.input(Input::Flow { flow: FLOW, input });
}

/// Another flow comes up; what is sent on it at once.
fn next_flow(wire: &mut Wire, transport: Transport) -> Vec<String> {
    let before = wire.sent.len();
    wire.input(Input::Flow { flow: NEXT, input: FlowInput::Opened(transport) });
    wire.input(Input::UseFlow(NEXT));
    wire.sent[before..].to_vec()
}

/// Answers the last request over the next flow.
fn respond(wire: &mut Wire, status: u16, extra: &str) {
    let bytes = response_to(wire.last(), status, extra).replace('\n', "\r\n").into_bytes().into();
    wire.input(Input::Flow { flow: NEXT, input: FlowInput::Received(bytes) });
}

fn methods(sent: &[String]) -> Vec<&str> {
    sent.iter().filter_map(|m| m.split(' ').next()).collect()
}

#[test]
fn the_peer_is_told_where_we_are_by_what_it_allows() {
    for (allow, transport, asked) in [
        ("INVITE, UPDATE", Transport::Wss, "UPDATE"),
        ("INVITE", Transport::Wss, "OPTIONS"),
        ("INVITE", Transport::Tls, "INVITE"),
    ] {
        let mut wire = in_call(allow, box_config());
        lose_flow(&mut wire);
        let sent = next_flow(&mut wire, transport);
        assert_eq!(methods(&sent), ["ACK", asked], "the ACK may have been lost with the flow");
        if transport == Transport::Tls {
            assert!(value(&sent[1], "Contact").contains("transport=tls"));
        }
        wire.pass(Duration::from_secs(32));
        assert!(wire.take_events().iter().any(is_ended), "a peer that does not answer is gone");
    }
}

#[test]
fn an_offer_that_was_on_its_way_is_repeated_on_the_next_flow() {
    let mut wire = in_call("INVITE, UPDATE", box_config());
    wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    lose_flow(&mut wire);
    assert!(wire.take_events().is_empty(), "not failed");
    let sent = next_flow(&mut wire, Transport::Wss);
    assert_eq!(methods(&sent), ["ACK", "INVITE"]);
    assert!(sent[1].ends_with("again"));
    respond(&mut wire, 200, "Contact: <sip:x@far>\nContent-Type: application/sdp\n\nyes");
    assert!(matches!(wire.take_events().as_slice(), [Event::OfferAnswered { .. }]));
}

#[test]
fn the_patience_without_a_flow_is_as_configured() {
    let config = EndpointConfig { flow_patience: Duration::from_secs(5), ..box_config() };
    let mut wire = in_call("", config);
    lose_flow(&mut wire);
    wire.pass(Duration::from_millis(4_999));
    assert!(wire.take_events().is_empty());
    wire.pass(Duration::from_millis(1));
    assert_eq!(ended(&wire.take_events()[0]).cause, Cause::ConnectionError);
    assert_eq!(wire.endpoint.next_deadline(), None);
}

#[test]
fn a_call_ended_without_a_flow_says_bye_on_the_next_one() {
    let mut wire = in_call("", box_config());
    lose_flow(&mut wire);
    wire.command(Command::Terminate { session: OUT, cause: Cause::Bye });
    assert_eq!(ended(&wire.take_events()[0]).cause, Cause::Bye);
    assert!(wire.endpoint.status().sessions.is_empty());
    assert_eq!(methods(&next_flow(&mut wire, Transport::Wss)), ["BYE"]);
    respond(&mut wire, 200, "");
    wire.pass(Duration::from_secs(6));
    assert!(wire.take_events().is_empty() && wire.endpoint.next_deadline().is_none());
}

#[test]
fn a_call_ended_without_a_flow_says_bye_where_the_peer_is_heard() {
    let mut wire = in_call("", box_config());
    let invite = wire.sent[0].clone();
    lose_flow(&mut wire);
    wire.command(Command::Terminate { session: OUT, cause: Cause::Bye });
    wire.input(Input::Flow { flow: NEXT, input: FlowInput::Opened(Transport::Wss) });
    let swapped = format!("From: {};tag=far\nTo: {}", value(&invite, "To"), value(&invite, "From"));
    let info = format!(
        "INFO sip:room@lab.example SIP/2.0\nVia: SIP/2.0/WS y.invalid;branch=z9hG4bKi\n{swapped}\nCall-ID: {}\n\
         CSeq: 7 INFO\nMax-Forwards: 70\nContent-Type: a/b\n\n",
        value(&invite, "Call-ID")
    );
    let before = wire.sent.len();
    wire.input(Input::Flow { flow: NEXT, input: FlowInput::Received(info.replace('\n', "\r\n").into_bytes().into()) });
    assert_eq!(methods(&wire.sent[before..]), ["BYE", "SIP/2.0"]);
    assert!(wire.last().starts_with("SIP/2.0 481"));
    wire.pass(Duration::from_secs(40));
    assert!(wire.endpoint.status().calls.is_empty());
}

#[test]
fn a_call_not_yet_answered_dies_with_its_connection_and_says_so() {
    let mut wire = Wire::new(Transport::Wss);
    wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), vec![]));
    lose_flow(&mut wire);
    let events = wire.take_events();
    assert_eq!(events.len(), 1);
    assert_eq!(ended(&events[0]).cause, Cause::ConnectionError);
    assert_eq!(wire.endpoint.next_deadline(), None);
}

/// Whenever the connection is cut during an offer, the offer is answered in the end and nobody hangs up.
#[test]
fn an_offer_survives_a_cut_at_any_moment() {
    for cut_after in 0..24 {
        let mut world = registered(cut_after, Transport::Wss);
        let theirs = established(&mut world);
        client(&mut world, Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
        let mut cut = Some(world.now() + Duration::from_millis(cut_after));
        loop {
            if cut.is_some_and(|at| at <= world.now()) {
                world.cut();
                cut = None;
            }
            let limit = if cut.is_some() { Duration::from_millis(1) } else { LONG };
            let wanted =
                |_: Side, e: &Event| matches!(e, Event::Offer { .. } | Event::OfferAnswered { .. }) || is_ended(e);
            match world.run_to(limit, wanted) {
                Some((Side::Server, Event::Offer { .. })) => {
                    server(&mut world, Command::AnswerOffer { session: theirs, answer: Ok(sdp("yes")) });
                }
                Some((A, Event::OfferAnswered { .. })) => break,
                Some((side, event)) => panic!("cut after {cut_after} ms: {side:?} {event:?}\n{}", world.trace()),
                None if cut.is_some() => {}
                None => panic!("cut after {cut_after} ms: no answer\n{}", world.trace()),
            }
        }
        if cut.is_some() {
            world.cut();
        }
        world.run_for(Duration::from_mins(2));
        assert_eq!(world.clients[0].status().endpoint.sessions, [OUT], "cut after {cut_after} ms\n{}", world.trace());
        assert_eq!(world.server.status().sessions, [theirs], "cut after {cut_after} ms\n{}", world.trace());
    }
}
