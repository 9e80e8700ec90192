//! The client on a real user agent, against a real endpoint, message by message.

use std::time::Duration;

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallId, CallState, Command};
use roombox_conference::machine::Machine;
use roombox_sip::api::Event;
use roombox_sip::virtual_network::{Faults, Side};

use crate::bench::{TARGET, millis, seconds};
use crate::wire_world::{DOMAIN, World};

fn in_call(world: &World) -> Option<CallId> {
    match world.call() {
        CallState::InCall { call, media_connected: true, .. } => Some(call),
        _ => None,
    }
}

/// Runs until the box is in a call with media, for `limit` at most.
fn run_into_call(world: &mut World, limit: Duration) -> Duration {
    let start = world.network.now();
    while in_call(world).is_none() {
        let took = world.network.now() - start;
        assert!(took <= limit, "{:?}\n{}", world.call(), world.network.trace());
        world.network.run_for(millis(10));
    }
    world.network.now() - start
}

fn joined(seed: u64) -> World {
    let mut world = World::silent(ConferenceConfig::new("room1", DOMAIN, true), seed);
    world.command(Command::Start);
    world.command(Command::Join { target: TARGET.into(), keep: true });
    run_into_call(&mut world, seconds(1));
    world
}

#[test]
fn a_box_registers_joins_and_is_known_to_the_focus_until_it_leaves() {
    let mut world = joined(1);
    world.network.run_for(seconds(120));
    assert!(in_call(&world).is_some());
    world.network.take_events();
    world.command(Command::Leave);
    let ended =
        world.network.run_to(seconds(1), |side, event| side == Side::Server && matches!(event, Event::Ended { .. }));
    assert!(ended.is_some(), "{}", world.network.trace());
    world.network.run_for(seconds(60));
    assert_eq!(world.call(), CallState::Idle);
}

#[test]
fn a_cut_connection_does_not_cost_the_call() {
    let mut world = joined(2);
    let call = in_call(&world);
    for _ in 0..5 {
        world.network.cut();
        world.network.run_for(seconds(12));
        assert_eq!(in_call(&world), call, "{}", world.network.trace());
    }
    assert_eq!(world.network.server.status().sessions.len(), 1);
}

#[test]
fn a_focus_that_hangs_up_is_called_again() {
    let mut world = joined(3);
    let first = in_call(&world);
    world.server_hangs_up();
    world.network.run_for(millis(200));
    run_into_call(&mut world, seconds(3));
    assert_ne!(in_call(&world), first);
}

/// Kills the focus for five seconds; gives the time from the new registration to the new call.
fn kill_and_return(world: &mut World, seed: u64) -> Duration {
    let former = in_call(world);
    world.network.faults = Faults { refused: true, ..Faults::NONE };
    world.server_dies(seed);
    world.network.run_for(seconds(5));
    world.network.faults = Faults::NONE;
    world.network.take_events();
    let registered = |_, event: &Event| matches!(event, Event::Request { method, .. } if method == "REGISTER");
    assert!(world.network.run_to(seconds(8), registered).is_some(), "{}", world.network.trace());
    let start = world.network.now();
    while in_call(world).is_none() || in_call(world) == former {
        assert!(world.network.now() - start < seconds(2), "{:?}\n{}", world.call(), world.network.trace());
        world.network.run_for(millis(10));
    }
    assert_eq!(world.network.server.status().sessions.len(), 1);
    world.network.now() - start
}

#[test]
fn a_focus_killed_for_five_seconds_twenty_times_has_the_box_back_within_a_second_of_its_registration() {
    let mut world = joined(4);
    for round in 0..20 {
        let took = kill_and_return(&mut world, 100 + round);
        assert!(took <= seconds(1), "round {round}: {took:?}");
        world.network.run_for(seconds(2));
        assert!(in_call(&world).is_some(), "round {round}: {}", world.network.trace());
    }
}

#[test]
fn a_connection_that_goes_silent_is_replaced_and_the_box_is_in_the_call_again() {
    let mut world = joined(5);
    world.network.faults = Faults { silent: true, ..Faults::NONE };
    world.network.run_for(seconds(60));
    world.network.faults = Faults::NONE;
    world.network.run_for(seconds(45));
    assert!(in_call(&world).is_some(), "{:?}\n{}", world.call(), world.network.trace());
}

#[test]
fn the_same_seed_gives_the_same_messages() {
    let run = |seed| {
        let mut world = joined(seed);
        world.network.cut();
        world.network.run_for(seconds(30));
        world.network.trace().to_owned()
    };
    assert_eq!(run(6), run(6));
    assert_ne!(run(6), run(7));
}
