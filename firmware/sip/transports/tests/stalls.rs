//! Peers that begin and do not go on, in each phase of a connection. The clock of these tests jumps to the next timer
//! whenever nothing else is left to do.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the other side of the socket")]

mod common;

use std::time::Duration;

use common::tls_server;
use common::web_server::WebServer;
use common::{Authority, Echo, Side, options, stranger, target};
use roombox_sip::api::{FlowError, FlowId, FlowInput, Transport};
use roombox_sip_transports::Listener;
use rustls::version::TLS13;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::{Instant, sleep};

/// The agent above gives an attempt up after this.
const LIMIT: Duration = Duration::from_secs(11);

#[tokio::test(start_paused = true)]
async fn a_server_that_accepts_and_says_nothing_is_given_up() {
    for transport in [Transport::Tls, Transport::Ws, Transport::Wss] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let port = listener.local_addr().expect("bound").port();
        let begin = Instant::now();
        let error = stranger().failure(target(transport, "127.0.0.1", port)).await;
        assert!(matches!(error, FlowError::Timeout(_)), "{transport:?}: {error}");
        assert!(begin.elapsed() < LIMIT, "{transport:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_stops_after_tls_or_within_the_upgrade_is_given_up() {
    let authority = Authority::new();
    let whim = tls_server::Whim { versions: &[&TLS13], clients_of: None };
    let mute = tls_server::start_mute(&authority, whim).await;
    let error = Side::new(authority.client()).failure(mute).await;
    assert!(matches!(error, FlowError::Timeout(_)), "{error}");
    let (server, mut client) = (WebServer::start().await, stranger());
    client.transports.open(FlowId(1), server.target.clone());
    let mut stream = server.connection().await;
    stream.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: webso").await.expect("sent");
    let error = client.closed().await;
    assert!(matches!(error, FlowError::Timeout(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_drips_its_answer_is_given_up() {
    let (server, mut client) = (WebServer::start().await, stranger());
    client.transports.open(FlowId(1), server.target.clone());
    let mut stream = server.connection().await;
    let begin = Instant::now();
    tokio::spawn(async move {
        for byte in b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n" {
            let _ = stream.write_all(&[*byte]).await;
            sleep(Duration::from_secs(1)).await;
        }
    });
    let error = client.closed().await;
    assert!(matches!(error, FlowError::Timeout(_)) && begin.elapsed() < LIMIT, "{error}");
}

#[tokio::test(start_paused = true)]
async fn clients_that_do_not_finish_their_handshake_are_cut() {
    let authority = Authority::new();
    for (transport, beginning) in
        [(Transport::Tls, &b""[..]), (Transport::Wss, b"\x16\x03"), (Transport::Ws, b"GET / HTTP/1.1\r\nHost: a\r\n")]
    {
        let echo = Echo::start(options(transport, Some(authority.server("localhost", 2090))));
        let mut client = TcpStream::connect(echo.address).await.expect("it listens");
        client.write_all(beginning).await.expect("sent");
        let begin = Instant::now();
        let mut answer = Vec::new();
        // Cut with or without a last word.
        let _ = client.read_to_end(&mut answer).await;
        assert!(begin.elapsed() < LIMIT, "{transport:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_client_that_drips_its_request_is_cut() {
    let mut server = stranger();
    let free = "127.0.0.1:0".parse().expect("an address");
    let listener = Listener::bind(&server.transports, free, options(Transport::Ws, None)).expect("a free port");
    let mut client = TcpStream::connect(listener.local_addr()).await.expect("it listens");
    tokio::spawn(async move {
        for byte in b"GET /some/very/long/path/that/takes/its/time HTTP/1.1\r\n" {
            if client.write_all(&[*byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
    });
    let (_, input) = server.next().await;
    assert!(matches!(input, FlowInput::Closed(FlowError::Timeout(_))), "{input:?}");
}
