//! STUN and TURN servers as they are configured (RFC 7064, RFC 7065).

use std::{fmt::Debug, io};

use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};

use super::BoxFuture;

/// One STUN or TURN server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IceServer {
    /// `stun:…`, `turn:…`, `turns:…`.
    pub url: String,
    /// TURN user.
    pub user: String,
    /// TURN password.
    pub password: String,
}

/// Which candidates are used (W3C `RTCIceTransportPolicy`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum IcePolicy {
    /// Every one.
    #[default]
    All,
    /// Those of TURN servers only.
    Relay,
}

/// Secures the way to a TURN server by TLS, as the owner trusts.
pub trait RelaySecurity: Debug + Send + Sync {
    /// TLS over this connection to `host`.
    fn secure<'a>(&'a self, host: &'a str, tcp: TcpStream) -> BoxFuture<'a, io::Result<Box<dyn ByteStream>>>;
}

/// Bytes both ways.
pub trait ByteStream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> ByteStream for T {}

/// How a server is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerWay {
    /// STUN over UDP.
    Stun,
    /// TURN over UDP.
    Udp,
    /// TURN over TCP.
    Tcp,
    /// TURN over TLS.
    Tls,
}

/// The address in a URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerAddress {
    /// How it is reached.
    pub way: ServerWay,
    /// Name or address, without brackets.
    pub host: String,
    /// Port, the usual one (3478, with TLS 5349) where the URL has none.
    pub port: u16,
}

impl IceServer {
    /// Reads the URL; the error says in plain words what is wrong with it.
    pub fn address(&self) -> Result<ServerAddress, String> {
        let (scheme, rest) = self.url.split_once(':').ok_or("has no scheme")?;
        let (authority, query) = rest.split_once('?').map_or((rest, ""), |(authority, query)| (authority, query));
        let way = match (scheme.to_ascii_lowercase().as_str(), query.to_ascii_lowercase().as_str()) {
            ("stun", "" | "transport=udp") => ServerWay::Stun,
            ("turn", "" | "transport=udp") => ServerWay::Udp,
            ("turn", "transport=tcp") => ServerWay::Tcp,
            ("turns", "" | "transport=tcp") => ServerWay::Tls,
            ("stuns", _) => return Err("STUN over TLS is not spoken; the server's TURN address does the same".into()),
            ("turns", "transport=udp") => return Err("TURN over DTLS is not spoken".into()),
            ("stun" | "turn" | "turns", _) => return Err("has an unknown part behind the ?".into()),
            _ => return Err("is neither stun: nor turn: nor turns:".into()),
        };
        let usual = if way == ServerWay::Tls { 5349 } else { 3478 };
        let (host, port) = host_and_port(authority).ok_or("has no host, or a port that is none")?;
        Ok(ServerAddress { way, host, port: port.unwrap_or(usual) })
    }
}

/// `host`, `host:port`, `[v6]`, `[v6]:port`.
fn host_and_port(authority: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, port) = rest.split_once(']')?;
            (host, Some(port).filter(|port| !port.is_empty()).map(|port| port.strip_prefix(':').unwrap_or("-")))
        }
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let port = port.map(|port| port.parse::<u16>().ok().filter(|port| *port > 0));
    (!host.is_empty() && port != Some(None)).then(|| (host.to_owned(), port.flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Result<ServerAddress, String> {
        IceServer { url: url.into(), user: String::new(), password: String::new() }.address()
    }

    #[test]
    fn every_way_is_read_with_its_usual_port() {
        for (url, way, host, port) in [
            ("stun:stun.example.org", ServerWay::Stun, "stun.example.org", 3478),
            ("turn:192.0.2.1:3479", ServerWay::Udp, "192.0.2.1", 3479),
            ("turn:t.example?transport=udp", ServerWay::Udp, "t.example", 3478),
            ("turn:[2001:db8::1]?transport=tcp", ServerWay::Tcp, "2001:db8::1", 3478),
            ("TURNS:[2001:db8::1]:443", ServerWay::Tls, "2001:db8::1", 443),
            ("turns:t.example?transport=tcp", ServerWay::Tls, "t.example", 5349),
        ] {
            assert_eq!(address(url), Ok(ServerAddress { way, host: host.into(), port }), "{url}");
        }
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        for url in [
            "example.org",
            "http:x",
            "stun:",
            "turn:h:0",
            "turn:h:x",
            "turn:[::1]3478",
            "turns:h?transport=udp",
            "stuns:h",
            "turn:h?x=y",
        ] {
            assert!(address(url).is_err_and(|why| !why.is_empty()), "{url}");
        }
    }
}
