//! ICE with a real STUN and TURN server: relay over UDP, TCP and TLS, and what happens when the server refuses.

use std::net::Ipv4Addr;
use std::sync::Arc;

use roombox_media::peer::webrtc_engine::WebrtcPeer;
use roombox_media::peer::{IcePolicy, IceServer, PeerConfig, PeerConnection, PeerEvent};
use roombox_tests::interop::coturn::Coturn;
use roombox_tests::wait::PATIENCE;
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// A peer and what it tells.
struct Side {
    peer: WebrtcPeer,
    events: UnboundedReceiver<PeerEvent>,
}

fn config(ice_servers: Vec<IceServer>) -> PeerConfig {
    PeerConfig {
        ice_servers,
        video_codecs: vec!["H264".into()],
        bind: vec![Ipv4Addr::LOCALHOST.into()],
        ..PeerConfig::default()
    }
}

fn relayed(server: &Coturn, way: &str) -> PeerConfig {
    let relay_security = Some(Arc::new(server.security()) as Arc<_>);
    PeerConfig { ice_policy: IcePolicy::Relay, relay_security, ..config(vec![server.turn(way)]) }
}

impl Side {
    fn new(config: PeerConfig) -> Self {
        let (sender, events) = unbounded_channel();
        Self { peer: WebrtcPeer::new(config, sender).expect("a tokio runtime runs"), events }
    }

    async fn wait<T>(&mut self, what: &str, fits: impl Fn(PeerEvent) -> Option<T>) -> T {
        let waiting = async {
            loop {
                if let Some(found) = self.events.recv().await.and_then(&fits) {
                    return found;
                }
            }
        };
        tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("{what} never came"))
    }

    async fn connected(&mut self) {
        self.wait("the connection", |event| matches!(event, PeerEvent::Connected).then_some(())).await;
    }

    /// The local candidate of the path in use.
    async fn candidate(&self) -> Value {
        let entries = self.peer.stats().await;
        let named = |id: &Value| entries.iter().find(|entry| entry["id"] == *id).cloned().unwrap_or_default();
        let transport = entries.iter().find(|entry| entry["type"] == "transport").expect("there is a transport");
        let pair = named(&transport["selectedCandidatePairId"]);
        let id = pair["localCandidateId"].as_str().unwrap_or_default().to_owned();
        let of_pair = |entry: &&Value| {
            entry["type"] == "local-candidate" && entry["id"].as_str().is_some_and(|name| name.ends_with(&id))
        };
        entries.iter().find(of_pair).cloned().unwrap_or_else(|| panic!("{pair} names none of {entries:#?}"))
    }
}

/// Offer and answer by hand; the offer.
async fn connect(caller: &mut Side, answerer: &mut Side) -> String {
    let offer = caller.peer.create_offer(false).await.expect("an offer");
    let answer = answerer.peer.create_answer(&offer).await.expect("an answer");
    caller.peer.accept_answer(&answer).await.expect("the answer is accepted");
    caller.connected().await;
    answerer.connected().await;
    offer
}

async fn a_call_goes_through_the_relay(way: &str) {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    let server = Coturn::start(folder.path());
    let (mut caller, mut answerer) = (Side::new(relayed(&server, way)), Side::new(config(Vec::new())));
    let offer = connect(&mut caller, &mut answerer).await;
    let candidates: Vec<&str> = offer.lines().filter(|line| line.starts_with("a=candidate")).collect();
    assert!(!candidates.is_empty() && candidates.iter().all(|line| line.contains("typ relay")), "{candidates:#?}");
    let candidate = caller.candidate().await;
    assert_eq!(
        (&candidate["candidateType"], &candidate["relayProtocol"]),
        (&"relay".into(), &way.into()),
        "{candidate}"
    );
    assert_eq!(candidate["url"], server.turn(way).url);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_call_goes_through_a_relay_over_udp() {
    a_call_goes_through_the_relay("udp").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_call_goes_through_a_relay_over_tcp() {
    a_call_goes_through_the_relay("tcp").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_call_goes_through_a_relay_over_tls() {
    a_call_goes_through_the_relay("tls").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn the_address_that_a_stun_server_sees_is_offered() {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    let server = Coturn::start(folder.path());
    let caller = Side::new(config(vec![server.turn("udp"), server.stun()]));
    let offer = caller.peer.create_offer(false).await.expect("an offer");
    // On loopback the server sees the address of the host candidate, which makes its own one redundant (RFC 8445
    // section 5.1.3); the relay's names it as the base.
    assert!(offer.contains("typ host") && offer.contains("typ relay"), "{offer}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_relay_that_refuses_the_password_is_told_and_the_call_goes_on_without() {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    let server = Coturn::start(folder.path());
    let wrong = ["udp", "tcp"].map(|way| IceServer { password: "wrong".into(), ..server.turn(way) });
    let (mut caller, mut answerer) = (Side::new(config(wrong.to_vec())), Side::new(config(Vec::new())));
    let offer = caller.peer.create_offer(false).await.expect("an offer");
    assert!(offer.contains("typ host"), "{offer}");
    let failed = caller
        .wait("the refusal", |event| match event {
            PeerEvent::Servers { failed } if failed.len() == 2 => Some(failed),
            _ => None,
        })
        .await;
    for (server, told) in wrong.iter().zip(&failed) {
        assert_eq!(*told, format!("{}: it refuses user or password", server.url));
    }
    connect(&mut caller, &mut answerer).await;
    assert_eq!(caller.candidate().await["candidateType"], "host");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_relay_that_is_not_trusted_is_told() {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    let server = Coturn::start(folder.path());
    let other = tempfile::tempdir().expect("the temporary folder is writable");
    let stranger = Coturn::start(other.path());
    let mut caller = Side::new(PeerConfig { ice_servers: vec![server.turn("tls")], ..relayed(&stranger, "tls") });
    let failed = caller
        .wait("the distrust", |event| match event {
            PeerEvent::Servers { failed } if !failed.is_empty() => Some(failed),
            _ => None,
        })
        .await;
    assert!(failed[0].starts_with(&server.turn("tls").url), "{failed:?}");
}
