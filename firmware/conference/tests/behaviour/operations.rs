//! Start, restart, stop, one sign of life and one look: each ends once, in its order.

use roombox_conference::api::{Command, Input, OperationKind as Kind, OperationOutcome as Outcome, SipRequest};
use roombox_conference::catalogue::AutoConnectPhase as Phase;
use roombox_sip::api as sip;

use crate::auto_connect::{fail_connect, outcomes, phase};
use crate::bench::{Bench, failed, seconds};

fn stop_agent(bench: &mut Bench) {
    let error = sip::FlowError::Closed("stopped".into());
    bench.agent(sip::AgentEvent::Disconnected { error, retry_in_ms: None });
}

#[test]
fn a_restart_disconnects_first_and_connects_anew() {
    let mut bench = Bench::registered();
    bench.command(Command::Restart);
    assert_eq!(phase(&bench), Phase::Disconnecting);
    assert!(bench.asked(&SipRequest::Stop) && !bench.asked(&SipRequest::Start));
    stop_agent(&mut bench);
    assert!(bench.asked(&SipRequest::Start));
    bench.connect();
    assert_eq!(outcomes(&bench), [(Kind::Restart, Outcome::Done)]);
}

#[test]
fn a_restart_from_rest_connects_without_a_disconnect() {
    let mut bench = Bench::new();
    bench.command(Command::Restart);
    assert!(bench.asked(&SipRequest::Start) && !bench.asked(&SipRequest::Stop));
    assert_eq!(phase(&bench), Phase::AttemptingConnect);
}

#[test]
fn a_restart_while_waiting_for_the_next_attempt_makes_it_at_once_and_counts_anew() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    fail_connect(&mut bench);
    assert_eq!(phase(&bench), Phase::WaitingBeforeRetry);
    bench.forget();
    bench.command(Command::Restart);
    assert!(bench.asked(&SipRequest::Start));
    assert_eq!(outcomes(&bench), [(Kind::Start, Outcome::Superseded)]);
    assert!(bench.told("auto-connect:").contains(&"auto-connect:cancelled-attempts"));
}

#[test]
fn a_stop_while_waiting_for_the_next_attempt_calls_the_attempts_off() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    fail_connect(&mut bench);
    bench.forget();
    bench.command(Command::Stop);
    assert_eq!(bench.told("auto-connect:"), ["auto-connect:cancelled-attempts", "auto-connect:changed-attempt-status"]);
    assert_eq!(outcomes(&bench), [(Kind::Start, Outcome::Superseded), (Kind::Stop, Outcome::Done)]);
    bench.forget();
    bench.pass(seconds(600));
    assert!(!bench.asked(&SipRequest::Start));
}

#[test]
fn a_start_that_comes_while_a_stop_runs_waits_for_its_end() {
    let mut bench = Bench::registered();
    bench.command(Command::Stop);
    bench.command(Command::Start);
    assert!(!bench.asked(&SipRequest::Start));
    stop_agent(&mut bench);
    assert!(bench.asked(&SipRequest::Start));
    bench.connect();
    assert_eq!(outcomes(&bench), [(Kind::Stop, Outcome::Done), (Kind::Start, Outcome::Done)]);
}

#[test]
fn of_several_restarts_only_the_last_one_is_done() {
    let mut bench = Bench::registered();
    for _ in 0..3 {
        bench.command(Command::Restart);
    }
    stop_agent(&mut bench);
    bench.connect();
    let (superseded, done) = ((Kind::Restart, Outcome::Superseded), (Kind::Restart, Outcome::Done));
    assert_eq!(outcomes(&bench), [superseded.clone(), superseded, done]);
    assert_eq!(bench.outputs().iter().filter(|o| format!("{o:?}").contains("Sip(Start)")).count(), 1);
}

#[test]
fn a_sign_of_life_is_told_to_whoever_asked_for_it() {
    let mut bench = Bench::registered();
    bench.command(Command::Ping);
    bench.command(Command::Ping);
    let request = bench.check_asked().unwrap_or(sip::RequestId(1));
    let answer = sip::FinalResponse { status: 200, reason: "OK".into(), headers: vec![], body: None };
    bench.sip(sip::Event::Response { request, outcome: Ok(answer) });
    assert_eq!(outcomes(&bench), vec![(Kind::Ping, Outcome::Done); 2]);
}

#[test]
fn a_sign_of_life_that_was_lost_with_the_connection_has_failed() {
    let mut bench = Bench::registered();
    bench.pass(seconds(11));
    bench.forget();
    bench.command(Command::Ping);
    let request = bench.check_asked().unwrap();
    bench.sip(sip::Event::Response { request, outcome: Err(failed(sip::Cause::ConnectionError, None)) });
    assert!(matches!(outcomes(&bench)[..], [(Kind::Ping, Outcome::Failed(_))]));
    assert_eq!(bench.reconnects(), 0, "the user agent opens a lost connection by itself");
}

#[test]
fn without_a_connection_there_is_no_sign_of_life_and_no_look_at_an_unknown_server() {
    let mut bench = Bench::new();
    bench.command(Command::Ping);
    bench.command(Command::CheckTelephony);
    assert!(matches!(
        outcomes(&bench)[..],
        [(Kind::Ping, Outcome::Failed(_)), (Kind::CheckTelephony, Outcome::Failed(_))]
    ));
}

#[test]
fn a_look_at_the_server_ends_ready_not_ready_or_overdue() {
    let mut bench = Bench::registered();
    let refused = || Err(sip::FlowError::Refused("nobody listens".into()));
    for (outcome, good) in [(Ok(()), true), (refused(), false)] {
        bench.forget();
        bench.command(Command::CheckTelephony);
        let id = bench.probe_asked().unwrap();
        bench.give(Input::Probed { id, outcome });
        let told = outcomes(&bench);
        assert_eq!(matches!(told[..], [(Kind::CheckTelephony, Outcome::Done)]), good, "{told:?}");
    }
    bench.forget();
    bench.command(Command::CheckTelephony);
    bench.pass(seconds(10));
    assert!(matches!(outcomes(&bench)[..], [(Kind::CheckTelephony, Outcome::Failed(_))]));
    assert_eq!(phase(&bench), Phase::ConnectedMonitoring, "a look changes nothing");
}

#[test]
fn a_success_tells_its_events_in_order_and_only_changes_of_the_status() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    fail_connect(&mut bench);
    bench.pass(seconds(5));
    bench.connect();
    let order = [
        "auto-connect:before-attempt",
        "auto-connect:changed-attempt-status",
        "auto-connect:before-attempt",
        "auto-connect:success",
    ];
    assert_eq!(bench.told("auto-connect:"), order);
    bench.forget();
    bench.command(Command::Stop);
    assert_eq!(bench.told("auto-connect:"), ["auto-connect:changed-attempt-status"]);
}
