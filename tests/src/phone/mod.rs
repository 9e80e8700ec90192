//! A scripted softphone: the user agent of this project over real sockets, with every command and every event in the
//! hands of the test.
//!
//! A phone runs as a task of the test's tokio runtime and ends when it is dropped. What it is told stays in order until
//! the test asks for it: [`Phone::expect`] takes the first event that fits and leaves the others where they are. A wait
//! that fails shows every event and every message of the phone.

mod account;
mod description;
mod driver;
mod media;
mod terminal;
mod verbs;
mod waits;
mod wire;

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use roombox_sip::agent::{AgentConfig, UserAgent};
use roombox_sip::api::{Command, Event, FlowId, FlowInput, ServerTarget};
use roombox_sip::endpoint::{self, Endpoint, EndpointConfig};
use roombox_sip::machine::Machine;
use roombox_sip_transports::{ClientTls, FlowEvents, ListenOptions, Listener, Transports, flow_events};
use tokio::sync::mpsc;

pub use account::agent;
pub use description::{Description, directions};
use driver::{Core, Driver, Order};
pub use media::{Media, OTHER_CAMERA};
pub use terminal::Terminal;
pub use waits::{Incoming, Referred};
pub use wire::{Direction, Wire};

/// Seeds differ from phone to phone: two phones with one seed would make equal tags and Call-IDs.
static PHONES: AtomicU64 = AtomicU64::new(1);

/// One phone.
pub struct Phone {
    /// Every message it sent and received.
    pub wire: Wire,
    address: Option<SocketAddr>,
    description: Description,
    events: mpsc::UnboundedReceiver<Event>,
    history: Vec<String>,
    name: String,
    numbers: u64,
    orders: mpsc::UnboundedSender<Order>,
    pending: VecDeque<Event>,
    _listener: Option<Listener>,
}

impl Phone {
    /// A user agent with a connection it keeps up; it begins with [`Phone::start`].
    pub fn new(name: &str, config: AgentConfig, tls: ClientTls) -> Self {
        let core = Core::Agent(Box::new(UserAgent::new(config, seed())));
        let (flows, told) = flow_events();
        Self::run(name, core, Transports::new(tls, flows), told, None)
    }

    /// Somebody without registrar, with one connection to this place, up when this returns. It sends nothing by itself
    /// that belongs to no call, since a peer that plays a scenario knows only its own calls.
    pub async fn calling(name: &str, server: ServerTarget) -> Self {
        Self::calling_with(name, server, |_| ()).await
    }

    /// The same, changed by `adapt` before it starts.
    ///
    /// # Panics
    /// When the connection does not come up.
    pub async fn calling_with(name: &str, server: ServerTarget, adapt: impl FnOnce(&mut EndpointConfig)) -> Self {
        let (flows, mut told) = flow_events();
        let transports = Transports::new(own_tls(), flows);
        let mut config = EndpointConfig::client(format!("sip:{name}@127.0.0.1"));
        config.contact_user = Some(name.to_owned());
        adapt(&mut config);
        let mut endpoint = Endpoint::new(config, seed());
        transports.open(FlowId(1), server);
        let (flow, input) = told.recv().await.expect("the transports live");
        assert!(matches!(input, FlowInput::Opened(_)), "{name}: {input:?}");
        endpoint.handle_input(Instant::now(), endpoint::Input::Flow { flow, input });
        Self::run(name, Core::Endpoint(Box::new(endpoint)), transports, told, None)
    }

    /// An endpoint without registrar that waits for calls on a free port of loopback, changed by `adapt` before it starts.
    pub fn listening(name: &str, options: ListenOptions, adapt: impl FnOnce(&mut EndpointConfig)) -> Self {
        let (flows, told) = flow_events();
        let transports = Transports::new(own_tls(), flows);
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = Listener::bind(&transports, any, options).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut config = EndpointConfig::server(format!("sip:{name}@127.0.0.1"), listener.local_addr().to_string());
        config.contact_user = Some(name.to_owned());
        adapt(&mut config);
        let core = Core::Endpoint(Box::new(Endpoint::new(config, seed())));
        Self::run(name, core, transports, told, Some(listener))
    }

    fn run(name: &str, core: Core, transports: Transports, flows: FlowEvents, listener: Option<Listener>) -> Self {
        let (orders, taken) = mpsc::unbounded_channel();
        let (tell, events) = mpsc::unbounded_channel();
        let wire = Wire::default();
        let driver = Driver { core, events: tell, flows, orders: taken, transports, wire: wire.clone() };
        tokio::spawn(driver.run());
        Self {
            wire,
            address: listener.as_ref().map(Listener::local_addr),
            description: Description::new(),
            events,
            history: Vec::new(),
            name: name.to_owned(),
            numbers: 0,
            orders,
            pending: VecDeque::new(),
            _listener: listener,
        }
    }

    /// Where it listens.
    ///
    /// # Panics
    /// When it does not listen.
    pub fn address(&self) -> SocketAddr {
        self.address.expect("only a listening phone has an address")
    }

    /// Gives any command.
    pub fn command(&self, command: Command) {
        self.order(Order::Command(command));
    }

    fn order(&self, order: Order) {
        assert!(self.orders.send(order).is_ok(), "{} is gone\n{}", self.name, self.wire);
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }
}

fn seed() -> u64 {
    PHONES.fetch_add(1, Ordering::Relaxed) | u64::from(std::process::id()) << 32
}

/// Trust in the system's authorities and nobody else.
///
/// # Panics
/// When the system has no readable authorities.
pub fn own_tls() -> ClientTls {
    ClientTls::new(None).expect("the system has authorities")
}
