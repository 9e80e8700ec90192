//! A network in memory and in virtual time: any number of clients and one server, with faults, repeatable by seed.
//!
//! Simulators and tests drive whole machines with it: give commands, [`VirtualNetwork::run_for`] some time, look at
//! [`VirtualNetwork::take_events`]. The trace holds every message with its virtual time.

mod carriage;
mod faults;
mod links;
mod node;
mod steps;
#[cfg(test)]
mod tests;
mod trace;

pub use faults::Faults;
pub use node::Node;
pub use trace::Tracing;

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Arguments;
use std::time::{Duration, Instant};

use bytes::Bytes;

use crate::api::{Event, FlowError, FlowId, FlowInput, ServerTarget};
use crate::ident::Random;
use links::Links;
use trace::Trace;

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
}
