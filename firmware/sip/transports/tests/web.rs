//! A WebSocket port that serves the web, too.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the other side of the socket")]

mod common;

use common::{Echo, Side, options};
use roombox_sip::api::{FlowId, ServerTarget, Transport};
use roombox_sip_transports::{ClientTls, ListenOptions, WebConnection};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{Receiver, channel};

fn start() -> (Echo, Receiver<WebConnection>) {
    let (web, connections) = channel(1);
    (Echo::start(ListenOptions { web: Some(web), ..options(Transport::Ws, None) }), connections)
}

#[tokio::test]
async fn what_is_no_upgrade_is_handed_over_from_its_first_byte_on() {
    let (echo, mut connections) = start();
    let mut tcp = TcpStream::connect(echo.address).await.expect("it listens");
    for piece in ["P", "OST / HTTP/1.1\r\n"] {
        tcp.write_all(piece.as_bytes()).await.expect("it reads");
    }
    let mut connection = connections.recv().await.expect("it is handed over");
    let mut seen = [0; 17];
    connection.read_exact(&mut seen).await.expect("it is all there");
    assert_eq!(&seen, b"POST / HTTP/1.1\r\n");
    connection.write_all(b"answer").await.expect("it is open");
    connection.flush().await.expect("it is open");
    drop(connection);
    let mut answer = String::new();
    tcp.read_to_string(&mut answer).await.expect("it ends when it is dropped");
    assert_eq!(answer, "answer");
}

#[tokio::test]
async fn an_upgrade_on_the_same_port_becomes_a_flow() {
    let (echo, _connections) = start();
    let mut side = Side::new(ClientTls::new(None).expect("system roots"));
    let target = ServerTarget::new(Transport::Ws, "127.0.0.1", echo.address.port(), "/");
    side.transports.open(FlowId(1), target);
    assert_eq!(side.opened().await, Transport::Ws);
    side.transports.send(FlowId(1), "OPTIONS".into());
    assert_eq!(side.received().await, "OPTIONS");
}
