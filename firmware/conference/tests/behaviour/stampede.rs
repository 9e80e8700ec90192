//! Five hundred boxes at one server that dies and returns: how they come back.

use std::time::Duration;

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallState, Command, MediaFact};
use roombox_conference::machine::Machine;
use roombox_sip::agent::Recovery;
use roombox_sip::api::{self as sip, Event};
use roombox_sip::virtual_network::Faults;

use crate::bench::{Bench, OFFER, TARGET, failed, millis, seconds};
use crate::wire_world::{DOMAIN, World};

const BOXES: u64 = 500;

/// When one box is registered again, counted from the return of the server; the boxes do not know of each other.
fn comes_back(seed: u64, dead: Duration, spread: Duration) -> Duration {
    let recovery = Recovery { spread, ..Recovery::default() };
    let mut world = World::recovering(ConferenceConfig::new("room1", DOMAIN, true), seed, recovery);
    world.command(Command::Start);
    world.run(5);
    assert!(world.network.clients[0].status().registered);
    world.network.faults = Faults { refused: true, ..Faults::NONE };
    world.server_dies(seed);
    world.network.run_for(dead);
    world.network.faults = Faults::NONE;
    world.network.take_events();
    let back = world.network.now();
    let registered = |_, event: &Event| matches!(event, Event::Request { method, .. } if method == "REGISTER");
    assert!(world.network.run_to(seconds(60), registered).is_some(), "{}", world.network.trace());
    world.network.now() - back
}

/// The most boxes within any tenth of a second, and the last one.
fn peak_and_last(dead: Duration, spread: Duration) -> (usize, Duration) {
    let mut times: Vec<_> = (0..BOXES).map(|seed| comes_back(seed, dead, spread)).collect();
    times.sort();
    let within = |from: Duration| times.iter().filter(|at| (from..from + millis(100)).contains(at)).count();
    (times.iter().map(|from| within(*from)).max().unwrap(), *times.last().unwrap())
}

#[test]
fn after_a_minute_without_server_five_hundred_boxes_come_back_spread_over_six_seconds() {
    let (peak, last) = peak_and_last(seconds(60), millis(500));
    println!("dead for 60 s: at most {peak} of {BOXES} within 100 ms, all back after {last:?}");
    assert!(peak <= 40, "{peak}");
    assert!(last <= seconds(8), "{last:?}");
}

#[test]
fn after_a_restart_of_a_second_the_set_spread_decides() {
    let (narrow, _) = peak_and_last(seconds(1), millis(500));
    let (wide, last) = peak_and_last(seconds(1), seconds(5));
    println!(
        "dead for 1 s: at most {narrow} within 100 ms with a spread of 0.5 s, {wide} with 5 s, all back after {last:?}"
    );
    assert!(wide * 5 < narrow, "{wide} {narrow}");
    assert!(wide <= 25, "{wide}");
    assert!(last <= seconds(7), "{last:?}");
}

#[test]
fn boxes_that_a_full_server_sends_away_with_the_same_wait_do_not_call_again_in_the_same_moment() {
    let mut waits: Vec<_> = (0..BOXES).map(sent_away).collect();
    waits.sort_unstable();
    assert!(waits[0] >= 120_000 && *waits.last().unwrap() <= 125_000, "{waits:?}");
    let within = |from: u64| waits.iter().filter(|at| (from..from + 100).contains(at)).count();
    let peak = waits.iter().map(|from| within(*from)).max().unwrap();
    assert!(peak <= 25, "{peak}");
}

/// The wait in ms of a box whose call is refused for two minutes.
fn sent_away(seed: u64) -> u64 {
    let mut bench = Bench::seeded(seed);
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: true });
    let call = bench.offer_asked().unwrap();
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    let failure = sip::Failure { retry_after: Some(120), ..failed(sip::Cause::SipFailureCode, Some(503)) };
    bench.sip(sip::Event::Ended { session, failure });
    let CallState::Redialling { retry_in_ms, .. } = bench.call() else { panic!("{:?}", bench.call()) };
    retry_in_ms
}
