//! A network in memory and in virtual time: any number of clients and one server, with faults, repeatable by seed.
//!
//! Simulators and tests drive whole machines with it: give commands, [`VirtualNetwork::run_for`] some time, look at
//! [`VirtualNetwork::take_events`]. The trace holds every message with its virtual time.

mod faults;
mod links;
#[cfg(test)]
mod tests;
mod trace;

pub use faults::Faults;
pub use trace::Tracing;

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Arguments;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::agent::{self, UserAgent};
use crate::api::{Event, FlowError, FlowId, FlowInput, LocateId, Output, ServerTarget, Transport};
use crate::endpoint::{self, Endpoint};
use crate::ident::Random;
use crate::machine::Machine;
use links::{Link, Links};
use trace::Trace;

/// A machine that lives on flows.
pub trait Node: Machine<Output = Output> {
    /// News of a flow, in the machine's own input type.
    fn flow_input(flow: FlowId, input: FlowInput) -> Self::Input;

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

/// More steps at one instant than this, and a machine asks for a deadline it never clears.
const MAX_SPINS: u32 = 100_000;

/// One side of the network: a client by its number, or the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// The client of this number.
    Client(usize),
    /// The server.
    Server,
}

/// One message that was put on the wire or taken from it.
#[derive(Clone, Debug)]
pub struct WireNote {
    /// When.
    pub at: Instant,
    /// The message.
    pub bytes: Bytes,
    /// The flow as `side` knows it.
    pub flow: FlowId,
    /// Taken from the wire by `side`; otherwise put there by it.
    pub received: bool,
    /// Who.
    pub side: Side,
}

/// Part of a stream, or its end, on its way to `side`.
#[derive(Debug)]
struct Held {
    client: usize,
    flow: FlowId,
    input: FlowInput,
    link: u64,
    side: Side,
}

/// The network and everybody on it.
#[derive(Debug)]
pub struct VirtualNetwork<C, S> {
    /// The clients.
    pub clients: Vec<C>,
    /// The server.
    pub server: S,
    /// What the network does from now on, for clients without faults of their own.
    pub faults: Faults,
    /// What it does to single clients.
    pub client_faults: BTreeMap<usize, Faults>,
    /// Where every domain is served.
    pub places: Result<Vec<ServerTarget>, FlowError>,
    events: VecDeque<(Side, Event)>,
    /// What streams keep for clients without a way through, in order.
    held: VecDeque<Held>,
    links: Links,
    next: u64,
    now: Instant,
    on_the_way: BTreeMap<(Instant, u64), (Side, FlowId, FlowInput)>,
    random: Random,
    /// Steps since time last moved.
    spins: u32,
    start: Instant,
    /// Clients that do nothing until then.
    suspended: BTreeMap<usize, Instant>,
    trace: Trace,
    wire: Option<Vec<WireNote>>,
}

impl<C: Node, S: Node> VirtualNetwork<C, S> {
    /// A network of these machines. `start` is any instant: only differences matter.
    pub fn new(start: Instant, seed: u64, clients: Vec<C>, server: S) -> Self {
        Self {
            clients,
            server,
            faults: Faults::NONE,
            client_faults: BTreeMap::new(),
            places: Err(FlowError::NameNotFound("no such domain".into())),
            events: VecDeque::new(),
            held: VecDeque::new(),
            links: Links::default(),
            next: 0,
            now: start,
            on_the_way: BTreeMap::new(),
            random: Random::new(seed),
            spins: 0,
            start,
            suspended: BTreeMap::new(),
            trace: Trace::default(),
            wire: None,
        }
    }

    /// The virtual time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// Everything that was sent, with virtual time, direction and content; empty with [`Tracing::Hash`].
    pub fn trace(&self) -> &str {
        &self.trace.text
    }

    /// A number that stands for everything that happened; two runs that differ have different ones.
    pub fn trace_hash(&self) -> u64 {
        self.trace.hash()
    }

    /// How much of the trace is kept from now on.
    pub fn set_tracing(&mut self, level: Tracing) {
        self.trace.level = level;
    }

    /// Adds a line of the caller's to the trace.
    pub fn remark(&mut self, text: Arguments<'_>) {
        let at = self.now.duration_since(self.start).as_millis();
        self.trace.note(at, &"--", text);
    }

    /// The events since the last call.
    pub fn take_events(&mut self) -> Vec<(Side, Event)> {
        self.events.drain(..).collect()
    }

    /// The messages since the last call; from the first call on they are kept.
    pub fn take_wire(&mut self) -> Vec<WireNote> {
        self.wire.replace(Vec::new()).unwrap_or_default()
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
        self.cut_where(|_| true);
    }

    /// Cuts the connections of one client; both sides are told.
    pub fn cut_client(&mut self, client: usize) {
        self.cut_where(|link| link.client == client);
    }

    /// Cuts the connections that lost something while the network was silent; both sides are told, as the first packet
    /// after it would do.
    pub fn cut_broken(&mut self) {
        self.cut_where(|link| link.broken);
    }

    fn cut_where(&mut self, gone: impl Fn(&Link) -> bool) {
        for (number, mut link) in self.links.take(gone) {
            for side in [Side::Client(link.client), Side::Server] {
                let flow = if side == Side::Server { FlowId::accepted(number) } else { link.flow };
                // One that is just coming up is cut as soon as it is up.
                let at = link.arrival(side, self.now);
                self.put(at, side, flow, FlowInput::Closed(FlowError::Closed("cut".into())));
            }
        }
    }

    /// Puts another server in the place of the old one: every connection is cut, all that was on the way is lost.
    pub fn replace_server(&mut self, server: S) {
        self.server = server;
        self.on_the_way.clear();
        self.held.clear();
        self.cut();
        self.on_the_way.retain(|_, (side, _, _)| *side != Side::Server);
    }

    /// A client does nothing for this long (the box sleeps, or its clock jumps): what arrives and falls due meanwhile is
    /// done afterwards, all at once.
    pub fn suspend(&mut self, client: usize, time: Duration) {
        self.suspended.insert(client, self.now + time);
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

    /// The next event, if one comes until `end`; otherwise time stands at `end` afterwards.
    pub fn next_event(&mut self, end: Instant) -> Option<(Side, Event)> {
        loop {
            if let Some(event) = self.events.pop_front() {
                return Some(event);
            }
            if !self.step(end) {
                self.now = self.now.max(end);
                return None;
            }
        }
    }

    /// Does the next thing that is due until `end`; `false` when there is none.
    fn step(&mut self, end: Instant) -> bool {
        self.release();
        let arrival = self.on_the_way.first_key_value().map(|((at, _), _)| *at);
        let timer = self.next_timer();
        let next = arrival.into_iter().chain(timer.map(|(at, _)| at)).min();
        let Some(next) = next.filter(|next| *next <= end) else { return false };
        self.spins = if next > self.now { 0 } else { self.spins + 1 };
        assert!(self.spins < MAX_SPINS, "a machine does not move its deadline:\n{}", self.trace.text);
        self.now = self.now.max(next);
        if arrival == Some(next) {
            if let Some(((_, number), (side, flow, input))) = self.on_the_way.pop_first() {
                self.deliver(number, side, flow, input);
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

    /// The first deadline; that of a suspended client comes when it wakes.
    fn next_timer(&self) -> Option<(Instant, Side)> {
        let due = |n: usize, client: &C| {
            let at = client.next_deadline()?;
            Some((self.suspended.get(&n).map_or(at, |wakes| at.max(*wakes)), Side::Client(n)))
        };
        let clients = self.clients.iter().enumerate().filter_map(|(n, client)| due(n, client));
        clients.chain(self.server.next_deadline().map(|at| (at, Side::Server))).min()
    }

    /// What streams kept goes on, for clients that have a way through again.
    fn release(&mut self) {
        if self.held.is_empty() {
            return;
        }
        for held in std::mem::take(&mut self.held) {
            self.carry(self.now, held);
        }
    }

    fn faults_of(&self, client: usize) -> Faults {
        self.client_faults.get(&client).copied().unwrap_or(self.faults)
    }

    fn deliver(&mut self, number: u64, side: Side, flow: FlowId, input: FlowInput) {
        if let Side::Client(n) = side
            && let Some(wakes) = self.suspended.get(&n).copied()
        {
            if wakes > self.now {
                self.on_the_way.insert((wakes, number), (side, flow, input));
                return;
            }
            self.suspended.remove(&n);
        }
        if let (Some(wire), FlowInput::Received(bytes)) = (&mut self.wire, &input) {
            wire.push(WireNote { at: self.now, bytes: bytes.clone(), flow, received: true, side });
        }
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
                    let at = self.now.duration_since(self.start).as_millis();
                    self.trace.note(at, &side, format_args!("{event:?}"));
                    self.events.push_back((side, event));
                }
                Some(Output::Locate { locate, .. }) => self.locate(side, locate),
                Some(Output::OpenFlow { flow, server }) => self.open(side, flow, server.transport),
                Some(Output::CloseFlow(flow)) => self.close(side, flow),
                Some(Output::Send { flow, bytes }) => self.send(side, flow, &bytes),
            }
        }
    }

    fn locate(&mut self, side: Side, locate: LocateId) {
        let places = self.places.clone();
        match side {
            Side::Client(n) => {
                if let Some(input) = C::located(locate, places) {
                    self.clients[n].handle_input(self.now, input);
                }
            }
            Side::Server => {
                if let Some(input) = S::located(locate, places) {
                    self.server.handle_input(self.now, input);
                }
            }
        }
    }

    fn open(&mut self, side: Side, flow: FlowId, transport: Transport) {
        let Side::Client(client) = side else { return };
        let faults = self.faults_of(client);
        let at = self.now + self.latency(faults);
        if faults.refused {
            return self.put(at, side, flow, FlowInput::Closed(FlowError::Refused("nobody listens".into())));
        }
        // A datagram has no connection that could fail to come up.
        if (faults.silent || faults.partitioned) && transport != Transport::Udp {
            return;
        }
        self.next += 1;
        let number = self.next;
        let mut link = Link::new(client, flow, transport);
        // Nothing, not even its end, comes before it is up.
        for to in [side, Side::Server] {
            link.arrival(to, at);
        }
        self.links.add(number, link);
        self.put(at, Side::Server, FlowId::accepted(number), FlowInput::Opened(transport));
        self.put(at, side, flow, FlowInput::Opened(transport));
    }

    fn close(&mut self, side: Side, flow: FlowId) {
        let Some(number) = self.links.find(side, flow) else { return };
        let Some((other, other_flow)) = self.links.other_end(side, number) else { return };
        let Some(link) = self.links.get(number) else { return };
        let (client, stream) = (link.client, link.is_stream());
        let faults = self.faults_of(client);
        if faults.silent && stream {
            // The other end does not know until it is told that its own end is gone.
            self.links.damage(number);
            return;
        }
        let at = self.now + self.latency(faults);
        let input = FlowInput::Closed(FlowError::Closed("closed by the other side".into()));
        self.carry(at, Held { client, flow: other_flow, input, link: number, side: other });
        self.links.remove(number);
    }

    fn send(&mut self, side: Side, flow: FlowId, bytes: &Bytes) {
        let at = self.now.duration_since(self.start).as_millis();
        self.trace.message(at, &side, &flow, bytes);
        if let Some(wire) = &mut self.wire {
            wire.push(WireNote { at: self.now, bytes: bytes.clone(), flow, received: false, side });
        }
        let Some(number) = self.links.find(side, flow) else { return };
        let Some((other, other_flow)) = self.links.other_end(side, number) else { return };
        let Some(link) = self.links.get(number) else { return };
        let (client, stream, broken) = (link.client, link.is_stream(), link.broken);
        let faults = self.faults_of(client);
        match (stream, faults.silent) {
            (true, true) => self.links.damage(number),
            (true, false) if broken => self.cut_where(|link| link.client == client && link.broken),
            (true, false) => {
                let (at, input) = (self.now + self.latency(faults), FlowInput::Received(bytes.clone()));
                self.carry(at, Held { client, flow: other_flow, input, link: number, side: other });
            }
            (false, true) => {}
            (false, false) => self.send_datagram(faults, other, other_flow, bytes),
        }
    }

    /// Behind everything that is on its way already, or kept where there is no way.
    fn carry(&mut self, at: Instant, what: Held) {
        if self.faults_of(what.client).partitioned {
            return self.held.push_back(what);
        }
        let at = self.links.get_mut(what.link).map_or(at, |link| link.arrival(what.side, at));
        self.put(at, what.side, what.flow, what.input);
    }

    fn send_datagram(&mut self, faults: Faults, other: Side, flow: FlowId, bytes: &Bytes) {
        if faults.partitioned || self.random.millis(1, 100) <= faults.lost {
            return;
        }
        let copies = if self.random.millis(1, 100) <= faults.doubled { 2 } else { 1 };
        for _ in 0..copies {
            let at = self.now + self.latency(faults);
            self.put(at, other, flow, FlowInput::Received(bytes.clone()));
        }
    }

    fn latency(&mut self, faults: Faults) -> Duration {
        Duration::from_millis(self.random.millis(faults.latency_ms.0, faults.latency_ms.1))
    }

    fn put(&mut self, at: Instant, side: Side, flow: FlowId, input: FlowInput) {
        self.next += 1;
        self.on_the_way.insert((at, self.next), (side, flow, input));
    }
}
