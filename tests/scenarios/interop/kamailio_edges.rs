//! Edge proxies in front of the registrar: Path (RFC 3327) and outbound (RFC 5626).

use roombox_sip::api::{Originator, Transport};
use roombox_sip_transports::ClientTls;
use roombox_tests::interop::kamailio::{DOMAIN, Kamailio, Options, PASSWORD};
use roombox_tests::phone::{self, Phone};
use tempfile::TempDir;

/// A registrar and two edges in front of it.
struct World {
    registrar: Kamailio,
    edges: [Kamailio; 2],
    _folders: [TempDir; 3],
}

impl World {
    fn start() -> Self {
        let folder = || tempfile::tempdir().expect("the temporary folder is writable");
        let folders = [folder(), folder(), folder()];
        let registrar = Kamailio::alone(folders[0].path(), Options::default());
        let edges = [registrar.edge_of(folders[1].path()), registrar.edge_of(folders[2].path())];
        Self { registrar, edges, _folders: folders }
    }

    /// A phone with a flow to both edges. Plain TCP, since each edge has an authority of its own.
    fn phone_at_both(&self, user: &str) -> Phone {
        let servers = self.edges.iter().map(|edge| edge.target(Transport::Tcp)).collect();
        let mut account = phone::agent(user, DOMAIN, PASSWORD, servers);
        account.outbound_flows = 2;
        Phone::new(user, account, ClientTls::new(None).expect("the system has authorities"))
    }
}

fn uri(user: &str) -> String {
    format!("sip:{user}@{DOMAIN}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn phones_behind_different_edges_call_each_other() {
    let world = World::start();
    let mut alice = world.edges[0].registered("alice", Transport::Wss).await;
    let mut bob = world.edges[1].registered("bob", Transport::Udp).await;
    let registered = bob.wire.received("SIP/2.0 200").pop().expect("bob is registered");
    assert!(registered.contains("Flow-Timer: "), "the registrar has seen the flow in the Path: {registered}");
    let call = alice.call(&uri("bob"));
    let taken = bob.take_call().await;
    alice.confirmed(call).await;
    let asked = bob.info(taken, "text/plain", "through two edges");
    assert_eq!(alice.informed(call).await.text(), Some("through two edges"));
    bob.answered_with(asked, 200).await;
    bob.hang_up(taken);
    assert_eq!(alice.ended(call).await.originator, Originator::Remote);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_call_arrives_by_the_second_flow_when_the_first_edge_is_dead() {
    let mut world = World::start();
    let mut bob = world.phone_at_both("bob");
    bob.start();
    for flow in ["reg-id=1", "reg-id=2"] {
        let what = format!("the registration of {flow}");
        bob.wire_receives(&what, |message| message.starts_with("SIP/2.0 200") && message.contains(flow)).await;
    }
    let mut alice = world.registrar.registered("alice", Transport::Wss).await;
    for dead in [None, Some(0)] {
        if let Some(edge) = dead {
            world.edges[edge].kill();
        }
        let call = alice.call(&uri("bob"));
        let taken = bob.take_call().await;
        alice.confirmed(call).await;
        alice.hang_up(call);
        assert_eq!(bob.ended(taken).await.originator, Originator::Remote, "{}", bob.story());
        alice.ended(call).await;
    }
}
