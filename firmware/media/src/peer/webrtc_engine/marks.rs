//! Marks what is sent, so that routers that care let it go first (DSCP, RFC 8837).
//!
//! The runtime's own sender writes the traffic class of every packet itself, as 0, so packets leave here past it; only
//! where the socket is full they go its way, which waits.

use std::{
    fmt::Debug,
    io::{self, IoSliceMut},
    net::UdpSocket,
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    task::{Context, Poll},
};

use socket2::SockRef;
use webrtc::runtime::{AsyncUdpSocket, RecvMeta, Transmit};

use crate::peer::{Dscp, Kind};

/// How packets are marked, and by what sound is known.
#[derive(Clone, Copy, Debug)]
pub(super) struct Marks {
    pub(super) dscp: Dscp,
    /// SSRC of our sound.
    pub(super) sound: u32,
}

/// A socket whose packets are marked.
#[derive(Debug)]
struct Marked {
    socket: UdpSocket,
    of_runtime: Arc<dyn AsyncUdpSocket>,
    marks: Marks,
    /// Of the last packet.
    class: AtomicU8,
}

impl Marks {
    /// Marks what is sent on a socket; where the system refuses that, packets go unmarked.
    pub(super) fn on(
        self,
        socket: UdpSocket,
        wrap: impl FnOnce(UdpSocket) -> io::Result<Arc<dyn AsyncUdpSocket>>,
    ) -> io::Result<Arc<dyn AsyncUdpSocket>> {
        if self.dscp == Dscp::Off {
            return wrap(socket);
        }
        let own = socket.try_clone()?;
        let of_runtime = wrap(socket)?;
        let class = self.dscp.class(None);
        if let Err(error) = mark(&own, class) {
            tracing::debug!(%error, "packets are not marked");
            return Ok(of_runtime);
        }
        Ok(Arc::new(Marked { socket: own, of_runtime, marks: self, class: AtomicU8::new(class) }))
    }

    /// What a packet carries, as it is on the wire; nothing where it is neither sound nor picture.
    fn kind(self, packet: &[u8]) -> Option<Kind> {
        // Through a TURN server it has four octets before it (ChannelData, RFC 8656 section 12.4).
        let packet = if packet.first()? >> 6 == 1 { packet.get(4..)? } else { packet };
        // RTP and not RTCP (RFC 5761 section 4); the header of SRTP is in clear (RFC 3711 section 3.1).
        if packet.first()? >> 6 != 2 || (192..=223).contains(packet.get(1)?) {
            return None;
        }
        let ssrc = u32::from_be_bytes(*packet.get(8..)?.first_chunk()?);
        Some(if ssrc == self.sound { Kind::Audio } else { Kind::Video })
    }
}

impl Marked {
    /// The next packet is marked as its kind is.
    fn mark(&self, packet: &[u8]) {
        if self.marks.dscp != Dscp::Apart {
            return;
        }
        let class = self.marks.dscp.class(self.marks.kind(packet));
        if self.class.swap(class, Ordering::Relaxed) != class
            && let Err(error) = mark(&self.socket, class)
        {
            tracing::debug!(%error, "a packet has the mark of the one before");
        }
    }
}

fn mark(socket: &UdpSocket, class: u8) -> io::Result<()> {
    if socket.local_addr()?.is_ipv4() {
        SockRef::from(socket).set_tos_v4(class.into())
    } else {
        SockRef::from(socket).set_tclass_v6(class.into())
    }
}

impl AsyncUdpSocket for Marked {
    fn local_addr(&self) -> io::Result<std::net::SocketAddr> {
        self.of_runtime.local_addr()
    }

    fn poll_send(&self, cx: &mut Context<'_>, transmit: &Transmit<'_>) -> Poll<io::Result<usize>> {
        self.mark(transmit.contents);
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

    const SOUND: u32 = 0x0102_0304;
    const AF41: u8 = 34 << 2;
    const EF: u8 = 46 << 2;

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

    fn rtp(ssrc: u32) -> Vec<u8> {
        [&[0x80, 111, 0, 1, 0, 0, 0, 0][..], &ssrc.to_be_bytes(), b"payload"].concat()
    }

    fn relayed(packet: &[u8]) -> Vec<u8> {
        [&[0x40, 0, 0, 19][..], packet].concat()
    }

    fn sending(dscp: Dscp, socket: UdpSocket) -> Arc<dyn AsyncUdpSocket> {
        Marks { dscp, sound: SOUND }.on(socket, |socket| TokioRuntime.wrap_udp_socket(socket)).unwrap()
    }

    #[tokio::test]
    async fn packets_carry_the_mark_of_their_kind_on_the_wire() {
        let receiver = Socket::from(UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
        receiver.set_recv_tos_v4(true).unwrap();
        receiver.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let to = receiver.local_addr().unwrap().as_socket().unwrap();
        let report = [0x80, 200, 0, 1, 0, 0, 0, 0];
        let packets = [rtp(SOUND), rtp(7), relayed(&rtp(SOUND)), relayed(&rtp(7)), report.into(), vec![0, 1]];
        for (dscp, classes) in
            [(Dscp::Off, [0; 6]), (Dscp::Together, [AF41; 6]), (Dscp::Apart, [EF, AF41, EF, AF41, AF41, AF41])]
        {
            let sender = sending(dscp, UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap());
            for (packet, class) in packets.iter().zip(classes) {
                sender.send_to(packet, to).await.unwrap();
                assert_eq!(class_of_next(&receiver), class, "{dscp:?} {packet:?}");
            }
        }
    }

    #[tokio::test]
    async fn a_socket_is_marked_whatever_its_protocol() {
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(socket) = UdpSocket::bind(address) else { continue };
            let looked_at = socket.try_clone().unwrap();
            let class = |socket: &UdpSocket| {
                let socket = SockRef::from(socket);
                if address.starts_with('[') { socket.tclass_v6() } else { socket.tos_v4() }.unwrap()
            };
            let sender = sending(Dscp::Apart, socket);
            assert_eq!(class(&looked_at), u32::from(AF41), "{address}");
            let to = sender.local_addr().unwrap();
            for (ssrc, wanted) in [(SOUND, EF), (7, AF41), (SOUND, EF)] {
                sender.send_to(&rtp(ssrc), to).await.unwrap();
                assert_eq!(class(&looked_at), u32::from(wanted), "{address}");
            }
            let unmarked = UdpSocket::bind(address).unwrap();
            let looked_at = unmarked.try_clone().unwrap();
            sending(Dscp::Off, unmarked).send_to(&rtp(SOUND), to).await.unwrap();
            assert_eq!(class(&looked_at), 0, "{address}");
        }
    }
}
