//! From a host name to a connected TCP socket, trying IPv6 and IPv4 side by side (RFC 8305, without its caches).

use std::io::{Error, ErrorKind, Result};
use std::net::SocketAddr;

use roombox_sip::api::FlowError;
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::failure;
use crate::limits::{ADDRESS, KEEP_ALIVE_IDLE, KEEP_ALIVE_INTERVAL, KEEP_ALIVE_RETRIES, STAGGER};

/// All addresses of a host, families alternating, IPv6 first, each family in the resolver's order.
pub(crate) async fn resolve(host: &str, port: u16) -> std::result::Result<Vec<SocketAddr>, FlowError> {
    let found = tokio::net::lookup_host((host, port))
        .await
        .map_err(|error| FlowError::NameNotFound(format!("{host}: {error}")))?;
    let addresses = interleave(found.collect());
    if addresses.is_empty() { Err(FlowError::NameNotFound(format!("{host} has no address"))) } else { Ok(addresses) }
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
    SockRef::from(stream).set_tcp_keepalive(&keep_alive)
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

    #[test]
    fn a_refusal_says_more_than_a_missing_route() {
        let route = FlowError::Unreachable("a".into());
        let refusal = FlowError::Refused("b".into());
        assert_eq!(telling(Some(route.clone()), refusal.clone()), refusal);
        assert_eq!(telling(Some(refusal.clone()), route), refusal);
    }
}
