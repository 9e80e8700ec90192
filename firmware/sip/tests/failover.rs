//! Servers: order, lookups, failover and the way back; and the end of it all.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

mod common;

use std::time::Duration;

use common::bench::Bench;
use common::{config, sdp};
use roombox_sip::agent::{AgentConfig, ConnectionState, Input, RegistrationState};
use roombox_sip::api::{AgentEvent, Command, Event, FlowError, FlowInput, Server, ServerTarget, Transport};

fn at(host: &str) -> Server {
    Server::At(place(host))
}

fn place(host: &str) -> ServerTarget {
    ServerTarget::new(Transport::Tcp, host, 5060, "")
}

fn domain(name: &str) -> Server {
    Server::Domain { name: name.into(), transport: None, path: String::new() }
}

fn with_servers(servers: Vec<Server>) -> AgentConfig {
    AgentConfig { servers, ..config(Transport::Tcp, "secret") }
}

fn started(servers: Vec<Server>, seed: u64) -> Bench {
    let mut bench = Bench::new(with_servers(servers), seed);
    bench.tell(Input::Start);
    bench
}

fn located(bench: &mut Bench, places: Result<Vec<ServerTarget>, FlowError>) {
    let (locate, _) = bench.lookups.last().cloned().expect("a lookup");
    bench.tell(Input::Located { locate, places });
}

fn hosts(bench: &Bench) -> Vec<&str> {
    bench.opened.iter().map(|(_, server)| server.host.as_str()).collect()
}

#[test]
fn a_round_goes_on_at_once_and_a_new_one_waits() {
    let mut bench = started(vec![at("a"), at("b")], 1);
    bench.refuse();
    bench.pass(Duration::ZERO);
    assert_eq!(hosts(&bench), ["a", "b"]);
    bench.refuse();
    bench.pass(Duration::from_millis(1900));
    assert_eq!(hosts(&bench), ["a", "b"]);
    bench.pass(Duration::from_secs(5));
    assert_eq!(hosts(&bench)[..3], ["a", "b", "a"]);
}

#[test]
fn a_domain_is_looked_up_in_every_round_and_its_places_tried_in_order() {
    let mut bench = started(vec![domain("lab.example")], 2);
    assert_eq!(bench.lookups.len(), 1);
    located(&mut bench, Ok(vec![place("a"), place("b")]));
    bench.refuse();
    bench.pass(Duration::ZERO);
    bench.refuse();
    assert_eq!(hosts(&bench), ["a", "b"]);
    bench.pass(Duration::from_secs(7));
    assert_eq!(bench.lookups.len(), 2, "the answer may be another one now");
    located(&mut bench, Ok(vec![place("c")]));
    assert_eq!(bench.host(), "c");
}

#[test]
fn a_lookup_that_fails_or_never_ends_is_an_attempt_that_failed() {
    let mut bench = started(vec![domain("lab.example"), at("b")], 3);
    located(&mut bench, Err(FlowError::NameNotFound("lab.example".into())));
    bench.pass(Duration::ZERO);
    assert_eq!(bench.host(), "b", "the next server has its turn");
    bench.refuse();
    bench.pass(Duration::from_secs(5));
    assert_eq!(bench.lookups.len(), 2);
    let before = bench.opened.len();
    bench.pass(Duration::from_secs(10));
    assert_eq!(bench.opened.len(), before + 1, "ten seconds are enough for a lookup");
    located(&mut bench, Ok(vec![place("late")]));
    assert_ne!(bench.host(), "late", "an answer that comes too late is nobody's");
}

#[test]
fn a_registrar_that_cannot_is_left_for_the_next_and_not_asked_before_its_time() {
    let mut bench = started(vec![at("a"), at("b")], 4);
    bench.accept();
    let register = bench.register();
    bench.answer(&register, 503, &[("Retry-After", "600")]);
    assert_eq!(hosts(&bench), ["a", "b"]);
    bench.accept();
    let register = bench.register();
    bench.answer(&register, 503, &[("Retry-After", "300")]);
    assert_eq!(hosts(&bench), ["a", "b"], "both want to be left alone: no further move");
    bench.live(Duration::from_secs(299));
    assert!(bench.request("REGISTER").is_none());
    bench.live(Duration::from_secs(6));
    assert!(bench.request("REGISTER").is_some());
}

#[test]
fn a_call_is_not_moved_for_a_registrar_that_cannot() {
    let mut bench = started(vec![at("a"), at("b")], 5);
    bench.accept();
    let register = bench.register();
    bench.tell(Input::Command(Command::invite(common::OUT, "sip:c@lab.example", sdp("v=0"), vec![])));
    bench.answer(&register, 503, &[]);
    assert_eq!(hosts(&bench), ["a"]);
    assert_eq!(bench.status().connection, ConnectionState::Connected);
}

/// At the second server, because the first was down at the start.
fn at_second(seed: u64) -> Bench {
    let mut bench = started(vec![at("a"), at("b")], seed);
    bench.refuse();
    bench.pass(Duration::ZERO);
    bench.accept();
    let register = bench.register();
    bench.grant(&register, &[]);
    bench
}

/// Time passes at a server that answers.
fn idle(bench: &mut Bench, seconds: u64) {
    for _ in 0..seconds {
        bench.live(Duration::from_secs(1));
        if let Some(register) = bench.request("REGISTER") {
            bench.grant(&register, &[]);
        }
    }
}

#[test]
fn an_idle_box_goes_back_to_the_first_server_only_when_that_is_up() {
    let mut bench = at_second(6);
    idle(&mut bench, 603);
    assert_eq!(hosts(&bench), ["a", "b", "a"]);
    assert_eq!(bench.status().connection, ConnectionState::Connected, "beside the old one");
    bench.refuse();
    assert_eq!(bench.status().registration, RegistrationState::Registered);
    idle(&mut bench, 603);
    assert_eq!(hosts(&bench), ["a", "b", "a", "a"]);
    bench.accept();
    let register = bench.register();
    assert_eq!(register.0, bench.flow());
    bench.grant(&register, &[]);
    assert_eq!(bench.status().flows[0].server.as_ref().map(|s| s.host.as_str()), Some("a"));
    assert_eq!(bench.closed.len(), 1, "the old flow is let go");
    idle(&mut bench, 1300);
    assert_eq!(bench.opened.len(), 4, "there is no place like home");
}

#[test]
fn a_call_keeps_the_box_where_it_is() {
    let mut bench = at_second(7);
    bench.tell(Input::Command(Command::invite(common::OUT, "sip:c@lab.example", sdp("v=0"), vec![])));
    let invite = bench.request("INVITE").expect("sent");
    bench.answer(&invite, 180, &[]);
    let mut ok = roombox_sip::message::Response::to(&invite.1, 200, None, Some("server"));
    ok.headers.push("Contact", "<sip:c@lab.example>");
    ok.set_body(Some(&sdp("v=0")));
    bench.flow_input(invite.0, FlowInput::Received(ok.to_bytes()));
    idle(&mut bench, 900);
    assert_eq!(hosts(&bench), ["a", "b"]);
}

#[test]
fn a_call_that_another_server_may_take_says_so() {
    let mut bench = started(vec![at("a")], 8);
    bench.accept();
    let register = bench.register();
    bench.grant(&register, &[]);
    bench.tell(Input::Command(Command::invite(common::OUT, "sip:c@lab.example", sdp("v=0"), vec![])));
    let invite = bench.request("INVITE").expect("sent");
    bench.answer(&invite, 503, &[("Retry-After", "7")]);
    let ended = |bench: &mut Bench| {
        let found =
            bench.events.iter().find_map(|e| if let Event::Ended { failure, .. } = e { Some(failure) } else { None });
        found.cloned().expect("the call ended")
    };
    let failure = ended(&mut bench);
    assert!(failure.is_of_the_way() && failure.retry_after == Some(7));
    bench.events.clear();
    let again = roombox_sip::api::SessionId(2);
    bench.tell(Input::Command(Command::invite(again, "sip:c@lab.example", sdp("v=0"), vec![])));
    let flow = bench.flow();
    bench.flow_input(flow, FlowInput::Closed(FlowError::Closed("gone".into())));
    assert!(ended(&mut bench).is_of_the_way());
    assert!(!roombox_sip::api::Failure { status: Some(486), ..failure }.is_of_the_way());
}

#[test]
fn a_stop_does_not_wait_for_what_has_nothing_more_to_say() {
    let mut config = with_servers(vec![at("a")]);
    config.registration = None;
    let mut bench = Bench::connected(config, 9);
    bench.tell(Input::Command(Command::invite(common::OUT, "sip:c@lab.example", sdp("v=0"), vec![])));
    let invite = bench.request("INVITE").expect("sent");
    let mut ok = roombox_sip::message::Response::to(&invite.1, 200, None, Some("server"));
    ok.headers.push("Contact", "<sip:c@lab.example>");
    ok.set_body(Some(&sdp("v=0")));
    bench.flow_input(invite.0, FlowInput::Received(ok.to_bytes()));
    bench.tell(Input::Stop);
    assert_eq!(bench.status().connection, ConnectionState::Connected, "BYE waits for its answer");
    let bye = bench.request("BYE").expect("sent");
    bench.answer(&bye, 200, &[]);
    assert_eq!(bench.status().connection, ConnectionState::Stopped, "and nothing else does");
    assert!(matches!(bench.told().last(), Some(AgentEvent::Disconnected { retry_in_ms: None, .. })));
}

#[test]
fn a_stop_takes_two_seconds_at_most() {
    let mut bench = at_second(10);
    bench.tell(Input::Stop);
    bench.pass(Duration::from_millis(1999));
    assert_eq!(bench.status().connection, ConnectionState::Connected);
    bench.pass(Duration::from_millis(1));
    assert_eq!(bench.status().connection, ConnectionState::Stopped);
}
