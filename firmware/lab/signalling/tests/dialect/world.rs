//! A box (real user agent and conference client, media that answers by itself) and a lab, for the virtual network.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use roombox_conference::api::{self as conference, Command, MediaFact, MediaRequest, SipRequest};
use roombox_conference::catalogue::Snapshot;
use roombox_conference::{ConferenceClient, ConferenceConfig, ConferenceStatus};
use roombox_lab_signalling::{
    self as signalling, HttpAnswer, HttpRequest, LabEvent, MediaNews, Order, ParticipantStatus, Purpose, Rules,
    Signalling, SignallingConfig, SignallingStatus, Users,
};
use roombox_sip::agent::{self, AgentConfig, RegistrationConfig, UserAgent};
use roombox_sip::api::{FlowId, FlowInput, Output, ServerTarget, Transport};
use roombox_sip::endpoint::{Credentials, EndpointConfig};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Node, VirtualNetwork};

/// Descriptions nobody reads: media only pretends.
pub(crate) const OFFER: &str = "v=0\r\no=offer\r\n";
const ANSWER: &str = "v=0\r\no=answer\r\n";
/// The user of the box, and the room it calls.
pub(crate) const USER: &str = "room1";
pub(crate) const ROOM: &str = "Board";
const STEP: Duration = Duration::from_millis(10);
/// After this a test fails with what it waited for.
const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) enum BoxInput {
    Flow(FlowId, FlowInput),
    Command(Command),
    Http(conference::HttpId, conference::HttpResponse),
}

pub(crate) struct BoxNode {
    agent: UserAgent,
    client: ConferenceClient,
    events: Vec<conference::Event>,
    facts: BTreeMap<(Instant, usize), MediaFact>,
    number: usize,
    outputs: VecDeque<Output>,
    posts: Vec<conference::HttpRequest>,
    requests: Vec<MediaRequest>,
}

impl BoxNode {
    fn new(user: &str, seed: u64) -> Self {
        let mut endpoint = EndpointConfig::client(format!("sip:{user}@meet.example"));
        endpoint.credentials = Some(Credentials { username: user.into(), password: "secret".into() });
        let server = ServerTarget::new(Transport::Wss, "meet.example", 443, "/webrtc/wss/");
        let mut config = AgentConfig::new(endpoint, vec![server]);
        config.registration = Some(RegistrationConfig::at("sip:meet.example"));
        Self {
            agent: UserAgent::new(config, seed),
            client: ConferenceClient::new(ConferenceConfig::new(user, "meet.example", true), seed),
            events: Vec::new(),
            facts: BTreeMap::new(),
            number: 0,
            outputs: VecDeque::new(),
            posts: Vec::new(),
            requests: Vec::new(),
        }
    }

    fn settle(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.client.poll_output() {
                match output {
                    conference::Output::AskParameters { .. }
                    | conference::Output::Sip(SipRequest::Configure { .. } | SipRequest::Probe { .. }) => {}
                    conference::Output::Event(event) => self.events.push(event),
                    conference::Output::Http(request) => self.posts.push(request),
                    conference::Output::Media(request) => self.media(now, request),
                    conference::Output::Sip(request) => self.agent.handle_input(now, agent_input(request)),
                }
            } else if let Some(output) = self.agent.poll_output() {
                match output {
                    Output::Event(event) => self.client.handle_input(now, conference::Input::Sip(event)),
                    other => self.outputs.push_back(other),
                }
            } else {
                return;
            }
        }
    }

    fn media(&mut self, now: Instant, request: MediaRequest) {
        let call = request.call();
        let (wait, fact) = match &request {
            MediaRequest::CreateOffer { .. } => (20, Some(MediaFact::OfferReady { call, sdp: OFFER.into() })),
            MediaRequest::CreateAnswer { .. } => (20, Some(MediaFact::AnswerReady { call, sdp: ANSWER.into() })),
            MediaRequest::AcceptAnswer { .. } => {
                self.later(now + Duration::from_millis(200), MediaFact::Connected { call });
                (5, Some(MediaFact::AnswerAccepted { call }))
            }
            MediaRequest::AddPresentation { .. } => {
                (20, Some(MediaFact::PresentationReady { call, renegotiate: true }))
            }
            MediaRequest::CreateReceiveOffer { .. } => {
                (20, Some(MediaFact::ReceiveOfferReady { call, sdp: OFFER.into() }))
            }
            MediaRequest::AcceptReceiveAnswer { .. } => (100, Some(MediaFact::ReceiveRunning { call })),
            MediaRequest::SampleStatistics { .. } => {
                (5, Some(MediaFact::Statistics { call, took_ms: 5, entries: Vec::new() }))
            }
            _ => (0, None),
        };
        self.requests.push(request);
        if let Some(fact) = fact {
            self.later(now + Duration::from_millis(wait), fact);
        }
    }

    fn later(&mut self, at: Instant, fact: MediaFact) {
        self.number += 1;
        self.facts.insert((at, self.number), fact);
    }
}

fn agent_input(request: SipRequest) -> agent::Input {
    match request {
        SipRequest::Command(command) => agent::Input::Command(command),
        SipRequest::Reconnect => agent::Input::Reconnect,
        SipRequest::Register => agent::Input::Register,
        SipRequest::Start => agent::Input::Start,
        SipRequest::Stop => agent::Input::Stop,
        SipRequest::Unregister => agent::Input::Unregister,
        SipRequest::Configure { .. } | SipRequest::Probe { .. } => unreachable!("taken by the caller"),
    }
}

impl Machine for BoxNode {
    type Input = BoxInput;
    type Output = Output;
    type Status = ConferenceStatus;

    fn handle_input(&mut self, now: Instant, input: BoxInput) {
        match input {
            BoxInput::Flow(flow, input) => self.agent.handle_input(now, agent::Input::Flow { flow, input }),
            BoxInput::Command(command) => self.client.handle_input(now, conference::Input::Command(command)),
            BoxInput::Http(id, response) => {
                self.client.handle_input(now, conference::Input::Http { id, outcome: Ok(response) });
            }
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.facts.first_entry().filter(|entry| entry.key().0 <= now) {
            let fact = due.remove();
            self.client.handle_input(now, conference::Input::Media(fact));
            self.settle(now);
        }
        self.client.handle_timeout(now);
        self.agent.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let fact = self.facts.first_key_value().map(|((at, _), _)| *at);
        [fact, self.client.next_deadline(), self.agent.next_deadline()].into_iter().flatten().min()
    }

    fn status(&self) -> ConferenceStatus {
        self.client.status()
    }
}

impl Node for BoxNode {
    fn flow_input(flow: FlowId, input: FlowInput) -> BoxInput {
        BoxInput::Flow(flow, input)
    }
}

/// A lab whose media takes everything.
pub(crate) struct LabNode {
    answers: Vec<HttpAnswer>,
    events: Vec<LabEvent>,
    outputs: VecDeque<Output>,
    requests: Vec<signalling::MediaRequest>,
    signalling: Signalling,
}

impl LabNode {
    fn new(now: Instant, seed: u64, rules: Rules) -> Self {
        let users = Users::default().with(USER, "secret").with("room2", "secret");
        let config = SignallingConfig { address: "127.0.0.1:5062".into(), rules, users, ..Default::default() };
        let signalling = Signalling::new(config, now, seed);
        Self { answers: vec![], events: vec![], outputs: VecDeque::new(), requests: vec![], signalling }
    }

    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.signalling.poll_output() {
            match output {
                signalling::Output::Abort(flow) | signalling::Output::Close(flow) => {
                    self.outputs.push_back(Output::CloseFlow(flow));
                }
                signalling::Output::Event(event) => self.events.push(event),
                signalling::Output::Http(answer) => self.answers.push(answer),
                signalling::Output::Media(request) => self.media(now, request),
                signalling::Output::Send { flow, bytes } => self.outputs.push_back(Output::Send { flow, bytes }),
            }
        }
    }

    fn media(&mut self, now: Instant, request: signalling::MediaRequest) {
        use signalling::MediaRequest as Request;
        let described = match &request {
            Request::Accept { call, .. } => Some((*call, Purpose::Done, "")),
            Request::Content { call, shown: true } | Request::Offer { call, .. } => {
                Some((*call, Purpose::Offer, OFFER))
            }
            Request::Describe { call, .. } => Some((*call, Purpose::Answer, ANSWER)),
            Request::Enter { call, .. } => Some((*call, Purpose::Accept, ANSWER)),
            Request::Watch { call, request, .. } => Some((*call, Purpose::Watch(*request), ANSWER)),
            _ => None,
        };
        self.requests.push(request);
        if let Some((call, purpose, text)) = described {
            let news = MediaNews::Described { purpose, result: Ok(text.into()) };
            self.signalling.handle_input(now, signalling::Input::Media { call, news });
        }
    }
}

impl Machine for LabNode {
    type Input = signalling::Input;
    type Output = Output;
    type Status = SignallingStatus;

    fn handle_input(&mut self, now: Instant, input: signalling::Input) {
        self.signalling.handle_input(now, input);
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.signalling.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        self.signalling.next_deadline()
    }

    fn status(&self) -> SignallingStatus {
        self.signalling.status()
    }
}

impl Node for LabNode {
    fn flow_input(flow: FlowId, input: FlowInput) -> signalling::Input {
        signalling::Input::Flow { flow, input }
    }
}

/// Boxes and the lab.
pub(crate) struct World {
    pub(crate) network: VirtualNetwork<BoxNode, LabNode>,
    posted: BTreeMap<u64, (usize, conference::HttpId)>,
}

impl World {
    /// So many boxes, each told to call [`ROOM`].
    pub(crate) fn new(boxes: usize, rules: Rules) -> Self {
        let now = Instant::now();
        let nodes = (1..=boxes).map(|number| BoxNode::new(&format!("room{number}"), number as u64)).collect();
        let mut world =
            Self { network: VirtualNetwork::new(now, 1, nodes, LabNode::new(now, 9, rules)), posted: BTreeMap::new() };
        for number in 0..boxes {
            world.command(number, Command::Start);
            let target = "sip:Board@meet.example".to_owned();
            world.command(number, Command::Join { target, keep: true });
        }
        world
    }

    /// As [`World::new`], once all are in the room with a token.
    pub(crate) fn in_room(boxes: usize) -> Self {
        let mut world = Self::new(boxes, Rules::default());
        for number in 0..boxes {
            world.until_box("in the room", number, |snapshot| {
                snapshot.call.value == roombox_conference::catalogue::CallPhase::InRoom
            });
        }
        world
    }

    pub(crate) fn command(&mut self, number: usize, command: Command) {
        self.network.tell_client(number, BoxInput::Command(command));
    }

    pub(crate) fn order(&mut self, order: Order) {
        self.network.tell_server(signalling::Input::Order(order));
    }

    pub(crate) fn media(&mut self, call: u64, news: MediaNews) {
        self.network.tell_server(signalling::Input::Media { call, news });
    }

    pub(crate) fn snapshot(&self, number: usize) -> Snapshot {
        self.network.clients[number].status().snapshot
    }

    pub(crate) fn participants(&self) -> Vec<ParticipantStatus> {
        self.network.server.status().participants
    }

    /// The call of a box that stands.
    pub(crate) fn call(&self, number: usize) -> conference::CallId {
        match self.network.clients[number].status().call {
            conference::CallState::InCall { call, .. } => call,
            other => panic!("{other:?}"),
        }
    }

    /// Names and values of everything a box has told.
    pub(crate) fn told(&self, number: usize) -> Vec<String> {
        let catalogue = |event: &conference::Event| match event {
            conference::Event::Catalogue(event) => Some(event.name().to_owned()),
            _ => None,
        };
        self.network.clients[number].events.iter().filter_map(catalogue).collect()
    }

    pub(crate) fn has_told(&self, number: usize, name: &str) -> bool {
        self.told(number).iter().any(|told| told == name)
    }

    /// What the lab has reported.
    pub(crate) fn reported(&self) -> &[LabEvent] {
        &self.network.server.events
    }

    /// What the lab has asked of media.
    pub(crate) fn asked_of_media(&self) -> &[signalling::MediaRequest] {
        &self.network.server.requests
    }

    /// What a box has asked of media.
    pub(crate) fn box_asked_of_media(&self, number: usize) -> &[MediaRequest] {
        &self.network.clients[number].requests
    }

    /// Runs until it is so.
    #[track_caller]
    pub(crate) fn until(&mut self, what: &str, so: impl Fn(&Self) -> bool) {
        let end = self.network.now() + PATIENCE;
        while !so(self) {
            assert!(self.network.now() < end, "never: {what}\n{:?}\n{}", self.reported(), self.network.trace());
            self.step();
        }
    }

    #[track_caller]
    pub(crate) fn until_box(&mut self, what: &str, number: usize, so: impl Fn(&Snapshot) -> bool) {
        self.until(what, |world| so(&world.snapshot(number)));
    }

    #[track_caller]
    pub(crate) fn until_reported(&mut self, what: &str, so: impl Fn(&LabEvent) -> bool) {
        self.until(what, |world| world.reported().iter().any(&so));
    }

    pub(crate) fn run(&mut self, time: Duration) {
        let end = self.network.now() + time;
        while self.network.now() < end {
            self.step();
        }
    }

    /// HTTP goes beside the network.
    fn step(&mut self) {
        self.network.run_for(STEP);
        for number in 0..self.network.clients.len() {
            for request in std::mem::take(&mut self.network.clients[number].posts) {
                self.posted.insert(request.id.0, (number, request.id));
                let header = |name: &str| request.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone());
                self.post(HttpRequest {
                    id: request.id.0,
                    method: request.method.into(),
                    target: request.url.strip_prefix("https://meet.example").expect("our server").into(),
                    authorization: header("Authorization"),
                    body: request.body,
                });
            }
        }
        for answer in std::mem::take(&mut self.network.server.answers) {
            if let Some((number, id)) = self.posted.remove(&answer.id) {
                let response = conference::HttpResponse { status: answer.status, body: answer.body };
                self.network.tell_client(number, BoxInput::Http(id, response));
            }
        }
    }

    pub(crate) fn post(&mut self, request: HttpRequest) {
        self.network.tell_server(signalling::Input::Http(request));
    }

    /// The status with which a request of the test was answered at once.
    pub(crate) fn answered(&mut self, id: u64) -> Option<u16> {
        self.network.run_for(Duration::ZERO);
        self.network.server.answers.iter().find(|answer| answer.id == id).map(|answer| answer.status)
    }
}
