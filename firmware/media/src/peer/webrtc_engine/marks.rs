//! Marks what is sent, so that routers that care let it go first (DSCP, RFC 8837).
//!
//! The runtime's own sender writes the traffic class of every packet itself, as 0, so packets leave here past it; only
//! where the socket is full they go its way, which waits.

use std::{
    fmt::Debug,
    io::{self, IoSliceMut},
    net::UdpSocket,
    sync::Arc,
    task::{Context, Poll},
};

use socket2::SockRef;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

/// Assured forwarding 41, multimedia conferencing (RFC 4594 section 4.3): sound and picture share a 5-tuple (BUNDLE), and
/// a network that admits only a little expedited forwarding would drop a picture marked so.
const AF41: u32 = 34;

/// A socket whose packets are marked.
#[derive(Debug)]
struct Marked {
    socket: UdpSocket,
    of_runtime: Arc<dyn AsyncUdpSocket>,
}

/// Marks what is sent on a socket; where the system refuses that, packets go unmarked.
pub(super) fn marked(
    socket: UdpSocket,
    wrap: impl FnOnce(UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>>,
) -> io::Result<Arc<dyn AsyncUdpSocket>> {
    let own = socket.try_clone()?;
    let of_runtime = wrap(socket)?;
    if let Err(error) = mark(&own) {
        tracing::debug!(%error, "packets are not marked");
        return Ok(of_runtime);
    }
    Ok(Arc::new(Marked { socket: own, of_runtime }))
}

/// The upper six bits are the code point (RFC 2474 section 3).
fn mark(socket: &UdpSocket) -> io::Result<()> {
    let class = AF41 << 2;
    if socket.local_addr()?.is_ipv4() {
        SockRef::from(socket).set_tos_v4(class)
    } else {
        SockRef::from(socket).set_tclass_v6(class)
    }
}

impl AsyncUdpSocket for Marked {
    fn local_addr(&self) -> io::Result<std::net::SocketAddr> {
        self.of_runtime.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        match self.socket.send_to(transmit.contents, transmit.destination) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.of_runtime.poll_send(cx, transmit),
            done => Poll::Ready(done),
        }
    }

    fn poll_recv(
        &self,
        cx: &mut Context<'_>,
        bufs: &mut [IoSliceMut<'_>],
        meta: &mut [RecvMeta],
    ) -> Poll<io::Result<usize>> {
        self.of_runtime.poll_recv(cx, bufs, meta)
    }

    /// One packet a call.
    fn max_gso_segments(&self) -> usize {
        1
    }

    fn max_gro_segments(&self) -> usize {
        self.of_runtime.max_gro_segments()
    }
}

#[cfg(test)]
#[allow(unsafe_code, reason = "a control message is read as bytes")]
mod tests {
    use std::{mem::MaybeUninit, net::Ipv4Addr, time::Duration};

    use socket2::{MsgHdrMut, Socket};
    use webrtc::runtime::{Runtime, TokioRuntime};

    use super::*;

    /// Traffic class of the next packet (`IP_TOS` of ip(7)): a control message of 16 bytes of header and one of content.
    fn class_of_next(socket: &Socket) -> u8 {
        let mut control = [MaybeUninit::new(0_u8); 64];
        let mut header = MsgHdrMut::new().with_control(&mut control);
        socket.recvmsg(&mut header, 0).unwrap();
        let length = header.control_len();
        assert!(length >= 17, "no traffic class came");
        // SAFETY: every byte of it was initialised above.
        unsafe { control[16].assume_init() }
    }

    #[tokio::test]
    async fn packets_carry_the_mark_on_the_wire() {
        let receiver = Socket::from(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        receiver.set_recv_tos_v4(true).unwrap();
        receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let to = receiver.local_addr().unwrap().as_socket().unwrap();
        let sender = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let sender = marked(sender, |socket| TokioRuntime.wrap_udp_socket(socket)).unwrap();
        sender.send_to(b"packet", to).await.unwrap();
        assert_eq!(u32::from(class_of_next(&receiver)), AF41 << 2);
    }

    #[tokio::test]
    async fn a_socket_of_the_newer_protocol_is_marked_as_well() {
        let Ok(socket) = UdpSocket::bind("[::1]:0") else { return };
        mark(&socket).unwrap();
        assert_eq!(SockRef::from(&socket).tclass_v6().unwrap(), AF41 << 2);
    }
}
