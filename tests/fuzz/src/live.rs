//! A user agent that lives on while broken messages come in: idle, ringing, in a call.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use bytes::Bytes;
use roombox_sip::agent::{self, AgentConfig, ConnectionState, RegistrationConfig, RegistrationState, UserAgent};
use roombox_sip::api::{
    Body, Cause, Command, Event, FlowError, FlowId, FlowInput, HeaderLine, Output, ServerTarget, SessionId, Transport,
};
use roombox_sip::endpoint::{self, Endpoint, EndpointConfig};
use roombox_sip::machine::Machine;

use crate::mutate::Mutator;

const OFFER: &str =
    "v=0\r\no=- 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\na=sendrecv\r\n";
/// Messages of the peer kept as material.
const KEPT: usize = 32;
/// More steps at one instant than this, and a machine asks for a deadline that it never clears.
const MAX_SPINS: u32 = 10_000;

/// What the user agent is doing while it is attacked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scene {
    Idle,
    Calling,
    Ringing,
    InCall,
}

impl Scene {
    pub(crate) const ALL: [Self; 4] = [Self::Idle, Self::Calling, Self::Ringing, Self::InCall];
}

/// A user agent, the server it is registered at, and the wire between them, which takes no time.
pub(crate) struct World {
    agent: UserAgent,
    events: Vec<(bool, Event)>,
    flow: Option<FlowId>,
    flows: u64,
    kept: VecDeque<Bytes>,
    next: u64,
    now: Instant,
    server: Endpoint,
    start: Instant,
    transport: Transport,
}

impl World {
    /// A registered user agent.
    pub(crate) fn new(transport: Transport, seed: u64) -> Self {
        let mut config = EndpointConfig::client("sip:room@lab.example");
        config.instance_id = Some("urn:uuid:00000000-0000-4000-8000-000000000001".into());
        let place = ServerTarget::new(transport, "lab.example", 5060, "/");
        let mut config = AgentConfig::new(config, vec![place]);
        config.registration = Some(RegistrationConfig::at("sip:lab.example"));
        let start = Instant::now();
        let mut world = Self {
            agent: UserAgent::new(config, seed),
            events: Vec::new(),
            flow: None,
            flows: 0,
            kept: VecDeque::new(),
            next: 0,
            now: start,
            server: Endpoint::new(EndpointConfig::server("sip:lab@lab.example", "lab.example"), seed + 1),
            start,
            transport,
        };
        world.agent.handle_input(start, agent::Input::Start);
        world.pump();
        world
    }

    /// Brings the user agent into the scene, unless it is in some call already.
    pub(crate) fn stay_in(&mut self, scene: Scene) {
        if !self.agent.status().endpoint.sessions.is_empty() {
            return;
        }
        match scene {
            Scene::Idle => {}
            Scene::Calling => drop(self.call_out()),
            Scene::Ringing => drop(self.call_in()),
            Scene::InCall => drop(self.clean_call_out()),
        }
    }

    /// One broken message, made of what the server last sent or of `spare`.
    pub(crate) fn broken(&self, mutator: &mut Mutator, spare: &[Vec<u8>]) -> Vec<u8> {
        let kept: Vec<Bytes> = self.kept.iter().cloned().collect();
        let other = mutator.pick(spare).cloned().unwrap_or_default();
        match mutator.pick(&kept) {
            Some(bytes) if mutator.chance(75) => mutator.mutate(bytes, &other),
            _ => mutator.mutate(&other, &other),
        }
    }

    /// Delivers it; the owner reacts, and some time may pass.
    pub(crate) fn attack(&mut self, mutator: &mut Mutator, bytes: &[u8]) {
        if let Some(flow) = self.flow {
            let input = FlowInput::Received(Bytes::copy_from_slice(bytes));
            self.agent.handle_input(self.now, agent::Input::Flow { flow, input });
        }
        self.pump();
        self.react(mutator);
        if mutator.chance(20) {
            self.pass(Duration::from_millis(mutator.below(3_000) as u64));
        }
    }

    /// The owner does now this, now that with what it is told.
    fn react(&mut self, mutator: &mut Mutator) {
        for (at_server, event) in std::mem::take(&mut self.events) {
            let Some(command) = answer(&event, mutator, &mut self.next) else { continue };
            self.tell(at_server, command);
        }
    }

    fn tell(&mut self, at_server: bool, command: Command) {
        if at_server {
            self.server.handle_input(self.now, endpoint::Input::Command(command));
        } else {
            self.agent.handle_input(self.now, agent::Input::Command(command));
        }
        self.pump();
    }

    /// Ends everything, waits for every timer, and looks whether anything is left.
    pub(crate) fn settle(&mut self) -> Result<(), String> {
        for session in self.agent.status().endpoint.sessions {
            self.tell(false, Command::Terminate { session, cause: Cause::Canceled });
        }
        for session in self.server.status().sessions {
            self.tell(true, Command::Terminate { session, cause: Cause::Canceled });
        }
        // 64*T1, the linger times after it, and the time to come back after a broken stream.
        self.pass(Duration::from_mins(4));
        self.events.clear();
        // Keep-alives and refreshes come and go; what is stuck stays.
        for _ in 0..60 {
            if self.agent.status().endpoint.transactions == 0 {
                break;
            }
            self.pass(Duration::from_secs(1));
        }
        let status = self.agent.status();
        if !status.endpoint.sessions.is_empty() || status.endpoint.transactions > 0 {
            return Err(format!("left behind: {:?}", status.endpoint));
        }
        if (status.connection, status.registration) != (ConnectionState::Connected, RegistrationState::Registered) {
            return Err(format!("not back: {:?} {:?}", status.connection, status.registration));
        }
        Ok(())
    }

    /// A call each way, with its end.
    pub(crate) fn clean_calls(&mut self) -> Result<(), String> {
        let out = self.clean_call_out().ok_or("a clean call out did not come about")?;
        self.tell(false, Command::Terminate { session: out, cause: Cause::Bye });
        let theirs = self.call_in();
        let ringing = self.events.iter().find_map(|(at_server, event)| match event {
            Event::Incoming { session, .. } if !at_server => Some(*session),
            _ => None,
        });
        let ringing = ringing.ok_or("a clean call in did not ring")?;
        self.tell(false, Command::Accept { session: ringing, body: Some(Body::sdp(OFFER)), headers: Vec::new() });
        let stands = |(_, event): &(bool, Event)| matches!(event, Event::Confirmed { session } if *session == theirs);
        if !self.events.iter().any(stands) {
            return Err("a clean call in was not confirmed".into());
        }
        self.tell(true, Command::Terminate { session: theirs, cause: Cause::Bye });
        self.settle()
    }

    fn number(&mut self) -> SessionId {
        self.next += 1;
        SessionId(self.next)
    }

    fn call_out(&mut self) -> SessionId {
        let session = self.number();
        self.tell(false, Command::invite(session, "sip:conf@lab.example", Body::sdp(OFFER), Vec::new()));
        session
    }

    fn call_in(&mut self) -> SessionId {
        let session = self.number();
        let offer = Body::sdp(OFFER);
        let Some(flow) = self.flow else { return session };
        let command = Command::invite(session, "sip:room@lab.example", offer, Vec::new());
        self.server.handle_input(self.now, endpoint::Input::CommandOn { flow, command });
        self.pump();
        session
    }

    fn clean_call_out(&mut self) -> Option<SessionId> {
        let session = self.call_out();
        let incoming = self.events.iter().rev().find_map(|(at_server, event)| match event {
            Event::Incoming { session, .. } if *at_server => Some(*session),
            _ => None,
        })?;
        self.tell(true, Command::Accept { session: incoming, body: Some(Body::sdp(OFFER)), headers: Vec::new() });
        let stands = |(_, event): &(bool, Event)| matches!(event, Event::Confirmed { session: s } if *s == session);
        self.events.iter().any(stands).then_some(session)
    }

    /// Lets time pass, timer by timer.
    fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        let mut spins = 0;
        while let Some(at) = self.agent.next_deadline().into_iter().chain(self.server.next_deadline()).min() {
            if at > end {
                break;
            }
            spins = if at > self.now { 0 } else { spins + 1 };
            assert!(spins < MAX_SPINS, "a deadline is never cleared");
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.server.handle_timeout(self.now);
            self.pump();
        }
        self.now = end;
    }

    /// Carries everything over until nobody has anything to say.
    fn pump(&mut self) {
        loop {
            let mut quiet = true;
            while let Some(output) = self.agent.poll_output() {
                quiet = false;
                self.carry_from_agent(output);
            }
            while let Some(output) = self.server.poll_output() {
                quiet = false;
                self.carry_from_server(output);
            }
            if quiet {
                return;
            }
        }
    }

    fn carry_from_agent(&mut self, output: Output) {
        match output {
            Output::OpenFlow { flow, .. } => {
                self.flows += 1;
                self.flow = Some(flow);
                let opened = FlowInput::Opened(self.transport);
                self.server.handle_input(self.now, endpoint::Input::Flow { flow, input: opened.clone() });
                self.agent.handle_input(self.now, agent::Input::Flow { flow, input: opened });
            }
            Output::CloseFlow(flow) => {
                self.flow = self.flow.filter(|known| *known != flow);
                let closed = FlowInput::Closed(FlowError::Closed("by the user agent".into()));
                self.server.handle_input(self.now, endpoint::Input::Flow { flow, input: closed });
            }
            Output::Send { flow, bytes } => {
                let input = FlowInput::Received(bytes);
                self.server.handle_input(self.now, endpoint::Input::Flow { flow, input });
            }
            Output::Event(event) => self.events.push((false, event)),
            Output::Locate { .. } => {}
        }
    }

    fn carry_from_server(&mut self, output: Output) {
        match output {
            Output::Send { flow, bytes } => {
                self.kept.push_back(bytes.clone());
                if self.kept.len() > KEPT {
                    self.kept.pop_front();
                }
                self.agent.handle_input(self.now, agent::Input::Flow { flow, input: FlowInput::Received(bytes) });
            }
            Output::CloseFlow(flow) => {
                let closed = FlowInput::Closed(FlowError::Closed("by the server".into()));
                self.agent.handle_input(self.now, agent::Input::Flow { flow, input: closed });
            }
            Output::Event(Event::Request { request, method, headers, .. }) if method == "REGISTER" => {
                let contact = headers.iter().find(|line| line.name.eq_ignore_ascii_case("Contact"));
                let headers = contact.map(|line| HeaderLine::new("Contact", line.value.clone())).into_iter().collect();
                let command = Command::Respond { request, status: 200, reason: None, headers, body: None };
                self.server.handle_input(self.now, endpoint::Input::Command(command));
            }
            Output::Event(event) => self.events.push((true, event)),
            Output::OpenFlow { .. } | Output::Locate { .. } => {}
        }
    }

    /// How often the user agent had to connect, and the virtual time that passed.
    pub(crate) fn story(&self) -> (u64, Duration) {
        (self.flows, self.now.duration_since(self.start))
    }
}

fn answer(event: &Event, mutator: &mut Mutator, next: &mut u64) -> Option<Command> {
    let body = || Some(Body::sdp(OFFER));
    Some(match *event {
        Event::Incoming { session, .. } => match mutator.below(4) {
            0 => Command::Accept { session, body: body(), headers: Vec::new() },
            1 => Command::Reject { session, status: 486, headers: Vec::new() },
            2 => Command::Progress { session, status: 183, body: body(), headers: Vec::new(), reliable: true },
            _ => return None,
        },
        Event::Offer { session, .. } => {
            let answer = if mutator.chance(70) { Ok(Body::sdp(OFFER)) } else { Err(488) };
            Command::AnswerOffer { session, answer }
        }
        Event::Refer { refer, .. } if mutator.chance(50) => {
            *next += 1;
            Command::FollowRefer { refer, session: SessionId(*next), body: body(), headers: Vec::new() }
        }
        Event::Refer { refer: request, .. } | Event::Request { request, .. } => {
            Command::Respond { request, status: 603, reason: None, headers: Vec::new(), body: None }
        }
        _ => return None,
    })
}
