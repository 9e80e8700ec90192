//! User agent, conference client and appliance as one: what one tells, the next one hears; what is left over is work for
//! the driver.

use std::{collections::VecDeque, time::Instant};

use roombox_appliance::{Appliance, api as room, tree::Status};
use roombox_conference::{ConferenceClient, api as conference};
use roombox_media::api::{MediaCall, MediaEvent};
use roombox_sip::{
    agent::{self, UserAgent},
    api as sip,
    machine::Machine,
};

use super::{
    facts,
    numbers::Numbers,
    probes::{EndedProbe, Probes},
    stages::Stage,
};

/// What the driver has to do, in this order.
#[derive(Debug)]
pub(super) enum Work {
    /// For the HTTP client; answered by what became of it.
    Http(conference::HttpRequest),
    /// Flows and bytes.
    Sip(sip::Output),
    /// For the peer connection; answered by a fact.
    Media(conference::MediaRequest),
    /// Media of this call is held, or goes on.
    Hold(conference::CallId, bool),
    /// From the appliance to board, media engine and listeners.
    Room(room::Output),
    /// A stage that only shows between the machines was reached; an INVITE counts when its bytes are on their way.
    Reached(Stage),
}

/// What can come in.
#[derive(Debug)]
pub(super) enum Input {
    Flow(sip::FlowId, sip::FlowInput),
    /// What became of an HTTP request.
    Http(conference::HttpId, Result<conference::HttpResponse, String>),
    /// What became of a search for the servers of a domain.
    Located(sip::LocateId, Result<Vec<sip::ServerTarget>, sip::FlowError>),
    /// What became of a media request.
    Media(conference::MediaFact),
    /// Told by the system.
    Network(conference::NetworkEvent),
    /// Told by the media engine by itself.
    News(MediaEvent),
    Room(room::Input),
}

pub(super) struct Machines {
    agent: UserAgent,
    client: ConferenceClient,
    room: Appliance,
    /// The call whose media the room sees.
    call: Option<conference::CallId>,
    /// An INVITE for a new session was asked for and is not sent yet.
    inviting: bool,
    /// The room was told to stop while registered.
    leaving: bool,
    numbers: Numbers,
    probes: Probes,
    work: VecDeque<Work>,
}

impl Machines {
    pub(super) fn new(agent: UserAgent, client: ConferenceClient, room: Appliance) -> Self {
        Self {
            agent,
            client,
            room,
            call: None,
            inviting: false,
            leaving: false,
            numbers: Numbers::default(),
            probes: Probes::default(),
            work: VecDeque::new(),
        }
    }

    pub(super) fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Flow(flow, input) if Probes::has(flow) => {
                let told = self.probes.told(flow, input);
                self.probed(now, told);
            }
            Input::Flow(flow, input) => {
                if let Some(flow) = self.numbers.flow_of_agent(flow) {
                    self.agent.handle_input(now, agent::Input::Flow { flow, input });
                }
            }
            Input::Http(id, outcome) => self.client.handle_input(now, conference::Input::Http { id, outcome }),
            Input::Located(locate, places) => {
                if let Some(locate) = self.numbers.locate_of_agent(locate) {
                    self.agent.handle_input(now, agent::Input::Located { locate, places });
                }
            }
            Input::Network(event) => self.client.handle_input(now, conference::Input::Network(event)),
            Input::Media(fact) => self.client.handle_input(now, conference::Input::Media(fact)),
            Input::News(news) => self.handle_news(now, &news),
            Input::Room(input) => {
                self.leaving |= matches!(input, room::Input::Stop) && self.is_registered();
                self.room.handle_input(now, input);
            }
        }
        self.settle(now);
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) {
        for late in self.probes.handle_timeout(now) {
            self.probed(now, Some(late));
        }
        self.agent.handle_timeout(now);
        self.client.handle_timeout(now);
        self.room.handle_timeout(now);
        self.settle(now);
    }

    pub(super) fn poll_work(&mut self) -> Option<Work> {
        self.work.pop_front()
    }

    pub(super) fn next_deadline(&self) -> Option<Instant> {
        let machines = [self.agent.next_deadline(), self.client.next_deadline(), self.room.next_deadline()];
        machines.into_iter().chain([self.probes.next_deadline()]).flatten().min()
    }

    pub(super) fn status(&self) -> Status {
        self.room.status()
    }

    /// The call whose media the room sees.
    pub(super) fn call(&self) -> Option<MediaCall> {
        self.call.map(|call| MediaCall(call.0))
    }

    /// Disconnected, or everything that matters has been answered: BYE goes before the last REGISTER on the same
    /// connection, and what still waits then (an INVITE absorbing late answers, RFC 6026) concerns nobody.
    pub(super) fn is_stopped(&self) -> bool {
        let status = self.agent.status();
        let unregistered = self.leaving && status.registration == agent::RegistrationState::None;
        status.connection == agent::ConnectionState::Stopped || (unregistered && status.endpoint.sessions.is_empty())
    }

    fn is_registered(&self) -> bool {
        self.agent.status().registration == agent::RegistrationState::Registered
    }

    /// What a farewell still waits for, for a person who looks for a fault.
    pub(super) fn unanswered(&self) -> String {
        format!("{:?}", self.agent.status())
    }

    /// A flow that was only opened to see whether it comes up has told; it is closed in any case.
    fn probed(&mut self, now: Instant, ended: Option<EndedProbe>) {
        let Some(EndedProbe { id, flow, outcome }) = ended else { return };
        self.work.push_back(Work::Sip(sip::Output::CloseFlow(flow)));
        self.client.handle_input(now, conference::Input::Probed { id, outcome });
    }

    fn handle_news(&mut self, now: Instant, news: &MediaEvent) {
        if let Some(fact) = facts::for_conference(news) {
            self.client.handle_input(now, conference::Input::Media(fact));
            self.settle(now);
        }
        let of_other_call = facts::call_of(news).is_some_and(|call| self.call() != Some(call));
        if let Some(input) = facts::for_room(news).filter(|_| !of_other_call) {
            self.room.handle_input(now, input);
        }
    }

    /// Hands outputs on until nobody has any; those nearest the wire go first.
    fn settle(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.agent.poll_output() {
                self.take_agents(now, output);
            } else if let Some(output) = self.client.poll_output() {
                self.take_clients(now, output);
            } else if let Some(output) = self.room.poll_output() {
                self.take_rooms(now, output);
            } else {
                return;
            }
        }
    }

    fn take_agents(&mut self, now: Instant, output: sip::Output) {
        match output {
            sip::Output::Event(event) => {
                if matches!(event, sip::Event::Accepted { .. }) {
                    self.work.push_back(Work::Reached(Stage::Accepted));
                }
                self.client.handle_input(now, conference::Input::Sip(event));
            }
            other => {
                let invite = matches!(&other, sip::Output::Send { bytes, .. } if bytes.starts_with(b"INVITE "));
                self.work.push_back(Work::Sip(self.numbers.of_driver(other)));
                if invite && std::mem::take(&mut self.inviting) {
                    self.work.push_back(Work::Reached(Stage::InviteSent));
                }
            }
        }
    }

    fn take_clients(&mut self, now: Instant, output: conference::Output) {
        match output {
            conference::Output::Event(event) => {
                if let conference::Event::Call(state) = &event {
                    self.call = call_in(state);
                }
                if let conference::Event::CallHold { call, hold } = &event {
                    self.work.push_back(Work::Hold(*call, hold.asked));
                }
                self.room.handle_input(now, room::Input::Conference(event));
            }
            conference::Output::Http(request) => self.work.push_back(Work::Http(request)),
            // The settings of a box are static: it starts anew with others.
            conference::Output::AskParameters { id } => {
                let outcome = Err(conference::NoParameters::NotReady);
                self.client.handle_input(now, conference::Input::Parameters { id, outcome });
            }
            conference::Output::Media(request) => self.work.push_back(Work::Media(request)),
            conference::Output::Sip(conference::SipRequest::Configure { config, seed }) => {
                self.agent = UserAgent::new(*config, seed);
                self.numbers.next_agent();
            }
            conference::Output::Sip(conference::SipRequest::Probe { id, server }) => {
                let flow = self.probes.begin(now, id);
                self.work.push_back(Work::Sip(sip::Output::OpenFlow { flow, server }));
            }
            conference::Output::Sip(request) => {
                let invite = matches!(request, conference::SipRequest::Command(sip::Command::Invite { .. }));
                self.inviting |= invite;
                if let Some(input) = for_agent(request) {
                    self.agent.handle_input(now, input);
                }
            }
        }
    }

    fn take_rooms(&mut self, now: Instant, output: room::Output) {
        match output {
            room::Output::Conference(command) => self.client.handle_input(now, conference::Input::Command(command)),
            other => self.work.push_back(Work::Room(other)),
        }
    }
}

/// What the agent is asked; nothing for what is done here.
fn for_agent(request: conference::SipRequest) -> Option<agent::Input> {
    Some(match request {
        conference::SipRequest::Command(command) => agent::Input::Command(command),
        conference::SipRequest::Configure { .. } | conference::SipRequest::Probe { .. } => return None,
        conference::SipRequest::Reconnect => agent::Input::Reconnect,
        conference::SipRequest::Register => agent::Input::Register,
        conference::SipRequest::Start => agent::Input::Start,
        conference::SipRequest::Stop => agent::Input::Stop,
        conference::SipRequest::Unregister => agent::Input::Unregister,
    })
}

const fn call_in(state: &conference::CallState) -> Option<conference::CallId> {
    match state {
        conference::CallState::Connecting { call, .. }
        | conference::CallState::InCall { call, .. }
        | conference::CallState::Ringing { call, .. } => Some(*call),
        conference::CallState::Idle
        | conference::CallState::Redialling { .. }
        | conference::CallState::Waiting { .. } => None,
    }
}
