//! Sockets for the SIP core: WebSocket, secure WebSocket, TLS, TCP and UDP, as client and as server.
//!
//! [`Transports`] owns every connection. It does what the core's outputs ask for (`OpenFlow`, `Send`, `CloseFlow`) and
//! reports on one channel what happens to each flow. [`Listener`] accepts connections into the same [`Transports`].
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this crate owns the sockets")]

mod close;
mod connect;
mod datagram;
mod failure;
mod limits;
mod listener;
mod manager;
mod open;
mod peers;
mod resolver;
mod stream;
mod tls;
mod web;
mod websocket;

pub use listener::{ListenError, ListenOptions, Listener};
pub use manager::{FlowEventSender, FlowEvents, Transports, flow_events};
pub use resolver::{Dns, NameServers, Resolver};
pub use tls::{ClientTls, ClientTlsOptions, Pem, ServerTls, TlsError, TlsVersion};
pub use web::{WebConnection, WebConnections};
