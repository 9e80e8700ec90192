//! Connections: where to, over what, and how they end.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// What carries SIP (RFC 3261 section 18, RFC 7118).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// SIP over TCP.
    Tcp,
    /// SIP over TLS.
    Tls,
    /// SIP over UDP, for requests above 1300 octets too: they go in IP fragments, where RFC 3261 section 18.1.1 would have
    /// them go over TCP. A box uses the transport that it is told, its registration and its dialogs live on that one flow,
    /// and a second flow beside it would be one that its server does not know. Whoever has such offers (ICE, video) behind
    /// something that drops fragments names another transport.
    Udp,
    /// SIP over WebSocket.
    Ws,
    /// SIP over secure WebSocket.
    Wss,
}

/// Where a flow is opened to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerTarget {
    /// What carries SIP there.
    pub transport: Transport,
    /// Host name or address, without brackets for IPv6.
    pub host: String,
    /// TCP or UDP port.
    pub port: u16,
    /// HTTP path of a WebSocket (`/webrtc/wss/` at a Vinteo server); empty for the others.
    pub path: String,
    /// The name that the certificate must be for and that a WebSocket upgrade asks for, where it is not `host`: a place
    /// found by DNS must prove that it serves the domain that was asked for (RFC 5922 section 4).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_name: Option<String>,
}

impl ServerTarget {
    /// A place whose certificate is for its host; `path` counts for WebSockets only.
    pub fn new(transport: Transport, host: impl Into<String>, port: u16, path: impl Into<String>) -> Self {
        Self { transport, host: host.into(), port, path: path.into(), server_name: None }
    }

    /// The name or address that the server must prove to be.
    pub fn name(&self) -> &str {
        self.server_name.as_deref().unwrap_or(&self.host)
    }
}

/// A server as it is configured: its place, or a domain whose place is looked up (RFC 3263).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Server {
    /// Known by host, port and transport.
    At(ServerTarget),
    /// Looked up by NAPTR, SRV and address records each time it is connected to.
    Domain {
        /// The SIP domain.
        name: String,
        /// The transport asked for; `None` = what the records prefer, and only secure ones.
        transport: Option<Transport>,
        /// HTTP path of a WebSocket; empty for the others.
        path: String,
    },
}

impl From<ServerTarget> for Server {
    fn from(target: ServerTarget) -> Self {
        Self::At(target)
    }
}

/// What happens on the network side, told by the driver.
#[derive(Clone, Debug)]
pub enum FlowInput {
    /// The flow that was asked for is up (or, at a server, was accepted), carried by this transport.
    Opened(Transport),
    /// One WebSocket message, one datagram, or the next piece of a stream.
    Received(Bytes),
    /// The flow is gone or never came up.
    Closed(FlowError),
}

/// Why a flow is gone.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "detail")]
pub enum FlowError {
    /// The server's certificate is not good for us (authority, name, dates, pinned key), or ours is not good for the server.
    #[error("certificate not trusted: {0}")]
    Certificate(String),
    /// Closed by the other side or lost.
    #[error("connection closed: {0}")]
    Closed(String),
    /// Nobody listens there.
    #[error("connection refused: {0}")]
    Refused(String),
    /// The host name has no address.
    #[error("host name not found: {0}")]
    NameNotFound(String),
    /// The other side is not a SIP WebSocket server (HTTP status, wrong subprotocol).
    #[error("not a SIP WebSocket server: {0}")]
    Handshake(String),
    /// No answer in time.
    #[error("no answer in time: {0}")]
    Timeout(String),
    /// No network or no route.
    #[error("network unreachable: {0}")]
    Unreachable(String),
}
