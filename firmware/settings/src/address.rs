//! `account.server` taken apart.

use std::fmt;
use std::net::IpAddr;

use serde::Serialize;

/// How SIP travels to the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Transport {
    /// TCP (RFC 3261 section 18).
    Tcp,
    /// TLS over TCP (RFC 3261 section 26.2).
    Tls,
    /// UDP (RFC 3261 section 18).
    Udp,
    /// WebSocket (RFC 7118).
    Ws,
    /// WebSocket over TLS (RFC 7118).
    Wss,
}

impl Transport {
    /// Port when the address names none (RFC 3261 section 19.1.2, RFC 6455 section 3).
    pub const fn default_port(self) -> u16 {
        match self {
            Self::Tcp | Self::Udp => 5060,
            Self::Tls => 5061,
            Self::Ws => 80,
            Self::Wss => 443,
        }
    }

    /// True when nobody on the way can read along.
    pub const fn is_encrypted(self) -> bool {
        matches!(self, Self::Tls | Self::Wss)
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Tls => "tls",
            Self::Udp => "udp",
            Self::Ws => "ws",
            Self::Wss => "wss",
        }
    }
}

impl fmt::Display for Transport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// How a host becomes a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lookup {
    /// Host and port are what they are.
    Direct,
    /// The DNS tells where this transport of the domain is served (RFC 3263); without such records host and port are.
    Records,
    /// The same for whichever encrypted transport the domain prefers.
    SecureRecords,
}

/// Where the server is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ServerAddress {
    /// How the host becomes a place: a SIP address by name and without port is a domain (RFC 3263 section 4); a WebSocket's
    /// URL is a place.
    pub lookup: Lookup,
    /// How to talk to it.
    pub transport: Transport,
    /// Name or address; an IPv6 address without brackets.
    pub host: String,
    /// Port, explicit or the transport's default.
    pub port: u16,
    /// Resource of a WebSocket, with leading slash and with query; empty for other transports.
    pub path: String,
}

impl ServerAddress {
    /// The host as a URI writes it: an IPv6 address in brackets.
    pub fn uri_host(&self) -> String {
        if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() }
    }

    /// The address as a URL: `wss://host[:port]/path` or `sip:host[:port];transport=…`; default ports are left out.
    pub fn url(&self) -> String {
        let place = self.place();
        match self.transport {
            Transport::Ws | Transport::Wss => format!("{}://{place}{}", self.transport, self.path),
            Transport::Tls => format!("sips:{place}"),
            Transport::Tcp | Transport::Udp => format!("sip:{place};transport={}", self.transport),
        }
    }

    /// `host[:port]` as a URI writes it; the transport's default port is left out.
    pub fn place(&self) -> String {
        let port = if self.port == self.transport.default_port() { String::new() } else { format!(":{}", self.port) };
        self.uri_host() + &port
    }
}

/// Why an address is not one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Nothing there.
    #[error("is empty")]
    Empty,
    /// No host name or address.
    #[error("has no valid host name or address")]
    Host,
    /// The port is no number from 1 to 65535.
    #[error("has a port that is not a number from 1 to 65535")]
    Port,
    /// A scheme or transport we do not speak.
    #[error("starts with `{0}`, which is not spoken here")]
    Scheme(String),
    /// User and password do not belong here.
    #[error("holds a user name; that belongs into `account.user`")]
    UserInfo,
    /// Spaces or control characters.
    #[error("holds a space or a control character")]
    Characters,
}

/// What is allowed in `account.server`.
pub(crate) const ALLOWED: &str = "wss://host[:port]/path, ws://host[:port]/path, sip:host[:port][;transport=udp|tcp|tls], sips:host[:port], \
     or a bare host[:port] for a Vinteo server";

/// Path of the WebSocket of a Vinteo server (spec section 1.1).
const VINTEO_PATH: &str = "/webrtc/wss/";

/// Takes `account.server` apart.
pub(crate) fn parse(text: &str) -> Result<ServerAddress, AddressError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(AddressError::Empty);
    }
    if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err(AddressError::Characters);
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        return websocket(scheme, rest);
    }
    match text.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("sip") => sip(Transport::Udp, rest),
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("sips") => sip(Transport::Tls, rest),
        _ if text.contains('/') => Err(AddressError::Host),
        _ => at(Transport::Wss, text, VINTEO_PATH.into()),
    }
}

fn websocket(scheme: &str, rest: &str) -> Result<ServerAddress, AddressError> {
    let transport = match scheme.to_ascii_lowercase().as_str() {
        "wss" => Transport::Wss,
        "ws" => Transport::Ws,
        _ => return Err(AddressError::Scheme(format!("{scheme}://"))),
    };
    // RFC 6455 section 3: no fragment; an empty path is `/`.
    let rest = rest.split('#').next().unwrap_or_default();
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (authority, resource) = rest.split_at(end);
    let path = if resource.starts_with('/') { resource.into() } else { format!("/{resource}") };
    at(transport, authority, path)
}

fn sip(default: Transport, rest: &str) -> Result<ServerAddress, AddressError> {
    let mut parts = rest.split(';');
    let authority = parts.next().unwrap_or_default();
    let asked = parts.filter_map(|parameter| parameter.split_once('=')).find(|(name, _)| *name == "transport");
    let any_secure = default == Transport::Tls && asked.is_none();
    let transport = match asked.map(|(_, value)| value.to_ascii_lowercase()).as_deref() {
        None => default,
        // RFC 3261 section 26.2.2: `sips` means TLS whatever stream transport is named.
        Some("tcp" | "tls") if default == Transport::Tls => Transport::Tls,
        Some("udp") if default == Transport::Udp => Transport::Udp,
        Some("tcp") => Transport::Tcp,
        Some("tls") => Transport::Tls,
        Some(other) => return Err(AddressError::Scheme(format!("transport={other}"))),
    };
    let address = at(transport, authority, String::new())?;
    let lookup = match (host_and_port(authority)?.1, any_secure) {
        _ if address.host.parse::<IpAddr>().is_ok() => Lookup::Direct,
        (Some(_), _) => Lookup::Direct,
        (None, true) => Lookup::SecureRecords,
        (None, false) => Lookup::Records,
    };
    Ok(ServerAddress { lookup, ..address })
}

fn at(transport: Transport, authority: &str, path: String) -> Result<ServerAddress, AddressError> {
    if authority.contains('@') {
        return Err(AddressError::UserInfo);
    }
    let (host, port) = host_and_port(authority)?;
    let lookup = Lookup::Direct;
    Ok(ServerAddress { lookup, transport, host, port: port.unwrap_or(transport.default_port()), path })
}

/// Splits `host[:port]`; IPv6 addresses stand in brackets.
pub(crate) fn host_and_port(authority: &str) -> Result<(String, Option<u16>), AddressError> {
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or(AddressError::Host)?;
        address.parse::<std::net::Ipv6Addr>().map_err(|_| AddressError::Host)?;
        match after.strip_prefix(':') {
            Some(port) => (address, Some(port)),
            None if after.is_empty() => (address, None),
            None => return Err(AddressError::Host),
        }
    } else {
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        if !is_host_name(host) {
            return Err(AddressError::Host);
        }
        (host, port)
    };
    let port = port.map(|digits| digits.parse::<u16>().ok().filter(|port| *port > 0).ok_or(AddressError::Port));
    Ok((in_ascii(host)?, port.transpose()?))
}

/// DNS, certificates and SIP know names in ASCII only (RFC 5890: A-labels); people may write theirs as it is.
fn in_ascii(host: &str) -> Result<String, AddressError> {
    if host.is_ascii() {
        return Ok(host.to_ascii_lowercase());
    }
    idna::domain_to_ascii(host).map_err(|_| AddressError::Host)
}

/// A domain as URIs write it.
pub(crate) fn domain(text: &str) -> Result<String, AddressError> {
    let (host, _) = host_and_port(text.trim())?;
    Ok(if host.contains(':') { format!("[{host}]") } else { host })
}

/// Bytes a user part holds as they are: `unreserved` and `user-unreserved` of RFC 3261 section 25.1.
pub(crate) const fn is_user_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'!' | b'~' | b'*' | b'\'' | b'(' | b')')
        || matches!(byte, b'&' | b'=' | b'+' | b'$' | b',' | b';' | b'?' | b'/')
}

/// Labels of letters, digits and hyphens (RFC 1123 section 2.1), underscores tolerated; an IPv4 address fits as well.
fn is_host_name(host: &str) -> bool {
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    };
    host.len() <= 253 && host.strip_suffix('.').unwrap_or(host).split('.').all(label)
}
