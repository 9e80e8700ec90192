//! The client on a real user agent, against a real endpoint, message by message.

use std::time::Duration;

use roombox_conference::api::{CallId, CallState, Command};
use roombox_conference::machine::Machine;
use roombox_sip::api::{self as sip, Event};
use roombox_sip::endpoint;
use roombox_sip::virtual_network::{Faults, Side};

use crate::bench::{TARGET, millis, seconds};
use crate::wire_nodes::{BoxInput, Focus, Network, network};

fn in_call(network: &Network) -> Option<CallId> {
    match network.clients[0].status().call {
        CallState::InCall { call, media_connected: true, .. } => Some(call),
        _ => None,
    }
}

fn command(network: &mut Network, command: Command) {
    network.tell_client(0, BoxInput::Command(command));
}

/// Runs until the box is in a call with media, for `limit` at most.
fn run_into_call(network: &mut Network, limit: Duration) -> Duration {
    let start = network.now();
    while in_call(network).is_none() {
        let took = network.now() - start;
        assert!(took <= limit, "{:?}\n{}", network.clients[0].status(), network.trace());
        network.run_for(millis(10));
    }
    network.now() - start
}

fn joined(seed: u64) -> Network {
    let mut network = network(seed);
    command(&mut network, Command::Start);
    command(&mut network, Command::Join { target: TARGET.into(), keep: true });
    run_into_call(&mut network, seconds(1));
    network
}

fn focus_session(network: &mut Network) -> sip::SessionId {
    let incoming = network.take_events().into_iter().rev().find_map(|(side, event)| match event {
        Event::Incoming { session, .. } if side == Side::Server => Some(session),
        _ => None,
    });
    incoming.expect("the focus has taken a call")
}

#[test]
fn a_box_registers_joins_and_is_known_to_the_focus_until_it_leaves() {
    let mut network = joined(1);
    network.run_for(seconds(120));
    assert!(in_call(&network).is_some());
    network.take_events();
    command(&mut network, Command::Leave);
    let ended = network.run_to(seconds(1), |side, event| side == Side::Server && matches!(event, Event::Ended { .. }));
    assert!(ended.is_some(), "{}", network.trace());
    network.run_for(seconds(60));
    assert_eq!(network.clients[0].status().call, CallState::Idle);
}

#[test]
fn a_cut_connection_does_not_cost_the_call() {
    let mut network = joined(2);
    let call = in_call(&network);
    for _ in 0..5 {
        network.cut();
        network.run_for(seconds(12));
        assert_eq!(in_call(&network), call, "{}", network.trace());
    }
    assert_eq!(network.server.status().sessions.len(), 1);
}

#[test]
fn a_focus_that_hangs_up_is_called_again() {
    let mut network = joined(3);
    let first = in_call(&network);
    let session = focus_session(&mut network);
    network.tell_server(endpoint::Input::Command(sip::Command::Terminate { session, cause: sip::Cause::Bye }));
    network.run_for(millis(200));
    run_into_call(&mut network, seconds(3));
    assert_ne!(in_call(&network), first);
}

/// Kills the focus for five seconds; gives the time from the new registration to the new call.
fn kill_and_return(network: &mut Network, seed: u64) -> Duration {
    let former = in_call(network);
    network.faults = Faults { refused: true, ..Faults::NONE };
    network.replace_server(Focus::new(seed));
    network.run_for(seconds(5));
    network.faults = Faults::NONE;
    network.take_events();
    let registered = |_, event: &Event| matches!(event, Event::Request { method, .. } if method == "REGISTER");
    assert!(network.run_to(seconds(8), registered).is_some(), "{}", network.trace());
    let start = network.now();
    while in_call(network).is_none() || in_call(network) == former {
        assert!(network.now() - start < seconds(2), "{:?}\n{}", network.clients[0].status(), network.trace());
        network.run_for(millis(10));
    }
    assert_eq!(network.server.status().sessions.len(), 1);
    network.now() - start
}

#[test]
fn a_focus_killed_for_five_seconds_twenty_times_has_the_box_back_within_a_second_of_its_registration() {
    let mut network = joined(4);
    for round in 0..20 {
        let took = kill_and_return(&mut network, 100 + round);
        assert!(took <= seconds(1), "round {round}: {took:?}");
        network.run_for(seconds(2));
        assert!(in_call(&network).is_some(), "round {round}: {}", network.trace());
    }
}

#[test]
fn a_connection_that_goes_silent_is_replaced_and_the_box_is_in_the_call_again() {
    let mut network = joined(5);
    network.faults = Faults { silent: true, ..Faults::NONE };
    network.run_for(seconds(60));
    network.faults = Faults::NONE;
    network.run_for(seconds(45));
    assert!(in_call(&network).is_some(), "{:?}\n{}", network.clients[0].status(), network.trace());
}

#[test]
fn the_same_seed_gives_the_same_messages() {
    let run = |seed| {
        let mut network = joined(seed);
        network.cut();
        network.run_for(seconds(30));
        network.trace().to_owned()
    };
    assert_eq!(run(6), run(6));
    assert_ne!(run(6), run(7));
}
