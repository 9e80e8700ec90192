//! Changes of the network: three reactions, grace, and one look at a time.

use roombox_conference::api::{Command, Input, NetworkEvent, SipRequest};
use roombox_conference::catalogue::AutoConnectPhase as Phase;
use roombox_conference::{ConferenceConfig, NetworkReaction};
use roombox_sip::api as sip;

use crate::auto_connect::{fail_connect, phase};
use crate::bench::{Bench, millis, seconds};

fn network(bench: &mut Bench, event: NetworkEvent) {
    bench.give(Input::Network(event));
}

/// Connected, with the first check answered; changes of the network lead to `reaction`.
fn monitoring(reaction: NetworkReaction) -> Bench {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    (config.network.changed, config.network.online) = (reaction, reaction);
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    bench.connect();
    answer(&mut bench);
    bench.forget();
    bench
}

fn answer(bench: &mut Bench) {
    let request = bench.check_asked().unwrap();
    let answer = sip::FinalResponse { status: 200, reason: "OK".into(), headers: vec![], body: None };
    bench.sip(sip::Event::Response { request, outcome: Ok(answer) });
}

/// The first attempt failed, the second is waited for.
fn waiting(reaction: NetworkReaction) -> Bench {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    (config.network.changed, config.network.online) = (reaction, reaction);
    config.auto_connect.pause = seconds(60);
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    fail_connect(&mut bench);
    bench.forget();
    bench
}

const BOTH: [NetworkEvent; 2] = [NetworkEvent::Changed, NetworkEvent::Online];

#[test]
fn to_reconnect_opens_the_connection_anew_at_once() {
    for event in BOTH {
        let mut bench = monitoring(NetworkReaction::Reconnect);
        network(&mut bench, event);
        assert_eq!(bench.reconnects(), 1, "{event:?}");
        let mut bench = waiting(NetworkReaction::Reconnect);
        network(&mut bench, event);
        assert!(bench.asked(&SipRequest::Start), "{event:?}");
    }
}

#[test]
fn to_ignore_does_nothing_in_any_phase() {
    for event in BOTH {
        for mut bench in [monitoring(NetworkReaction::Ignore), waiting(NetworkReaction::Ignore), Bench::new()] {
            bench.forget();
            network(&mut bench, event);
            assert!(bench.outputs().is_empty(), "{event:?}: {:?}", bench.outputs());
        }
    }
}

#[test]
fn to_probe_leaves_a_server_that_answers_alone() {
    for event in BOTH {
        let mut bench = monitoring(NetworkReaction::Probe);
        network(&mut bench, event);
        answer(&mut bench);
        bench.pass(seconds(14));
        assert_eq!(bench.reconnects(), 0, "{event:?}");
        assert_eq!(phase(&bench), Phase::ConnectedMonitoring);
    }
}

#[test]
fn several_changes_at_once_ask_once() {
    let mut bench = monitoring(NetworkReaction::Probe);
    for _ in 0..5 {
        network(&mut bench, NetworkEvent::Changed);
    }
    let asked = bench.commands().filter(|command| matches!(command, sip::Command::Request { .. })).count();
    assert_eq!(asked, 1);
}

#[test]
fn several_changes_at_once_open_a_lost_connection_once() {
    let mut bench = monitoring(NetworkReaction::Probe);
    bench.disconnect();
    bench.forget();
    for _ in 0..5 {
        network(&mut bench, NetworkEvent::Changed);
        bench.pass(millis(10));
    }
    assert_eq!(bench.reconnects(), 1);
    bench.pass(millis(250));
    network(&mut bench, NetworkEvent::Changed);
    assert_eq!(bench.reconnects(), 2);
}

#[test]
fn a_change_while_waiting_looks_at_the_server_once_and_connects_when_it_is_there() {
    let mut bench = waiting(NetworkReaction::Probe);
    for _ in 0..5 {
        network(&mut bench, NetworkEvent::Changed);
    }
    let looks = bench.outputs().iter().filter(|output| format!("{output:?}").contains("Probe")).count();
    assert_eq!(looks, 1);
    let id = bench.probe_asked().unwrap();
    bench.give(Input::Probed { id, outcome: Ok(()) });
    assert!(bench.asked(&SipRequest::Start));
}

#[test]
fn a_change_while_waiting_keeps_waiting_when_the_server_is_not_there() {
    let mut bench = waiting(NetworkReaction::Probe);
    network(&mut bench, NetworkEvent::Online);
    let id = bench.probe_asked().unwrap();
    bench.give(Input::Probed { id, outcome: Err(sip::FlowError::Refused("nobody listens".into())) });
    bench.pass(seconds(1));
    assert!(!bench.asked(&SipRequest::Start));
    assert_eq!(phase(&bench), Phase::WaitingBeforeRetry);
    bench.pass(seconds(95));
    assert!(bench.asked(&SipRequest::Start), "the wait goes on as planned");
}

#[test]
fn a_change_during_an_attempt_begins_it_again() {
    for event in BOTH {
        let mut bench = Bench::new();
        bench.command(Command::Start);
        network(&mut bench, event);
        assert!(bench.asked(&SipRequest::Stop), "{event:?}");
        bench.forget();
        bench.disconnect();
        assert!(bench.asked(&SipRequest::Start), "{event:?}");
    }
}

#[test]
fn a_network_that_is_back_within_the_grace_stops_nothing() {
    let mut bench = monitoring(NetworkReaction::Ignore);
    for _ in 0..10 {
        network(&mut bench, NetworkEvent::Offline);
        bench.pass(millis(1900));
        network(&mut bench, NetworkEvent::Online);
        bench.pass(millis(100));
    }
    assert!(!bench.asked(&SipRequest::Stop));
    assert_eq!(phase(&bench), Phase::ConnectedMonitoring);
}

#[test]
fn a_change_does_not_end_the_grace_and_a_second_loss_does_not_prolong_it() {
    let mut bench = monitoring(NetworkReaction::Ignore);
    network(&mut bench, NetworkEvent::Offline);
    bench.pass(millis(1500));
    network(&mut bench, NetworkEvent::Changed);
    network(&mut bench, NetworkEvent::Offline);
    bench.pass(millis(500));
    assert!(bench.asked(&SipRequest::Stop));
}

#[test]
fn a_call_is_never_given_up_for_want_of_a_network_and_the_client_rests_after_it() {
    let (mut bench, ..) = Bench::in_call();
    network(&mut bench, NetworkEvent::Offline);
    bench.pass(seconds(30));
    assert!(bench.in_call_now() && !bench.asked(&SipRequest::Stop));
    bench.command(Command::Leave);
    bench.pass(millis(1));
    assert!(bench.asked(&SipRequest::Stop));
}

#[test]
fn a_client_that_rests_for_want_of_a_network_can_be_stopped_for_good() {
    let mut bench = monitoring(NetworkReaction::Probe);
    network(&mut bench, NetworkEvent::Offline);
    bench.pass(seconds(3));
    bench.disconnect();
    bench.command(Command::Stop);
    bench.forget();
    network(&mut bench, NetworkEvent::Online);
    bench.pass(seconds(600));
    assert!(!bench.asked(&SipRequest::Start));
    assert_eq!(phase(&bench), Phase::Idle);
}

#[test]
fn a_client_at_rest_does_not_care_about_the_network() {
    for event in [NetworkEvent::Changed, NetworkEvent::Offline, NetworkEvent::Online] {
        let mut bench = Bench::new();
        network(&mut bench, event);
        bench.pass(seconds(600));
        assert!(bench.outputs().is_empty(), "{event:?}");
    }
}
