//! The server's side: connections, and peers over UDP, accepted into a [`Transports`].

use std::net::SocketAddr;

use roombox_sip::api::{FlowError, Transport};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream, UdpSocket};
use tokio::task::JoinHandle;
use tokio::time::{sleep, timeout};

use crate::limits::{ACCEPT, STAGGER};
use crate::manager::{Link, Transports};
use crate::tls::{ServerTls, words};
use crate::web::{self, Kind, WebConnections};
use crate::{connect, failure, peers, stream, websocket};

/// Connections that may wait in the kernel while the accepting task is busy.
const BACKLOG: u32 = 128;

/// What a listener serves.
#[derive(Clone, Debug)]
pub struct ListenOptions {
    /// Certificate and key; needed for `Tls` and `Wss`.
    pub identity: Option<ServerTls>,
    /// The only HTTP path of a WebSocket that is served; `None` = any.
    pub path: Option<String>,
    /// What is served.
    pub transport: Transport,
    /// Gets the connections to a WebSocket port that ask for something else; `None` = they are refused.
    pub web: Option<WebConnections>,
}

/// Why a listener did not start.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// The address cannot be used.
    #[error("cannot listen on {address}: {source}")]
    Bind {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system says.
        source: std::io::Error,
    },
    /// TLS without a certificate.
    #[error("{0:?} needs a certificate and key")]
    NoIdentity(Transport),
}

/// Accepts connections until dropped. Connections already accepted live on in their [`Transports`]; over UDP there are
/// none, and all peers are gone with the socket.
#[derive(Debug)]
pub struct Listener {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Listener {
    /// Listens on `address` (port 0 = any free one) inside a tokio runtime; each connection becomes a flow of
    /// `transports` once it is secured and upgraded. The port can be bound again at once after the listener is gone.
    pub fn bind(transports: &Transports, address: SocketAddr, options: ListenOptions) -> Result<Self, ListenError> {
        let secure = match options.transport {
            Transport::Tls | Transport::Wss => true,
            Transport::Tcp | Transport::Udp | Transport::Ws => false,
        };
        if secure && options.identity.is_none() {
            return Err(ListenError::NoIdentity(options.transport));
        }
        let failed = |source| ListenError::Bind { address, source };
        if options.transport == Transport::Udp {
            let (local, socket) = bind_udp(address).map_err(failed)?;
            return Ok(Self { address: local, task: tokio::spawn(peers::serve(socket, transports.clone())) });
        }
        let bound = listen(address).and_then(|socket| Ok((socket.local_addr()?, socket)));
        let (local, socket) = bound.map_err(failed)?;
        let task = tokio::spawn(accept_all(socket, options, transports.clone()));
        Ok(Self { address: local, task })
    }

    /// Where it listens, with the port the system chose.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Stops listening; when this returns, the port is free.
    pub async fn stop(mut self) {
        self.task.abort();
        // The only error is the cancellation just asked for.
        let _ = (&mut self.task).await;
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv6() { TcpSocket::new_v6() } else { TcpSocket::new_v4() }?;
    // Connections of a former listener may still be in TIME_WAIT.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

fn bind_udp(address: SocketAddr) -> std::io::Result<(SocketAddr, UdpSocket)> {
    let socket = std::net::UdpSocket::bind(address)?;
    socket.set_nonblocking(true)?;
    Ok((socket.local_addr()?, UdpSocket::from_std(socket)?))
}

async fn accept_all(listener: TcpListener, options: ListenOptions, transports: Transports) {
    loop {
        match listener.accept().await {
            Ok((tcp, peer)) => {
                let options = options.clone();
                if transports.accept(|link| serve(tcp, options, link)).is_none() {
                    tracing::warn!(%peer, "too many connections, this one is refused");
                }
            }
            Err(error) => {
                tracing::warn!(%error, "cannot accept a connection");
                // Out of file descriptors: trying again at once would spin.
                sleep(STAGGER).await;
            }
        }
    }
}

/// Secures, upgrades and runs one accepted connection.
async fn serve(tcp: TcpStream, options: ListenOptions, link: Link) -> Result<(), FlowError> {
    connect::tune(&tcp).map_err(|error| failure::lost(&error))?;
    let late = |_| FlowError::Timeout("the client did not finish the handshake".into());
    let transport = options.transport;
    match (transport, options.identity) {
        (Transport::Ws, _) => serve_web(tcp, options.path, options.web, transport, link).await,
        (Transport::Wss, Some(identity)) => {
            let secured = timeout(ACCEPT, secure(&identity, tcp)).await.map_err(late)??;
            serve_web(secured, options.path, options.web, transport, link).await
        }
        (Transport::Tls, Some(identity)) => {
            let secured = timeout(ACCEPT, secure(&identity, tcp)).await.map_err(late)??;
            stream::run(secured, transport, link).await
        }
        _ => stream::run(tcp, transport, link).await,
    }
}

async fn secure(identity: &ServerTls, tcp: TcpStream) -> Result<tokio_rustls::server::TlsStream<TcpStream>, FlowError> {
    identity.acceptor().accept(tcp).await.map_err(|error| words::handshake("the client", false, &error))
}

/// Upgrades a connection and runs it, or hands it to whoever serves the web.
async fn serve_web<S>(
    stream: S,
    path: Option<String>,
    web: Option<WebConnections>,
    transport: Transport,
    link: Link,
) -> Result<(), FlowError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let late = |_| FlowError::Timeout("the client did not finish the handshake".into());
    let Some(web) = web else {
        let socket = timeout(ACCEPT, websocket::accept(stream, path)).await.map_err(late)??;
        return websocket::run(socket, transport, link).await;
    };
    match timeout(ACCEPT, web::sorted(stream)).await.map_err(late)?.map_err(|error| failure::lost(&error))? {
        Kind::Upgrade(stream) => {
            let socket = timeout(ACCEPT, websocket::accept(stream, path)).await.map_err(late)??;
            websocket::run(socket, transport, link).await
        }
        Kind::Other(stream) => Err(web::hand_over(stream, &web).await),
    }
}
