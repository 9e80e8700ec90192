//! SIP over UDP as client: one flow is one peer, so the socket is connected to it.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};

use bytes::Bytes;
use roombox_sip::api::{FlowError, Transport};
use tokio::net::UdpSocket;

use crate::failure;
use crate::limits::{LARGEST_DATAGRAM, READ};
use crate::manager::Link;

/// A socket that talks to the first of these addresses for which this host has a route.
pub(crate) async fn connect(addresses: Vec<SocketAddr>) -> Result<UdpSocket, FlowError> {
    let mut last = FlowError::Unreachable("no address".into());
    for peer in addresses {
        match bound_to(peer).await {
            Ok(socket) => return Ok(socket),
            Err(error) => last = failure::connecting(&peer.to_string(), &error),
        }
    }
    Err(last)
}

async fn bound_to(peer: SocketAddr) -> std::io::Result<UdpSocket> {
    let any: SocketAddr =
        if peer.is_ipv6() { (Ipv6Addr::UNSPECIFIED, 0).into() } else { (Ipv4Addr::UNSPECIFIED, 0).into() };
    let socket = UdpSocket::bind(any).await?;
    socket.connect(peer).await?;
    Ok(socket)
}

/// Carries datagrams both ways. Ends when the owner closes it or the host says that nobody is there.
pub(crate) async fn run(socket: UdpSocket, mut link: Link) -> Result<(), FlowError> {
    link.opened(Transport::Udp).await;
    let mut buffer = vec![0; READ];
    loop {
        tokio::select! {
            read = socket.recv(&mut buffer) => {
                let length = read.map_err(|error| failure::lost(&error))?;
                link.received(Bytes::copy_from_slice(&buffer[..length])).await;
            }
            next = link.queue.recv() => match next {
                Some(bytes) if !fits(&bytes) => {}
                Some(bytes) => drop(socket.send(&bytes).await.map_err(|error| failure::lost(&error))?),
                None => return Ok(()),
            },
        }
    }
}

/// Can UDP carry this at all? What is longer is lost like any other datagram, and the transaction finds out.
pub(crate) fn fits(bytes: &Bytes) -> bool {
    let fits = bytes.len() <= LARGEST_DATAGRAM;
    if !fits {
        tracing::warn!(bytes = bytes.len(), "a message is too long for UDP");
    }
    fits
}
