//! A registrar for tests, and a world of boxes around it.
#![allow(dead_code, unreachable_pub, missing_docs, reason = "each test file uses its own part")]
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

pub mod guard;
pub mod relay;
pub mod wire;

use std::time::{Duration, Instant};

use roombox_sip::agent::{self, AgentConfig, RegistrationConfig, UserAgent};
use roombox_sip::api::{
    AgentEvent, Body, Command, Event, FlowId, FlowInput, HeaderLine, Output, ServerTarget, SessionId, Transport,
};
use roombox_sip::digest::Verifier;
use roombox_sip::digest::server::Asked;
use roombox_sip::endpoint::{self, Credentials, Endpoint, EndpointConfig, EndpointStatus};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Node, Side, VirtualNetwork};

pub mod bench;

pub const LONG: Duration = Duration::from_mins(2);
pub const A: Side = Side::Client(0);
pub const OUT: SessionId = SessionId(1);

/// A server that answers REGISTER by itself and leaves everything else to the test.
#[derive(Debug)]
pub struct Registrar {
    pub endpoint: Endpoint,
    pub expires: u32,
    /// Refuses shorter ones with 423.
    pub min_expires: u32,
    /// Answers REGISTER with this and Retry-After.
    pub unavailable: Option<u32>,
    pub registers: u32,
    /// Does not answer REGISTER.
    pub deaf: bool,
    outputs: std::collections::VecDeque<Output>,
    verifier: Verifier,
}

impl Registrar {
    pub fn new(seed: u64) -> Self {
        Self {
            endpoint: Endpoint::new(EndpointConfig::server("sip:lab@lab.example", "127.0.0.1:5062"), seed),
            expires: 300,
            min_expires: 0,
            unavailable: None,
            registers: 0,
            deaf: false,
            outputs: std::collections::VecDeque::new(),
            verifier: Verifier::new("lab", seed),
        }
    }

    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::Event(Event::Request { request, method, headers, .. }) if method == "REGISTER" => {
                    self.registers += 1;
                    let (status, headers) = self.answer(now, &headers);
                    let command = Command::Respond { request, status, reason: None, headers, body: None };
                    self.endpoint.handle_input(now, endpoint::Input::Command(command));
                }
                other => self.outputs.push_back(other),
            }
        }
    }

    fn answer(&mut self, now: Instant, headers: &[HeaderLine]) -> (u16, Vec<HeaderLine>) {
        let get = |name: &str| headers.iter().find(|h| h.name.eq_ignore_ascii_case(name)).map(|h| h.value.clone());
        let line = |name: &str, value: String| HeaderLine::new(name, value);
        if let Some(seconds) = self.unavailable.take() {
            return (503, vec![line("Retry-After", seconds.to_string())]);
        }
        let asked = Asked { method: "REGISTER", uri: "sip:lab.example", body: b"" };
        let verified = self.verifier.verify(now, asked, &get("Authorization").unwrap_or_default(), login);
        if let Err(refusal) = verified {
            let stale = refusal == roombox_sip::digest::server::Refusal::Stale;
            let lines = self.verifier.challenge(now, stale);
            return (401, lines.into_iter().map(|value| line("WWW-Authenticate", value)).collect());
        }
        let asked: u32 = get("Expires").and_then(|e| e.parse().ok()).unwrap_or(3600);
        if asked > 0 && asked < self.min_expires {
            return (423, vec![line("Min-Expires", self.min_expires.to_string())]);
        }
        let contact = get("Contact").unwrap_or_default();
        let contact = contact.split(";expires=").next().unwrap_or_default();
        (200, vec![line("Contact", format!("{contact};expires={}", asked.min(self.expires)))])
    }
}

/// The one user there is.
pub fn login(user: &str) -> Option<Credentials> {
    (user == "room").then(|| Credentials { username: "room".into(), password: "secret".into() })
}

impl Machine for Registrar {
    type Input = endpoint::Input;
    type Output = Output;
    type Status = EndpointStatus;

    fn handle_input(&mut self, now: Instant, input: endpoint::Input) {
        let received = |input: &FlowInput| matches!(input, FlowInput::Received(b) if b.starts_with(b"REGISTER "));
        if self.deaf && matches!(&input, endpoint::Input::Flow { input, .. } if received(input)) {
            return;
        }
        self.endpoint.handle_input(now, input);
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.endpoint.next_deadline()
    }

    fn status(&self) -> EndpointStatus {
        self.endpoint.status()
    }
}

impl Node for Registrar {
    fn flow_input(flow: FlowId, input: FlowInput) -> endpoint::Input {
        endpoint::Input::Flow { flow, input }
    }
}

pub type World = VirtualNetwork<UserAgent, Registrar>;

pub fn config(transport: Transport, password: &str) -> AgentConfig {
    let mut endpoint = EndpointConfig::client("sip:room@lab.example");
    endpoint.credentials = Some(Credentials { username: "room".into(), password: password.into() });
    endpoint.instance_id = Some("urn:uuid:00000000-0000-4000-8000-000000000001".into());
    let server = ServerTarget::new(transport, "lab.example", 5062, "/webrtc/wss/");
    let mut config = AgentConfig::new(endpoint, vec![server]);
    config.registration = Some(RegistrationConfig::at("sip:lab.example"));
    config
}

pub fn world_of(seed: u64, config: AgentConfig) -> World {
    VirtualNetwork::new(Instant::now(), seed, vec![UserAgent::new(config, seed)], Registrar::new(seed + 1))
}

/// A registered box and its server.
pub fn registered(seed: u64, transport: Transport) -> World {
    let mut world = world_of(seed, config(transport, "secret"));
    start(&mut world);
    world
}

pub fn start(world: &mut World) {
    world.tell_client(0, agent::Input::Start);
    wait(world, A, |e| matches!(e, Event::Agent(AgentEvent::Registered { .. })));
}

/// The event that comes, or the trace of why it did not.
pub fn wait<S: Node>(world: &mut VirtualNetwork<UserAgent, S>, side: Side, wanted: impl Fn(&Event) -> bool) -> Event {
    match world.run_to(LONG, |s, e| s == side && wanted(e)) {
        Some((_, event)) => event,
        None => panic!("event did not come:\n{}", world.trace()),
    }
}

pub fn sdp(text: &str) -> Body {
    Body::sdp(text)
}

pub fn text(body: Option<&Body>) -> &str {
    body.and_then(Body::text).unwrap_or("")
}

pub fn client(world: &mut World, command: Command) {
    world.tell_client(0, agent::Input::Command(command));
}

pub fn server(world: &mut World, command: Command) {
    world.tell_server(endpoint::Input::Command(command));
}

pub fn invite(world: &mut World) -> SessionId {
    let body = sdp("offer");
    client(world, Command::invite(OUT, "sip:conf@lab.example", body, vec![]));
    incoming(&wait(world, Side::Server, |e| matches!(e, Event::Incoming { .. })))
}

pub fn incoming(event: &Event) -> SessionId {
    match event {
        Event::Incoming { session, .. } => *session,
        other => panic!("not a call: {other:?}"),
    }
}

/// The box calls the server; gives the server's session.
pub fn established(world: &mut World) -> SessionId {
    let theirs = invite(world);
    server(world, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    wait(world, A, |e| matches!(e, Event::Confirmed { .. }));
    wait(world, Side::Server, |e| matches!(e, Event::Confirmed { .. }));
    theirs
}

pub fn ended(event: &Event) -> &roombox_sip::api::Failure {
    match event {
        Event::Ended { failure, .. } => failure,
        other => panic!("not an end: {other:?}"),
    }
}

pub fn is_ended(event: &Event) -> bool {
    matches!(event, Event::Ended { .. })
}
