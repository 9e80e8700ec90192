//! The task of a phone: the core on one side, sockets and the clock on the other.

use std::time::Instant;

use roombox_sip::agent::{self, UserAgent};
use roombox_sip::api::{Command, Event, FlowId, FlowInput, Output};
use roombox_sip::endpoint::{self, Endpoint};
use roombox_sip::machine::Machine;
use roombox_sip_transports::{FlowEvents, Transports};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::time::sleep_until;

use super::wire::{Direction, Wire};

/// Longest sleep where the core waits for nothing.
const IDLE: std::time::Duration = std::time::Duration::from_hours(1);

/// What the test wants of the task.
pub(super) enum Order {
    Agent(agent::Input),
    Command(Command),
    /// Cut every connection at once, unseen by the core until the sockets tell.
    Cut,
}

/// The machine inside.
pub(super) enum Core {
    Agent(Box<UserAgent>),
    Endpoint(Box<Endpoint>),
}

pub(super) struct Driver {
    pub(super) core: Core,
    pub(super) events: UnboundedSender<Event>,
    pub(super) flows: FlowEvents,
    pub(super) orders: UnboundedReceiver<Order>,
    pub(super) transports: Transports,
    pub(super) wire: Wire,
}

impl Core {
    fn order(&mut self, now: Instant, order: Order) {
        match (self, order) {
            (Self::Agent(agent), Order::Agent(input)) => agent.handle_input(now, input),
            (Self::Agent(agent), Order::Command(command)) => agent.handle_input(now, agent::Input::Command(command)),
            (Self::Endpoint(core), Order::Command(command)) => {
                core.handle_input(now, endpoint::Input::Command(command));
            }
            (Self::Endpoint(_), Order::Agent(_)) => panic!("an endpoint keeps no connection and no registration"),
            (_, Order::Cut) => {}
        }
    }

    fn flow(&mut self, now: Instant, flow: FlowId, input: FlowInput) {
        match self {
            Self::Agent(agent) => agent.handle_input(now, agent::Input::Flow { flow, input }),
            Self::Endpoint(core) => core.handle_input(now, endpoint::Input::Flow { flow, input }),
        }
    }

    fn timeout(&mut self, now: Instant) {
        match self {
            Self::Agent(agent) => agent.handle_timeout(now),
            Self::Endpoint(core) => core.handle_timeout(now),
        }
    }

    fn output(&mut self) -> Option<Output> {
        match self {
            Self::Agent(agent) => agent.poll_output(),
            Self::Endpoint(core) => core.poll_output(),
        }
    }

    fn deadline(&self) -> Option<Instant> {
        match self {
            Self::Agent(agent) => agent.next_deadline(),
            Self::Endpoint(core) => core.next_deadline(),
        }
    }
}

impl Driver {
    /// Runs until the phone is dropped.
    pub(super) async fn run(mut self) {
        loop {
            let due = self.core.deadline().unwrap_or_else(|| Instant::now() + IDLE);
            tokio::select! {
                order = self.orders.recv() => match order {
                    Some(Order::Cut) => self.transports.abort_all(),
                    Some(order) => self.core.order(Instant::now(), order),
                    None => return,
                },
                Some((flow, input)) = self.flows.recv() => {
                    if let FlowInput::Received(bytes) = &input {
                        self.wire.log(Direction::Received, bytes);
                    }
                    self.core.flow(Instant::now(), flow, input);
                }
                () = sleep_until(due.into()) => self.core.timeout(Instant::now()),
            }
            self.settle();
        }
    }

    fn settle(&mut self) {
        while let Some(output) = self.core.output() {
            match output {
                Output::CloseFlow(flow) => self.transports.close(flow),
                // A phone that is going away listens to nothing any more.
                Output::Event(event) => drop(self.events.send(event)),
                Output::Locate { domain, .. } => panic!("a phone knows its server by place, not by domain ({domain})"),
                Output::OpenFlow { flow, server } => self.transports.open(flow, server),
                Output::Send { flow, bytes } => {
                    self.wire.log(Direction::Sent, &bytes);
                    self.transports.send(flow, bytes);
                }
            }
        }
    }
}
