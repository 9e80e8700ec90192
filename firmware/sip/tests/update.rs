//! Offers by UPDATE (RFC 3311), in early dialogs and established ones, and offers that fail.

mod common;

use std::time::Duration;

use common::wire::{Wire, response_to, value};
use common::*;
use roombox_sip::api::{Cause, Command, Event, SessionId, Transport};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Faults, Side};

fn update(session: SessionId, body: &str) -> Command {
    Command::Update { session, body: sdp(body), headers: vec![] }
}

fn answer(session: SessionId, body: &str) -> Command {
    Command::AnswerOffer { session, answer: Ok(sdp(body)) }
}

/// The box rings at the server, and both descriptions are agreed on.
fn agreed_early(world: &mut World) -> SessionId {
    let theirs = invite(world);
    let body = Some(sdp("early answer"));
    server(world, Command::Progress { session: theirs, status: 183, body, headers: vec![], reliable: true });
    wait(world, Side::Server, |e| matches!(e, Event::ProgressAcknowledged { .. }));
    theirs
}

#[test]
fn either_side_offers_again_before_the_call_is_answered() {
    for transport in [Transport::Wss, Transport::Udp] {
        let mut world = registered(1, transport);
        let theirs = agreed_early(&mut world);
        client(&mut world, update(OUT, "from the caller"));
        wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { by_update: true, .. }));
        server(&mut world, Command::Accept { session: theirs, body: Some(sdp("x")), headers: vec![] });
        server(&mut world, answer(theirs, "yes"));
        wait(&mut world, A, |e| matches!(e, Event::OfferAnswered { .. }));
        wait(&mut world, A, |e| matches!(e, Event::Confirmed { .. }));
    }
    let mut world = registered(2, Transport::Wss);
    let theirs = agreed_early(&mut world);
    server(&mut world, update(theirs, "from the called"));
    wait(&mut world, A, |e| matches!(e, Event::Offer { .. }));
    client(&mut world, Command::AnswerOffer { session: OUT, answer: Err(488) });
    let failed = wait(&mut world, Side::Server, |e| matches!(e, Event::OfferFailed { .. }));
    assert!(matches!(failed, Event::OfferFailed { failure, .. } if failure.cause == Cause::IncompatibleSdp));
    server(&mut world, Command::Accept { session: theirs, body: None, headers: vec![] });
    wait(&mut world, A, |e| matches!(e, Event::Confirmed { .. }));
}

#[test]
fn an_update_before_anything_is_agreed_on_waits_for_the_call() {
    let mut world = registered(3, Transport::Wss);
    let theirs = invite(&mut world);
    client(&mut world, update(OUT, "later"));
    world.run_for(Duration::from_secs(5));
    assert!(!world.trace().contains("\"UPDATE sip:"));
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { .. }));
    server(&mut world, answer(theirs, "yes"));
    wait(&mut world, A, |e| matches!(e, Event::OfferAnswered { .. }));
    assert!(world.trace().contains("\"UPDATE sip:"));
}

#[test]
fn updates_that_cross_are_both_answered_in_the_end() {
    let mut world = registered(4, Transport::Wss);
    let theirs = established(&mut world);
    client(&mut world, update(OUT, "from the box"));
    server(&mut world, update(theirs, "from the server"));
    let mut answered = 0;
    while answered < 2 {
        let wanted = |_: Side, e: &Event| matches!(e, Event::Offer { .. } | Event::OfferAnswered { .. });
        let (side, event) = world.run_to(LONG, wanted).expect("both get their turn");
        match (side, event) {
            (A, Event::Offer { .. }) => client(&mut world, answer(OUT, "yes")),
            (_, Event::Offer { .. }) => server(&mut world, answer(theirs, "yes")),
            _ => answered += 1,
        }
    }
    assert!(world.trace().contains("SIP/2.0 491 "));
}

/// A call of the wire that `far` has answered, with what it allows.
fn in_call(allow: &str) -> Wire {
    let mut wire = Wire::new(Transport::Wss);
    wire.command(Command::invite(OUT, "sip:x@far", sdp("offer"), vec![]));
    wire.respond(200, &format!("Contact: <sip:x@far>\n{allow}Content-Type: application/sdp\n\nanswer"));
    wire.take_events();
    wire
}

#[test]
fn a_peer_without_update_gets_a_re_invite() {
    let mut wire = in_call("Allow: INVITE, ACK, BYE\n");
    wire.command(update(OUT, "again"));
    assert!(wire.last().starts_with("INVITE "));
    let mut wire = in_call("Allow: INVITE, UPDATE\n");
    wire.command(update(OUT, "again"));
    assert!(wire.last().starts_with("UPDATE "));
    wire.respond(501, "");
    assert!(wire.last().starts_with("INVITE ") && wire.last().ends_with("again"));
}

#[test]
fn no_refusal_of_an_offer_ends_the_call_but_408_and_481() {
    for status in [300, 400, 403, 404, 406, 415, 420, 480, 486, 487, 488, 489, 500, 503, 504, 513, 600, 603, 604, 606] {
        let mut wire = in_call("");
        wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
        wire.respond(status, "");
        let events = wire.take_events();
        assert!(matches!(events.as_slice(), [Event::OfferFailed { .. }]), "{status}: {events:?}");
        wire.command(Command::Reinvite { session: OUT, body: sdp("once more"), headers: vec![] });
        assert!(wire.last().starts_with("INVITE "), "{status}: the next offer is free to go");
    }
    for status in [408, 481] {
        let mut wire = in_call("");
        wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
        wire.respond(status, "");
        assert_eq!(ended(wire.take_events().last().expect("an end")).cause, Cause::DialogError);
    }
}

#[test]
fn an_offer_that_nobody_answers_at_all_ends_the_call() {
    let mut wire = in_call("");
    wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    wire.pass(Duration::from_secs(32));
    let events = wire.take_events();
    assert_eq!(events.len(), 1);
    assert_eq!(ended(&events[0]).cause, Cause::RequestTimeout);
    assert!(wire.last().starts_with("BYE "));
}

#[test]
fn an_offer_that_is_worked_on_without_end_is_cancelled_and_the_call_goes_on() {
    let mut wire = in_call("");
    wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    let offer = wire.last().to_string();
    wire.receive(&response_to(&offer, 100, ""));
    wire.pass(Duration::from_secs(40));
    assert!(wire.last().starts_with("CANCEL "));
    wire.respond(200, "");
    wire.receive(&response_to(&offer, 487, ""));
    assert!(matches!(wire.take_events().as_slice(), [Event::OfferFailed { .. }]));
    assert_eq!(wire.endpoint.status().sessions, [OUT]);
}

#[test]
fn a_2xx_without_an_answer_fails_the_offer_only() {
    let mut wire = in_call("");
    wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    wire.respond(200, "Contact: <sip:x@far>");
    assert!(wire.last().starts_with("ACK "));
    let events = wire.take_events();
    assert!(
        matches!(events.as_slice(), [Event::OfferFailed { failure, .. }] if failure.cause == Cause::BadMediaDescription)
    );
}

#[test]
fn collisions_are_tried_again_five_times() {
    let mut wire = in_call("");
    wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    for _ in 0..6 {
        assert!(wire.last().starts_with("INVITE "));
        wire.respond(491, "");
        let waited = wire.now;
        let before = wire.sent.len();
        while wire.sent.len() == before && wire.now - waited < Duration::from_secs(5) {
            wire.pass(Duration::from_millis(10));
        }
        if wire.sent.len() > before {
            let gap = wire.now - waited;
            assert!((2_100..=4_000).contains(&gap.as_millis()), "who made the Call-ID waits longer: {gap:?}");
        }
    }
    let events = wire.take_events();
    assert!(matches!(events.as_slice(), [Event::OfferFailed { failure, .. }] if failure.status == Some(491)));
}

#[test]
fn offers_of_both_sides_get_through_a_bad_network() {
    for seed in 0..20 {
        let mut world = registered(seed, Transport::Udp);
        let theirs = established(&mut world);
        world.faults = Faults { doubled: 20, latency_ms: (5, 300), lost: 20, ..Faults::NONE };
        client(&mut world, update(OUT, "1"));
        server(&mut world, Command::Reinvite { session: theirs, body: sdp("2"), headers: vec![] });
        let mut answered = 0;
        while answered < 2 {
            let wanted =
                |_: Side, e: &Event| matches!(e, Event::Offer { .. } | Event::OfferAnswered { .. }) || is_ended(e);
            let (side, event) = world.run_to(LONG, wanted).expect("both get their turn");
            match (side, event) {
                (A, Event::Offer { .. }) => client(&mut world, answer(OUT, "yes")),
                (_, Event::Offer { .. }) => server(&mut world, answer(theirs, "yes")),
                (_, Event::OfferAnswered { .. }) => answered += 1,
                (_, event) => panic!("seed {seed}: {event:?}\n{}", world.trace()),
            }
        }
        world.faults = Faults::NONE;
        world.run_for(Duration::from_secs(40));
        same_dialog(&world, seed);
    }
}

/// When all is quiet, both ends hold the same dialog with the sides changed.
fn same_dialog(world: &World, seed: u64) {
    let (one, two) = (world.clients[0].status().endpoint.calls, world.server.status().calls);
    let ([one], [two]) = (one.as_slice(), two.as_slice()) else { panic!("seed {seed}: one call each") };
    assert!(!one.offering && !two.offering);
    let (Some(one), Some(two)) = (&one.dialog, &two.dialog) else { panic!("seed {seed}: no dialog") };
    assert_eq!((&one.call_id, &one.local_tag, &one.remote_tag), (&two.call_id, &two.remote_tag, &two.local_tag));
    assert_eq!(two.remote_cseq, Some(one.local_cseq), "seed {seed}");
    assert!(one.remote_cseq.is_none_or(|last| last == two.local_cseq), "seed {seed}");
}

#[test]
fn a_retry_after_of_the_peer_is_honoured() {
    let mut wire = in_call("");
    wire.command(Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    let first = value(wire.last(), "CSeq");
    wire.respond(500, "Retry-After: 9");
    wire.pass(Duration::from_millis(8_990));
    assert!(value(wire.last(), "CSeq").ends_with("ACK"));
    wire.pass(Duration::from_millis(10));
    assert!(wire.last().starts_with("INVITE ") && value(wire.last(), "CSeq") != first);
}
