//! One user agent by hand: what it sends is looked at, what it hears is written by the test.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use roombox_sip::agent::{AgentConfig, AgentStatus, Input, UserAgent};
use roombox_sip::api::{AgentEvent, Event, FlowError, FlowId, FlowInput, LocateId, Output, ServerTarget, Transport};
use roombox_sip::machine::Machine;
use roombox_sip::message::parse::parse;
use roombox_sip::message::{Message, Request, Response};

pub struct Bench {
    pub agent: UserAgent,
    pub now: Instant,
    pub opened: Vec<(FlowId, ServerTarget)>,
    pub closed: Vec<FlowId>,
    pub lookups: Vec<(LocateId, String)>,
    pub sent: VecDeque<(FlowId, bytes::Bytes)>,
    pub events: Vec<Event>,
}

impl Bench {
    pub fn new(config: AgentConfig, seed: u64) -> Self {
        Self {
            agent: UserAgent::new(config, seed),
            now: Instant::now(),
            opened: Vec::new(),
            closed: Vec::new(),
            lookups: Vec::new(),
            sent: VecDeque::new(),
            events: Vec::new(),
        }
    }

    /// Started, with its first flow up.
    pub fn connected(config: AgentConfig, seed: u64) -> Self {
        let mut bench = Self::new(config, seed);
        bench.tell(Input::Start);
        bench.accept();
        bench
    }

    pub fn status(&self) -> AgentStatus {
        self.agent.status()
    }

    pub fn tell(&mut self, input: Input) {
        self.agent.handle_input(self.now, input);
        self.collect();
    }

    fn collect(&mut self) {
        while let Some(output) = self.agent.poll_output() {
            match output {
                Output::CloseFlow(flow) => self.closed.push(flow),
                Output::Event(event) => self.events.push(event),
                Output::Locate { locate, domain, .. } => self.lookups.push((locate, domain)),
                Output::OpenFlow { flow, server } => self.opened.push((flow, server)),
                Output::Send { flow, bytes } => self.sent.push_back((flow, bytes)),
            }
        }
    }

    /// The flow asked for last.
    pub fn flow(&self) -> FlowId {
        self.opened.last().expect("a flow was asked for").0
    }

    pub fn host(&self) -> &str {
        &self.opened.last().expect("a flow was asked for").1.host
    }

    pub fn flow_input(&mut self, flow: FlowId, input: FlowInput) {
        self.tell(Input::Flow { flow, input });
    }

    /// The flow asked for last is up.
    pub fn accept(&mut self) {
        let (flow, server) = self.opened.last().cloned().expect("a flow was asked for");
        self.flow_input(flow, FlowInput::Opened(server.transport));
    }

    /// The flow asked for last does not come up.
    pub fn refuse(&mut self) {
        let flow = self.flow();
        self.flow_input(flow, FlowInput::Closed(FlowError::Refused("nobody listens".into())));
    }

    /// Lets time pass, with every timer at its time.
    pub fn pass(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.agent.next_deadline().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.agent.handle_timeout(self.now);
            self.collect();
        }
        self.now = end;
    }

    /// Lets time pass at a server that answers keep-alives.
    pub fn live(&mut self, time: Duration) {
        let end = self.now + time;
        while let Some(at) = self.agent.next_deadline().filter(|at| *at <= end) {
            self.pass(at.saturating_duration_since(self.now));
            let is_question = |bytes: &bytes::Bytes| &bytes[..] == b"\r\n\r\n" || bytes.starts_with(b"OPTIONS");
            let flows: Vec<_> = self.sent.iter().filter(|(_, b)| is_question(b)).map(|(flow, _)| *flow).collect();
            self.sent.retain(|(_, bytes)| !is_question(bytes));
            for flow in flows {
                self.flow_input(flow, FlowInput::Received("\r\n".into()));
            }
        }
        self.pass(end - self.now);
    }

    /// Time jumps, as for a board that slept.
    pub fn jump(&mut self, time: Duration) {
        self.now += time;
        self.agent.handle_timeout(self.now);
        self.collect();
    }

    /// The next request of this method, with the flow it went on; others before it are thrown away.
    pub fn request(&mut self, method: &str) -> Option<(FlowId, Request)> {
        while let Some((flow, bytes)) = self.sent.pop_front() {
            let Ok(parsed) = parse(&bytes, Transport::Udp.into()) else { continue };
            if let Message::Request(request) = parsed.message
                && request.method == method
            {
                return Some((flow, request));
            }
        }
        None
    }

    pub fn register(&mut self) -> (FlowId, Request) {
        self.request("REGISTER").expect("REGISTER was sent")
    }

    /// Answers a request.
    pub fn answer(&mut self, (flow, request): &(FlowId, Request), status: u16, headers: &[(&str, &str)]) {
        let mut response = Response::to(request, status, None, Some("server"));
        for (name, value) in headers {
            response.headers.push(name, *value);
        }
        self.flow_input(*flow, FlowInput::Received(response.to_bytes()));
    }

    /// Answers a REGISTER with 200 and the contact it came with.
    pub fn grant(&mut self, register: &(FlowId, Request), headers: &[(&str, &str)]) {
        let contact = register.1.headers.get("Contact").expect("a contact").to_string();
        let mut all = vec![("Contact", contact.as_str())];
        all.extend(headers);
        self.answer(register, 200, &all);
    }

    /// The events about the agent since the last call.
    pub fn told(&mut self) -> Vec<AgentEvent> {
        let events = std::mem::take(&mut self.events);
        events.into_iter().filter_map(|e| if let Event::Agent(event) = e { Some(event) } else { None }).collect()
    }

    /// How the last registration failed: its status and the wait.
    pub fn refusal(&mut self) -> (Option<u16>, Option<u64>) {
        let failed = self.told().into_iter().rev().find_map(|event| match event {
            AgentEvent::RegistrationFailed { failure, retry_in_ms } => Some((failure.status, retry_in_ms)),
            _ => None,
        });
        failed.expect("the registration failed")
    }
}
