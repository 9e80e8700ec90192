//! The addresses host candidates are gathered on.

use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    vec,
};

use rtc::shared::ifaces::ifaces;

/// Where to bind; looked up anew at every ICE restart, so that a restart follows a change of network.
#[derive(Clone, Debug)]
pub(super) struct BindAddresses {
    /// Fixed addresses; empty = every address that is up.
    pub(super) fixed: Vec<IpAddr>,
}

impl ToSocketAddrs for BindAddresses {
    type Iter = vec::IntoIter<SocketAddr>;

    fn to_socket_addrs(&self) -> io::Result<Self::Iter> {
        Ok(to_bind(&self.fixed)?.into_iter().map(|ip| SocketAddr::new(ip, 0)).collect::<Vec<_>>().into_iter())
    }
}

/// The fixed addresses, else those that are up now.
pub(super) fn to_bind(fixed: &[IpAddr]) -> io::Result<Vec<IpAddr>> {
    if fixed.is_empty() { Ok(usable(local_addresses()?)) } else { Ok(fixed.to_vec()) }
}

fn local_addresses() -> io::Result<Vec<IpAddr>> {
    Ok(ifaces()?.into_iter().filter_map(|interface| interface.addr).map(|address| address.ip()).collect())
}

/// Everything but loopback and link-local; loopback where nothing else is up.
fn usable(mut all: Vec<IpAddr>) -> Vec<IpAddr> {
    all.sort();
    all.dedup();
    let routable: Vec<IpAddr> =
        all.iter().copied().filter(|ip| !ip.is_loopback() && !ip.is_unspecified() && !is_link_local(*ip)).collect();
    if routable.is_empty() { all.into_iter().filter(IpAddr::is_loopback).collect() } else { routable }
}

/// RFC 3927 and RFC 4291 section 2.5.6.
fn is_link_local(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ips(texts: &[&str]) -> Vec<IpAddr> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn loopback_is_used_only_when_nothing_else_is_up() {
        let all = ips(&["127.0.0.1", "::1", "192.0.2.7", "fe80::1", "2001:db8::7"]);
        assert_eq!(usable(all), ips(&["192.0.2.7", "2001:db8::7"]));
        assert_eq!(usable(ips(&["::1", "127.0.0.1", "169.254.1.1"])), ips(&["127.0.0.1", "::1"]));
    }

    #[test]
    fn fixed_addresses_are_taken_as_they_are() {
        let bind = BindAddresses { fixed: ips(&["127.0.0.1"]) };
        assert_eq!(
            bind.to_socket_addrs().unwrap().collect::<Vec<_>>(),
            vec![SocketAddr::new(ips(&["127.0.0.1"])[0], 0)]
        );
    }
}
