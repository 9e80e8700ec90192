//! Registration, and the connection under it.

mod common;

use std::time::Duration;

use common::*;
use roombox_sip::agent::{self, ConnectionState, RegistrationState};
use roombox_sip::api::{AgentEvent, Cause, Command, Event, FlowError, Server, ServerTarget, Transport};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Faults, Side};

fn is_registered(event: &Event) -> bool {
    matches!(event, Event::Agent(AgentEvent::Registered { .. }))
}

#[test]
fn registering_answers_the_challenge_once() {
    let world = registered(1, Transport::Wss);
    assert_eq!(world.server.registers, 2);
    let trace = world.trace();
    assert!(trace.contains("REGISTER sip:lab.example SIP/2.0"));
    assert!(trace.contains("SIP/2.0/WSS ") && trace.contains(".invalid;branch=z9hG4bK"));
    assert!(trace.contains(";transport=ws>;reg-id=1;+sip.instance="));
    assert_eq!(world.clients[0].status().registration, RegistrationState::Registered);
}

#[test]
fn a_registration_is_refreshed_before_its_end_with_the_same_nonce() {
    let mut world = registered(2, Transport::Wss);
    world.run_for(Duration::from_secs(290));
    assert!(world.server.registers >= 3);
    assert!(world.trace().contains("nc=00000002"));
    world.run_for(Duration::from_hours(1));
    let all_went_well = world.take_events().iter().all(|(_, e)| !matches!(e, Event::Agent(_)));
    assert!(all_went_well, "refreshes are silent");
    assert_eq!(world.clients[0].status().registration, RegistrationState::Registered);
}

#[test]
fn an_interval_too_brief_is_raised_to_what_the_server_wants() {
    let mut world = world_of(3, config(Transport::Wss, "secret"));
    (world.server.min_expires, world.server.expires) = (600, 900);
    world.tell_client(0, agent::Input::Start);
    let event = wait(&mut world, A, is_registered);
    assert!(matches!(event, Event::Agent(AgentEvent::Registered { expires: 600 })));
}

#[test]
fn a_wrong_password_is_sent_once_and_waits_for_a_person() {
    let mut world = world_of(4, config(Transport::Wss, "wrong"));
    world.tell_client(0, agent::Input::Start);
    let event = wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::RegistrationFailed { .. })));
    let Event::Agent(AgentEvent::RegistrationFailed { failure, retry_in_ms }) = event else { unreachable!() };
    assert_eq!((failure.cause, retry_in_ms), (Cause::AuthenticationError, None));
    world.cut();
    world.run_for(Duration::from_hours(1));
    assert_eq!(world.server.registers, 2, "not even after a reconnect");
    assert_eq!(world.clients[0].status().registration, RegistrationState::NeedsPerson);
    assert_eq!(world.clients[0].status().connection, ConnectionState::Connected);
    world.tell_client(0, agent::Input::Register);
    world.run_for(Duration::from_secs(10));
    assert!(world.server.registers > 2, "a person may ask for it again");
}

#[test]
fn a_server_that_asks_for_patience_gets_it() {
    let mut world = world_of(5, config(Transport::Wss, "secret"));
    world.server.unavailable = Some(60);
    world.tell_client(0, agent::Input::Start);
    let event = wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::RegistrationFailed { .. })));
    assert!(matches!(event, Event::Agent(AgentEvent::RegistrationFailed { retry_in_ms: Some(60_000..=65_000), .. })));
    world.run_for(Duration::from_secs(59));
    assert_eq!(world.server.registers, 1);
    wait(&mut world, A, is_registered);
}

#[test]
fn stopping_unregisters_and_disconnects() {
    let mut world = registered(6, Transport::Wss);
    world.tell_client(0, agent::Input::Stop);
    wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::Unregistered)));
    let event = wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::Disconnected { .. })));
    assert!(matches!(event, Event::Agent(AgentEvent::Disconnected { retry_in_ms: None, .. })));
    world.run_for(Duration::from_hours(1));
    let stopped = agent::AgentStatus { registerer: agent::RegistererState::Terminated, ..Default::default() };
    assert_eq!(world.clients[0].status(), stopped);
    assert_eq!(world.server.status().flows, 0);
    assert_eq!(world.clients[0].next_deadline(), None);
}

#[test]
fn stopping_in_a_call_ends_it() {
    let mut world = registered(7, Transport::Wss);
    established(&mut world);
    world.tell_client(0, agent::Input::Stop);
    assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).cause, Cause::Bye);
    world.run_for(Duration::from_secs(3));
    assert_eq!(world.clients[0].status().connection, ConnectionState::Stopped);
}

#[test]
fn a_guest_calls_without_registering() {
    let mut config = config(Transport::Wss, "secret");
    config.registration = None;
    let mut world = world_of(8, config);
    world.tell_client(0, agent::Input::Start);
    wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::Connected { .. })));
    established(&mut world);
    assert_eq!(world.server.registers, 0);
}

#[test]
fn a_lost_connection_comes_back_within_the_recovery_time() {
    for seed in 0..20 {
        let mut world = registered(seed, Transport::Wss);
        let before = world.now();
        world.cut();
        wait(&mut world, A, |e| {
            matches!(e, Event::Agent(AgentEvent::Disconnected { retry_in_ms: Some(2000..=2500), .. }))
        });
        wait(&mut world, A, is_registered);
        assert!(world.now() - before < Duration::from_secs(3));
    }
}

#[test]
fn a_server_that_is_down_is_tried_for_ever_within_the_limits() {
    let mut world = registered(9, Transport::Wss);
    world.faults.refused = true;
    world.cut();
    world.run_for(Duration::from_mins(10));
    let waits: Vec<u64> = world
        .take_events()
        .into_iter()
        .filter_map(|(_, e)| match e {
            Event::Agent(AgentEvent::Disconnected { retry_in_ms, .. }) => retry_in_ms,
            _ => None,
        })
        .collect();
    assert!(waits.len() > 80 && waits.iter().all(|w| (2000..=6500).contains(w)), "{waits:?}");
    world.faults = Faults::NONE;
    wait(&mut world, A, is_registered);
}

#[test]
fn a_connection_that_went_silent_is_replaced_within_half_a_minute() {
    let mut world = registered(10, Transport::Wss);
    world.run_for(Duration::from_secs(100));
    let before = world.now();
    world.faults.silent = true;
    let event = wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::Disconnected { .. })));
    assert!(matches!(event, Event::Agent(AgentEvent::Disconnected { error: FlowError::Timeout(_), .. })));
    assert!(world.now() - before <= Duration::from_secs(30));
    world.faults = Faults::NONE;
    wait(&mut world, A, is_registered);
}

#[test]
fn a_quiet_connection_is_kept_alive() {
    let mut world = registered(11, Transport::Wss);
    world.run_for(Duration::from_hours(1));
    assert!(world.take_events().iter().all(|(_, e)| !matches!(e, Event::Agent(AgentEvent::Disconnected { .. }))));
}

#[test]
fn an_established_call_survives_a_short_loss_of_the_connection() {
    let mut world = registered(12, Transport::Wss);
    let theirs = established(&mut world);
    world.cut();
    wait(&mut world, A, is_registered);
    world.run_for(Duration::from_mins(1));
    assert_eq!(world.clients[0].status().endpoint.sessions, [OUT]);
    client(&mut world, Command::Reinvite { session: OUT, body: sdp("again"), headers: vec![] });
    wait(&mut world, Side::Server, |e| matches!(e, Event::Offer { .. }));
    server(&mut world, Command::AnswerOffer { session: theirs, answer: Ok(sdp("ok")) });
    wait(&mut world, A, |e| matches!(e, Event::OfferAnswered { .. }));
}

#[test]
fn a_call_that_rings_does_not_survive_the_loss_of_the_connection() {
    let mut world = registered(13, Transport::Wss);
    invite(&mut world);
    world.cut();
    assert_eq!(ended(&wait(&mut world, Side::Server, is_ended)).cause, Cause::ConnectionError);
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::ConnectionError);
}

#[test]
fn a_call_ends_when_no_connection_comes_back() {
    let mut world = registered(14, Transport::Wss);
    established(&mut world);
    world.faults.refused = true;
    world.cut();
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::ConnectionError);
}

#[test]
fn a_restarted_server_says_that_it_lost_the_call() {
    let mut world = registered(15, Transport::Wss);
    established(&mut world);
    world.replace_server(Registrar::new(400));
    wait(&mut world, A, is_registered);
    assert_eq!(ended(&wait(&mut world, A, is_ended)).cause, Cause::DialogError);
}

#[test]
fn the_servers_are_tried_in_their_order() {
    let mut config = config(Transport::Wss, "secret");
    let Server::At(first) = config.servers[0].clone() else { panic!("a known place") };
    config.servers.push(Server::At(ServerTarget { host: "second.example".into(), ..first }));
    let mut world = world_of(16, config);
    world.faults.refused = true;
    world.tell_client(0, agent::Input::Start);
    world.run_for(Duration::from_secs(20));
    let hosts: Vec<String> = world
        .take_events()
        .into_iter()
        .filter_map(|(_, e)| match e {
            Event::Agent(AgentEvent::Connecting { server, .. }) => Some(server.host),
            _ => None,
        })
        .take(3)
        .collect();
    assert_eq!(hosts, ["lab.example", "second.example", "lab.example"]);
}

#[test]
fn asking_to_reconnect_does_so_at_once() {
    let mut world = registered(17, Transport::Wss);
    let before = world.now();
    world.tell_client(0, agent::Input::Reconnect);
    wait(&mut world, A, is_registered);
    assert!(world.now() - before < Duration::from_secs(1));
    assert_eq!(world.server.status().flows, 1);
}

#[test]
fn a_stream_that_cannot_be_followed_is_replaced() {
    let mut world = registered(18, Transport::Tcp);
    let bytes = "OPTIONS sip:room@lab.example SIP/2.0\r\nVia: SIP/2.0/TCP h\r\nContent-Length: many\r\n\r\n".into();
    let input = roombox_sip::api::FlowInput::Received(bytes);
    world.tell_client(0, agent::Input::Flow { flow: roombox_sip::api::FlowId(1), input });
    wait(&mut world, A, |e| matches!(e, Event::Agent(AgentEvent::Disconnected { retry_in_ms: Some(_), .. })));
    wait(&mut world, A, is_registered);
    assert_eq!(world.server.status().flows, 1);
}
