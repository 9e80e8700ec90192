//! A box: the whole conference client on a real user agent, with media and an HTTP server that only pretend.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use roombox_conference::api::{
    self as conference, Command, HttpId, HttpResponse, MediaFact, NetworkEvent, NoParameters, ParametersId, ProbeId,
    SipRequest,
};
use roombox_conference::identity::ConnectionParameters;
use roombox_conference::{ConferenceClient, ConferenceStatus};
use roombox_sip::agent::{self, AgentStatus, UserAgent};
use roombox_sip::api::{FlowId, FlowInput, Output};
use roombox_sip::ident::Random;
use roombox_sip::machine::Machine;
use roombox_sip::virtual_network::Node;

use super::media::{Media, MediaMood};
use super::watch::Watch;
use crate::agenda::Agenda;
use crate::dice::Dice;
use crate::player::sdp::Origin;

/// Flows from here on are probes of the client.
const PROBES: u64 = 1 << 63;
/// Flows of one user agent; each that takes the place of another counts from the beginning.
const OF_ONE_AGENT: u64 = 1 << 40;

/// What goes into a box.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// A person does this.
    Command(Command),
    Flow(FlowId, FlowInput),
    Media(MediaFact),
    Mood(Mood),
    Network(NetworkEvent),
    /// The registration is asked for anew, as a person does it who has mended the password.
    Register,
}

/// What goes wrong inside and around a box.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mood {
    /// HTTP requests that fail, in percent.
    pub(crate) http_fails: u64,
    pub(crate) media: MediaMood,
    /// Questions for parameters that are answered by a failure, in percent.
    pub(crate) parameters_fail: u64,
}

/// What comes later to the client.
#[derive(Clone, Debug)]
enum Later {
    Http(HttpId, Result<HttpResponse, String>),
    Parameters(ParametersId, Result<(), NoParameters>),
}

/// What is left in a box.
#[derive(Clone, Debug)]
pub(crate) struct BoxStatus {
    pub(crate) agent: AgentStatus,
    pub(crate) client: ConferenceStatus,
}

/// A box.
#[derive(Debug)]
pub(crate) struct BoxNode {
    agent: UserAgent,
    /// User agents before this one.
    agents: u64,
    client: ConferenceClient,
    later: Agenda<Later>,
    pub(crate) media: Media,
    mood: Mood,
    notes: VecDeque<String>,
    outputs: VecDeque<Output>,
    parameters: ConnectionParameters,
    random: Random,
    pub(crate) watch: Watch,
}

impl BoxNode {
    pub(crate) fn new(
        agent: UserAgent,
        client: ConferenceClient,
        media: Media,
        parameters: ConnectionParameters,
        seed: u64,
    ) -> Self {
        Self {
            agent,
            agents: 0,
            client,
            later: Agenda::default(),
            media,
            mood: Mood::default(),
            notes: VecDeque::new(),
            outputs: VecDeque::new(),
            parameters,
            random: Random::new(seed),
            watch: Watch::default(),
        }
    }

    /// Tells media whether the other ends are there.
    pub(crate) fn follow_paths(&mut self, is_there: impl Fn(&Origin) -> bool) -> Vec<MediaFact> {
        self.media.follow(is_there)
    }

    /// When the client wants to be woken.
    pub(crate) fn client_deadline(&self) -> Option<Instant> {
        self.client.next_deadline()
    }

    fn tell_client(&mut self, now: Instant, input: conference::Input) {
        self.watch.before(now);
        self.client.handle_input(now, input);
    }

    /// Hands outputs on until nobody has any; those nearest the wire go first.
    fn settle(&mut self, now: Instant) {
        loop {
            if let Some(output) = self.agent.poll_output() {
                self.take_agents(now, output);
            } else if let Some(output) = self.client.poll_output() {
                self.take_clients(now, output);
            } else {
                return;
            }
        }
    }

    fn take_agents(&mut self, now: Instant, output: Output) {
        match output {
            Output::Event(event) => {
                self.watch.on_sip_event(now, &event);
                self.outputs.push_back(Output::Event(event.clone()));
                self.tell_client(now, conference::Input::Sip(event));
            }
            Output::Send { flow, bytes } => {
                self.watch.on_message(&bytes);
                self.outputs.push_back(Output::Send { flow: self.outside(flow), bytes });
            }
            Output::CloseFlow(flow) => self.outputs.push_back(Output::CloseFlow(self.outside(flow))),
            Output::OpenFlow { flow, server } => {
                self.outputs.push_back(Output::OpenFlow { flow: self.outside(flow), server });
            }
            other @ Output::Locate { .. } => self.outputs.push_back(other),
        }
    }

    fn take_clients(&mut self, now: Instant, output: conference::Output) {
        self.watch.on_output(&output);
        self.notes.push_back(format!("{output:?}"));
        match output {
            conference::Output::AskParameters { id } => {
                let failed = self.random.chance(self.mood.parameters_fail);
                let outcome = if failed { Err(NoParameters::Failed("no provisioning".into())) } else { Ok(()) };
                self.after(now, 500, Later::Parameters(id, outcome));
            }
            conference::Output::Event(_) => {}
            conference::Output::Http(request) => {
                let outcome = self.http();
                self.after(now, 3_000, Later::Http(request.id, outcome));
            }
            conference::Output::Media(request) => self.media.ask(now, &request),
            conference::Output::Sip(SipRequest::Configure { config, seed }) => {
                (self.agent, self.agents) = (UserAgent::new(*config, seed), self.agents + 1);
            }
            conference::Output::Sip(SipRequest::Probe { id, server }) => {
                self.outputs.push_back(Output::OpenFlow { flow: FlowId(PROBES + id.0), server });
            }
            conference::Output::Sip(request) => {
                if let Some(input) = for_agent(request) {
                    self.agent.handle_input(now, input);
                }
            }
        }
    }

    /// The number of a flow of the present user agent outside.
    const fn outside(&self, flow: FlowId) -> FlowId {
        FlowId(self.agents * OF_ONE_AGENT + flow.0)
    }

    /// News of a flow; that of a former user agent is not heard.
    fn flow(&mut self, now: Instant, flow: FlowId, input: FlowInput) {
        if flow.0 >= PROBES {
            return self.probed(now, flow, &input);
        }
        let base = self.outside(FlowId(0)).0;
        if let Some(flow) = flow.0.checked_sub(base).filter(|flow| *flow < OF_ONE_AGENT) {
            self.agent.handle_input(now, agent::Input::Flow { flow: FlowId(flow), input });
        }
    }

    fn after(&mut self, now: Instant, most_ms: u64, later: Later) {
        let wait = Duration::from_millis(self.random.millis(5, most_ms));
        self.later.add(now + wait, later);
    }

    fn http(&mut self) -> Result<HttpResponse, String> {
        let good = r#"{"type":"answer","sdp":"v=0\r\n"}"#;
        let (status, body) = match self.random.millis(1, 4) {
            _ if !self.random.chance(self.mood.http_fails) => (200, good),
            1 => return Err("connection refused".into()),
            2 => (401, ""),
            3 => (503, "busy"),
            _ => (200, "{}"),
        };
        Ok(HttpResponse { status, body: body.into() })
    }

    fn take_later(&mut self, now: Instant, later: Later) {
        let input = match later {
            Later::Http(id, outcome) => conference::Input::Http { id, outcome },
            Later::Parameters(id, outcome) => {
                let outcome = outcome.map(|()| Box::new(self.parameters.clone()));
                conference::Input::Parameters { id, outcome }
            }
        };
        self.tell_client(now, input);
    }

    /// A flow that was only opened to see whether it comes up.
    fn probed(&mut self, now: Instant, flow: FlowId, input: &FlowInput) {
        let outcome = match input {
            FlowInput::Opened(_) => {
                self.outputs.push_back(Output::CloseFlow(flow));
                Ok(())
            }
            FlowInput::Closed(error) => Err(error.clone()),
            FlowInput::Received(_) => return,
        };
        self.tell_client(now, conference::Input::Probed { id: ProbeId(flow.0 - PROBES), outcome });
    }
}

fn for_agent(request: SipRequest) -> Option<agent::Input> {
    Some(match request {
        SipRequest::Command(command) => agent::Input::Command(command),
        SipRequest::Configure { .. } | SipRequest::Probe { .. } => return None,
        SipRequest::Reconnect => agent::Input::Reconnect,
        SipRequest::Register => agent::Input::Register,
        SipRequest::Start => agent::Input::Start,
        SipRequest::Stop => agent::Input::Stop,
        SipRequest::Unregister => agent::Input::Unregister,
    })
}

impl Machine for BoxNode {
    type Input = Input;
    type Output = Output;
    type Status = BoxStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        match input {
            Input::Command(command) => {
                let before = self.client.status();
                self.watch.on_command(&command, &before);
                self.tell_client(now, conference::Input::Command(command));
            }
            Input::Flow(flow, input) => self.flow(now, flow, input),
            Input::Media(fact) => self.tell_client(now, conference::Input::Media(fact)),
            Input::Mood(mood) => (self.mood, self.media.mood) = (mood, mood.media),
            Input::Network(event) => self.tell_client(now, conference::Input::Network(event)),
            Input::Register => self.agent.handle_input(now, agent::Input::Register),
        }
        self.settle(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        while let Some(fact) = self.media.due(now) {
            self.tell_client(now, conference::Input::Media(fact));
            self.settle(now);
        }
        while let Some(later) = self.later.take(now) {
            self.take_later(now, later);
            self.settle(now);
        }
        self.agent.handle_timeout(now);
        self.watch.before(now);
        self.client.handle_timeout(now);
        self.settle(now);
        self.watch.woken(now, self.client.next_deadline());
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        let pretended = [self.media.next_deadline(), self.later.next()];
        [self.client.next_deadline(), self.agent.next_deadline()].into_iter().chain(pretended).flatten().min()
    }

    fn status(&self) -> BoxStatus {
        BoxStatus { agent: self.agent.status(), client: self.client.status() }
    }
}

impl Node for BoxNode {
    fn flow_input(flow: FlowId, input: FlowInput) -> Input {
        Input::Flow(flow, input)
    }

    fn note(&mut self) -> Option<String> {
        self.notes.pop_front()
    }
}
