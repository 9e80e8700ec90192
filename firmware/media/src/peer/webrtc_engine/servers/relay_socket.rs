//! A socket of the connection, with streams to TURN servers behind addresses of their own.

use std::{
    collections::HashMap,
    io::{self, IoSliceMut},
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
};

use tokio::sync::mpsc;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

use super::{
    Servers,
    link::{Arrived, Link},
};

/// Datagrams that came by streams and were not taken yet.
const WAITING: usize = 256;

/// Sends and takes datagrams, and looks at what servers answer.
pub(in crate::peer::webrtc_engine) struct RelaySocket {
    inner: Arc<dyn AsyncUdpSocket>,
    servers: Arc<Servers>,
    links: Mutex<HashMap<SocketAddr, Link>>,
    arrived: Mutex<mpsc::Receiver<Arrived>>,
    arrive: mpsc::Sender<Arrived>,
}

impl RelaySocket {
    pub(in crate::peer::webrtc_engine) fn new(inner: Arc<dyn AsyncUdpSocket>, servers: Arc<Servers>) -> Self {
        let (arrive, arrived) = mpsc::channel(WAITING);
        Self { inner, servers, links: Mutex::default(), arrived: Mutex::new(arrived), arrive }
    }

    /// Gives a datagram to the stream behind this address; false: there is none.
    fn send_by_stream(&self, transmit: &Transmit<'_>) -> io::Result<bool> {
        let address = transmit.destination;
        let Some(behind) = self.servers.stand_for(address) else { return Ok(false) };
        let mut links = self.links.lock().unwrap_or_else(PoisonError::into_inner);
        let link = links
            .entry(address)
            .or_insert_with(|| Link::open(Arc::clone(&self.servers), behind, address, self.arrive.clone()));
        let sent = transmit
            .contents
            .chunks(transmit.segment_size.unwrap_or(usize::MAX).max(1))
            .try_for_each(|datagram| link.send(datagram));
        if sent.is_err() {
            // A stream that is gone is opened anew by the next that is sent, as after an ICE restart.
            links.remove(&address);
        }
        sent.map(|()| true)
    }

    fn take_from_stream(
        &self,
        context: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<usize> {
        let mut arrived = self.arrived.lock().unwrap_or_else(PoisonError::into_inner);
        let (Poll::Ready(Some((from, datagram))), Some(buffer), Some(told)) =
            (arrived.poll_recv(context), bufs.first_mut(), meta.first_mut())
        else {
            return Poll::Pending;
        };
        let length = datagram.len().min(buffer.len());
        buffer[..length].copy_from_slice(&datagram[..length]);
        *told = RecvMeta::default();
        (told.addr, told.len, told.stride) = (from, length, length.max(1));
        Poll::Ready(1)
    }
}

impl std::fmt::Debug for RelaySocket {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("RelaySocket").field("inner", &self.inner).finish_non_exhaustive()
    }
}

impl AsyncUdpSocket for RelaySocket {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.inner.local_addr()
    }

    fn poll_send(&self, context: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        match self.send_by_stream(transmit) {
            Ok(false) => self.inner.poll_send(context, transmit),
            Ok(true) => Poll::Ready(Ok(transmit.contents.len())),
            Err(error) => Poll::Ready(Err(error)),
        }
    }

    fn poll_recv(
        &self,
        context: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let count = match self.take_from_stream(context, bufs, meta) {
            Poll::Ready(count) => Poll::Ready(Ok(count)),
            Poll::Pending => self.inner.poll_recv(context, bufs, meta),
        };
        if let Poll::Ready(Ok(count)) = count {
            for (buffer, told) in bufs.iter().zip(meta.iter()).take(count) {
                self.servers.heard(told.addr, &buffer[..told.len.min(told.stride).min(buffer.len())]);
            }
        }
        count
    }

    fn max_gso_segments(&self) -> usize {
        self.inner.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.inner.max_gro_segments()
    }
}
