//! UDP as server: each address is a flow of its own.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "the tests play the other side of the socket")]

mod common;

use std::net::SocketAddr;

use bytes::Bytes;
use common::{Side, options, stranger, target};
use roombox_sip::api::{FlowError, FlowId, FlowInput, Transport};
use roombox_sip_transports::Listener;
use tokio::net::UdpSocket;

fn listening(address: &str) -> (Side, Listener) {
    let side = stranger();
    let address = address.parse().expect("an address");
    let listener = Listener::bind(&side.transports, address, options(Transport::Udp, None)).expect("a free port");
    (side, listener)
}

async fn peer() -> UdpSocket {
    UdpSocket::bind("127.0.0.1:0").await.expect("a free port")
}

/// The next two things: a flow that opens, and what it brought.
async fn first(server: &mut Side) -> (FlowId, Bytes) {
    let (flow, input) = server.next().await;
    assert!(matches!(input, FlowInput::Opened(Transport::Udp)), "{input:?}");
    let (same, input) = server.next().await;
    assert_eq!(flow, same);
    match input {
        FlowInput::Received(bytes) => (flow, bytes),
        other => panic!("{other:?}"),
    }
}

async fn say(from: &UdpSocket, to: SocketAddr, words: &str) {
    from.send_to(words.as_bytes(), to).await.expect("sent");
}

async fn hears(peer: &UdpSocket, words: &str) {
    let mut buffer = [0; 2048];
    let (length, _) = peer.recv_from(&mut buffer).await.expect("a datagram");
    assert_eq!(String::from_utf8_lossy(&buffer[..length]), words);
}

#[tokio::test]
async fn each_address_is_a_flow_and_is_answered_there() {
    let (mut server, listener) = listening("127.0.0.1:0");
    let (one, other) = (peer().await, peer().await);
    say(&one, listener.local_addr(), "REGISTER 1").await;
    let (first_flow, bytes) = first(&mut server).await;
    assert_eq!(bytes, "REGISTER 1");
    say(&other, listener.local_addr(), "REGISTER 2").await;
    let (second_flow, _) = first(&mut server).await;
    assert_ne!(first_flow, second_flow);
    say(&one, listener.local_addr(), "OPTIONS 1").await;
    let (flow, input) = server.next().await;
    assert!(flow == first_flow && matches!(input, FlowInput::Received(_)), "{input:?}");
    server.transports.send(second_flow, Bytes::from_static(b"200 to 2"));
    server.transports.send(first_flow, Bytes::from_static(b"200 to 1"));
    hears(&one, "200 to 1").await;
    hears(&other, "200 to 2").await;
}

#[tokio::test]
async fn both_families_work_from_end_to_end() {
    for host in ["127.0.0.1", "::1"] {
        let address = if host.contains(':') { "[::1]:0" } else { "127.0.0.1:0" };
        let (mut server, listener) = listening(address);
        let mut client = stranger();
        client.transports.open(FlowId(1), target(Transport::Udp, host, listener.local_addr().port()));
        assert_eq!(client.opened().await, Transport::Udp);
        client.transports.send(FlowId(1), Bytes::from_static(b"INVITE"));
        let (flow, bytes) = first(&mut server).await;
        assert_eq!(bytes, "INVITE");
        server.transports.send(flow, Bytes::from_static(b"180"));
        assert_eq!(client.received().await, "180");
    }
}

#[tokio::test]
async fn after_the_owner_closed_a_peer_its_next_datagram_is_a_new_flow() {
    let (mut server, listener) = listening("127.0.0.1:0");
    let one = peer().await;
    say(&one, listener.local_addr(), "a").await;
    let (flow, _) = first(&mut server).await;
    server.transports.send(flow, Bytes::from_static(b"last word"));
    server.transports.close(flow);
    hears(&one, "last word").await;
    // The task of the flow ends in its own time; until then datagrams go nowhere.
    let again = loop {
        say(&one, listener.local_addr(), "b").await;
        tokio::task::yield_now().await;
        if let Ok((flow, input)) = server.events.try_recv() {
            assert!(matches!(input, FlowInput::Opened(_)), "{input:?}");
            break flow;
        }
    };
    assert_ne!(again, flow);
}

#[tokio::test]
async fn with_the_listener_its_peers_are_gone_and_the_port_is_free() {
    let (mut server, listener) = listening("127.0.0.1:0");
    let address = listener.local_addr();
    say(&peer().await, address, "a").await;
    first(&mut server).await;
    listener.stop().await;
    assert!(matches!(server.closed().await, FlowError::Closed(_)));
    Listener::bind(&server.transports, address, options(Transport::Udp, None)).expect("the port is free again");
}

#[tokio::test(start_paused = true)]
async fn a_peer_that_is_silent_for_an_hour_is_forgotten() {
    let (mut server, listener) = listening("127.0.0.1:0");
    let one = peer().await;
    say(&one, listener.local_addr(), "a").await;
    let (flow, _) = first(&mut server).await;
    let silent = server.events.recv().await;
    assert!(matches!(&silent, Some((same, FlowInput::Closed(FlowError::Timeout(_)))) if *same == flow), "{silent:?}");
    say(&one, listener.local_addr(), "b").await;
    assert_ne!(first(&mut server).await.0, flow);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_peers_is_bounded_and_the_longest_silent_makes_room() {
    let (mut server, listener) = listening("127.0.0.1:0");
    let mut peers = Vec::new();
    let mut flows = Vec::new();
    for _ in 0..512 {
        let one = peer().await;
        say(&one, listener.local_addr(), "a").await;
        flows.push(first(&mut server).await.0);
        peers.push(one);
    }
    let late = peer().await;
    say(&late, listener.local_addr(), "not heard").await;
    say(&peers[0], listener.local_addr(), "known").await;
    let (flow, input) = server.next().await;
    assert!(flow == flows[0] && matches!(input, FlowInput::Received(_)), "{input:?}");
    tokio::time::advance(std::time::Duration::from_secs(40)).await;
    say(&peers[0], listener.local_addr(), "still there").await;
    assert_eq!(server.next().await.0, flows[0]);
    say(&late, listener.local_addr(), "heard now").await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(server.next().await);
    }
    let forgotten = seen.iter().find(|(_, input)| matches!(input, FlowInput::Closed(_))).expect("one makes room");
    assert!(forgotten.0 != flows[0] && flows.contains(&forgotten.0), "not the one that spoke meanwhile");
    assert!(seen.iter().any(|(_, input)| matches!(input, FlowInput::Received(bytes) if bytes == "heard now")));
}

#[tokio::test]
async fn a_message_too_long_for_udp_is_lost_but_the_flow_lives() {
    let (mut server, listener) = listening("127.0.0.1:0");
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Udp, "127.0.0.1", listener.local_addr().port()));
    client.opened().await;
    client.transports.send(FlowId(1), Bytes::from(vec![b'a'; 70_000]));
    client.transports.send(FlowId(1), Bytes::from_static(b"short"));
    assert_eq!(first(&mut server).await.1, "short");
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_told() {
    let gone = peer().await.local_addr().expect("bound");
    let mut client = stranger();
    client.transports.open(FlowId(1), target(Transport::Udp, "127.0.0.1", gone.port()));
    client.opened().await;
    client.transports.send(FlowId(1), Bytes::from_static(b"OPTIONS"));
    assert!(matches!(client.closed().await, FlowError::Refused(_)));
}
