//! A network in memory and in virtual time: any number of clients and one server, with faults, repeatable by seed.
//!
//! Simulators and tests drive whole machines with it: give commands, [`VirtualNetwork::run_for`] some time, look at
//! [`VirtualNetwork::take_events`]. The trace holds every message with its virtual time.

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::agent::{self, UserAgent};
use crate::api::{Event, FlowError, FlowId, FlowInput, Output, Transport};
use crate::endpoint::{self, Endpoint};
use crate::ident::Random;
use crate::machine::Machine;

/// A machine that lives on flows.
pub trait Node: Machine<Output = Output> {
    /// News of a flow, in the machine's own input type.
    fn flow_input(flow: FlowId, input: FlowInput) -> Self::Input;
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
}

/// More steps at one instant than this, and a machine asks for a deadline it never clears.
const MAX_SPINS: u32 = 100_000;

/// What the network does to what it carries. Loss, doubling and reordering happen to UDP only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Of 100 datagrams, how many come twice.
    pub doubled: u64,
    /// Least and greatest time on the way, in milliseconds; with a spread, datagrams overtake each other.
    pub latency_ms: (u64, u64),
    /// Of 100 datagrams, how many are lost.
    pub lost: u64,
    /// Nothing gets through and nobody is told: a half-open connection.
    pub silent: bool,
    /// Connections are refused.
    pub refused: bool,
}

impl Faults {
    /// A good local network.
    pub const NONE: Self = Self { doubled: 0, latency_ms: (5, 5), lost: 0, silent: false, refused: false };
}

/// One side of the network: a client by its number, or the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The client of this number.
    Client(usize),
    /// The server.
    Server,
}

#[derive(Debug)]
struct Link {
    client: usize,
    flow: FlowId,
    /// When the last thing arrived or arrives, by direction: streams keep their order.
    last: BTreeMap<Side, Instant>,
    transport: Transport,
}

/// The network and everybody on it.
#[derive(Debug)]
pub struct VirtualNetwork<C, S> {
    /// The clients.
    pub clients: Vec<C>,
    /// The server.
    pub server: S,
    /// What the network does from now on.
    pub faults: Faults,
    events: VecDeque<(Side, Event)>,
    links: BTreeMap<u64, Link>,
    next: u64,
    now: Instant,
    on_the_way: BTreeMap<(Instant, u64), (Side, FlowId, FlowInput)>,
    random: Random,
    /// Steps since time last moved.
    spins: u32,
    start: Instant,
    trace: String,
}

impl<C: Node, S: Node> VirtualNetwork<C, S> {
    /// A network of these machines. `start` is any instant: only differences matter.
    pub fn new(start: Instant, seed: u64, clients: Vec<C>, server: S) -> Self {
        Self {
            clients,
            server,
            faults: Faults::NONE,
            events: VecDeque::new(),
            links: BTreeMap::new(),
            next: 0,
            now: start,
            on_the_way: BTreeMap::new(),
            random: Random::new(seed),
            spins: 0,
            start,
            trace: String::new(),
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Everything that was sent, with virtual time, direction and content.
    pub fn trace(&self) -> &str {
        &self.trace
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<(Side, Event)> {
        self.events.drain(..).collect()
    }

    /// Gives an input to a client.
    pub fn tell_client(&mut self, client: usize, input: C::Input) {
        self.clients[client].handle_input(self.now, input);
        self.collect(Side::Client(client));
    }

    /// Gives an input to the server.
    pub fn tell_server(&mut self, input: S::Input) {
        self.server.handle_input(self.now, input);
        self.collect(Side::Server);
    }

    /// Cuts every connection; both sides are told.
    pub fn cut(&mut self) {
        for (n, link) in std::mem::take(&mut self.links) {
            for side in [Side::Client(link.client), Side::Server] {
                let flow = if side == Side::Server { FlowId::accepted(n) } else { link.flow };
                self.put(self.now, side, flow, FlowInput::Closed(FlowError::Closed("cut".into())));
            }
        }
    }

    /// Puts another server in the place of the old one: every connection is cut, all that was on the way is lost.
    pub fn replace_server(&mut self, server: S) {
        self.server = server;
        self.on_the_way.clear();
        self.cut();
        self.on_the_way.retain(|_, (side, _, _)| *side != Side::Server);
    }

    /// Lets this much virtual time pass.
    ///
    /// # Panics
    /// When a machine keeps asking for a deadline that has passed.
    pub fn run_for(&mut self, time: Duration) {
        let end = self.now + time;
        while self.step(end) {}
        self.now = end;
    }

    /// Runs until an event for which `wanted` holds, for `limit` at most; gives that event. Earlier events stay to be taken.
    pub fn run_to(&mut self, limit: Duration, wanted: impl Fn(Side, &Event) -> bool) -> Option<(Side, Event)> {
        let end = self.now + limit;
        let mut seen = 0;
        loop {
            while let Some((side, event)) = self.events.get(seen) {
                if wanted(*side, event) {
                    return self.events.drain(..=seen).next_back();
                }
                seen += 1;
            }
            if !self.step(end) {
                self.now = end;
                return None;
            }
        }
    }

    /// Does the next thing that is due until `end`; `false` when there is none.
    fn step(&mut self, end: Instant) -> bool {
        let arrival = self.on_the_way.keys().next().map(|(at, _)| *at);
        let mut timers: Vec<_> =
            self.clients.iter().enumerate().map(|(n, c)| (c.next_deadline(), Side::Client(n))).collect();
        timers.push((self.server.next_deadline(), Side::Server));
        let timer = timers.into_iter().filter_map(|(at, side)| Some((at?, side))).min();
        let next = arrival.into_iter().chain(timer.map(|(at, _)| at)).min();
        let Some(next) = next.filter(|next| *next <= end) else { return false };
        self.spins = if next > self.now { 0 } else { self.spins + 1 };
        assert!(self.spins < MAX_SPINS, "a machine does not move its deadline:\n{}", self.trace);
        self.now = self.now.max(next);
        if arrival == Some(next) {
            if let Some((_, (side, flow, input))) = self.on_the_way.pop_first() {
                self.deliver(side, flow, input);
            }
        } else if let Some((_, side)) = timer {
            match side {
                Side::Client(n) => self.clients[n].handle_timeout(self.now),
                Side::Server => self.server.handle_timeout(self.now),
            }
            self.collect(side);
        }
        true
    }

    fn deliver(&mut self, side: Side, flow: FlowId, input: FlowInput) {
        match side {
            Side::Client(n) => self.clients[n].handle_input(self.now, C::flow_input(flow, input)),
            Side::Server => self.server.handle_input(self.now, S::flow_input(flow, input)),
        }
        self.collect(side);
    }

    fn collect(&mut self, side: Side) {
        loop {
            let output = match side {
                Side::Client(n) => self.clients[n].poll_output(),
                Side::Server => self.server.poll_output(),
            };
            match output {
                None => return,
                Some(Output::Event(event)) => {
                    self.note(side, &format!("{event:?}"));
                    self.events.push_back((side, event));
                }
                Some(Output::Locate { .. }) => {}
                Some(Output::OpenFlow { flow, server }) => self.open(side, flow, server.transport),
                Some(Output::CloseFlow(flow)) => self.close(side, flow),
                Some(Output::Send { flow, bytes }) => self.send(side, flow, &bytes),
            }
        }
    }

    fn note(&mut self, side: Side, text: &str) {
        let at = self.now.duration_since(self.start).as_millis();
        // Writing to a String cannot fail.
        let _ = writeln!(self.trace, "{at} {side:?} {text}");
    }

    fn open(&mut self, side: Side, flow: FlowId, transport: Transport) {
        let Side::Client(client) = side else { return };
        let at = self.now + self.latency();
        if self.faults.refused {
            return self.put(at, side, flow, FlowInput::Closed(FlowError::Refused("nobody listens".into())));
        }
        if self.faults.silent {
            return;
        }
        self.next += 1;
        self.links.insert(self.next, Link { client, flow, last: BTreeMap::new(), transport });
        self.put(at, Side::Server, FlowId::accepted(self.next), FlowInput::Opened(transport));
        self.put(at, side, flow, FlowInput::Opened(transport));
    }

    fn link(&self, side: Side, flow: FlowId) -> Option<u64> {
        let here = |(n, link): &(&u64, &Link)| match side {
            Side::Server => FlowId::accepted(**n) == flow,
            Side::Client(client) => link.client == client && link.flow == flow,
        };
        self.links.iter().find(here).map(|(n, _)| *n)
    }

    fn other_end(&self, side: Side, link: u64) -> (Side, FlowId) {
        match side {
            Side::Client(_) => (Side::Server, FlowId::accepted(link)),
            Side::Server => (Side::Client(self.links[&link].client), self.links[&link].flow),
        }
    }

    fn close(&mut self, side: Side, flow: FlowId) {
        let Some(link) = self.link(side, flow) else { return };
        let (other, flow) = self.other_end(side, link);
        self.links.remove(&link);
        if !self.faults.silent {
            let at = self.now + self.latency();
            self.put(at, other, flow, FlowInput::Closed(FlowError::Closed("closed by the other side".into())));
        }
    }

    fn send(&mut self, side: Side, flow: FlowId, bytes: &Bytes) {
        self.note(side, &format!("{flow:?} {:?}", String::from_utf8_lossy(bytes)));
        let Some(link) = self.link(side, flow).filter(|_| !self.faults.silent) else { return };
        let (other, other_flow) = self.other_end(side, link);
        let udp = self.links[&link].transport == Transport::Udp;
        if udp && self.random.millis(1, 100) <= self.faults.lost {
            return;
        }
        let copies = if udp && self.random.millis(1, 100) <= self.faults.doubled { 2 } else { 1 };
        for _ in 0..copies {
            let mut at = self.now + self.latency();
            if let (false, Some(link)) = (udp, self.links.get_mut(&link)) {
                at = link.last.get(&other).map_or(at, |last| at.max(*last));
                link.last.insert(other, at);
            }
            self.put(at, other, other_flow, FlowInput::Received(bytes.clone()));
        }
    }

    fn latency(&mut self) -> Duration {
        Duration::from_millis(self.random.millis(self.faults.latency_ms.0, self.faults.latency_ms.1))
    }

    fn put(&mut self, at: Instant, side: Side, flow: FlowId, input: FlowInput) {
        self.next += 1;
        self.on_the_way.insert((at, self.next), (side, flow, input));
    }
}
