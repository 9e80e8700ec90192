//! Flows that work.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the other side of the socket")]

mod common;

use bytes::Bytes;
use common::{Authority, Echo, Side, options, stranger, target};
use roombox_sip::api::{FlowError, FlowId, Transport};
use roombox_sip_transports::Listener;
use tokio::net::UdpSocket;

const MESSAGE: &str = "OPTIONS sip:1000@lab SIP/2.0\r\nContent-Length: 0\r\n\r\n";

async fn comes_back(transport: Transport) {
    let authority = Authority::new();
    let identity = authority.server("localhost", 2090);
    let echo = Echo::start(options(transport, Some(identity)));
    let mut client = Side::new(authority.client());
    client.transports.open(FlowId(7), target(transport, "localhost", echo.address.port()));
    assert_eq!(client.opened().await, transport);
    client.transports.send(FlowId(7), Bytes::from_static(MESSAGE.as_bytes()));
    assert_eq!(client.received().await, MESSAGE);
}

#[tokio::test]
async fn a_message_goes_and_comes_over_ws() {
    comes_back(Transport::Ws).await;
}

#[tokio::test]
async fn a_message_goes_and_comes_over_wss() {
    comes_back(Transport::Wss).await;
}

#[tokio::test]
async fn a_message_goes_and_comes_over_tcp() {
    comes_back(Transport::Tcp).await;
}

#[tokio::test]
async fn a_message_goes_and_comes_over_tls() {
    comes_back(Transport::Tls).await;
}

#[tokio::test]
async fn a_datagram_goes_and_comes_over_udp() {
    let server = UdpSocket::bind("127.0.0.1:0").await.expect("a free port");
    let mut client = stranger();
    let port = server.local_addr().expect("bound").port();
    client.transports.open(FlowId(1), target(Transport::Udp, "127.0.0.1", port));
    assert_eq!(client.opened().await, Transport::Udp);
    client.transports.send(FlowId(1), Bytes::from_static(MESSAGE.as_bytes()));
    let mut buffer = [0; 2048];
    let (length, from) = server.recv_from(&mut buffer).await.expect("a datagram");
    server.send_to(&buffer[..length], from).await.expect("sent");
    assert_eq!(client.received().await, MESSAGE);
}

#[tokio::test]
async fn bytes_that_are_no_text_pass_a_websocket() {
    let echo = Echo::start(options(Transport::Ws, None));
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Ws, "127.0.0.1", echo.address.port()));
    client.opened().await;
    let bytes = Bytes::from_static(b"MESSAGE\r\n\r\n\xff\xfe");
    client.transports.send(FlowId(1), bytes.clone());
    assert_eq!(client.received().await, bytes);
}

#[tokio::test]
async fn what_is_queued_is_sent_before_the_flow_closes() {
    let mut server = stranger();
    let free = "127.0.0.1:0".parse().expect("an address");
    let listener = Listener::bind(&server.transports, free, options(Transport::Ws, None)).expect("a free port");
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Ws, "127.0.0.1", listener.local_addr().port()));
    client.opened().await;
    client.transports.send(FlowId(1), Bytes::from_static(b"BYE 1"));
    client.transports.send(FlowId(1), Bytes::from_static(b"BYE 2"));
    client.transports.close(FlowId(1));
    server.opened().await;
    assert_eq!(server.received().await, "BYE 1");
    assert_eq!(server.received().await, "BYE 2");
    assert!(matches!(server.closed().await, FlowError::Closed(_)));
}

#[tokio::test]
async fn a_server_that_dies_cuts_its_clients_and_can_start_again_at_once() {
    let echo = Echo::start(options(Transport::Ws, None));
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Ws, "127.0.0.1", echo.address.port()));
    client.opened().await;
    echo.listener.stop().await;
    echo.transports.abort_all();
    assert!(matches!(client.closed().await, FlowError::Closed(_)));
    Listener::bind(&echo.transports, echo.address, options(Transport::Ws, None)).expect("the port is free again");
}

#[tokio::test]
async fn a_flow_closed_while_it_opens_says_nothing() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = silent.local_addr().expect("bound").port();
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Ws, "127.0.0.1", port));
    let (mut accepted, _) = silent.accept().await.expect("a connection");
    client.transports.close(FlowId(1));
    let mut request = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut accepted, &mut request).await.expect("the client closes");
    client.transports.open(FlowId(2), target(Transport::Tcp, "127.0.0.1", port));
    assert_eq!(client.next().await.0, FlowId(2), "the closed flow stays silent");
}
