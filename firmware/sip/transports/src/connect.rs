//! From a host name to a connected TCP socket, trying IPv6 and IPv4 side by side (RFC 8305, without its caches).

use std::io::{Error, ErrorKind, Result};
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};

use roombox_sip::api::FlowError;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::failure;
use crate::limits::{ADDRESS, KEEP_ALIVE_IDLE, KEEP_ALIVE_INTERVAL, KEEP_ALIVE_RETRIES, STAGGER, UNACKNOWLEDGED};

/// All addresses of a host, families alternating, IPv6 first, each family in the resolver's order. The system's own
/// resolver is asked: hosts file, search list and local names count.
pub(crate) async fn resolve(host: &str, port: u16) -> std::result::Result<Vec<SocketAddr>, FlowError> {
    let found = tokio::net::lookup_host((host, port))
        .await
        .map_err(|error| unresolved(host, &error.to_string(), has_way_out()))?;
    let addresses = interleave(found.collect());
    if addresses.is_empty() { Err(FlowError::NameNotFound(format!("{host} has no address"))) } else { Ok(addresses) }
}

/// Why a name gave no address: no network, no answer, or no such name. The code of getaddrinfo is lost in the standard
/// library; its words (`EAI_AGAIN`) remain.
fn unresolved(host: &str, words: &str, network: bool) -> FlowError {
    if !network {
        FlowError::Unreachable(format!("{host} cannot be looked up: this box has no way out of its network"))
    } else if words.contains("emporary failure") || words.contains("ry again") {
        FlowError::Timeout(format!("{host} cannot be looked up: no name server answered"))
    } else {
        FlowError::NameNotFound(format!("{host} has no address"))
    }
}

/// Does this box have a route to the world? Nothing is sent: the kernel looks at its table only (RFC 5737, RFC 3849
/// addresses, which belong to nobody).
pub(crate) fn has_way_out() -> bool {
    let way = |from: SocketAddr, to: SocketAddr| UdpSocket::bind(from).and_then(|socket| socket.connect(to)).is_ok();
    way((Ipv4Addr::UNSPECIFIED, 0).into(), (Ipv4Addr::new(192, 0, 2, 1), 9).into())
        || way((Ipv6Addr::UNSPECIFIED, 0).into(), (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1), 9).into())
}

/// Is it our own side that has no way?
pub(crate) const fn is_no_route(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::NetworkUnreachable
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkDown
            | ErrorKind::AddrNotAvailable
    )
}

fn interleave(addresses: Vec<SocketAddr>) -> Vec<SocketAddr> {
    let (six, four): (Vec<_>, Vec<_>) = addresses.into_iter().partition(SocketAddr::is_ipv6);
    let (mut six, mut four) = (six.into_iter(), four.into_iter());
    std::iter::from_fn(|| match (six.next(), four.next()) {
        (None, None) => None,
        pair => Some([pair.0, pair.1]),
    })
    .flatten()
    .flatten()
    .collect()
}

/// The first of these addresses that takes the connection.
pub(crate) async fn tcp(addresses: Vec<SocketAddr>) -> std::result::Result<TcpStream, FlowError> {
    let mut waiting = addresses.into_iter();
    let mut attempts = JoinSet::new();
    let mut best = None;
    loop {
        let more = waiting.next();
        if let Some(address) = more {
            attempts.spawn(async move { (address, attempt(address).await) });
        }
        tokio::select! {
            done = attempts.join_next() => match done {
                Some(Ok((_, Ok(stream)))) => return Ok(stream),
                Some(Ok((address, Err(error)))) => best = Some(telling(best, failure::connecting(&address.to_string(), &error))),
                Some(Err(error)) => best = Some(telling(best, FlowError::Unreachable(error.to_string()))),
                None => return Err(best.unwrap_or_else(|| FlowError::Unreachable("no address".into()))),
            },
            () = sleep(STAGGER), if waiting.len() > 0 => {}
        }
    }
}

/// Of two failures the one that says more: a refusal came from the host itself, a missing route is our own affair.
fn telling(known: Option<FlowError>, new: FlowError) -> FlowError {
    let weight = |error: &FlowError| match error {
        FlowError::Refused(_) => 2,
        FlowError::Timeout(_) => 1,
        _ => 0,
    };
    match known {
        Some(known) if weight(&known) >= weight(&new) => known,
        _ => new,
    }
}

async fn attempt(address: SocketAddr) -> Result<TcpStream> {
    let connect = timeout(ADDRESS, TcpStream::connect(address));
    let stream = connect.await.unwrap_or_else(|_| Err(Error::from(ErrorKind::TimedOut)))?;
    tune(&stream)?;
    Ok(stream)
}

/// SIP messages go out at once, and a dead peer is found out by the kernel too.
pub(crate) fn tune(stream: &TcpStream) -> Result<()> {
    stream.set_nodelay(true)?;
    let keep_alive = TcpKeepalive::new()
        .with_time(KEEP_ALIVE_IDLE)
        .with_interval(KEEP_ALIVE_INTERVAL)
        .with_retries(KEEP_ALIVE_RETRIES);
    let socket = SockRef::from(stream);
    socket.set_tcp_user_timeout(Some(UNACKNOWLEDGED))?;
    socket.set_tcp_keepalive(&keep_alive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_families_alternate_beginning_with_the_newer() {
        let all = ["1.1.1.1:5", "2.2.2.2:5", "[::1]:5", "3.3.3.3:5"].map(|a| a.parse().expect("an address"));
        let order: Vec<String> = interleave(all.to_vec()).iter().map(ToString::to_string).collect();
        assert_eq!(order, ["[::1]:5", "1.1.1.1:5", "2.2.2.2:5", "3.3.3.3:5"]);
    }

    #[tokio::test]
    async fn the_kernel_finds_a_dead_peer_within_30_seconds() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let stream = tcp(vec![listener.local_addr().expect("bound")]).await.expect("it listens");
        let socket = SockRef::from(&stream);
        let seconds = std::time::Duration::from_secs;
        assert!(socket.tcp_user_timeout().expect("set").is_some_and(|limit| limit < seconds(30)));
        let asking = socket.tcp_keepalive_interval().expect("set") * socket.tcp_keepalive_retries().expect("set");
        assert!(socket.keepalive().expect("set") && socket.tcp_keepalive_time().expect("set") + asking <= seconds(30));
    }

    #[test]
    fn no_network_no_name_server_and_no_name_are_told_apart() {
        let temporary = "failed to lookup address information: Temporary failure in name resolution";
        let unknown = "failed to lookup address information: Name or service not known";
        assert!(matches!(unresolved("h", temporary, false), FlowError::Unreachable(_)));
        assert!(matches!(unresolved("h", temporary, true), FlowError::Timeout(_)));
        assert!(matches!(unresolved("h", unknown, true), FlowError::NameNotFound(_)));
    }

    #[test]
    fn a_refusal_says_more_than_a_missing_route() {
        let route = FlowError::Unreachable("a".into());
        let refusal = FlowError::Refused("b".into());
        assert_eq!(telling(Some(route.clone()), refusal.clone()), refusal);
        assert_eq!(telling(Some(refusal.clone()), route), refusal);
    }
}
