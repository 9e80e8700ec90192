//! A worker with media that answers by itself, at a network with a registrar.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test helper"
)]
#![allow(clippy::needless_pass_by_value, reason = "json!() is written in the call")]

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use roombox_sip::api::{self, Command as Sip, Event, FlowId, FlowInput, SessionId};
use roombox_sip::endpoint;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Node, Side, VirtualNetwork};
use roombox_sip::worker::{Command, Input, MediaRequest, Output, Refusal, Worker, WorkerStatus};
use serde_json::{Value, json};

use crate::common::{self, Registrar};

pub const UNIX_MS: u64 = 1_700_000_000_000;

/// The worker and its owner: media that makes and takes any description.
#[derive(Debug)]
pub struct Desk {
    pub worker: Worker,
    pub answers_mute: bool,
    /// Media cannot make a description.
    pub broken: bool,
    /// The test gives descriptions itself.
    pub patient: bool,
    pub last_flow: Option<FlowId>,
    events: Vec<Value>,
    media: Vec<(String, MediaRequest)>,
    outputs: VecDeque<api::Output>,
    refusals: Vec<Refusal>,
}

impl Desk {
    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.worker.poll_output() {
            match output {
                Output::Event(event) => self.events.push(serde_json::to_value(&event).unwrap()),
                Output::Network(output) => {
                    if let api::Output::OpenFlow { flow, .. } = &output {
                        self.last_flow = Some(*flow);
                    }
                    self.outputs.push_back(output);
                }
                Output::Refused(refusal) => self.refusals.push(refusal),
                Output::Media { session_id, request } => {
                    self.media.push((session_id.clone(), request.clone()));
                    if let Some(input) = self.reaction(session_id, &request) {
                        self.worker.handle_input(now, input);
                    }
                }
            }
        }
    }

    fn reaction(&self, session_id: String, request: &MediaRequest) -> Option<Input> {
        let description = if self.broken { Err("no camera".into()) } else { Ok(sdp()) };
        match request {
            MediaRequest::Offer { .. } | MediaRequest::Answer { .. } if !self.patient => {
                Some(Input::Description { session_id, description })
            }
            MediaRequest::Mute { muted } if self.answers_mute => Some(Input::Muted { session_id, muted: *muted }),
            _ => None,
        }
    }
}

pub fn sdp() -> String {
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n".into()
}

impl Machine for Desk {
    type Input = Input;
    type Output = api::Output;
    type Status = WorkerStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        self.worker.handle_input(now, input);
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.worker.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<api::Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.worker.next_deadline()
    }

    fn status(&self) -> WorkerStatus {
        self.worker.status()
    }
}

impl Node for Desk {
    fn flow_input(flow: FlowId, input: FlowInput) -> Input {
        Input::Flow { flow, input }
    }
}

/// A desk at its network.
pub struct Room {
    pub world: VirtualNetwork<Desk, Registrar>,
}

/// Logged in with this password, or refused.
pub fn room(seed: u64, password: &str) -> Room {
    let mut room = unregistered(seed);
    room.init(json!({"password": password}));
    room.tell(Command::Login);
    room.run(Duration::from_secs(1));
    room
}

/// With all settings, not logged in.
pub fn unregistered(seed: u64) -> Room {
    let mut room = empty(seed);
    room.init(json!({
        "uri": "sip:room@lab.example", "password": "secret", "sipWorkerid": "desk-1",
        "sipServer": ["wss://lab.example:5062/webrtc/wss/"], "sipIce": [{"urls": "stun:init"}],
    }));
    room
}

/// Without settings.
pub fn empty(seed: u64) -> Room {
    let start = Instant::now();
    let desk = Desk {
        worker: Worker::new(start, UNIX_MS, seed),
        answers_mute: true,
        broken: false,
        patient: false,
        last_flow: None,
        events: vec![],
        media: vec![],
        outputs: VecDeque::new(),
        refusals: vec![],
    };
    Room { world: VirtualNetwork::new(start, seed, vec![desk], Registrar::new(seed + 1)) }
}

/// The data of the events of this name.
pub fn named<'a>(events: &'a [Value], name: &'a str) -> impl Iterator<Item = &'a Value> {
    events.iter().filter(move |event| event["name"] == name).map(|event| &event["data"])
}

impl Room {
    pub fn desk(&mut self) -> &mut Desk {
        &mut self.world.clients[0]
    }

    pub fn worker(&mut self) -> &Worker {
        &self.desk().worker
    }

    pub fn input(&mut self, input: Input) {
        self.world.tell_client(0, input);
    }

    pub fn tell(&mut self, command: Command) {
        self.input(Input::Command(command));
    }

    pub fn init(&mut self, settings: Value) {
        self.tell(serde_json::from_value(json!({"cmd": "INIT", "data": settings})).unwrap());
    }

    pub fn call(&mut self, target: &str, options: Value) {
        let wire = json!({"cmd": "CALL", "data": {"target": target, "options": options}});
        self.tell(serde_json::from_value(wire).unwrap());
    }

    pub fn server(&mut self, command: Sip) {
        self.world.tell_server(endpoint::Input::Command(command));
    }

    pub fn run(&mut self, time: Duration) {
        self.world.run_for(time);
    }

    /// The events since the last call, as JSON.
    pub fn take(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.desk().events)
    }

    /// The names of the events so far.
    pub fn names(&mut self) -> Vec<String> {
        self.desk().events.iter().map(|event| event["name"].as_str().unwrap().to_string()).collect()
    }

    /// The data of the first event of this name.
    pub fn event(&mut self, name: &str) -> Value {
        named(&self.desk().events, name).next().cloned().unwrap_or_else(|| panic!("no {name}"))
    }

    pub fn refusals(&mut self) -> Vec<Refusal> {
        std::mem::take(&mut self.desk().refusals)
    }

    pub fn all_media(&mut self) -> Vec<(String, MediaRequest)> {
        self.desk().media.clone()
    }

    /// What media was asked for in a session.
    pub fn media(&mut self, id: &str) -> Vec<MediaRequest> {
        self.all_media().into_iter().filter(|(session, _)| session == id).map(|(_, request)| request).collect()
    }

    pub fn only_session(&mut self) -> String {
        let sessions = self.worker().status().sessions;
        assert_eq!(sessions.len(), 1);
        sessions.into_keys().next().unwrap()
    }

    /// The call that reaches the server.
    pub fn incoming(&mut self) -> SessionId {
        let found =
            self.world.run_to(common::LONG, |side, e| side == Side::Server && matches!(e, Event::Incoming { .. }));
        common::incoming(&found.unwrap_or_else(|| panic!("no call:\n{}", self.world.trace())).1)
    }

    /// Calls, is answered; gives the id of the session.
    pub fn established(&mut self, target: &str) -> String {
        let before = self.worker().status().sessions;
        self.call(target, json!({}));
        let session = self.incoming();
        self.server(Sip::Accept { session, body: Some(api::Body::sdp(&sdp())), headers: vec![] });
        self.run(Duration::from_secs(1));
        self.worker().status().sessions.into_keys().find(|id| !before.contains_key(id)).unwrap()
    }

    /// Where the registrar would reach the desk.
    pub fn contact(&mut self) -> String {
        let trace = self.world.trace();
        let at = trace.rfind("Contact: <").unwrap() + "Contact: <".len();
        trace[at..].split('>').next().unwrap().to_string()
    }

    /// The server calls the desk.
    pub fn ring(&mut self) -> SessionId {
        let session = SessionId(1);
        let target = self.contact();
        self.server(Sip::invite(session, target, api::Body::sdp("offer of the server"), vec![]));
        self.run(Duration::from_secs(1));
        session
    }
}
