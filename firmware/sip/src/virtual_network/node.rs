//! What can stand on the network.

use crate::agent::{self, UserAgent};
use crate::api::{FlowError, FlowId, FlowInput, LocateId, Output, ServerTarget};
use crate::endpoint::{self, Endpoint};
use crate::machine::Machine;

/// A machine that lives on flows.
pub trait Node: Machine<Output = Output> {
    /// News of a flow, in the machine's own input type.
    fn flow_input(flow: FlowId, input: FlowInput) -> Self::Input;

    /// What it wants in the trace beside messages and events.
    fn note(&mut self) -> Option<String> {
        None
    }

    /// Where a domain is served, for machines that ask.
    fn located(locate: LocateId, places: Result<Vec<ServerTarget>, FlowError>) -> Option<Self::Input> {
        let _ = (locate, places);
        None
    }
}

impl Node for Endpoint {
    fn flow_input(flow: FlowId, input: FlowInput) -> Self::Input {
        endpoint::Input::Flow { flow, input }
    }
}

impl Node for UserAgent {
    fn flow_input(flow: FlowId, input: FlowInput) -> Self::Input {
        agent::Input::Flow { flow, input }
    }

    fn located(locate: LocateId, places: Result<Vec<ServerTarget>, FlowError>) -> Option<agent::Input> {
        Some(agent::Input::Located { locate, places })
    }
}
