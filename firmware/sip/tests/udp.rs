//! UDP: what is lost is sent again, what comes twice counts once, and a seed repeats a run to the byte.

mod common;

use std::time::Duration;

use common::*;
use roombox_sip::api::{Cause, Command, Event, Transport};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Faults, Side};

const BAD: Faults = Faults { doubled: 20, latency_ms: (5, 300), lost: 25, ..Faults::NONE };

#[test]
fn the_2xx_is_repeated_until_its_ack_arrives() {
    let mut world = registered(1, Transport::Udp);
    let theirs = invite(&mut world);
    wait(&mut world, A, |e| matches!(e, Event::Progress { .. }));
    world.faults.lost = 100;
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    world.run_for(Duration::from_secs(8));
    world.faults = Faults::NONE;
    wait(&mut world, A, |e| matches!(e, Event::Confirmed { .. }));
    wait(&mut world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
    // At once and after 0.5, 1.5, 3.5 and 7.5 s lost, the one after 11.5 s arrives (T1 doubling to T2).
    let sent =
        world.trace().lines().filter(|l| l.contains("Server") && l.contains("SIP/2.0 200") && l.contains("INVITE"));
    assert_eq!(sent.count(), 6);
}

#[test]
fn a_2xx_that_is_never_acknowledged_ends_the_call() {
    let mut world = registered(2, Transport::Udp);
    let theirs = invite(&mut world);
    world.faults.lost = 100;
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    let before = world.now();
    let end = wait(&mut world, Side::Server, is_ended);
    assert_eq!(ended(&end).cause, Cause::NoAck);
    assert_eq!(world.now() - before, Duration::from_secs(32));
}

#[test]
fn an_invite_without_any_answer_times_out() {
    let mut world = registered(3, Transport::Udp);
    world.faults.lost = 100;
    let body = sdp("offer");
    client(&mut world, Command::invite(OUT, "sip:x@lab.example", body, vec![]));
    let end = wait(&mut world, A, |e| is_ended(e) || matches!(e, Event::Agent(_)));
    // The silent server is found out first, and takes the call with it.
    assert!(matches!(end, Event::Agent(_)) || ended(&end).cause == Cause::ConnectionError);
    let invites = world.trace().matches("\"INVITE sip:").count();
    assert!(invites >= 5, "timer A repeats it: {invites}");
}

#[test]
fn nothing_is_told_about_a_call_whose_end_was_told() {
    let mut world = registered(4, Transport::Udp);
    let theirs = invite(&mut world);
    wait(&mut world, A, |e| matches!(e, Event::Progress { .. }));
    let (headers, body) = (vec![], None);
    server(&mut world, Command::Progress { session: theirs, status: 183, body, headers, reliable: true });
    world.faults.lost = 100;
    world.run_for(Duration::from_millis(50));
    server(&mut world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    world.run_for(Duration::from_millis(50));
    // Over for its owner, but the BYE has to wait for the ACK; PRACK comes again before that.
    server(&mut world, Command::Terminate { session: theirs, cause: Cause::Bye });
    wait(&mut world, Side::Server, is_ended);
    world.faults = Faults::NONE;
    world.run_for(Duration::from_mins(1));
    assert!(world.trace().contains("PRACK"));
    let told: Vec<_> = world.take_events().into_iter().filter(|(side, _)| *side == Side::Server).collect();
    assert!(told.is_empty(), "{told:?}");
}

/// A whole life over a bad network: register, call, offer again both ways, INFO, end.
fn life(seed: u64) -> World {
    let mut world = world_of(seed, config(Transport::Udp, "secret"));
    world.faults = BAD;
    start(&mut world);
    let theirs = established(&mut world);
    client(&mut world, Command::Reinvite { session: OUT, body: sdp("2"), headers: vec![] });
    server(&mut world, Command::Reinvite { session: theirs, body: sdp("3"), headers: vec![] });
    let (mut ours_done, mut theirs_done) = (false, false);
    while !(ours_done && theirs_done) {
        let wanted = |_: Side, e: &Event| matches!(e, Event::Offer { .. } | Event::OfferAnswered { .. }) || is_ended(e);
        let Some((side, event)) = world.run_to(LONG, wanted) else { panic!("stuck:\n{}", world.trace()) };
        match (side, event) {
            (A, Event::Offer { .. }) => client(&mut world, Command::AnswerOffer { session: OUT, answer: Ok(sdp("a")) }),
            (_, Event::Offer { .. }) => {
                server(&mut world, Command::AnswerOffer { session: theirs, answer: Ok(sdp("b")) });
            }
            (A, Event::OfferAnswered { .. }) => ours_done = true,
            (_, Event::OfferAnswered { .. }) => theirs_done = true,
            (side, event) => panic!("{side:?} {event:?} with seed {seed}:\n{}", world.trace()),
        }
    }
    client(&mut world, Command::Terminate { session: OUT, cause: Cause::Bye });
    wait(&mut world, Side::Server, is_ended);
    world.faults = Faults::NONE;
    world.run_for(Duration::from_secs(70));
    world
}

#[test]
fn a_whole_life_works_over_a_bad_network() {
    for seed in 100..140 {
        let world = life(seed);
        assert!(world.clients[0].status().endpoint.sessions.is_empty(), "seed {seed}");
        assert!(world.server.status().sessions.is_empty(), "seed {seed}");
        // Keep-alives linger for 32 s each (timer J).
        assert!(world.server.status().transactions <= 4, "seed {seed}: transactions do not pile up");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let (one, two, other) = (life(7), life(7), life(8));
    assert_eq!(one.trace(), two.trace());
    assert_ne!(one.trace(), other.trace());
}

#[test]
fn a_request_above_1300_octets_goes_the_way_that_is_configured() {
    let mut world = registered(6, Transport::Udp);
    let offer = "x".repeat(4000);
    client(&mut world, Command::invite(OUT, "sip:conf@lab.example", sdp(&offer), vec![]));
    let event = wait(&mut world, Side::Server, |e| matches!(e, Event::Incoming { .. }));
    let Event::Incoming { offer: Some(came), headers, .. } = event else { panic!() };
    assert_eq!(came.text(), Some(offer.as_str()));
    assert!(headers.iter().any(|line| line.name == "Via" && line.value.starts_with("SIP/2.0/UDP ")));
}
