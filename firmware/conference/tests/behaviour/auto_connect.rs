//! The connection that comes back by itself.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{
    Command, Event, Input, NetworkEvent, NoParameters, OperationKind, OperationOutcome, Output, SipRequest,
};
use roombox_conference::catalogue::AutoConnectPhase as Phase;
use roombox_conference::identity::{ConnectionParameters, Parameters};
use roombox_conference::machine::Machine;
use roombox_sip::api as sip;

use crate::bench::{Bench, failed, millis, seconds, server};

pub(crate) fn outcomes(bench: &Bench) -> Vec<(OperationKind, OperationOutcome)> {
    let told = bench.events().filter_map(|event| match event {
        Event::Operation { operation, outcome, .. } => Some((*operation, outcome.clone())),
        _ => None,
    });
    told.collect()
}

pub(crate) fn refuse_flow(bench: &mut Bench) {
    bench.agent(sip::AgentEvent::Connecting { server: server(), attempt: 1 });
    let error = sip::FlowError::Refused("nobody listens".into());
    bench.agent(sip::AgentEvent::Disconnected { error, retry_in_ms: Some(2000) });
}

/// The tries of one connect fail; the user agent has stopped then.
pub(crate) fn fail_connect(bench: &mut Bench) {
    for _ in 0..3 {
        refuse_flow(bench);
        bench.pass(millis(600));
    }
    let error = sip::FlowError::Closed("stopped".into());
    bench.agent(sip::AgentEvent::Disconnected { error, retry_in_ms: None });
}

pub(crate) fn phase(bench: &Bench) -> Phase {
    bench.client.status().auto_connect
}

#[test]
fn a_start_ends_with_success_and_a_second_one_is_coalesced() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.command(Command::Start);
    bench.connect();
    let (start, done) = (OperationKind::Start, OperationOutcome::Done);
    assert_eq!(outcomes(&bench), [(start, OperationOutcome::Coalesced), (start, done)]);
    assert_eq!(phase(&bench), Phase::ConnectedMonitoring);
}

#[test]
fn a_connect_makes_three_tries_then_pauses_and_begins_again() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    fail_connect(&mut bench);
    assert_eq!(phase(&bench), Phase::WaitingBeforeRetry);
    assert!(bench.asked(&SipRequest::Stop));
    bench.forget();
    bench.pass(seconds(5));
    assert!(bench.asked(&SipRequest::Start));
}

#[test]
fn after_the_limit_the_server_is_looked_at_slowly_and_joined_when_it_is_there() {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.auto_connect.attempts = 2;
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    for _ in 0..2 {
        fail_connect(&mut bench);
        bench.pass(seconds(5));
    }
    assert_eq!(phase(&bench), Phase::TelephonyChecking);
    assert!(matches!(outcomes(&bench)[..], [(OperationKind::Start, OperationOutcome::LimitReached(_))]));
    bench.forget();
    bench.pass(seconds(23));
    let probe = bench.probe_asked().expect("a look at the server");
    bench.give(Input::Probed { id: probe, outcome: Ok(()) });
    assert!(bench.asked(&SipRequest::Start));
    bench.connect();
    assert_eq!(phase(&bench), Phase::ConnectedMonitoring);
}

#[test]
fn a_wrong_password_stops_the_attempts_for_a_person_and_a_stop_is_never_lost() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    let failure = failed(sip::Cause::AuthenticationError, Some(401));
    bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms: None });
    assert_eq!(phase(&bench), Phase::ErrorTerminal);
    bench.give(Input::Network(NetworkEvent::Changed));
    bench.forget();
    bench.pass(seconds(600));
    assert!(!bench.asked(&SipRequest::Start) && !bench.asked(&SipRequest::Reconnect));
    bench.command(Command::Stop);
    bench.command(Command::Stop);
    bench.pass(seconds(6));
    assert_eq!(outcomes(&bench), vec![(OperationKind::Stop, OperationOutcome::Done); 2]);
}

#[test]
fn a_stop_takes_the_place_of_a_running_start() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.command(Command::Stop);
    bench.pass(seconds(6));
    let told = [(OperationKind::Start, OperationOutcome::Superseded), (OperationKind::Stop, OperationOutcome::Done)];
    assert_eq!(outcomes(&bench), told);
    assert_eq!(phase(&bench), Phase::Idle);
}

#[test]
fn a_registration_that_fails_outside_a_call_connects_anew_at_once_but_not_again_and_again() {
    let mut bench = Bench::registered();
    for _ in 0..5 {
        let failure = failed(sip::Cause::SipFailureCode, Some(500));
        bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms: Some(5000) });
        bench.pass(millis(10));
    }
    assert_eq!(bench.reconnects(), 1);
}

#[test]
fn a_registration_that_fails_in_a_call_connects_anew_when_the_call_is_over() {
    let (mut bench, ..) = Bench::in_call();
    let failure = failed(sip::Cause::SipFailureCode, Some(500));
    bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms: Some(5000) });
    assert_eq!(bench.reconnects(), 0);
    bench.command(Command::Leave);
    assert_eq!(bench.reconnects(), 1);
}

#[test]
fn without_network_a_client_rests_after_the_grace_and_comes_back_with_it() {
    let mut bench = Bench::registered();
    bench.give(Input::Network(NetworkEvent::Offline));
    bench.pass(millis(1900));
    assert!(!bench.asked(&SipRequest::Stop));
    bench.pass(seconds(6));
    assert!(bench.asked(&SipRequest::Stop));
    bench.forget();
    bench.give(Input::Network(NetworkEvent::Online));
    assert!(bench.asked(&SipRequest::Start));
}

#[test]
fn a_change_of_the_network_asks_for_a_sign_of_life_and_silence_connects_anew() {
    let mut bench = Bench::registered();
    bench.pass(seconds(11));
    bench.forget();
    bench.give(Input::Network(NetworkEvent::Changed));
    assert!(bench.check_asked().is_some());
    bench.pass(seconds(10));
    assert_eq!(bench.reconnects(), 1);
}

#[test]
fn parameters_are_asked_for_on_each_attempt_and_a_guest_gets_a_number() {
    let mut config = ConferenceConfig::new("", "meet.example", false);
    config.parameters = Parameters::AskedOnEachAttempt;
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    let first = bench.parameters_asked().expect("asked");
    bench.give(Input::Parameters { id: first, outcome: Err(NoParameters::Failed("no network".into())) });
    bench.pass(seconds(5));
    let second = bench.parameters_asked().filter(|id| *id != first).expect("asked again");
    let (sip_server_ip, sip_server_url) = ("meet.example".into(), "meet.example".into());
    let guest = ConnectionParameters { sip_server_ip, sip_server_url, ..ConnectionParameters::default() };
    bench.give(Input::Parameters { id: second, outcome: Ok(Box::new(guest)) });
    assert!(bench.asked(&SipRequest::Start));
    bench.agent(sip::AgentEvent::Connected { server: server() });
    assert_eq!(phase(&bench), Phase::ConnectedMonitoring);
}

#[test]
fn five_hundred_boxes_that_fail_together_do_not_come_back_together() {
    let mut starts = [0_u32; 6];
    for seed in 0..500 {
        let mut bench = Bench::seeded(seed);
        bench.command(Command::Start);
        fail_connect(&mut bench);
        let begun = bench.now;
        bench.forget();
        while !bench.asked(&SipRequest::Start) {
            bench.pass(millis(10));
        }
        starts[usize::try_from((bench.now - begun).as_secs()).unwrap()] += 1;
    }
    assert!(starts.iter().all(|boxes| *boxes < 250), "{starts:?}");
}

#[test]
fn a_box_that_is_not_ready_says_so_and_waits_for_its_owner() {
    let mut config = ConferenceConfig::new("", "meet.example", false);
    config.parameters = Parameters::AskedOnEachAttempt;
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    let id = bench.parameters_asked().unwrap();
    bench.give(Input::Parameters { id, outcome: Err(NoParameters::NotReady) });
    assert_eq!(phase(&bench), Phase::ErrorTerminal);
    assert!(matches!(outcomes(&bench)[..], [(_, OperationOutcome::StoppedByError(_))]));
    assert!(!bench.outputs().iter().any(|output| matches!(output, Output::Sip(_))));
}
