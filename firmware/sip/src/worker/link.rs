//! The user agent of one login.

use crate::agent::UserAgent;
use crate::api::{FlowId, LocateId, Output};

/// Each login makes an agent that numbers its flows from 1; outside, the number of the login stands above them, so that
/// late news of an old flow cannot be taken for a new one's.
const SHIFT: u32 = 32;

/// A user agent, from `LOGIN` until it has left.
#[derive(Debug)]
pub(super) struct Link {
    pub(super) agent: UserAgent,
    /// No registration is wanted: being connected is enough.
    pub(super) guest: bool,
    /// `LOGOUT` came.
    pub(super) leaving: bool,
    pub(super) number: u32,
    pub(super) registered: bool,
}

impl Link {
    /// The agent's own number of a flow, unless it is another agent's.
    pub(super) fn inward(&self, flow: FlowId) -> Option<FlowId> {
        (flow.0 >> SHIFT == u64::from(self.number)).then_some(FlowId(flow.0 & u64::from(u32::MAX)))
    }

    fn number(&self, inner: u64) -> u64 {
        u64::from(self.number) << SHIFT | inner
    }

    /// The agent's output with the numbers as they are outside.
    pub(super) fn outward(&self, output: Output) -> Output {
        let flow = |FlowId(inner)| FlowId(self.number(inner));
        match output {
            Output::CloseFlow(inner) => Output::CloseFlow(flow(inner)),
            Output::Locate { locate, domain, transport, path } => {
                Output::Locate { locate: LocateId(self.number(locate.0)), domain, transport, path }
            }
            Output::OpenFlow { flow: inner, server } => Output::OpenFlow { flow: flow(inner), server },
            Output::Send { flow: inner, bytes } => Output::Send { flow: flow(inner), bytes },
            Output::Event(event) => Output::Event(event),
        }
    }
}
