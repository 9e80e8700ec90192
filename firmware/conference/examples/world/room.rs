//! A room: SIP user agent, conference client, and media that answers by itself.

use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use roombox_conference::api::{self as conference, Command, Event, MediaFact, MediaRequest, SipRequest};
use roombox_conference::subscription::Subscriptions;
use roombox_conference::{ConferenceClient, ConferenceConfig, ConferenceStatus};
use roombox_sip::agent::{self, AgentConfig, Recovery, RegistrationConfig, UserAgent};
use roombox_sip::api::{FlowId, FlowInput, Output, ServerTarget, Transport};
use roombox_sip::endpoint::EndpointConfig;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Node;

use super::DOMAIN;
use super::journal::Journal;

/// A description; media for real writes and reads it.
const SDP: &str = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n";
/// What media takes for anything.
const MEDIA_WORK: Duration = Duration::from_millis(50);

/// News for a room.
pub(crate) enum RoomInput {
    /// Of its owner.
    Command(Command),
    /// Of the network.
    Flow(FlowId, FlowInput),
}

/// A room.
pub(crate) struct Room {
    agent: UserAgent,
    client: ConferenceClient,
    /// Who wants to hear what.
    pub(crate) events: Subscriptions,
    facts: BTreeMap<(Instant, usize), MediaFact>,
    number: usize,
    outputs: VecDeque<Output>,
    journal: Journal,
}

impl Room {
    pub(super) fn new(config: ConferenceConfig, seed: u64, recovery: Recovery, journal: Journal) -> Self {
        let mut agent = AgentConfig::new(
            EndpointConfig::client(config.uri.clone()),
            vec![ServerTarget::new(Transport::Wss, DOMAIN, 443, "/webrtc/wss/")],
        );
        agent.recovery = recovery;
        agent.registration = Some(RegistrationConfig::at(format!("sip:{DOMAIN}")));
        Self {
            agent: UserAgent::new(agent, seed),
            client: ConferenceClient::new(config, seed),
            events: Subscriptions::default(),
            facts: BTreeMap::new(),
            number: 0,
            outputs: VecDeque::new(),
            journal,
        }
    }

    /// Carries out what client and agent want, until both are content.
    fn settle(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.client.poll_output() {
                match output {
                    // Its parameters are static, so none are asked for.
                    conference::Output::AskParameters { .. } => {}
                    conference::Output::Event(event) => self.told(now, event),
                    conference::Output::Http(_) => {}
                    conference::Output::Media(request) => self.media(now, &request),
                    conference::Output::Sip(request) => {
                        if let Some(input) = agent_input(request) {
                            self.agent.handle_input(now, input);
                        }
                    }
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

    fn told(&mut self, now: Instant, event: Event) {
        let Event::Catalogue(event) = event else { return };
        self.events.publish(&event);
        self.journal.event(now, &event);
    }

    /// A media engine for real opens cameras here and talks ICE and DTLS.
    fn media(&mut self, now: Instant, request: &MediaRequest) {
        let sdp = SDP.to_owned();
        let fact = match *request {
            MediaRequest::AcceptAnswer { call, .. } => {
                self.later(now + 2 * MEDIA_WORK, MediaFact::Connected { call });
                MediaFact::AnswerAccepted { call }
            }
            MediaRequest::AcceptReceiveAnswer { call, .. } => MediaFact::ReceiveRunning { call },
            MediaRequest::AddPresentation { call, .. } => MediaFact::PresentationReady { call, renegotiate: true },
            MediaRequest::CreateAnswer { call, .. } => {
                self.later(now + 2 * MEDIA_WORK, MediaFact::Connected { call });
                MediaFact::AnswerReady { call, sdp }
            }
            MediaRequest::CreateOffer { call, .. } => MediaFact::OfferReady { call, sdp },
            MediaRequest::CreateReceiveOffer { call } => MediaFact::ReceiveOfferReady { call, sdp },
            MediaRequest::ReplaceCamera { call } => MediaFact::CameraReplaced { call, track: "camera-2".into() },
            MediaRequest::SampleStatistics { call, .. } => {
                MediaFact::Statistics { call, took_ms: 1, entries: Vec::new() }
            }
            _ => return,
        };
        self.later(now + MEDIA_WORK, fact);
    }

    fn later(&mut self, at: Instant, fact: MediaFact) {
        self.number += 1;
        self.facts.insert((at, self.number), fact);
    }
}

/// What the agent is asked; this room neither changes its settings nor looks at servers it is not connected to.
fn agent_input(request: SipRequest) -> Option<agent::Input> {
    Some(match request {
        SipRequest::Configure { .. } | SipRequest::Probe { .. } => return None,
        SipRequest::Register => agent::Input::Register,
        SipRequest::Unregister => agent::Input::Unregister,
        SipRequest::Command(command) => agent::Input::Command(command),
        SipRequest::Reconnect => agent::Input::Reconnect,
        SipRequest::Start => agent::Input::Start,
        SipRequest::Stop => agent::Input::Stop,
    })
}

impl Machine for Room {
    type Input = RoomInput;
    type Output = Output;
    type Status = ConferenceStatus;

    fn handle_input(&mut self, now: Instant, input: RoomInput) {
        match input {
            RoomInput::Command(command) => self.client.handle_input(now, conference::Input::Command(command)),
            RoomInput::Flow(flow, input) => self.agent.handle_input(now, agent::Input::Flow { flow, input }),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(due) = self.facts.first_entry().filter(|entry| entry.key().0 <= now) {
            let fact = due.remove();
            self.client.handle_input(now, conference::Input::Media(fact));
        }
        self.client.handle_timeout(now);
        self.agent.handle_timeout(now);
        self.events.handle_timeout(now);
        self.settle(now);
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let fact = self.facts.first_key_value().map(|((at, _), _)| *at);
        let machines = [self.client.next_deadline(), self.agent.next_deadline(), self.events.next_deadline()];
        machines.into_iter().chain([fact]).flatten().min()
    }

    fn status(&self) -> ConferenceStatus {
        self.client.status()
    }
}

impl Node for Room {
    fn flow_input(flow: FlowId, input: FlowInput) -> RoomInput {
        RoomInput::Flow(flow, input)
    }
}
