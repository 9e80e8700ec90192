//! Registration at Kamailio.

use std::time::{Duration, Instant};

use roombox_sip::api::{Cause, FlowError, Transport};
use roombox_tests::interop::kamailio::{DOMAIN, Kamailio, Options, PASSWORD};
use roombox_tests::phone::{self, Phone};
use tempfile::TempDir;

/// Longest time in which a connection that has died without a word is found out.
const HALF_OPEN: Duration = Duration::from_secs(30);

const EVERY_TRANSPORT: [Transport; 5] = [Transport::Wss, Transport::Ws, Transport::Tls, Transport::Tcp, Transport::Udp];

fn server(options: Options) -> (Kamailio, TempDir) {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    (Kamailio::alone(folder.path(), options), folder)
}

async fn registers_and_gives_back(options: Options) {
    let (server, _folder) = server(options);
    for transport in EVERY_TRANSPORT {
        let mut phone = server.phone("alice", transport);
        phone.start();
        assert!(phone.registered().await > 0, "{transport:?}");
        assert_eq!(phone.wire.received("SIP/2.0 401").len(), 1, "one question, one answer: {}", phone.wire);
        let algorithm = format!("algorithm={}", options.algorithm);
        let answer = phone.wire.sent("REGISTER").swap_remove(1);
        assert!(answer.contains(&algorithm), "{answer}");
        phone.unregister();
        phone.unregistered().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_phone_registers_and_unregisters_over_every_transport_with_md5() {
    registers_and_gives_back(Options::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_phone_registers_and_unregisters_over_every_transport_with_sha_256() {
    registers_and_gives_back(Options { algorithm: "SHA-256", ..Options::default() }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_registration_is_refreshed_before_it_ends_without_another_challenge() {
    let (server, _folder) = server(Options { max_expires: 12, ..Options::default() });
    let phone = server.registered("alice", Transport::Wss).await;
    phone
        .wire_receives("the answer to the second refresh", |message| {
            message.starts_with("SIP/2.0 200") && message.contains("CSeq: 4 REGISTER")
        })
        .await;
    let challenges = phone.wire.received("SIP/2.0 401").len();
    assert_eq!(challenges, 1, "the nonce is used again: {}", phone.wire);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_wrong_password_waits_for_a_person() {
    let (server, _folder) = server(Options::default());
    let account = phone::agent("alice", DOMAIN, "abracadabra", vec![server.target(Transport::Wss)]);
    let mut phone = Phone::new("alice", account, server.trust());
    phone.start();
    let (failure, retry) = phone.registration_failed().await;
    assert_eq!((failure.cause, retry), (Cause::AuthenticationError, None));
    assert_eq!(phone.wire.sent("REGISTER").len(), 2, "{}", phone.wire);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_server_whose_authority_is_unknown_is_not_spoken_to() {
    let (server, _folder) = server(Options::default());
    for transport in [Transport::Wss, Transport::Tls] {
        let account = phone::agent("alice", DOMAIN, PASSWORD, vec![server.target(transport)]);
        let mut phone = Phone::new("alice", account, phone::own_tls());
        phone.start();
        let error = phone.disconnected().await;
        assert!(matches!(error, FlowError::Certificate(_)), "{error}");
        assert!(phone.wire.sent("").is_empty(), "{}", phone.wire);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_server_that_is_killed_and_comes_back_is_registered_at_again() {
    let (mut server, _folder) = server(Options::default());
    let mut wss = server.registered("alice", Transport::Wss).await;
    let mut tcp = server.registered("bob", Transport::Tcp).await;
    server.kill();
    wss.disconnected().await;
    tcp.disconnected().await;
    server.restart();
    for phone in [&mut wss, &mut tcp] {
        phone.registered().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_server_that_falls_silent_is_found_out_within_thirty_seconds() {
    let (server, _folder) = server(Options::default());
    let mut phones = Vec::new();
    for transport in [Transport::Wss, Transport::Tls, Transport::Tcp, Transport::Udp] {
        phones.push(server.registered("alice", transport).await);
    }
    server.freeze();
    let silent = Instant::now();
    for phone in &mut phones {
        let error = phone.disconnected().await;
        assert!(matches!(error, FlowError::Timeout(_)), "{error}");
        assert!(silent.elapsed() <= HALF_OPEN, "{:?}", silent.elapsed());
    }
    server.thaw();
    for phone in &mut phones {
        phone.registered().await;
    }
}
