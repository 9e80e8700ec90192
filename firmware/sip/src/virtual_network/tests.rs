//! The network itself.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use super::*;
use crate::api::{Output, Transport};
use crate::machine::Machine;

const SECOND: Duration = Duration::from_secs(1);

/// Remembers what it receives; sends what it is told to.
#[derive(Debug, Default)]
struct Party {
    closed: usize,
    flow: Option<FlowId>,
    heard: Vec<u8>,
    outputs: VecDeque<Output>,
}

#[derive(Debug)]
enum Told {
    Flow(FlowId, FlowInput),
    Close,
    Open(Transport),
    Say(u8),
}

impl Machine for Party {
    type Input = Told;
    type Output = Output;
    type Status = ();

    fn handle_input(&mut self, _: Instant, input: Told) {
        match input {
            Told::Flow(flow, FlowInput::Opened(_)) => self.flow = Some(flow),
            Told::Flow(_, FlowInput::Received(bytes)) => self.heard.extend_from_slice(&bytes),
            Told::Flow(_, FlowInput::Closed(_)) => (self.closed, self.flow) = (self.closed + 1, None),
            Told::Close => self.outputs.push_back(Output::CloseFlow(FlowId(1))),
            Told::Open(transport) => {
                let server = ServerTarget::new(transport, "host", 5060, "");
                self.outputs.push_back(Output::OpenFlow { flow: FlowId(1), server });
            }
            Told::Say(byte) => {
                let flow = self.flow.expect("a flow");
                self.outputs.push_back(Output::Send { flow, bytes: vec![byte].into() });
            }
        }
    }

    fn handle_timeout(&mut self, _: Instant) {}

    fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }

    fn status(&self) {}
}

impl Node for Party {
    fn flow_input(flow: FlowId, input: FlowInput) -> Told {
        Told::Flow(flow, input)
    }
}

fn connected(transport: Transport, seed: u64) -> VirtualNetwork<Party, Party> {
    let mut network = VirtualNetwork::new(Instant::now(), seed, vec![Party::default()], Party::default());
    network.tell_client(0, Told::Open(transport));
    network.run_for(SECOND);
    network
}

fn count(network: &mut VirtualNetwork<Party, Party>, to: u8) {
    for n in 0..to {
        network.tell_client(0, Told::Say(n));
        network.run_for(Duration::from_millis(20));
    }
}

#[test]
fn a_stream_keeps_its_order_through_a_partition() {
    let mut network = connected(Transport::Tcp, 1);
    network.faults.latency_ms = (1, 200);
    count(&mut network, 5);
    network.faults.partitioned = true;
    for n in 5..15 {
        network.tell_client(0, Told::Say(n));
    }
    network.run_for(SECOND);
    assert!(network.server.heard.len() <= 5);
    network.faults.partitioned = false;
    network.run_for(SECOND);
    network.tell_client(0, Told::Say(15));
    network.run_for(SECOND);
    assert_eq!(network.server.heard, (0..16).collect::<Vec<_>>());
}

#[test]
fn datagrams_are_lost_doubled_and_overtake_each_other() {
    let mut network = connected(Transport::Udp, 1);
    network.faults = Faults { doubled: 20, latency_ms: (1, 200), lost: 20, ..Faults::NONE };
    count(&mut network, 100);
    network.run_for(SECOND);
    let heard = &network.server.heard;
    let all: std::collections::BTreeSet<_> = heard.iter().collect();
    assert!(all.len() < 95 && heard.len() > all.len() && !heard.is_sorted(), "{heard:?}");
}

#[test]
fn a_stream_that_lost_something_is_gone_and_both_ends_learn_it_later() {
    let mut network = connected(Transport::Tcp, 1);
    network.faults.silent = true;
    count(&mut network, 3);
    network.run_for(SECOND);
    assert_eq!((network.server.heard.len(), network.clients[0].closed, network.server.closed), (0, 0, 0));
    network.faults.silent = false;
    network.tell_server(Told::Say(9));
    network.run_for(SECOND);
    assert_eq!((network.clients[0].heard.len(), network.clients[0].closed, network.server.closed), (0, 1, 1));
}

#[test]
fn a_sleeper_gets_everything_when_it_wakes() {
    let mut network = connected(Transport::Ws, 1);
    network.suspend(0, 100 * SECOND);
    for n in 0..3 {
        network.tell_server(Told::Say(n));
        network.run_for(10 * SECOND);
    }
    assert!(network.clients[0].heard.is_empty());
    network.run_for(71 * SECOND);
    assert_eq!(network.clients[0].heard, [0, 1, 2]);
}

#[test]
fn equal_seeds_give_equal_hashes_with_and_without_text() {
    let run = |seed, level| {
        let mut network = connected(Transport::Udp, seed);
        network.set_tracing(level);
        network.faults = Faults { lost: 50, latency_ms: (1, 100), ..Faults::NONE };
        count(&mut network, 20);
        network.remark(format_args!("heard {:?}", network.server.heard.clone()));
        network.trace_hash()
    };
    assert_eq!(run(1, Tracing::Text), run(1, Tracing::Hash));
    assert_ne!(run(1, Tracing::Hash), run(2, Tracing::Hash));
}

#[test]
fn a_connection_given_up_before_it_is_up_does_not_stay_at_the_server() {
    for seed in 0..20 {
        let mut network = VirtualNetwork::new(Instant::now(), seed, vec![Party::default()], Party::default());
        network.faults.latency_ms = (1, 900);
        network.tell_client(0, Told::Open(Transport::Tcp));
        network.tell_client(0, Told::Close);
        network.run_for(10 * SECOND);
        assert_eq!((network.server.flow, network.server.closed), (None, 1));
    }
}
