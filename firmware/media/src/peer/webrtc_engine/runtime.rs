//! The crate's view of tokio, with two repairs.
//!
//! The connection driver of `webrtc` 0.21 sleeps until the next ICE check (200 ms by default) after ICE has chosen its
//! path, although the DTLS client hello is already due: nothing wakes it. [`Kick`] ends that sleep at once. And name
//! resolution inside the driver stalls every socket of the connection, so it gets a bound.

use std::{
    future::Future,
    io,
    net::{SocketAddr, TcpListener, UdpSocket},
    pin::Pin,
    sync::Arc,
    time::Duration,
};

use tokio::sync::Notify;
use webrtc::runtime::{
    AsyncInterval, AsyncTcpListener, AsyncTcpStream, AsyncUdpSocket, JoinHandle, Runtime, TokioRuntime,
};

use super::{
    heard::{Ear, Heard},
    marks::Marks,
    servers::{Lookup, RelaySocket, Servers},
};

/// Longest wait for the address of a STUN or TURN server; local candidates are not held up longer than this.
const RESOLVE_BOUND: Duration = Duration::from_millis(300);

/// Wakes the driver out of its timer, so that it looks at its state again.
#[derive(Clone, Debug, Default)]
pub(super) struct Kick(Arc<Notify>);

impl Kick {
    /// Ends the current sleep of the driver, or its next one.
    pub(super) fn now(&self) {
        self.0.notify_one();
    }
}

/// Tokio, with sleeps that a [`Kick`] ends.
pub(super) struct KickedRuntime {
    pub(super) kick: Kick,
    pub(super) servers: Arc<Servers>,
    pub(super) marks: Marks,
    pub(super) ear: Ear,
}

impl std::fmt::Debug for KickedRuntime {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KickedRuntime").field("kick", &self.kick).finish_non_exhaustive()
    }
}

type Boxed<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

impl Runtime for KickedRuntime {
    fn spawn(&self, future: Boxed<'static, ()>) -> Box<dyn JoinHandle> {
        TokioRuntime.spawn(future)
    }

    fn wrap_udp_socket(&self, socket: UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        let socket = self.marks.on(socket, |socket| TokioRuntime.wrap_udp_socket(socket))?;
        let ear = self.ear.clone();
        if self.servers.is_empty() {
            return Ok(Arc::new(Heard { socket, ear }));
        }
        let socket = Arc::new(RelaySocket::new(socket, Arc::clone(&self.servers)));
        Ok(Arc::new(Heard { socket, ear }))
    }

    fn wrap_tcp_listener(&self, listener: TcpListener) -> io::Result<Arc<dyn AsyncTcpListener>> {
        TokioRuntime.wrap_tcp_listener(listener)
    }

    fn connect_tcp(&self, remote: SocketAddr) -> Boxed<'_, io::Result<Arc<dyn AsyncTcpStream>>> {
        TokioRuntime.connect_tcp(remote)
    }

    fn resolve_host<'a>(&'a self, host: &'a str) -> Boxed<'a, io::Result<Vec<SocketAddr>>> {
        Box::pin(async move {
            match self.servers.lookup(host) {
                Lookup::Known(addresses) => Ok(addresses),
                Lookup::Other => Err(io::Error::new(io::ErrorKind::NotFound, format!("{host} is no server of ours"))),
                Lookup::Name(number, name, port) => {
                    let resolved = resolve(&name, port).await;
                    self.servers.resolved(number, resolved.as_deref().ok());
                    resolved
                }
            }
        })
    }

    fn sleep(&self, duration: Duration) -> Boxed<'static, ()> {
        let kick = Arc::clone(&self.kick.0);
        Box::pin(async move {
            tokio::select! {
                () = tokio::time::sleep(duration) => {}
                () = kick.notified() => {}
            }
        })
    }

    fn interval(&self, period: Duration) -> Box<dyn AsyncInterval> {
        TokioRuntime.interval(period)
    }

    fn block_on(&self, future: Pin<Box<dyn Future<Output = ()> + '_>>) {
        TokioRuntime.block_on(future);
    }

    fn yield_now(&self) -> Boxed<'static, ()> {
        TokioRuntime.yield_now()
    }

    fn name(&self) -> &'static str {
        "tokio"
    }
}

async fn resolve(name: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    let resolved = tokio::time::timeout(RESOLVE_BOUND, tokio::net::lookup_host((name, port))).await;
    resolved
        .map_err(|_| io::Error::new(io::ErrorKind::TimedOut, format!("no address for {name} in time")))?
        .map(Iterator::collect)
}
