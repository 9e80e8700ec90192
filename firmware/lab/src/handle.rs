//! Starting, steering and stopping a lab.

use std::net::SocketAddr;
use std::time::Duration;

use roombox_lab_signalling::{Faults, LabEvent, Order};
use roombox_sip::api::Transport;
use roombox_sip_transports::{ClientTls, ListenOptions, Listener, ServerTls, Transports, flow_events};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::config::{LabConfig, LabTls};
use crate::error::LabError;
use crate::http::HttpServer;
use crate::server::{Place, Server, Wish};
use crate::{DEFAULT_PATH, identity};

/// The conference server.
#[derive(Debug)]
pub struct Lab;

impl Lab {
    /// Starts a lab inside the current tokio runtime; from then on it reports on `events`.
    pub async fn start(config: LabConfig, events: mpsc::UnboundedSender<LabEvent>) -> Result<LabHandle, LabError> {
        // The first time it looks through all plugins, which may take seconds.
        let prepared = tokio::task::spawn_blocking(|| gst::init().map_err(|error| error.to_string()));
        prepared.await.map_err(|error| LabError::Media(error.to_string()))?.map_err(LabError::Media)?;
        let (identity, authority) = secured(&config)?;
        let (flows, incoming) = flow_events();
        let transports = Transports::new(ClientTls::new(None)?, flows);
        let transport = if identity.is_some() { Transport::Wss } else { Transport::Ws };
        let (web, connections) = mpsc::channel(1);
        let (http, requests) = HttpServer::start(connections);
        let options = ListenOptions { identity, path: None, transport, web: Some(web) };
        let listener = Listener::bind(&transports, config.listen, options.clone())?;
        let address = listener.local_addr();
        let url = url(transport, address, &config.tls);
        let (wishes, steering) = mpsc::unbounded_channel();
        // A reporter whose listener is gone has nobody to tell; the lab itself goes on.
        let _ = events.send(LabEvent::Listening { address, url: url.clone() });
        let place = Place { address, options, url: url.clone() };
        let server = Server::new(&config, place, transports, events);
        let (stop, stopped) = mpsc::channel(1);
        let task = tokio::spawn(server.run(listener, incoming, requests, steering, stopped));
        Ok(LabHandle { address, authority, http, wishes, stop, task: Some(task), url })
    }
}

/// A running lab. Dropping it stops the lab like [`LabHandle::stop`], without waiting for the end.
#[derive(Debug)]
pub struct LabHandle {
    address: SocketAddr,
    authority: Option<String>,
    /// Serves as long as the lab runs.
    http: HttpServer,
    wishes: mpsc::UnboundedSender<Wish>,
    /// A message or its end stops the lab.
    stop: mpsc::Sender<()>,
    task: Option<JoinHandle<()>>,
    url: String,
}

impl LabHandle {
    /// Where it listens.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// The WebSocket address for clients, with the usual path.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// PEM text of the authority that signed its certificate, when it made one itself ([`LabTls::Own`]).
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// From now on these things go wrong and no others.
    pub fn set_faults(&self, faults: Faults) {
        self.order(Order::Faults(faults));
    }

    /// Ends all calls of this user with BYE.
    pub fn hang_up(&self, user: &str) {
        self.order(Order::HangUp(user.into()));
    }

    /// Cuts every connection without a word; clients may come back at once.
    pub fn drop_connections(&self) {
        self.order(Order::DropConnections);
    }

    /// Sends a vendor message (INFO without body) in every call of this user.
    pub fn send_info(&self, user: &str, content_type: &str, headers: Vec<(String, String)>) {
        self.order(Order::Info { user: user.into(), content_type: content_type.into(), headers });
    }

    /// Dies at once, as if the process had been killed: no BYE, no closing handshake. When this returns, the port is free
    /// and every media socket is closed.
    pub async fn stop(mut self) {
        // A lab that has stopped already needs no telling.
        let _ = self.stop.try_send(());
        drop(self.http);
        if let Some(task) = self.task.take() {
            // A panic in the lab has been reported by its thread already.
            let _ = task.await;
        }
    }

    /// Gives an order.
    pub fn order(&self, order: Order) {
        self.wish(Wish::Order(order));
    }

    /// Plays dead for this long: every connection is cut, nobody listens, no BYE; then it comes back at the same address
    /// and knows nothing of before but its settings.
    pub fn kill(&self, time: Duration) {
        self.wish(Wish::Kill(time));
    }

    fn wish(&self, wish: Wish) {
        // A lab that is gone takes no orders; its end was reported.
        let _ = self.wishes.send(wish);
    }
}

/// Certificate and key to present, and the authority behind them when it was made here.
fn secured(config: &LabConfig) -> Result<(Option<ServerTls>, Option<String>), LabError> {
    Ok(match &config.tls {
        LabTls::None => (None, None),
        LabTls::Files { certificate, key } => (Some(ServerTls::from_files(certificate, key)?), None),
        LabTls::Own => {
            let made = identity::fresh(config.listen.ip())?;
            (Some(ServerTls::from_text(&made.certificate, &made.key)?), Some(made.authority))
        }
    })
}

fn url(transport: Transport, address: SocketAddr, tls: &LabTls) -> String {
    // A certificate of our own and most others are for the name; without TLS the address says exactly where.
    let local = address.ip().is_loopback() && *tls != LabTls::None;
    let host = if local { format!("localhost:{}", address.port()) } else { address.to_string() };
    let scheme = if transport == Transport::Wss { "wss" } else { "ws" };
    format!("{scheme}://{host}{DEFAULT_PATH}")
}
