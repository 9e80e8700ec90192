//! Messages over a WebSocket frame by frame: what may come, and how they end.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the other side of the socket")]

mod common;

use bytes::Bytes;
use common::stranger;
use common::web_server::{BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, WebServer, head};
use roombox_sip::api::{FlowError, FlowId};
use tokio::io::AsyncWriteExt;

#[tokio::test]
async fn a_message_in_fragments_with_a_ping_between_them_is_one_message() {
    let (server, mut client) = (WebServer::start().await, stranger());
    let mut socket = server.connected(&mut client).await;
    socket.send(false, TEXT, b"OPTIONS sip:a ").await;
    socket.send(true, PING, b"alive?").await;
    socket.send(false, CONTINUATION, b"SIP/").await;
    socket.send(true, CONTINUATION, b"2.0\r\n\r\n").await;
    assert_eq!(client.received().await, "OPTIONS sip:a SIP/2.0\r\n\r\n");
    assert_eq!(socket.frame().await, (PONG, Bytes::from_static(b"alive?")), "RFC 6455 section 5.5.3");
}

#[tokio::test]
async fn text_and_binary_messages_and_keep_alives_are_taken() {
    let (server, mut client) = (WebServer::start().await, stranger());
    let mut socket = server.connected(&mut client).await;
    for (opcode, message) in [(TEXT, &b"text"[..]), (BINARY, b"\xff\xfe"), (TEXT, b"\r\n\r\n"), (TEXT, b"")] {
        socket.send(true, opcode, message).await;
        assert_eq!(client.received().await, message);
    }
    client.transports.send(FlowId(1), Bytes::from_static(b"\r\n\r\n"));
    assert_eq!(socket.frame().await, (TEXT, Bytes::from_static(b"\r\n\r\n")), "RFC 7118 section 6");
}

#[tokio::test]
async fn every_code_with_which_a_server_closes_is_told_with_its_meaning() {
    for (code, words) in [
        (1000, "1000 normal end: bye"),
        (1001, "1001 the other side goes away: bye"),
        (1002, "1002 protocol error"),
        (1003, "1003 kind of data not accepted"),
        (1007, "1007 text that is none"),
        (1008, "1008 against the rules"),
        (1009, "1009 message too big"),
        (1010, "1010 extension missing"),
        (1011, "1011 failure inside the other side"),
        (1012, "1012 the server restarts"),
        (1013, "1013 try again later"),
        (3001, "3001 a registered code"),
        (4711, "4711 a code of this server's own: bye"),
    ] {
        let (server, mut client) = (WebServer::start().await, stranger());
        let mut socket = server.connected(&mut client).await;
        socket.close(code, "bye").await;
        assert_eq!(socket.frame().await.0, CLOSE, "the closing handshake is answered");
        drop(socket);
        let error = client.closed().await;
        assert!(matches!(&error, FlowError::Closed(why) if why.starts_with(words)), "{error}");
    }
}

#[tokio::test]
async fn an_end_without_code_and_one_without_goodbye_are_ends_too() {
    let (server, mut client) = (WebServer::start().await, stranger());
    let mut socket = server.connected(&mut client).await;
    socket.send(true, CLOSE, b"").await;
    drop(socket);
    assert_eq!(client.closed().await, FlowError::Closed("by the other side, without a code".into()));
    let mut client = stranger();
    drop(server.connected(&mut client).await);
    assert!(matches!(client.closed().await, FlowError::Closed(_)));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_says_goodbye_and_stays_is_left() {
    let (server, mut client) = (WebServer::start().await, stranger());
    let mut socket = server.connected(&mut client).await;
    socket.close(1001, "").await;
    let error = client.closed().await;
    assert!(matches!(&error, FlowError::Closed(why) if why.starts_with("1001")), "{error}");
}

#[tokio::test]
async fn what_is_no_websocket_frame_ends_the_flow() {
    let bad: [(bool, u8, &[u8]); 5] = [
        (true, TEXT, b"\xff\xfe"),
        (true, CONTINUATION, b"nothing to continue"),
        (true, 3, b"unknown kind"),
        (false, PING, b"a ping in pieces"),
        (true, 0x40 | TEXT, b"an extension nobody asked for"),
    ];
    for (last, opcode, payload) in bad {
        let (server, mut client) = (WebServer::start().await, stranger());
        let mut socket = server.connected(&mut client).await;
        socket.send(last, opcode, payload).await;
        let error = client.closed().await;
        assert!(matches!(error, FlowError::Closed(_)), "{opcode}: {error}");
    }
}

#[tokio::test]
async fn a_redirect_is_told_and_not_followed() {
    let (server, mut client) = (WebServer::start().await, stranger());
    client.transports.open(FlowId(1), server.target.clone());
    let mut stream = server.connection().await;
    head(&mut stream).await;
    let answer = b"HTTP/1.1 302 Found\r\nLocation: wss://elsewhere.example/ws\r\nContent-Length: 0\r\n\r\n";
    stream.write_all(answer).await.expect("sent");
    let error = client.closed().await;
    let told = matches!(&error, FlowError::Handshake(why) if why.contains("302") && why.contains("wss://elsewhere.example/ws"));
    assert!(told, "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_server_that_answers_no_ping_is_given_up_within_30_seconds() {
    let (server, mut client) = (WebServer::start().await, stranger());
    let mut socket = server.connected(&mut client).await;
    assert_eq!(socket.frame().await.0, PING);
    let alive = tokio::time::Instant::now();
    socket.send(true, PONG, b"").await;
    assert_eq!(socket.frame().await.0, PING, "an answer is a sign of life");
    let error = client.closed().await;
    assert!(matches!(&error, FlowError::Timeout(why) if why.contains("ping")), "{error}");
    assert!(alive.elapsed().as_secs() < 30, "{:?} after the last sign of life", alive.elapsed());
}
