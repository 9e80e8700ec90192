//! A socket that tells when something comes, and who listens whether the path is gone.

use std::{
    io::{self, IoSliceMut},
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak, atomic::Ordering},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

use super::{
    shared::Shared,
    silence::{Silence, Turn},
};

/// Between two looks at a path.
const LOOK: Duration = Duration::from_millis(100);

/// What was heard on all sockets of a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Ear {
    silence: Arc<Mutex<Silence>>,
    found: Arc<tokio::sync::Notify>,
}

impl Ear {
    fn silence(&self) -> MutexGuard<'_, Silence> {
        self.silence.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn heard(&self, packets: usize) {
        let now = Instant::now();
        let mut silence = self.silence();
        for _ in 0..packets {
            if silence.heard(now) == Some(Turn::Found) {
                self.found.notify_one();
            }
        }
    }
}

/// Tells the owner when the path is gone and when it is back, until the connection is.
pub(super) async fn watch(shared: Weak<Shared>, ear: Ear) {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = look.tick() => {
                let Some(shared) = shared.upgrade() else { return };
                let lost = shared.connected.load(Ordering::Acquire)
                    && ear.silence().look(Instant::now()) == Some(Turn::Lost);
                if lost {
                    shared.lost();
                }
            }
            () = ear.found.notified() => {
                let Some(shared) = shared.upgrade() else { return };
                shared.connected();
            }
        }
    }
}

/// A socket that is listened to.
#[derive(Debug)]
pub(super) struct Heard {
    pub(super) socket: Arc<dyn AsyncUdpSocket>,
    pub(super) ear: Ear,
}

impl AsyncUdpSocket for Heard {
    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        self.socket.poll_send(cx, transmit)
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        let come = self.socket.poll_recv(cx, bufs, meta);
        if let Poll::Ready(Ok(packets)) = &come {
            self.ear.heard(*packets);
        }
        come
    }

    fn max_gso_segments(&self) -> usize {
        self.socket.max_gso_segments()
    }

    fn max_gro_segments(&self) -> usize {
        self.socket.max_gro_segments()
    }
}
