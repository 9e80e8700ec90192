//! SIP over UDP as server: one socket, and a flow for each address that something came from.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Weak};

use bytes::Bytes;
use roombox_sip::api::{FlowError, Transport};
use tokio::net::UdpSocket;
use tokio::sync::mpsc;
use tokio::sync::mpsc::error::TrySendError;
use tokio::time::{Instant, sleep, sleep_until};

use crate::datagram::fits;
use crate::failure;
use crate::limits::{DATAGRAMS, PEER_IDLE, PEER_YIELDS, PEERS, READ, STAGGER};
use crate::manager::{Link, Transports};

/// Hands datagrams to the flow of their sender until it is dropped; the socket goes with it, and the flows with the
/// socket.
pub(crate) async fn serve(socket: UdpSocket, transports: Transports) {
    let mut peers = Peers { known: HashMap::new(), socket: Arc::new(socket), transports };
    let mut buffer = vec![0; READ];
    loop {
        match peers.socket.clone().recv_from(&mut buffer).await {
            Ok((length, from)) => peers.deliver(from, Bytes::copy_from_slice(&buffer[..length])),
            Err(error) => {
                tracing::warn!(%error, "cannot receive over UDP");
                // Trying again at once could spin.
                sleep(STAGGER).await;
            }
        }
    }
}

struct Peers {
    known: HashMap<SocketAddr, Peer>,
    socket: Arc<UdpSocket>,
    transports: Transports,
}

struct Peer {
    datagrams: mpsc::Sender<Bytes>,
    heard: Instant,
}

impl Peers {
    fn deliver(&mut self, from: SocketAddr, bytes: Bytes) {
        let now = Instant::now();
        let bytes = match self.known.get_mut(&from) {
            Some(peer) => {
                peer.heard = now;
                match peer.datagrams.try_send(bytes) {
                    // What a full queue drops is lost as on any network.
                    Ok(()) | Err(TrySendError::Full(_)) => return,
                    // That flow was closed; what comes now begins another one.
                    Err(TrySendError::Closed(bytes)) => bytes,
                }
            }
            None => bytes,
        };
        self.known.remove(&from);
        if !self.has_room(now) {
            return tracing::warn!(peer = %from, "too many UDP peers, this one is not heard");
        }
        let (datagrams, incoming) = mpsc::channel(DATAGRAMS);
        // The channel was just made and is empty.
        let _ = datagrams.try_send(bytes);
        let socket = Arc::downgrade(&self.socket);
        if self.transports.accept(|link| run(socket, from, incoming, link)).is_some() {
            self.known.insert(from, Peer { datagrams, heard: now });
        }
    }

    /// Forgets flows that are closed and, if need be, the peer that was silent the longest.
    fn has_room(&mut self, now: Instant) -> bool {
        if self.known.len() < PEERS {
            return true;
        }
        self.known.retain(|_, peer| !peer.datagrams.is_closed());
        let oldest = self.known.iter().min_by_key(|(_, peer)| peer.heard).map(|(address, peer)| (*address, peer.heard));
        if let Some((address, heard)) = oldest.filter(|_| self.known.len() >= PEERS)
            && now.duration_since(heard) >= PEER_YIELDS
        {
            // Its task sees the end of its channel and tells the owner.
            self.known.remove(&address);
        }
        self.known.len() < PEERS
    }
}

/// The flow of one peer.
async fn run(
    socket: Weak<UdpSocket>,
    peer: SocketAddr,
    mut incoming: mpsc::Receiver<Bytes>,
    mut link: Link,
) -> Result<(), FlowError> {
    link.opened(Transport::Udp).await;
    let mut end = Instant::now() + PEER_IDLE;
    loop {
        tokio::select! {
            datagram = incoming.recv() => match datagram {
                Some(bytes) => link.received(bytes).await,
                None => return Err(FlowError::Closed("forgotten: other UDP peers needed the room, or nobody listens any more".into())),
            },
            next = link.queue.recv() => match (next, socket.upgrade()) {
                (None, _) => return Ok(()),
                (Some(bytes), _) if !fits(&bytes) => {}
                (Some(bytes), Some(socket)) => {
                    socket.send_to(&bytes, peer).await.map_err(|error| failure::lost(&error))?;
                }
                (Some(_), None) => return Err(failure::ended()),
            },
            () = sleep_until(end) => return Err(FlowError::Timeout(format!("{peer} was silent for too long"))),
        }
        end = Instant::now() + PEER_IDLE;
    }
}
