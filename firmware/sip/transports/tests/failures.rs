//! Flows that fail, each with its own kind of error.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the other side of the socket")]

mod common;

use bytes::Bytes;
use common::{Authority, Echo, Side, options, stranger, target};
use roombox_sip::api::{FlowError, FlowId, Transport};
use roombox_sip::message::limits::MAX_MESSAGE;
use roombox_sip_transports::{ClientTls, ListenError, ListenOptions, Listener, TlsError};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

/// A server that answers whatever comes with this.
async fn answering(answer: &'static str) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).await;
        let _ = stream.write_all(answer.as_bytes()).await;
        let _ = stream.read(&mut request).await;
    });
    port
}

#[tokio::test]
async fn a_certificate_of_an_unknown_authority_is_refused() {
    let echo = Echo::start(options(Transport::Wss, Some(Authority::new().server("localhost", 2090))));
    let error = stranger().failure(target(Transport::Wss, "localhost", echo.address.port())).await;
    assert!(matches!(&error, FlowError::Certificate(why) if why.contains("unknown authority")), "{error}");
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let authority = Authority::new();
    let echo = Echo::start(options(Transport::Tls, Some(authority.server("vc.example", 2090))));
    let error = Side::new(authority.client()).failure(target(Transport::Tls, "localhost", echo.address.port())).await;
    assert!(matches!(&error, FlowError::Certificate(why) if why.contains("not for localhost")), "{error}");
    assert!(error.to_string().contains("vc.example"), "{error}");
}

#[tokio::test]
async fn a_server_that_shows_the_certificate_of_its_authority_is_refused() {
    let authority = Authority::new();
    let echo = Echo::start(options(Transport::Wss, Some(authority.itself())));
    let error = Side::new(authority.client()).failure(target(Transport::Wss, "localhost", echo.address.port())).await;
    assert!(matches!(&error, FlowError::Certificate(why) if why.contains("instead of one of its own")), "{error}");
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let authority = Authority::new();
    let echo = Echo::start(options(Transport::Wss, Some(authority.server("localhost", 2021))));
    let error = Side::new(authority.client()).failure(target(Transport::Wss, "localhost", echo.address.port())).await;
    assert!(matches!(&error, FlowError::Certificate(why) if why.contains("expired")), "{error}");
}

#[tokio::test]
async fn a_port_where_nobody_listens_refuses() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a free port").local_addr().expect("bound").port();
    let error = stranger().failure(target(Transport::Ws, "127.0.0.1", free)).await;
    assert!(matches!(error, FlowError::Refused(_)), "{error}");
}

#[tokio::test]
async fn a_name_without_address_is_told() {
    let error = stranger().failure(target(Transport::Wss, "no-such-host.invalid", 443)).await;
    // Where there is no network, or no name server, that is told instead.
    let kind = matches!(error, FlowError::NameNotFound(_) | FlowError::Unreachable(_) | FlowError::Timeout(_));
    assert!(kind && error.to_string().contains("no-such-host.invalid"), "{error}");
}

#[tokio::test]
async fn a_web_server_is_no_sip_server() {
    let port = answering("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n").await;
    let error = stranger().failure(target(Transport::Ws, "127.0.0.1", port)).await;
    assert!(matches!(&error, FlowError::Handshake(why) if why.contains("404")), "{error}");
}

#[tokio::test]
async fn a_server_of_another_protocol_is_no_web_server() {
    let port = answering("SSH-2.0-OpenSSH_9.2\r\n\r\n").await;
    let error = stranger().failure(target(Transport::Ws, "127.0.0.1", port)).await;
    assert!(matches!(&error, FlowError::Handshake(why) if why.ends_with("does not speak HTTP")), "{error}");
}

#[tokio::test]
async fn a_server_of_another_protocol_is_no_tls_server() {
    let port = answering("SSH-2.0-OpenSSH_9.2 and some more bytes so that a record header is there\r\n").await;
    let error = stranger().failure(target(Transport::Wss, "localhost", port)).await;
    assert!(matches!(&error, FlowError::Handshake(why) if why.contains("TLS")), "{error}");
}

#[tokio::test]
async fn a_path_that_is_not_served_is_refused() {
    let served = ListenOptions { path: Some("/elsewhere".into()), ..options(Transport::Ws, None) };
    let echo = Echo::start(served);
    let error = stranger().failure(target(Transport::Ws, "127.0.0.1", echo.address.port())).await;
    assert!(matches!(&error, FlowError::Handshake(why) if why.contains("404")), "{error}");
}

#[tokio::test]
async fn an_upgrade_without_the_subprotocol_is_refused() {
    let echo = Echo::start(options(Transport::Ws, None));
    let mut browser = tokio::net::TcpStream::connect(echo.address).await.expect("the server listens");
    let request = "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                   Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    browser.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    browser.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 400"), "{answer}");
}

#[tokio::test]
async fn a_websocket_server_that_ignores_the_subprotocol_is_not_taken() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.expect("a connection");
        tokio_tungstenite::accept_async(stream).await.map(drop)
    });
    let error = stranger().failure(target(Transport::Ws, "127.0.0.1", port)).await;
    assert!(matches!(error, FlowError::Handshake(_)), "{error}");
}

#[tokio::test]
async fn a_message_beyond_the_limit_ends_the_flow() {
    let echo = Echo::start(options(Transport::Ws, None));
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Ws, "127.0.0.1", echo.address.port()));
    client.opened().await;
    client.transports.send(FlowId(1), Bytes::from(vec![b'a'; MAX_MESSAGE + 1]));
    let error = client.closed().await;
    assert!(matches!(error, FlowError::Closed(_)), "{error}");
}

#[tokio::test]
async fn a_peer_that_does_not_read_is_given_up() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let port = listener.local_addr().expect("bound").port();
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Tcp, "127.0.0.1", port));
    let (_peer, _) = listener.accept().await.expect("a connection");
    client.opened().await;
    // More than the kernel buffers of both sides hold.
    for _ in 0..2000 {
        client.transports.send(FlowId(1), Bytes::from(vec![0; MAX_MESSAGE]));
    }
    let error = client.closed().await;
    assert!(matches!(error, FlowError::Closed(_)), "{error}");
}

#[tokio::test]
async fn a_secure_listener_needs_an_identity() {
    let side = stranger();
    let free = "127.0.0.1:0".parse().expect("an address");
    let result = Listener::bind(&side.transports, free, options(Transport::Wss, None));
    assert!(matches!(result, Err(ListenError::NoIdentity(Transport::Wss))));
}

#[test]
fn an_authority_file_without_certificates_is_named() {
    let error = ClientTls::new(Some("/dev/null".as_ref())).expect_err("nothing in it");
    assert!(matches!(error, TlsError::Empty { .. }));
    assert!(error.to_string().contains("/dev/null"));
    let error = ClientTls::new(Some("/nowhere/ca.pem".as_ref())).expect_err("no such file");
    assert!(error.to_string().contains("/nowhere/ca.pem"), "{error}");
}
