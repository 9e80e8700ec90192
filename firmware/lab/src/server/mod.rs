//! The SIP side: one endpoint over all connections, a registrar, and calls into rooms or on to other users.

mod calls;
mod conference;
mod dialect;
mod due;
mod gate;
mod register;
mod registrar;
mod relay;

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Instant;

use roombox_sip::api::{Cause, Command, Event, FlowId, FlowInput, HeaderLine, Output, RequestId, SessionId};
use roombox_sip::endpoint::{Endpoint, EndpointConfig, Input};
use roombox_sip::machine::Machine;
use roombox_sip_transports::{Listener, Transports};
use tokio::sync::mpsc;
use tokio::time::sleep_until;

use crate::config::LabConfig;
use crate::events::LabEvent;
use crate::faults::Faults;
use crate::media::{MediaNote, Rooms};
use calls::{Answered, Calls};
use due::{Due, Task};
use gate::Gate;
use registrar::Registrar;

/// What the handle asks for.
#[derive(Debug)]
pub(crate) enum Order {
    DropConnections,
    Faults(Faults),
    HangUp(String),
    Info { user: String, content_type: String, headers: Vec<(String, String)> },
    Stop,
}

/// The lab while it runs.
pub(crate) struct Server {
    answered: (mpsc::UnboundedSender<Answered>, mpsc::UnboundedReceiver<Answered>),
    calls: Calls,
    config: LabConfig,
    due: Due,
    endpoint: Endpoint,
    events: mpsc::UnboundedSender<LabEvent>,
    flows: BTreeSet<FlowId>,
    gate: Gate,
    notes: mpsc::UnboundedReceiver<MediaNote>,
    registrar: Registrar,
    requests: u64,
    rooms: Rooms,
    transports: Transports,
}

impl Server {
    pub(crate) fn new(
        config: LabConfig,
        address: SocketAddr,
        transports: Transports,
        events: mpsc::UnboundedSender<LabEvent>,
    ) -> Self {
        let mut settings = EndpointConfig::server(format!("sip:lab@{address}"), address.to_string());
        settings.user_agent = concat!("roombox-lab/", env!("CARGO_PKG_VERSION")).into();
        let (media, notes) = mpsc::unbounded_channel();
        Self {
            answered: mpsc::unbounded_channel(),
            calls: Calls::default(),
            due: Due::default(),
            endpoint: Endpoint::new(settings, rand::random()),
            events,
            flows: BTreeSet::new(),
            gate: Gate::new(config.users.clone(), config.guests),
            notes,
            registrar: Registrar::default(),
            requests: 0,
            rooms: Rooms::new(&config, media),
            transports,
            config,
        }
    }

    /// Runs until told to stop, then cuts everything.
    pub(crate) async fn run(
        mut self,
        listener: Listener,
        mut incoming: mpsc::UnboundedReceiver<(FlowId, FlowInput)>,
        mut orders: mpsc::UnboundedReceiver<Order>,
    ) {
        self.rooms.set_faults(&self.config.faults);
        loop {
            let wake = self.next_deadline();
            let sleeping = async {
                match wake {
                    Some(at) => sleep_until(at.into()).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some((flow, input)) = incoming.recv() => self.on_flow(flow, input),
                Some(answered) = self.answered.1.recv() => self.on_answered(answered),
                Some(note) = self.notes.recv() => self.on_note(note),
                order = orders.recv() => match order {
                    None | Some(Order::Stop) => break,
                    Some(order) => self.on_order(order),
                },
                () = sleeping => self.on_time(Instant::now()),
            }
            self.carry_out();
        }
        listener.stop().await;
        self.transports.abort_all();
        self.rooms.close().await;
        self.tell(LabEvent::Stopped {});
    }

    fn next_deadline(&self) -> Option<Instant> {
        [self.endpoint.next_deadline(), self.registrar.next_deadline(), self.due.next()].into_iter().flatten().min()
    }

    fn on_flow(&mut self, flow: FlowId, input: FlowInput) {
        match &input {
            FlowInput::Opened(_) => {
                self.flows.insert(flow);
                if let Some(after) = self.config.faults.drop_after {
                    self.due.add(Instant::now() + after, Task::Cut(flow));
                }
            }
            FlowInput::Received(_) if self.config.faults.silent => return,
            FlowInput::Received(_) => {}
            FlowInput::Closed(_) => self.flow_gone(flow),
        }
        self.feed(Input::Flow { flow, input });
    }

    fn flow_gone(&mut self, flow: FlowId) {
        self.flows.remove(&flow);
        for user in self.registrar.flow_closed(flow) {
            self.tell(LabEvent::Unregistered { user, reason: "connection-lost".into() });
        }
    }

    fn on_time(&mut self, now: Instant) {
        self.endpoint.handle_timeout(now);
        for user in self.registrar.expire(now) {
            self.tell(LabEvent::Unregistered { user, reason: "expired".into() });
        }
        while let Some(task) = self.due.take(now) {
            match task {
                Task::Cut(flow) => self.cut(flow),
                Task::HangUp(session) => self.terminate(session, Cause::Bye),
                Task::Send(flow, bytes) => self.transports.send(flow, bytes),
            }
        }
    }

    /// Cuts a connection without a word.
    fn cut(&mut self, flow: FlowId) {
        self.transports.abort(flow);
        self.flow_gone(flow);
        self.feed(Input::CloseFlow(flow));
    }

    fn on_order(&mut self, order: Order) {
        match order {
            Order::DropConnections => self.flows.clone().into_iter().for_each(|flow| self.cut(flow)),
            Order::Faults(faults) => {
                self.rooms.set_faults(&faults);
                self.config.faults = faults;
            }
            Order::HangUp(user) => {
                self.calls.of_user(&user).into_iter().for_each(|session| self.terminate(session, Cause::Bye));
            }
            Order::Info { user, content_type, headers } => {
                let lines: Vec<_> = headers.into_iter().map(|(name, value)| HeaderLine::new(name, value)).collect();
                for session in self.calls.of_user(&user) {
                    self.send_info(session, &content_type, lines.clone());
                }
            }
            Order::Stop => {}
        }
    }

    /// Does what the endpoint wants done, until it wants nothing more.
    fn carry_out(&mut self) {
        while let Some(output) = self.endpoint.poll_output() {
            match output {
                Output::CloseFlow(flow) => {
                    self.transports.close(flow);
                    self.flow_gone(flow);
                }
                Output::Event(event) => self.on_event(event),
                // A server opens no connection: it answers on those it accepted.
                Output::Locate { .. } | Output::OpenFlow { .. } => {}
                Output::Send { flow, bytes } => match self.config.faults.delay {
                    Some(delay) => self.due.add(Instant::now() + delay, Task::Send(flow, bytes)),
                    None => self.transports.send(flow, bytes),
                },
            }
        }
    }

    fn on_event(&mut self, event: Event) {
        match event {
            Event::Request { request, flow, method, to_uri, headers, body, .. } if method == "REGISTER" => {
                self.on_register(request, flow, &to_uri, &headers, body.as_ref());
            }
            Event::Request { request, .. } => self.respond(request, 405, Vec::new()),
            other => self.on_call_event(other),
        }
    }

    fn respond(&mut self, request: RequestId, status: u16, headers: Vec<HeaderLine>) {
        self.command(Command::Respond { request, status, reason: None, headers, body: None });
    }

    fn terminate(&mut self, session: SessionId, cause: Cause) {
        self.command(Command::Terminate { session, cause });
    }

    fn send_info(&mut self, session: SessionId, content_type: &str, headers: Vec<HeaderLine>) {
        self.requests += 1;
        let (request, content_type) = (RequestId(self.requests), Some(content_type.to_owned()));
        self.command(Command::Info { session, request, headers, body: None, content_type });
    }

    fn command(&mut self, command: Command) {
        self.feed(Input::Command(command));
    }

    fn feed(&mut self, input: Input) {
        self.endpoint.handle_input(Instant::now(), input);
    }

    fn tell(&self, event: LabEvent) {
        tracing::debug!(?event, "lab");
        // A reporter whose listener is gone has nobody to tell; the lab itself goes on.
        let _ = self.events.send(event);
    }
}
