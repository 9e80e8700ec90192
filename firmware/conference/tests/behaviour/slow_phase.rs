//! What follows when many attempts failed: slow checks, escalation, and a success at any time.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{Command, Event, Input, OperationKind, OperationOutcome, SipRequest};
use roombox_conference::catalogue::{AutoConnectEvent, AutoConnectPhase as Phase, EscalationLevel, Event as Named};
use roombox_conference::machine::Machine;
use roombox_sip::api as sip;

use crate::auto_connect::{fail_connect, outcomes, phase, refuse_flow};
use crate::bench::{Bench, failed, millis, seconds, server};

fn config(attempts: u32) -> ConferenceConfig {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.auto_connect.attempts = attempts;
    config
}

/// All fast attempts failed.
fn exhausted(config: ConferenceConfig) -> Bench {
    let attempts = config.auto_connect.attempts;
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    for _ in 0..attempts {
        fail_connect(&mut bench);
        bench.pass(seconds(5));
    }
    bench
}

/// The next check of the slow phase fails, and so does what may follow from it.
fn fail_check(bench: &mut Bench) {
    bench.forget();
    while bench.probe_asked().is_none() {
        bench.pass(seconds(1));
    }
    let id = bench.probe_asked().unwrap();
    bench.give(Input::Probed { id, outcome: Err(sip::FlowError::Refused("nobody listens".into())) });
    if bench.asked(&SipRequest::Start) {
        fail_connect(bench);
    }
}

fn failures(bench: &Bench) -> Vec<(u32, EscalationLevel, bool, u64)> {
    let told = bench.catalogue().filter_map(|event| match event {
        Named::AutoConnectEvent(AutoConnectEvent::TelephonyCheckFailure {
            fail_count,
            escalation_level,
            should_request_reconnect,
            next_retry_delay_ms,
            ..
        }) => Some((*fail_count, *escalation_level, *should_request_reconnect, *next_retry_delay_ms)),
        _ => None,
    });
    told.collect()
}

#[test]
fn thirty_attempts_are_made_before_the_limit_and_each_is_told() {
    let bench = exhausted(config(30));
    let told = bench.told("auto-connect:");
    let before = told.iter().filter(|name| **name == "auto-connect:before-attempt").count();
    assert_eq!(before, 31, "the thirty-first finds the limit");
    assert!(told.ends_with(&["auto-connect:before-attempt", "auto-connect:limit-reached-attempts"]), "{told:?}");
    assert_eq!(phase(&bench), Phase::TelephonyChecking);
}

#[test]
fn failed_checks_grow_in_level_and_back_off_up_to_the_longest() {
    let mut bench = exhausted(config(1));
    let mut levels = Vec::new();
    for _ in 0..7 {
        fail_check(&mut bench);
        levels.extend(failures(&bench).into_iter().map(|(count, level, _, wait)| (count, level, wait)));
        let escalated = bench.told("auto-connect:telephony-check-escalated").len();
        let count = levels.len();
        assert_eq!(escalated, usize::from(count == 3 || count == 5), "each level is told once: {levels:?}");
    }
    let expected = [
        (1, EscalationLevel::None, 1000),
        (2, EscalationLevel::None, 2000),
        (3, EscalationLevel::Warning, 4000),
        (4, EscalationLevel::Warning, 8000),
        (5, EscalationLevel::Critical, 16000),
        (6, EscalationLevel::Critical, 30000),
        (7, EscalationLevel::Critical, 30000),
    ];
    assert_eq!(levels, expected);
}

#[test]
fn a_failed_check_leads_to_an_attempt_unless_the_back_off_runs() {
    let mut config = config(1);
    config.auto_connect.backoff = seconds(60);
    config.auto_connect.backoff_max = seconds(60);
    let mut bench = exhausted(config);
    fail_check(&mut bench);
    assert!(failures(&bench)[0].2 && bench.asked(&SipRequest::Start));
    fail_check(&mut bench);
    assert!(!failures(&bench)[0].2 && !bench.asked(&SipRequest::Start));
}

#[test]
fn a_success_in_the_slow_phase_forgets_the_failures() {
    let mut bench = exhausted(config(1));
    for _ in 0..4 {
        fail_check(&mut bench);
    }
    bench.forget();
    while bench.probe_asked().is_none() {
        bench.pass(millis(100));
    }
    let id = bench.probe_asked().unwrap();
    bench.give(Input::Probed { id, outcome: Ok(()) });
    bench.disconnect();
    bench.connect();
    assert_eq!(phase(&bench), Phase::ConnectedMonitoring);
    assert!(bench.told("auto-connect:").contains(&"auto-connect:success"));
    bench.command(Command::Restart);
    let error = sip::FlowError::Closed("stopped".into());
    bench.agent(sip::AgentEvent::Disconnected { error, retry_in_ms: None });
    fail_connect(&mut bench);
    bench.pass(seconds(5));
    assert_eq!(phase(&bench), Phase::TelephonyChecking);
    fail_check(&mut bench);
    assert_eq!(failures(&bench)[0].0, 1);
}

#[test]
fn a_server_that_is_gone_for_a_day_is_joined_within_half_a_minute_of_its_return() {
    let mut bench = exhausted(config(3));
    let end = bench.now + seconds(86_400);
    while bench.now < end {
        fail_check(&mut bench);
    }
    let back = bench.now;
    bench.forget();
    while bench.probe_asked().is_none() {
        bench.pass(millis(100));
    }
    let id = bench.probe_asked().unwrap();
    bench.give(Input::Probed { id, outcome: Ok(()) });
    assert!(bench.asked(&SipRequest::Start) && bench.now - back < seconds(30));
}

#[test]
fn without_the_slow_phase_a_client_rests_after_the_limit_until_it_is_started_again() {
    let mut config = config(2);
    config.auto_connect.slow_phase = false;
    let mut bench = exhausted(config);
    assert_eq!(phase(&bench), Phase::ErrorTerminal);
    assert!(matches!(outcomes(&bench)[..], [(OperationKind::Start, OperationOutcome::LimitReached(_))]));
    let told = bench.told("auto-connect:");
    assert!(told.ends_with(&["auto-connect:changed-attempt-status", "auto-connect:failed-all-attempts"]), "{told:?}");
    bench.forget();
    bench.pass(seconds(86_400));
    assert!(bench.outputs().is_empty());
    bench.command(Command::Start);
    assert!(bench.asked(&SipRequest::Start));
}

#[test]
fn a_wait_that_the_registrar_asks_for_is_kept_and_never_longer_than_an_hour() {
    for (asked, least, most) in [(20, 20, 26), (u32::MAX, 3600, 3606)] {
        let mut bench = Bench::new();
        bench.command(Command::Start);
        bench.agent(sip::AgentEvent::Connected { server: server() });
        let mut failure = failed(sip::Cause::SipFailureCode, Some(503));
        failure.retry_after = Some(asked);
        bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms: Some(20_000) });
        bench.disconnect();
        bench.forget();
        bench.pass(seconds(least));
        assert!(!bench.asked(&SipRequest::Start), "{asked}");
        bench.pass(seconds(most - least));
        assert!(bench.asked(&SipRequest::Start), "{asked}");
    }
}

#[test]
fn what_only_a_person_can_mend_is_never_tried_again() {
    let refusals =
        [(sip::Cause::AuthenticationError, 401), (sip::Cause::Rejected, 403), (sip::Cause::AuthenticationError, 407)];
    for (cause, status) in refusals {
        let mut bench = Bench::new();
        bench.command(Command::Start);
        bench.agent(sip::AgentEvent::Connected { server: server() });
        let failure = failed(cause, Some(status));
        bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms: None });
        assert_eq!(phase(&bench), Phase::ErrorTerminal);
        assert!(matches!(outcomes(&bench)[..], [(_, OperationOutcome::StoppedByError(_))]));
        assert!(bench.told("auto-connect:").contains(&"auto-connect:stop-attempts-by-error"));
        assert_eq!(bench.client.status().snapshot.auto_connector, Phase::ErrorTerminal);
        bench.forget();
        bench.pass(seconds(86_400));
        assert!(bench.outputs().iter().all(|output| !format!("{output:?}").contains("Sip(")), "{status}");
    }
}

#[test]
fn a_recovery_that_fails_ten_times_is_taken_over_with_fresh_parameters() {
    let mut bench = Bench::registered();
    for _ in 0..9 {
        refuse_flow(&mut bench);
    }
    assert!(!bench.asked(&SipRequest::Stop));
    refuse_flow(&mut bench);
    assert!(bench.asked(&SipRequest::Stop));
    bench.disconnect();
    assert!(bench.asked(&SipRequest::Start));
    assert!(bench.told("connection:").contains(&"connection:connect-started"));
}

#[test]
fn in_a_call_the_recovery_is_left_to_the_user_agent() {
    let (mut bench, ..) = Bench::in_call();
    for _ in 0..30 {
        refuse_flow(&mut bench);
    }
    assert!(!bench.asked(&SipRequest::Stop));
    bench.command(Command::Leave);
    assert!(bench.asked(&SipRequest::Stop), "after the call it is taken over");
}

#[test]
fn a_guest_comes_back_after_a_loss_and_after_a_recovery_that_failed() {
    let mut bench = Bench::with(ConferenceConfig::new("123456", "meet.example", false));
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connected { server: server() });
    bench.disconnect();
    bench.agent(sip::AgentEvent::Connected { server: server() });
    assert_eq!(phase(&bench), Phase::ConnectedMonitoring);
    for _ in 0..10 {
        refuse_flow(&mut bench);
    }
    bench.disconnect();
    bench.agent(sip::AgentEvent::Connected { server: server() });
    let told = bench.told("auto-connect:");
    assert_eq!(told.iter().filter(|name| **name == "auto-connect:success").count(), 2, "{told:?}");
    assert!(!bench.events().any(|event| matches!(event, Event::Registered { .. })));
}

#[test]
fn the_snapshot_shows_each_phase_of_the_way() {
    let mut bench = exhausted(config(1));
    assert_eq!(bench.client.status().snapshot.auto_connector, Phase::TelephonyChecking);
    bench.command(Command::Stop);
    assert_eq!(bench.client.status().snapshot.auto_connector, Phase::Idle);
    bench.command(Command::Start);
    assert_eq!(bench.client.status().snapshot.auto_connector, Phase::AttemptingConnect);
    bench.connect();
    assert_eq!(bench.client.status().snapshot.auto_connector, Phase::ConnectedMonitoring);
    bench.command(Command::Stop);
    let snapshot = bench.client.status().snapshot;
    assert_eq!(snapshot.auto_connector, Phase::Disconnecting);
    assert_eq!(snapshot.connection, roombox_conference::catalogue::ConnectionPhase::Disconnecting);
}
