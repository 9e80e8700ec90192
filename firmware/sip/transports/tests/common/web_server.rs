//! A WebSocket server by hand, frame by frame, so that it can do what libraries refuse to.
#![allow(dead_code, reason = "each test file uses its part")]

use bytes::{BufMut, Bytes, BytesMut};
use roombox_sip::api::{FlowId, ServerTarget, Transport};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

use super::{Side, target};

pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = 8;
pub(crate) const PING: u8 = 9;
pub(crate) const PONG: u8 = 10;

/// A server that is there and does nothing by itself.
pub(crate) struct WebServer {
    listener: TcpListener,
    pub(crate) target: ServerTarget,
}

/// One upgraded connection.
pub(crate) struct Socket(pub(crate) TcpStream);

impl WebServer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let target = target(Transport::Ws, "127.0.0.1", listener.local_addr().expect("bound").port());
        Self { listener, target }
    }

    pub(crate) async fn connection(&self) -> TcpStream {
        self.listener.accept().await.expect("a connection").0
    }

    /// Connects flow 1 of this side and upgrades it.
    pub(crate) async fn connected(&self, client: &mut Side) -> Socket {
        client.transports.open(FlowId(1), self.target.clone());
        let mut stream = self.connection().await;
        let request = head(&mut stream).await;
        let key = request.lines().find_map(|line| line.strip_prefix("Sec-WebSocket-Key: ")).expect("a key").trim();
        let answer = format!(
            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
             Sec-WebSocket-Accept: {}\r\nSec-WebSocket-Protocol: sip\r\n\r\n",
            derive_accept_key(key.as_bytes())
        );
        stream.write_all(answer.as_bytes()).await.expect("sent");
        client.opened().await;
        Socket(stream)
    }
}

/// Reads up to the empty line.
pub(crate) async fn head(stream: &mut TcpStream) -> String {
    let mut read = String::new();
    while !read.ends_with("\r\n\r\n") {
        read.push(char::from(stream.read_u8().await.expect("a request")));
    }
    read
}

impl Socket {
    /// Sends one frame of up to 125 bytes, `last` or to be continued.
    pub(crate) async fn send(&mut self, last: bool, opcode: u8, payload: &[u8]) {
        let mut frame = BytesMut::new();
        frame.put_u8(u8::from(last) << 7 | opcode);
        frame.put_u8(u8::try_from(payload.len()).expect("a short frame"));
        frame.put_slice(payload);
        self.0.write_all(&frame).await.expect("sent");
    }

    /// Says goodbye with this code.
    pub(crate) async fn close(&mut self, code: u16, reason: &str) {
        self.send(true, CLOSE, &[&code.to_be_bytes(), reason.as_bytes()].concat()).await;
    }

    /// The next frame of the client: kind and content.
    pub(crate) async fn frame(&mut self) -> (u8, Bytes) {
        let first = self.0.read_u8().await.expect("a frame");
        let length = self.0.read_u8().await.expect("a length");
        assert_eq!(length & 0x80, 0x80, "RFC 6455 section 5.1: a client masks");
        let mut mask = [0; 4];
        self.0.read_exact(&mut mask).await.expect("a mask");
        let mut payload = vec![0; usize::from(length & 0x7f)];
        self.0.read_exact(&mut payload).await.expect("the payload");
        payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
        (first & 0x0f, payload.into())
    }
}
