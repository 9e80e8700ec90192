//! A box (real user agent and conference client, media that answers by itself) and a focus that takes every call, for the
//! virtual network.

use std::collections::{BTreeMap, VecDeque};
use std::time::Instant;

use roombox_conference::api::{self as conference, Command, MediaFact, MediaRequest, SipRequest};
use roombox_conference::{ConferenceClient, ConferenceConfig, ConferenceStatus};
use roombox_sip::agent::{self, AgentConfig, RegistrationConfig, UserAgent};
use roombox_sip::api::{self as sip, Event, FlowId, FlowInput, HeaderLine, Output};
use roombox_sip::endpoint::{self, Endpoint, EndpointConfig, EndpointStatus};
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::{Node, VirtualNetwork};

use crate::bench::{ANSWER, OFFER, millis, server};

pub(crate) enum BoxInput {
    Flow(FlowId, FlowInput),
    Command(Command),
}

pub(crate) struct BoxNode {
    agent: UserAgent,
    pub(crate) client: ConferenceClient,
    facts: BTreeMap<(Instant, usize), MediaFact>,
    number: usize,
    outputs: VecDeque<Output>,
}

impl BoxNode {
    fn new(seed: u64) -> Self {
        let endpoint = EndpointConfig::client("sip:room1@meet.example");
        let mut config = AgentConfig::new(endpoint, vec![server()]);
        config.registration = Some(RegistrationConfig::at("sip:meet.example"));
        Self {
            agent: UserAgent::new(config, seed),
            client: ConferenceClient::new(ConferenceConfig::new("room1", "meet.example", true), seed),
            facts: BTreeMap::new(),
            number: 0,
            outputs: VecDeque::new(),
        }
    }

    fn settle(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.client.poll_output() {
                match output {
                    conference::Output::AskParameters { .. }
                    | conference::Output::Event(_)
                    | conference::Output::Http(_)
                    | conference::Output::Sip(SipRequest::Configure { .. } | SipRequest::Probe { .. }) => {}
                    conference::Output::Media(request) => self.media(now, &request),
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

    fn media(&mut self, now: Instant, request: &MediaRequest) {
        let (wait, fact) = match *request {
            MediaRequest::CreateOffer { call, .. } => (20, MediaFact::OfferReady { call, sdp: OFFER.into() }),
            MediaRequest::CreateAnswer { call, .. } => (20, MediaFact::AnswerReady { call, sdp: ANSWER.into() }),
            MediaRequest::AcceptAnswer { call, .. } => {
                self.later(now + millis(200), MediaFact::Connected { call });
                (5, MediaFact::AnswerAccepted { call })
            }
            MediaRequest::AddPresentation { call, .. } => {
                (20, MediaFact::PresentationReady { call, renegotiate: true })
            }
            MediaRequest::CreateReceiveOffer { call } => (20, MediaFact::ReceiveOfferReady { call, sdp: OFFER.into() }),
            MediaRequest::AcceptReceiveAnswer { call, .. } => (100, MediaFact::ReceiveRunning { call }),
            MediaRequest::ReplaceCamera { call } => (20, MediaFact::CameraReplaced { call, track: "other".into() }),
            MediaRequest::SampleStatistics { call, .. } => {
                (5, MediaFact::Statistics { call, took_ms: 5, entries: Vec::new() })
            }
            MediaRequest::Close { .. }
            | MediaRequest::CloseReceive { .. }
            | MediaRequest::RemovePresentation { .. }
            | MediaRequest::RequestKeyFrame { .. }
            | MediaRequest::SetEncoding { .. } => return,
        };
        self.later(now + millis(wait), fact);
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

/// Registers everybody, answers every call and every offer.
pub(crate) struct Focus {
    endpoint: Endpoint,
    outputs: VecDeque<Output>,
}

impl Focus {
    pub(crate) fn new(seed: u64) -> Self {
        let config = EndpointConfig::server("sip:focus@meet.example", "127.0.0.1:5062");
        Self { endpoint: Endpoint::new(config, seed), outputs: VecDeque::new() }
    }

    fn settle(&mut self, now: Instant) {
        while let Some(output) = self.endpoint.poll_output() {
            let answer = match &output {
                Output::Event(event) => reaction(event),
                _ => None,
            };
            self.outputs.push_back(output);
            if let Some(command) = answer {
                self.endpoint.handle_input(now, endpoint::Input::Command(command));
            }
        }
    }
}

fn reaction(event: &Event) -> Option<sip::Command> {
    match event {
        Event::Request { request, method, headers, .. } if method == "REGISTER" => {
            let contact = headers.iter().find(|line| line.name.eq_ignore_ascii_case("Contact"))?;
            let bare = contact.value.split(";expires=").next().unwrap_or_default();
            let headers = vec![HeaderLine::new("Contact", format!("{bare};expires=300"))];
            Some(sip::Command::Respond { request: *request, status: 200, reason: None, headers, body: None })
        }
        Event::Incoming { session, .. } => {
            Some(sip::Command::Accept { session: *session, body: Some(sip::Body::sdp(ANSWER)), headers: vec![] })
        }
        Event::Offer { session, .. } => {
            Some(sip::Command::AnswerOffer { session: *session, answer: Ok(sip::Body::sdp(ANSWER)) })
        }
        _ => None,
    }
}

impl Machine for Focus {
    type Input = endpoint::Input;
    type Output = Output;
    type Status = EndpointStatus;

    fn handle_input(&mut self, now: Instant, input: endpoint::Input) {
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

impl Node for Focus {
    fn flow_input(flow: FlowId, input: FlowInput) -> endpoint::Input {
        endpoint::Input::Flow { flow, input }
    }
}

pub(crate) type Network = VirtualNetwork<BoxNode, Focus>;

pub(crate) fn network(seed: u64) -> Network {
    VirtualNetwork::new(Instant::now(), seed, vec![BoxNode::new(seed)], Focus::new(seed + 1))
}
