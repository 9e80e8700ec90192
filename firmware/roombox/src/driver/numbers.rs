//! Numbers of flows and searches: every user agent counts from the beginning, the driver never uses a number twice.

use roombox_sip::api::{FlowId, LocateId, Output};

/// Numbers of one user agent: more than it opens in the life of a box.
const OF_ONE_AGENT: u64 = 1 << 40;

/// The user agent that is at work, counted from 0. What a former one began ends unheard.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    agent: u64,
}

impl Numbers {
    /// A new user agent takes the place of the old one.
    pub(super) const fn next_agent(&mut self) {
        self.agent += 1;
    }

    /// What the present agent asks, in the driver's numbers.
    pub(super) fn of_driver(&self, output: Output) -> Output {
        match output {
            Output::CloseFlow(flow) => Output::CloseFlow(self.flow(flow)),
            Output::Locate { locate, domain, transport, path } => {
                Output::Locate { locate: LocateId(self.base() + locate.0), domain, transport, path }
            }
            Output::OpenFlow { flow, server } => Output::OpenFlow { flow: self.flow(flow), server },
            Output::Send { flow, bytes } => Output::Send { flow: self.flow(flow), bytes },
            Output::Event(event) => Output::Event(event),
        }
    }

    /// The agent's number of this flow; nothing when it was a former agent's.
    pub(super) fn flow_of_agent(&self, flow: FlowId) -> Option<FlowId> {
        self.of_agent(flow.0).map(FlowId)
    }

    /// The agent's number of this search; nothing when it was a former agent's.
    pub(super) fn locate_of_agent(&self, locate: LocateId) -> Option<LocateId> {
        self.of_agent(locate.0).map(LocateId)
    }

    const fn flow(&self, flow: FlowId) -> FlowId {
        FlowId(self.base() + flow.0)
    }

    const fn base(&self) -> u64 {
        self.agent * OF_ONE_AGENT
    }

    fn of_agent(&self, number: u64) -> Option<u64> {
        number.checked_sub(self.base()).filter(|number| *number < OF_ONE_AGENT)
    }
}

#[cfg(test)]
mod tests {
    use roombox_sip::api::{ServerTarget, Transport};

    use super::*;

    fn opened(numbers: &Numbers, flow: u64) -> FlowId {
        let server = ServerTarget::new(Transport::Ws, "s", 80, "/");
        match numbers.of_driver(Output::OpenFlow { flow: FlowId(flow), server }) {
            Output::OpenFlow { flow, .. } => flow,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_number_leads_back_to_the_agent_that_used_it() {
        let mut numbers = Numbers::default();
        let old = opened(&numbers, 1);
        assert_eq!(numbers.flow_of_agent(old), Some(FlowId(1)));
        numbers.next_agent();
        let new = opened(&numbers, 1);
        assert_eq!((numbers.flow_of_agent(old), numbers.flow_of_agent(new)), (None, Some(FlowId(1))));
        assert_eq!(numbers.locate_of_agent(LocateId(1)), None);
    }
}
