//! Connections lost under a call, and servers that die and return.

use roombox_conference::api::{CallState, MediaFact, MediaRequest};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, TARGET, failed, millis, seconds};
use crate::world::World;

#[test]
fn a_call_with_flowing_media_survives_a_lost_connection_and_asks_the_peer_afterwards() {
    let (mut bench, call, session) = Bench::in_call();
    bench.disconnect();
    bench.pass(seconds(60));
    assert!(bench.in_call_now());
    bench.connect();
    assert!(bench.requests().any(|request| *request == MediaRequest::CreateOffer { call, restart_ice: false }));
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.media(MediaFact::AnswerAccepted { call });
    bench.pass(seconds(600));
    assert!(bench.in_call_now());
}

#[test]
fn a_call_that_the_returned_server_does_not_know_is_dialled_again_within_a_second() {
    let (mut bench, call, session) = Bench::in_call();
    bench.disconnect();
    bench.pass(seconds(5));
    bench.connect();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    bench.forget();
    bench.end(session, sip::Cause::DialogError, Some(481));
    assert!(bench.closed(call));
    bench.pass(seconds(1));
    assert!(bench.offer_asked().is_some_and(|second| second != call));
}

#[test]
fn a_call_without_connection_and_without_media_is_given_up_and_waits_for_the_connection() {
    let (mut bench, call, _) = Bench::in_call();
    bench.disconnect();
    bench.media(MediaFact::Disconnected { call });
    bench.pass(seconds(11));
    assert!(bench.closed(call));
    assert!(matches!(bench.call(), CallState::Redialling { retry_in_ms: 0, .. }));
    bench.forget();
    bench.pass(seconds(3600));
    assert!(bench.offer_asked().is_none());
    bench.connect();
    bench.pass(millis(500));
    assert!(bench.offer_asked().is_some());
}

#[test]
fn an_attempt_on_a_lost_connection_is_repeated_on_the_next_one() {
    let mut bench = Bench::registered();
    bench.command(roombox_conference::api::Command::Join { target: TARGET.into(), keep: false });
    let first = bench.offer_asked().unwrap();
    bench.disconnect();
    assert!(bench.closed(first));
    bench.connect();
    bench.pass(millis(500));
    assert!(bench.offer_asked().is_some_and(|second| second != first));
}

#[test]
fn a_refused_registration_leaves_a_call_on_an_open_connection_alone() {
    let (mut bench, ..) = Bench::in_call();
    let failure = failed(sip::Cause::Rejected, Some(403));
    bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms: Some(30_000) });
    bench.pass(seconds(3600));
    assert!(bench.in_call_now());
}

#[test]
fn a_server_killed_for_five_seconds_twenty_times_is_in_the_call_again_within_two_seconds_of_its_return() {
    let mut world = World::new(3);
    world.start();
    world.run(seconds(5));
    for round in 0..20 {
        assert!(world.in_call_with_media(), "round {round}: {:?}", world.call());
        world.kill_server();
        world.run(seconds(5));
        world.return_server();
        world.run_until_connected();
        world.run(seconds(2));
    }
    assert!(world.in_call_with_media(), "{:?}", world.call());
}
