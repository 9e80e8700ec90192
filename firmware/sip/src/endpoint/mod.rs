//! The transaction and dialog machine: one SIP element with any number of flows and sessions.

mod config;

pub use config::{Credentials, EndpointConfig, Role};

use std::collections::VecDeque;
use std::time::Instant;

use crate::api::{Command, FlowId, FlowInput, Output, SessionId};
use crate::machine::Machine;

/// What goes into an [`Endpoint`].
#[derive(Clone, Debug)]
pub enum Input {
    /// A command; a new session or request goes on the default flow.
    Command(Command),
    /// A command whose new session or request goes on this flow, whatever the default is.
    CommandOn { flow: FlowId, command: Command },
    /// Something happened to a flow. The first flow that opens becomes the default; a server never needs one.
    Flow { flow: FlowId, input: FlowInput },
    /// Close this flow: sessions on it are treated as at a loss of the flow.
    CloseFlow(FlowId),
    /// From now on this is the default flow, and sessions whose flow is gone move to it.
    UseFlow(FlowId),
}

/// What an onlooker may see of an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EndpointStatus {
    /// Open flows.
    pub flows: usize,
    /// Sessions not yet ended.
    pub sessions: Vec<SessionId>,
    /// Transactions not yet terminated.
    pub transactions: usize,
}

/// One SIP element: transactions, dialogs and sessions over any number of flows. Same for client and server.
#[derive(Debug)]
pub struct Endpoint {
    outputs: VecDeque<Output>,
}

impl Endpoint {
    /// An endpoint without flows. The same `seed` and inputs give the same outputs, byte for byte.
    pub fn new(_config: EndpointConfig, _seed: u64) -> Self {
        Self { outputs: VecDeque::new() }
    }
}

impl Machine for Endpoint {
    type Input = Input;
    type Output = Output;
    type Status = EndpointStatus;

    fn handle_input(&mut self, _now: Instant, _input: Input) {}

    fn handle_timeout(&mut self, _now: Instant) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }

    fn status(&self) -> EndpointStatus {
        EndpointStatus::default()
    }
}
