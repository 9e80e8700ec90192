//! Connection, registration and telephony check.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{Command, ConnectionFailure, ConnectionState, Event, SipRequest};
use roombox_conference::machine::Machine;
use roombox_sip::api as sip;

use crate::bench::{Bench, failed, seconds, server};

#[test]
fn a_registered_account_is_established_with_the_registration_and_a_guest_with_the_connection() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connected { server: server() });
    assert_eq!(bench.client.status().connection, ConnectionState::Connected);
    bench.agent(sip::AgentEvent::Registered { expires: 300 });
    assert_eq!(bench.client.status().connection, ConnectionState::Established);
    assert!(bench.client.status().registered);

    let mut guest = Bench::with(ConferenceConfig::new("123", "meet.example", false));
    guest.command(Command::Start);
    guest.agent(sip::AgentEvent::Connected { server: server() });
    assert_eq!(guest.client.status().connection, ConnectionState::Established);
    assert!(!guest.client.status().registered);
}

#[test]
fn a_wrong_password_needs_a_person_and_says_so() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connected { server: server() });
    let failure = failed(sip::Cause::AuthenticationError, Some(401));
    bench.agent(sip::AgentEvent::RegistrationFailed { failure: failure.clone(), retry_in_ms: None });
    assert!(matches!(
        bench.client.status().connection,
        ConnectionState::Disconnected { needs_person: true, retry_in_ms: None, .. }
    ));
    let told = Event::ConnectionFailed(ConnectionFailure::Registration(failure));
    assert!(bench.events().any(|event| *event == told));
}

#[test]
fn a_lost_connection_comes_back_by_itself() {
    let mut bench = Bench::registered();
    bench.disconnect();
    assert!(matches!(
        bench.client.status().connection,
        ConnectionState::Disconnected { needs_person: false, retry_in_ms: Some(2000), .. }
    ));
    bench.connect();
    assert_eq!(bench.client.status().connection, ConnectionState::Established);
}

fn answer_check(bench: &mut Bench, outcome: Result<u16, sip::Cause>) {
    let request = bench.check_asked().expect("a check is running");
    bench.forget();
    let outcome = match outcome {
        Ok(status) => Ok(sip::FinalResponse { status, reason: "OK".into(), headers: vec![], body: None }),
        Err(cause) => Err(failed(cause, None)),
    };
    bench.sip(sip::Event::Response { request, outcome });
}

/// Started and registered, with the first check still to be answered.
fn checked() -> Bench {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.connect();
    bench
}

#[test]
fn the_server_is_asked_at_once_and_fifteen_seconds_after_each_answer() {
    let mut bench = checked();
    answer_check(&mut bench, Ok(200));
    bench.pass(seconds(14));
    assert!(bench.check_asked().is_none());
    bench.pass(seconds(1));
    assert!(bench.check_asked().is_some());
}

#[test]
fn two_unanswered_checks_open_a_new_connection_and_one_does_not() {
    let mut bench = checked();
    bench.pass(seconds(11));
    assert!(!bench.asked(&SipRequest::Reconnect));
    bench.pass(seconds(25));
    assert!(bench.asked(&SipRequest::Reconnect));
    assert!(bench.events().any(|event| *event == Event::ConnectionFailed(ConnectionFailure::Telephony)));
}

#[test]
fn a_refusal_proves_that_the_server_works() {
    let mut bench = checked();
    for status in [482, 404, 405, 482] {
        answer_check(&mut bench, Ok(status));
        bench.pass(seconds(15));
    }
    assert!(!bench.asked(&SipRequest::Reconnect));
}

#[test]
fn a_server_that_stays_deaf_is_not_hammered_with_connections() {
    let mut bench = checked();
    let mut reconnects = 0;
    for _ in 0..100 {
        bench.forget();
        bench.pass(seconds(10));
        if bench.asked(&SipRequest::Reconnect) {
            reconnects += 1;
            bench.disconnect();
            bench.connect();
        }
    }
    assert!((15..=30).contains(&reconnects), "{reconnects} in 1000 s");
}

#[test]
fn a_notification_outside_a_call_is_answered_and_told() {
    let mut bench = Bench::registered();
    let headers = vec![sip::HeaderLine::new("X-VINTEO-NOTIFY", r#"{"cmd":"accountChanged"}"#)];
    bench.sip(sip::Event::Request {
        request: sip::RequestId(99),
        flow: sip::FlowId(1),
        method: "NOTIFY".into(),
        request_uri: String::new(),
        from_uri: String::new(),
        to_uri: String::new(),
        headers,
        body: None,
    });
    assert!(bench.commands().any(|command| matches!(command, sip::Command::Respond { status: 200, .. })));
    assert!(bench.events().any(|event| matches!(event, Event::Vendor { name, .. } if name == "account:changed")));
}

#[test]
fn stopping_leaves_the_call_and_takes_nothing_up_again() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::Stop);
    assert!(bench.terminated(session) && bench.closed(call) && bench.asked(&SipRequest::Stop));
    bench.forget();
    bench.agent(sip::AgentEvent::Unregistered);
    bench.disconnect();
    bench.pass(seconds(600));
    assert_eq!(bench.client.status().connection, ConnectionState::Idle);
    assert_eq!(bench.commands().count() + bench.requests().count(), 0);
}

#[test]
fn the_server_is_asked_by_options_to_our_own_address() {
    let bench = checked();
    let asked = bench.commands().find_map(|command| match command {
        sip::Command::Request { method, target, .. } => Some((method.as_str(), target.as_str())),
        _ => None,
    });
    assert_eq!(asked, Some(("OPTIONS", "sip:room1@meet.example")));
}

#[test]
fn a_server_deaf_in_a_call_costs_the_connection_and_not_the_call() {
    let (mut bench, ..) = Bench::in_call();
    bench.pass(seconds(36));
    assert_eq!(bench.reconnects(), 1);
    assert!(bench.in_call_now());
}

#[test]
fn an_answer_between_two_failures_begins_the_count_anew() {
    let mut bench = checked();
    for _ in 0..5 {
        bench.pass(seconds(25));
        answer_check(&mut bench, Ok(200));
        bench.pass(seconds(15));
    }
    assert!(!bench.asked(&SipRequest::Reconnect));
}

#[test]
fn a_stopped_client_asks_the_server_no_more() {
    let mut bench = checked();
    bench.command(Command::Stop);
    bench.forget();
    bench.disconnect();
    bench.pass(seconds(600));
    assert!(bench.check_asked().is_none());
}
