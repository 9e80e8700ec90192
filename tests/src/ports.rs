//! Free ports for programs that cannot take port 0.

use std::net::{Ipv4Addr, TcpListener};

/// A TCP port of 127.0.0.1 that was free a moment ago.
pub fn free() -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}
