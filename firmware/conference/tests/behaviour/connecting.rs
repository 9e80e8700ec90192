//! One connect and one disconnect: events in their order, tries, parameters, registration on demand.

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{Command, ConnectionState, Input, NoParameters, Output, ParametersId, SipRequest};
use roombox_conference::catalogue::{ConnectionEvent, ConnectionPhase as Phase, Event as Named};
use roombox_conference::identity::{ConnectionParameters, Parameters};
use roombox_conference::machine::Machine;
use roombox_sip::agent::AgentConfig;
use roombox_sip::api as sip;

use crate::auto_connect::{fail_connect, refuse_flow};
use crate::bench::{Bench, failed, millis, seconds, server};

/// A client that asks for its parameters, with the question for the first ones.
fn asking() -> (Bench, ParametersId) {
    let mut config = ConferenceConfig::new("", "meet.example", false);
    config.parameters = Parameters::AskedOnEachAttempt;
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    let id = bench.parameters_asked().unwrap();
    (bench, id)
}

fn account(user: &str, server: &str) -> ConnectionParameters {
    ConnectionParameters {
        sip_server_ip: "meet.example".into(),
        sip_server_url: server.into(),
        register: true,
        user: Some(user.into()),
        password: Some("secret".into()),
        ..ConnectionParameters::default()
    }
}

fn configured(bench: &Bench) -> Vec<&AgentConfig> {
    let configured = bench.outputs().iter().filter_map(|output| match output {
        Output::Sip(SipRequest::Configure { config, .. }) => Some(&**config),
        _ => None,
    });
    configured.collect()
}

fn requests(bench: &Bench) -> Vec<&'static str> {
    let requests = bench.outputs().iter().filter_map(|output| match output {
        Output::Sip(SipRequest::Register) => Some("register"),
        Output::Sip(SipRequest::Unregister) => Some("unregister"),
        _ => None,
    });
    requests.collect()
}

fn phase(bench: &Bench) -> Phase {
    bench.client.status().connection_phase
}

#[test]
fn a_registered_connect_tells_each_step_in_its_order() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    assert_eq!(phase(&bench), Phase::Connecting);
    bench.connect();
    let order = [
        "connection:connect-started",
        "connection:connect-parameters-resolve-success",
        "connection:connecting",
        "connection:connected",
        "connection:connected-with-configuration",
        "connection:registered",
        "connection:connect-succeeded",
    ];
    assert_eq!(bench.told("connection:"), order);
    assert_eq!(phase(&bench), Phase::Established);
}

#[test]
fn a_guest_has_connected_without_a_registration() {
    let mut bench = Bench::with(ConferenceConfig::new("123456", "meet.example", false));
    bench.command(Command::Start);
    bench.forget();
    bench.agent(sip::AgentEvent::Connected { server: server() });
    let order = ["connection:connected", "connection:connected-with-configuration", "connection:connect-succeeded"];
    assert_eq!(bench.told("connection:"), order);
}

#[test]
fn a_disconnect_tells_its_steps_and_forgets_the_configuration() {
    let mut bench = Bench::registered();
    bench.command(Command::Stop);
    assert_eq!(phase(&bench), Phase::Disconnecting);
    bench.agent(sip::AgentEvent::Unregistered);
    bench.disconnect();
    let order = ["connection:disconnecting", "connection:unregistered", "connection:disconnected"];
    assert_eq!(bench.told("connection:"), order);
    assert!(bench.catalogue().any(|event| matches!(
        event,
        Named::ConnectionEvent(ConnectionEvent::Disconnected { error: false, code: None, .. })
    )));
    assert_eq!(phase(&bench), Phase::Idle);
    bench.forget();
    bench.agent(sip::AgentEvent::Connected { server: server() });
    assert_eq!(bench.told("connection:"), Vec::<&str>::new(), "a user agent at rest has nothing to say");
}

#[test]
fn a_disconnect_between_two_attempts_is_told_although_no_user_agent_runs_and_one_at_rest_is_not() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    fail_connect(&mut bench);
    bench.forget();
    bench.command(Command::Stop);
    assert_eq!(bench.told("connection:"), ["connection:disconnected"]);
    assert!(!bench.asked(&SipRequest::Stop));
    bench.forget();
    bench.command(Command::Stop);
    assert_eq!(bench.told("connection:"), Vec::<&str>::new());
}

#[test]
fn a_disconnect_in_the_middle_of_a_connect_fails_nothing() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connecting { server: server(), attempt: 1 });
    bench.command(Command::Stop);
    bench.disconnect();
    bench.pass(seconds(600));
    assert!(!bench.told("connection:").contains(&"connection:connect-failed"));
    assert_eq!(bench.client.status().connection, ConnectionState::Idle);
}

#[test]
fn a_user_agent_that_never_says_it_has_stopped_is_not_waited_for() {
    let mut bench = Bench::registered();
    bench.command(Command::Restart);
    bench.forget();
    bench.pass(seconds(5));
    assert!(bench.asked(&SipRequest::Start));
}

#[test]
fn a_handshake_that_fails_is_repeated_twice_and_then_the_limit_is_told() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    for tries in 1..=3 {
        refuse_flow(&mut bench);
        assert_eq!(bench.reconnects(), tries - 1);
        bench.pass(millis(600));
    }
    let told = bench.catalogue().find_map(|event| match event {
        Named::ConnectionEvent(ConnectionEvent::ConnectFailed(fault)) => Some(fault.message.clone()),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some("call limit (3) is reached"));
    assert_eq!(bench.reconnects(), 2);
}

#[test]
fn the_number_of_tries_can_be_set() {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.connect.tries = 1;
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    refuse_flow(&mut bench);
    assert!(bench.told("connection:").contains(&"connection:connect-failed"));
    assert_eq!(bench.reconnects(), 0);
}

#[test]
fn a_certificate_that_is_not_trusted_is_no_reason_to_try_at_once() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connecting { server: server(), attempt: 1 });
    let error = sip::FlowError::Certificate("expired".into());
    bench.agent(sip::AgentEvent::Disconnected { error, retry_in_ms: Some(6000) });
    assert!(bench.told("connection:").contains(&"connection:connect-failed"));
    assert_eq!(bench.reconnects(), 0);
}

#[test]
fn a_server_that_says_neither_yes_nor_no_has_failed_after_a_time() {
    let mut bench = Bench::new();
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connecting { server: server(), attempt: 1 });
    bench.agent(sip::AgentEvent::Connected { server: server() });
    bench.pass(seconds(46));
    assert!(bench.told("connection:").contains(&"connection:connect-failed"));
    assert!(bench.asked(&SipRequest::Stop));
}

#[test]
fn a_refused_registration_fails_the_connect_with_its_status() {
    for status in [403, 404, 480, 500, 503] {
        let mut bench = Bench::new();
        bench.command(Command::Start);
        bench.agent(sip::AgentEvent::Connected { server: server() });
        let failure = failed(sip::Cause::SipFailureCode, Some(status));
        bench.agent(sip::AgentEvent::RegistrationFailed { failure, retry_in_ms: Some(5000) });
        let told = bench.told("connection:");
        assert!(told.ends_with(&["connection:registrationFailed", "connection:connect-failed"]), "{status}: {told:?}");
        assert!(bench.catalogue().any(|event| matches!(
            event,
            Named::ConnectionEvent(ConnectionEvent::ConnectFailed(fault)) if fault.status == Some(status)
        )));
    }
}

#[test]
fn a_registration_is_asked_for_given_back_and_made_anew_on_a_standing_connection_only() {
    let mut bench = Bench::new();
    for command in [Command::Register, Command::Unregister, Command::TryRegister] {
        bench.command(command);
    }
    assert_eq!(requests(&bench), Vec::<&str>::new());

    let mut bench = Bench::registered();
    bench.command(Command::Unregister);
    bench.agent(sip::AgentEvent::Unregistered);
    assert_eq!((phase(&bench), bench.client.status().registered), (Phase::Connected, false));
    bench.command(Command::Register);
    bench.agent(sip::AgentEvent::Registered { expires: 300 });
    assert_eq!((phase(&bench), bench.client.status().registered), (Phase::Established, true));
    bench.command(Command::TryRegister);
    assert_eq!(requests(&bench), ["unregister", "register", "unregister", "register"]);
}

#[test]
fn a_guest_never_registers() {
    let mut bench = Bench::with(ConferenceConfig::new("123456", "meet.example", false));
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connected { server: server() });
    bench.command(Command::TryRegister);
    assert_eq!(requests(&bench), Vec::<&str>::new());
}

#[test]
fn each_connect_uses_the_server_and_the_account_of_its_own_answer() {
    let (mut bench, first) = asking();
    bench.give(Input::Parameters { id: first, outcome: Ok(Box::new(account("one", "a.example"))) });
    bench.connect();
    bench.command(Command::Restart);
    bench.disconnect();
    let second = bench.parameters_asked().filter(|id| *id != first).expect("asked again");
    bench.give(Input::Parameters { id: second, outcome: Ok(Box::new(account("two", "b.example"))) });
    let aors: Vec<_> = configured(&bench).iter().map(|config| config.endpoint.aor.as_str()).collect();
    assert_eq!(aors, ["sip:one@meet.example", "sip:two@meet.example"]);
    let hosts: Vec<_> = configured(&bench).iter().map(|config| format!("{:?}", config.servers)).collect();
    assert!(hosts[0].contains("a.example") && hosts[1].contains("b.example"), "{hosts:?}");
    bench.connect();
    let told = bench.catalogue().filter_map(|event| match event {
        Named::ConnectionEvent(ConnectionEvent::ConnectSucceeded(configuration)) => Some(configuration),
        _ => None,
    });
    let users: Vec<_> = told.map(|configuration| configuration.authorization_user.as_str()).collect();
    assert_eq!(users, ["one", "two"]);
}

#[test]
fn parameters_that_are_not_complete_fail_the_attempt_with_their_text() {
    let (mut bench, id) = asking();
    bench.give(Input::Parameters { id, outcome: Ok(Box::default()) });
    let told = bench.catalogue().find_map(|event| match event {
        Named::ConnectionEvent(ConnectionEvent::ConnectParametersResolveFailed(fault)) => Some(fault.message.clone()),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some("sipServerIp is required"));
    let order =
        ["connection:connect-started", "connection:connect-parameters-resolve-failed", "connection:connect-failed"];
    assert_eq!(bench.told("connection:"), order);
    assert!(!bench.asked(&SipRequest::Start));
}

#[test]
fn an_owner_that_never_answers_fails_the_attempt_and_is_asked_again() {
    let (mut bench, first) = asking();
    bench.pass(seconds(31));
    assert!(bench.told("connection:").contains(&"connection:connect-failed"));
    bench.pass(seconds(5));
    assert!(bench.parameters_asked().is_some_and(|id| id != first));
}

#[test]
fn an_answer_to_an_older_question_changes_nothing() {
    let (mut bench, first) = asking();
    bench.command(Command::Restart);
    let second = bench.parameters_asked().filter(|id| *id != first).expect("asked again");
    bench.give(Input::Parameters { id: first, outcome: Ok(Box::new(account("one", "a.example"))) });
    assert!(configured(&bench).is_empty() && !bench.asked(&SipRequest::Start));
    bench.give(Input::Parameters { id: second, outcome: Ok(Box::new(account("two", "a.example"))) });
    assert_eq!(configured(&bench).len(), 1);
}

#[test]
fn a_client_that_is_not_ready_tells_no_failed_connect() {
    let (mut bench, id) = asking();
    bench.give(Input::Parameters { id, outcome: Err(NoParameters::NotReady) });
    assert!(!bench.told("connection:").contains(&"connection:connect-failed"));
    bench.pass(seconds(600));
    assert_eq!(bench.parameters_asked(), Some(id), "nothing is tried until it is started again");
    bench.command(Command::Start);
    assert!(bench.parameters_asked().is_some_and(|second| second != id));
}

#[test]
fn every_connection_of_the_user_agent_tells_the_configuration_again() {
    let mut bench = Bench::registered();
    bench.disconnect();
    bench.connect();
    let order = [
        "connection:disconnected",
        "connection:connecting",
        "connection:connected",
        "connection:connected-with-configuration",
        "connection:registered",
    ];
    assert_eq!(bench.told("connection:"), order);
}
