//! The machine: flows, orders, time and what the endpoint says.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use bytes::Bytes;
use roombox_sip::api::{self, Cause, Command, Event, FlowId, FlowInput, HeaderLine, RequestId, SessionId};
use roombox_sip::endpoint::{self, Endpoint, EndpointConfig};
use roombox_sip::ident::Random;
use roombox_sip::machine::Machine;

use crate::calls::Calls;
use crate::config::SignallingConfig;
use crate::dialect::Asker;
use crate::due::{Due, Task};
use crate::events::LabEvent;
use crate::gate::Gate;
use crate::media::{MediaNews, MediaRequest};
use crate::orders::Order;
use crate::receive::{HttpAnswer, HttpRequest, Posts};
use crate::registrar::Registrar;
use crate::status::SignallingStatus;

/// What goes into a [`Signalling`].
#[derive(Clone, Debug)]
pub enum Input {
    /// Something happened to a connection.
    Flow {
        /// The connection.
        flow: FlowId,
        /// What happened.
        input: FlowInput,
    },
    /// A request to the HTTP interface; answered with [`Output::Http`].
    Http(HttpRequest),
    /// Media says something about a call; what it says about a call that is over is ignored.
    Media {
        /// Number of the call.
        call: u64,
        /// What it says.
        news: MediaNews,
    },
    /// An order.
    Order(Order),
}

/// What a [`Signalling`] wants done.
#[derive(Clone, Debug)]
pub enum Output {
    /// Cut this connection without a word.
    Abort(FlowId),
    /// Send what is queued on this connection and close it.
    Close(FlowId),
    /// Tell whoever listens.
    Event(LabEvent),
    /// Answer a request to the HTTP interface.
    Http(HttpAnswer),
    /// Ask media.
    Media(MediaRequest),
    /// Send one SIP message.
    Send {
        /// The connection.
        flow: FlowId,
        /// The message.
        bytes: Bytes,
    },
}

/// The signalling of a lab.
#[derive(Debug)]
pub struct Signalling {
    /// Who waits for answers to requests of ours.
    pub(crate) asked: BTreeMap<RequestId, Asker>,
    pub(crate) calls: Calls,
    pub(crate) config: SignallingConfig,
    pub(crate) due: Due,
    pub(crate) endpoint: Endpoint,
    pub(crate) flows: BTreeSet<FlowId>,
    pub(crate) gate: Gate,
    /// The time of the input that is being handled.
    pub(crate) now: Instant,
    outputs: VecDeque<Output>,
    pub(crate) posts: Posts,
    pub(crate) random: Random,
    pub(crate) registrar: Registrar,
    requests: u64,
}

impl Signalling {
    /// A lab's signalling without connections. The same `seed` and inputs give the same outputs, byte for byte.
    pub fn new(config: SignallingConfig, now: Instant, seed: u64) -> Self {
        let mut settings = EndpointConfig::server(format!("sip:lab@{}", config.address), config.address.clone());
        settings.user_agent = concat!("roombox-lab/", env!("CARGO_PKG_VERSION")).into();
        // It grants and refuses by its answers (spec section 3.1).
        settings.info_by_owner = true;
        Self {
            asked: BTreeMap::new(),
            calls: Calls::default(),
            due: Due::default(),
            endpoint: Endpoint::new(settings, seed),
            flows: BTreeSet::new(),
            gate: Gate::new(config.users.clone(), config.guests, seed.wrapping_add(1)),
            now,
            outputs: VecDeque::new(),
            posts: Posts::new(),
            random: Random::new(seed.wrapping_add(2)),
            registrar: Registrar::default(),
            requests: 0,
            config,
        }
    }

    fn on_flow(&mut self, flow: FlowId, input: FlowInput) {
        match &input {
            FlowInput::Opened(_) => {
                self.flows.insert(flow);
                if let Some(after) = self.config.faults.drop_after {
                    self.due.add(self.now + after, Task::Cut(flow));
                }
            }
            FlowInput::Received(_) if self.config.faults.silent => return,
            FlowInput::Received(_) => {}
            FlowInput::Closed(_) => self.flow_gone(flow),
        }
        self.feed(endpoint::Input::Flow { flow, input });
    }

    fn flow_gone(&mut self, flow: FlowId) {
        self.flows.remove(&flow);
        for user in self.registrar.flow_closed(flow) {
            self.tell(LabEvent::Unregistered { user, reason: "connection-lost".into() });
        }
    }

    /// Cuts a connection without a word.
    pub(crate) fn cut(&mut self, flow: FlowId) {
        self.outputs.push_back(Output::Abort(flow));
        self.flow_gone(flow);
        self.feed(endpoint::Input::CloseFlow(flow));
    }

    /// Acts on what the endpoint says, until it says nothing more.
    fn settle(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                api::Output::CloseFlow(flow) => {
                    self.outputs.push_back(Output::Close(flow));
                    self.flow_gone(flow);
                }
                api::Output::Event(event) => self.on_event(event),
                // A server opens no connection: it answers on those it accepted.
                api::Output::Locate { .. } | api::Output::OpenFlow { .. } => {}
                api::Output::Send { flow, bytes } => match self.config.faults.delay {
                    Some(delay) => self.due.add(self.now + delay, Task::Send(flow, bytes)),
                    None => self.outputs.push_back(Output::Send { flow, bytes }),
                },
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Request { request, flow, method, request_uri, to_uri, headers, body, .. }
                if method == "REGISTER" =>
            {
                self.on_register(request, flow, (&request_uri, &to_uri), &headers, body.as_ref());
            }
            Event::Request { request, .. } => self.respond(request, 405, Vec::new()),
            other => self.on_call_event(other),
        }
    }

    pub(crate) fn respond(&mut self, request: RequestId, status: u16, headers: Vec<HeaderLine>) {
        self.command(Command::Respond { request, status, reason: None, headers, body: None });
    }

    pub(crate) fn terminate(&mut self, session: SessionId, cause: Cause) {
        self.command(Command::Terminate { session, cause });
    }

    /// A number for a request of ours.
    pub(crate) fn next_request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    pub(crate) fn send_info(&mut self, session: SessionId, content_type: &str, headers: Vec<HeaderLine>) {
        let (request, content_type) = (self.next_request(), Some(content_type.to_owned()));
        self.command(Command::Info { session, request, headers, body: None, content_type });
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.feed(endpoint::Input::Command(command));
    }

    pub(crate) fn feed(&mut self, input: endpoint::Input) {
        self.endpoint.handle_input(self.now, input);
    }

    pub(crate) fn ask_media(&mut self, request: MediaRequest) {
        self.put(Output::Media(request));
    }

    pub(crate) fn tell(&mut self, event: LabEvent) {
        tracing::debug!(?event, "lab");
        self.put(Output::Event(event));
    }

    pub(crate) fn put(&mut self, output: Output) {
        self.outputs.push_back(output);
    }
}

impl Machine for Signalling {
    type Input = Input;
    type Output = Output;
    type Status = SignallingStatus;

    fn handle_input(&mut self, now: Instant, input: Input) {
        self.now = now;
        match input {
            Input::Flow { flow, input } => self.on_flow(flow, input),
            Input::Http(request) => self.on_http(&request),
            Input::Media { call, news } => self.on_media(call, news),
            Input::Order(order) => self.on_order(order),
        }
        self.settle();
    }

    fn handle_timeout(&mut self, now: Instant) {
        self.now = now;
        self.endpoint.handle_timeout(now);
        for user in self.registrar.expire(now) {
            self.tell(LabEvent::Unregistered { user, reason: "expired".into() });
        }
        while let Some(task) = self.due.take(now) {
            match task {
                Task::Cut(flow) => self.cut(flow),
                Task::HangUp(session) => self.terminate(session, Cause::Bye),
                Task::Send(flow, bytes) => self.outputs.push_back(Output::Send { flow, bytes }),
                Task::StopPresenting(session) => self.stop_again(session),
            }
        }
        self.settle();
    }

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        [self.endpoint.next_deadline(), self.registrar.next_deadline(), self.due.next()].into_iter().flatten().min()
    }

    fn status(&self) -> SignallingStatus {
        self.seen()
    }
}
