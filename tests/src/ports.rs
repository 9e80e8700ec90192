//! Free ports for programs that cannot take port 0.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};

/// A port of 127.0.0.1 that was free a moment ago, for TCP and for UDP.
pub fn free() -> u16 {
    loop {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        if UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return port;
        }
    }
}

/// Does somebody listen on this port of 127.0.0.1? Asked of the kernel, so that a peer under test sees no connection.
pub fn is_taken(udp: bool, port: u16) -> bool {
    // The state of a listening TCP socket and of an unconnected UDP one (proc(5)).
    let (table, state) = if udp { ("/proc/net/udp", "07") } else { ("/proc/net/tcp", "0A") };
    let table = std::fs::read_to_string(table).unwrap_or_default();
    let local = format!(":{port:04X}");
    table.lines().skip(1).any(|line| {
        let mut words = line.split_whitespace().skip(1);
        words.next().is_some_and(|address| address.ends_with(&local)) && words.nth(1) == Some(state)
    })
}
