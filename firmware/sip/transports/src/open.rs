//! The client's way to an open flow.

use roombox_sip::api::{FlowError, ServerTarget, Transport};
use tokio::net::{TcpStream, UdpSocket};
use tokio::time::timeout;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::WebSocketStream;

use crate::limits::OPEN;
use crate::manager::Link;
use crate::tls::ClientTls;
use crate::{connect, datagram, stream, websocket};

/// A flow that stands.
enum Opened {
    Tcp(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
    Udp(UdpSocket),
    Ws(Box<WebSocketStream<TcpStream>>),
    Wss(Box<WebSocketStream<TlsStream<TcpStream>>>),
}

/// Opens a flow and runs it to its end. `Ok` = the owner closed it.
pub(crate) async fn run(server: ServerTarget, tls: ClientTls, mut link: Link) -> Result<(), FlowError> {
    let opened = tokio::select! {
        opened = timeout(OPEN, open(&server, &tls)) => {
            opened.unwrap_or_else(|_| Err(FlowError::Timeout(format!("{} did not answer", authority(&server)))))?
        }
        () = link.closed() => return Ok(()),
    };
    match opened {
        Opened::Tcp(io) => stream::run(io, Transport::Tcp, link).await,
        Opened::Tls(io) => stream::run(*io, Transport::Tls, link).await,
        Opened::Udp(socket) => datagram::run(socket, link).await,
        Opened::Ws(io) => websocket::run(*io, Transport::Ws, link).await,
        Opened::Wss(io) => websocket::run(*io, Transport::Wss, link).await,
    }
}

async fn open(server: &ServerTarget, tls: &ClientTls) -> Result<Opened, FlowError> {
    let addresses = connect::resolve(&server.host, server.port).await?;
    if server.transport == Transport::Udp {
        return datagram::connect(addresses).await.map(Opened::Udp);
    }
    let tcp = connect::tcp(addresses).await?;
    Ok(match server.transport {
        Transport::Tcp | Transport::Udp => Opened::Tcp(tcp),
        Transport::Tls => Opened::Tls(Box::new(tls.handshake(server.name(), tcp).await?)),
        Transport::Ws => Opened::Ws(Box::new(websocket::upgrade(tcp, server).await?)),
        Transport::Wss => {
            let secure = tls.handshake(server.name(), tcp).await?;
            Opened::Wss(Box::new(websocket::upgrade(secure, server).await?))
        }
    })
}

/// `host:port` as in a Host header; IPv6 in brackets. The default port of the scheme is left out (RFC 9110 section 7.2).
pub(crate) fn authority(server: &ServerTarget) -> String {
    let name = server.name();
    let host = if name.contains(':') { format!("[{name}]") } else { name.to_owned() };
    match (server.transport, server.port) {
        (Transport::Ws, 80) | (Transport::Wss, 443) => host,
        (_, port) => format!("{host}:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_header_has_brackets_and_only_an_unusual_port() {
        let target = |transport, host, port| ServerTarget::new(transport, host, port, "/");
        assert_eq!(authority(&target(Transport::Wss, "vc.example", 443)), "vc.example");
        assert_eq!(authority(&target(Transport::Wss, "vc.example", 80)), "vc.example:80");
        assert_eq!(authority(&target(Transport::Ws, "::1", 5062)), "[::1]:5062");
        let located = ServerTarget { server_name: Some("example.org".into()), ..target(Transport::Wss, "edge1", 443) };
        assert_eq!(authority(&located), "example.org");
    }
}
