//! A stateless proxy (RFC 3261 section 16.11) between boxes, so that they can call each other.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use super::{Command, Event, LONG, SessionId, incoming, sdp};
use roombox_sip::agent::{self, AgentConfig, UserAgent};
use roombox_sip::api::{FlowId, FlowInput, Output, RequestId, ServerTarget, Transport};
use roombox_sip::endpoint::{self, EndpointConfig};
use roombox_sip::machine::Machine;
use roombox_sip::message::framing::Framing;
use roombox_sip::message::parse::parse;
use roombox_sip::message::uri::SipUri;
use roombox_sip::message::{Headers, Message, Request, Response};
use roombox_sip::virtual_network::{Node, Side, VirtualNetwork};

/// Passes requests on to the user they name and responses back the way they came.
#[derive(Debug, Default)]
pub struct Relay {
    outputs: VecDeque<Output>,
    users: BTreeMap<String, FlowId>,
}

fn user(uri: &str) -> Option<String> {
    SipUri::parse(uri).ok()?.user
}

impl Relay {
    fn request(&mut self, from: FlowId, mut request: Request) {
        let caller = request.headers.address("From").ok().and_then(|from| user(&from.uri));
        self.users.insert(caller.expect("every phone has a name"), from);
        let Some(to) = user(&request.uri).and_then(|user| self.users.get(&user).copied()) else {
            let status = if request.method == "OPTIONS" { 200 } else { 404 };
            let bytes = Response::to(&request, status, None, Some("relay")).to_bytes();
            return self.outputs.push_back(Output::Send { flow: from, bytes });
        };
        let branch = request.headers.top_via().ok().and_then(|via| via.branch().map(String::from));
        let via = format!("SIP/2.0/WSS relay.invalid;branch={}r;flow={}", branch.expect("branch"), from.0);
        request.headers.push_front("Via", via);
        self.outputs.push_back(Output::Send { flow: to, bytes: request.to_bytes() });
    }

    fn response(&mut self, mut response: Response) {
        let via = response.headers.top_via().expect("our Via");
        let flow = FlowId(via.params.get("flow").and_then(|flow| flow.parse().ok()).expect("our flow"));
        let mut headers = Headers::default();
        let at = response.headers.lines().iter().position(|line| line.name == "Via");
        for (_, line) in response.headers.lines().iter().enumerate().filter(|(n, _)| Some(*n) != at) {
            headers.push(line.name, line.value);
        }
        response.headers = headers;
        self.outputs.push_back(Output::Send { flow, bytes: response.to_bytes() });
    }
}

impl Machine for Relay {
    type Input = endpoint::Input;
    type Output = Output;
    type Status = ();

    fn handle_input(&mut self, _: Instant, input: endpoint::Input) {
        let endpoint::Input::Flow { flow, input: FlowInput::Received(bytes) } = input else { return };
        match parse(&bytes, Framing::from(Transport::Wss)).map(|parsed| parsed.message) {
            Ok(Message::Request(request)) => self.request(flow, request),
            Ok(Message::Response(response)) => self.response(response),
            Err(_) => {}
        }
    }

    fn handle_timeout(&mut self, _: Instant) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }

    fn status(&self) {}
}

impl Node for Relay {
    fn flow_input(flow: FlowId, input: FlowInput) -> endpoint::Input {
        endpoint::Input::Flow { flow, input }
    }
}

pub type Phones = VirtualNetwork<UserAgent, Relay>;

pub const ALICE: usize = 0;
pub const BOB: usize = 1;
pub const CAROL: usize = 2;
const NAMES: [&str; 3] = ["alice", "bob", "carol"];

fn phone(name: &str, seed: u64) -> UserAgent {
    let mut endpoint = EndpointConfig::client(format!("sip:{name}@lab.example"));
    endpoint.contact_user = Some(name.into());
    let server = ServerTarget {
        transport: Transport::Wss,
        host: "lab.example".into(),
        port: 5062,
        path: "/".into(),
        server_name: None,
    };
    UserAgent::new(AgentConfig::new(endpoint, vec![server]), seed)
}

/// Three boxes that can call each other.
#[allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]
pub fn phones(seed: u64) -> Phones {
    let clients = NAMES.iter().zip(seed..).map(|(name, seed)| phone(name, seed)).collect();
    let mut phones = VirtualNetwork::new(Instant::now(), seed, clients, Relay::default());
    for who in [ALICE, BOB, CAROL] {
        phones.tell_client(who, agent::Input::Start);
        expect(&mut phones, who, |e| matches!(e, Event::Agent(roombox_sip::api::AgentEvent::Connected { .. })));
        let (method, target) = ("OPTIONS".into(), "sip:lab.example".into());
        let hello = Command::Request { request: RequestId(99), method, target, headers: vec![], body: None };
        tell(&mut phones, who, hello);
        expect(&mut phones, who, |e| matches!(e, Event::Response { .. }));
    }
    phones
}

pub fn tell(phones: &mut Phones, who: usize, command: Command) {
    phones.tell_client(who, agent::Input::Command(command));
}

/// The event that comes, or the trace of why it did not.
pub fn expect(phones: &mut Phones, who: usize, wanted: impl Fn(&Event) -> bool) -> Event {
    match phones.run_to(LONG, |side, event| side == Side::Client(who) && wanted(event)) {
        Some((_, event)) => event,
        None => panic!("event did not come:\n{}", phones.trace()),
    }
}

/// One calls another, who answers; gives the session of the other.
pub fn connect(phones: &mut Phones, caller: usize, session: SessionId, answerer: usize) -> SessionId {
    let target = format!("sip:{}@lab.example", NAMES[answerer]);
    tell(phones, caller, Command::invite(session, target, sdp("offer"), vec![]));
    let theirs = incoming(&expect(phones, answerer, |e| matches!(e, Event::Incoming { .. })));
    tell(phones, answerer, Command::Accept { session: theirs, body: Some(sdp("answer")), headers: vec![] });
    expect(phones, caller, |e| matches!(e, Event::Confirmed { .. }));
    expect(phones, answerer, |e| matches!(e, Event::Confirmed { .. }));
    theirs
}

/// Nothing is left of any call: no session, transfer or transaction, and what was told fits.
pub fn assert_quiet(phones: &mut Phones) {
    phones.run_for(LONG);
    for client in &phones.clients {
        let status = client.status().endpoint;
        assert_eq!((status.sessions.len(), status.refers), (0, 0), "{}", phones.trace());
    }
}
