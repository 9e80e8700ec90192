//! Registration, refusals and faults, seen by a real user agent over real sockets.
#![allow(clippy::disallowed_methods, reason = "the tests own time and tasks")]

mod common;

use std::time::Duration;

use common::{Client, TestLab, config};
use roombox_lab::{Lab, LabConfig, LabEvent, LabTls};
use roombox_sip::agent::Input;
use roombox_sip::api::{AgentEvent, Event};
use tokio::sync::mpsc::unbounded_channel;

#[tokio::test]
async fn a_user_registers_over_wss_and_takes_it_back() {
    let mut lab = TestLab::start(LabConfig { tls: LabTls::Own, ..config() }).await;
    let mut client = Client::new(&lab, "a", Some("secret"));
    client.registered().await;
    let registered = |event: &LabEvent| matches!(event, LabEvent::Registered { user, expires: 300 } if user == "a");
    lab.until("the registration", |event| registered(event).then_some(())).await;
    client.input(Input::Unregister);
    client.until("the end", |event| matches!(event, Event::Agent(AgentEvent::Unregistered)).then_some(())).await;
    let gone = |event: &LabEvent| matches!(event, LabEvent::Unregistered { reason, .. } if reason == "asked");
    lab.until("the end of the registration", |event| gone(event).then_some(())).await;
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let mut lab = TestLab::start(config()).await;
    let mut client = Client::new(&lab, "a", Some("guess"));
    let failed = |event: &Event| match event {
        Event::Agent(AgentEvent::RegistrationFailed { failure, retry_in_ms: None }) => Some(failure.status),
        _ => None,
    };
    assert_eq!(client.until("the refusal", failed).await, Some(401));
    lab.until("the refusal", |event| {
        matches!(event, LabEvent::Refused { user, method, status: 401 } if user == "a" && method == "REGISTER")
            .then_some(())
    })
    .await;
}

#[tokio::test]
async fn a_lost_connection_ends_the_registration_and_the_client_comes_back() {
    let mut lab = TestLab::start(config()).await;
    let mut client = Client::new(&lab, "a", Some("secret"));
    client.registered().await;
    lab.handle.drop_connections();
    lab.until("the lost registration", |event| {
        matches!(event, LabEvent::Unregistered { reason, .. } if reason == "connection-lost").then_some(())
    })
    .await;
    client.registered().await;
}

#[tokio::test]
async fn a_lab_that_died_starts_again_on_its_port_at_once() {
    let lab = TestLab::start(config()).await;
    let mut client = Client::new(&lab, "a", Some("secret"));
    client.registered().await;
    let address = lab.handle.addr();
    lab.handle.stop().await;
    client
        .until("the loss", |event| matches!(event, Event::Agent(AgentEvent::Disconnected { .. })).then_some(()))
        .await;
    let _again = TestLab::start(LabConfig { listen: address, ..config() }).await;
    client.registered().await;
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let lab = TestLab::start(config()).await;
    let (sender, _events) = unbounded_channel();
    let again = LabConfig { listen: lab.handle.addr(), ..config() };
    let error = Lab::start(again, sender).await.expect_err("the port is taken");
    assert!(error.to_string().contains(&lab.handle.addr().to_string()), "{error}");
}

#[tokio::test]
async fn faults_answer_as_asked() {
    let lab = TestLab::start(LabConfig { faults: "register=503".parse().expect("known"), ..config() }).await;
    let mut client = Client::new(&lab, "a", Some("secret"));
    let status = client
        .until("the refusal", |event| match event {
            Event::Agent(AgentEvent::RegistrationFailed { failure, .. }) => Some(failure.status),
            _ => None,
        })
        .await;
    assert_eq!(status, Some(503));
    lab.handle.set_faults("expires=60,delay=20ms,invite=486".parse().expect("known"));
    client.input(Input::Register);
    let granted = client
        .until("the registration", |event| match event {
            Event::Agent(AgentEvent::Registered { expires }) => Some(*expires),
            _ => None,
        })
        .await;
    assert!((59..=60).contains(&granted), "{granted}");
    client.call("1000", "v=0\r\n");
    assert_eq!(client.refused().await, Some(486));
}

#[tokio::test]
async fn a_silent_lab_takes_connections_and_says_nothing() {
    let lab = TestLab::start(LabConfig { faults: "silent".parse().expect("known"), ..config() }).await;
    let mut client = Client::new(&lab, "a", Some("secret"));
    client.connected().await;
    let anything = client.until("nothing", |event| {
        matches!(event, Event::Agent(AgentEvent::Registered { .. } | AgentEvent::RegistrationFailed { .. }))
            .then_some(())
    });
    assert!(tokio::time::timeout(Duration::from_millis(500), anything).await.is_err());
}
