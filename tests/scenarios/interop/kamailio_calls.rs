//! Two of our phones in a call through Kamailio.

use roombox_sip::api::{Cause, Originator, ReferTo, SessionId, Transport};
use roombox_tests::interop::kamailio::{DOMAIN, Kamailio, Options};
use roombox_tests::phone::Phone;
use tempfile::TempDir;

/// A server, two phones at it and the call between them.
struct World {
    alice: Phone,
    bob: Phone,
    /// The call as Alice knows it, and as Bob does.
    call: (SessionId, SessionId),
    server: Kamailio,
    _folder: TempDir,
}

fn uri(user: &str) -> String {
    format!("sip:{user}@{DOMAIN}")
}

impl World {
    /// Alice has called Bob, each over this transport.
    async fn in_call(from: Transport, to: Transport) -> Self {
        let folder = tempfile::tempdir().expect("the temporary folder is writable");
        let server = Kamailio::alone(folder.path(), Options::default());
        let mut alice = server.registered("alice", from).await;
        let mut bob = server.registered("bob", to).await;
        let call = between(&mut alice, &mut bob, "bob").await;
        Self { alice, bob, call, server, _folder: folder }
    }

    async fn ended(mut self) {
        self.alice.hang_up(self.call.0);
        self.alice.ended(self.call.0).await;
        let end = self.bob.ended(self.call.1).await;
        assert_eq!((end.originator, end.cause), (Originator::Remote, Cause::Bye));
    }
}

/// A call that stands.
async fn between(dialler: &mut Phone, answerer: &mut Phone, user: &str) -> (SessionId, SessionId) {
    let call = dialler.call(&uri(user));
    let taken = answerer.take_call().await;
    dialler.confirmed(call).await;
    (call, taken)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn phones_on_different_transports_call_each_other() {
    use Transport::{Tcp, Tls, Udp, Wss};
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    let server = Kamailio::alone(folder.path(), Options::default());
    for (from, to) in [(Wss, Tcp), (Tcp, Udp), (Udp, Tls), (Tls, Wss)] {
        let mut alice = server.registered("alice", from).await;
        let mut bob = server.registered("bob", to).await;
        let (call, taken) = between(&mut alice, &mut bob, "bob").await;
        bob.hang_up(taken);
        assert_eq!(alice.ended(call).await.originator, Originator::Remote, "{from:?} to {to:?}");
        for phone in [&mut alice, &mut bob] {
            phone.unregister();
            phone.unregistered().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn both_sides_offer_again_through_the_proxy() {
    let mut world = World::in_call(Transport::Wss, Transport::Tcp).await;
    let (alices, bobs) = world.call;
    world.alice.reinvite(alices, "sendonly");
    assert_eq!(world.bob.take_offer(bobs).await, ["sendonly"]);
    assert!(world.alice.offer_answered(alices).await.is_some());
    world.bob.reinvite(bobs, "sendrecv");
    assert_eq!(world.alice.take_offer(alices).await, ["sendrecv"]);
    assert!(world.bob.offer_answered(bobs).await.is_some());
    world.ended().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn both_sides_update_through_the_proxy() {
    let mut world = World::in_call(Transport::Tls, Transport::Udp).await;
    let (alices, bobs) = world.call;
    world.alice.update(alices, "sendonly");
    assert_eq!(world.bob.take_offer(bobs).await, ["sendonly"]);
    assert!(world.alice.offer_answered(alices).await.is_some());
    world.bob.update(bobs, "sendrecv");
    assert_eq!(world.alice.take_offer(alices).await, ["sendrecv"]);
    assert!(world.bob.offer_answered(bobs).await.is_some());
    world.ended().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_hold_is_asked_for_and_confirmed_through_the_proxy() {
    let mut world = World::in_call(Transport::Wss, Transport::Udp).await;
    let (alices, bobs) = world.call;
    world.alice.hold(alices, true);
    assert_eq!(world.bob.take_offer(bobs).await, ["sendonly"]);
    world.alice.held(alices, "the confirmed hold", |hold| hold.asked && hold.confirmed).await;
    world.bob.held(bobs, "the hold by the peer", |hold| hold.by_peer).await;
    world.alice.hold(alices, false);
    assert_eq!(world.bob.take_offer(bobs).await, ["sendrecv"]);
    world.bob.held(bobs, "the end of the hold", |hold| !hold.by_peer).await;
    world.ended().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn both_sides_inform_through_the_proxy() {
    let mut world = World::in_call(Transport::Tcp, Transport::Wss).await;
    let (alices, bobs) = world.call;
    let asked = world.alice.info(alices, "text/plain", "ping");
    assert_eq!(world.bob.informed(bobs).await.text(), Some("ping"));
    world.alice.answered_with(asked, 200).await;
    let asked = world.bob.dtmf(bobs, "5#");
    for tone in ["5", "#"] {
        let body = world.alice.informed(alices).await;
        let text = body.text().expect("tones are text");
        assert!(body.content_type.starts_with("application/dtmf-relay"), "{}", body.content_type);
        assert!(text.contains(&format!("Signal={tone}\r\n")), "{text}");
    }
    world.bob.answered_with(asked, 200).await;
    world.ended().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_reliable_provisional_response_passes_the_proxy() {
    let folder = tempfile::tempdir().expect("the temporary folder is writable");
    let server = Kamailio::alone(folder.path(), Options::default());
    let mut alice = server.registered("alice", Transport::Wss).await;
    let mut bob = server.registered("bob", Transport::Udp).await;
    let call = alice.call_reliably(&uri("bob"), roombox_sip::api::Reliable::Required);
    let taken = bob.incoming().await;
    let answer = bob.answer_to(&taken.offer.expect("Alice offers"));
    bob.progress(taken.session, 183, Some(answer.clone()), true);
    assert!(alice.progressed(call, 183).await.1, "{}", alice.story());
    bob.progress_acknowledged(taken.session).await;
    bob.accept(taken.session, answer);
    alice.confirmed(call).await;
    bob.confirmed(taken.session).await;
    bob.hang_up(taken.session);
    alice.ended(call).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_blind_transfer_leads_to_a_third_phone() {
    let mut world = World::in_call(Transport::Wss, Transport::Tcp).await;
    let mut carol = world.server.registered("carol", Transport::Udp).await;
    let (alices, bobs) = world.call;
    let asked = world.bob.refer(bobs, ReferTo::Uri(uri("carol")));
    let referred = world.alice.referred().await;
    let second = world.alice.follow(referred.refer);
    let carols = carol.take_call().await;
    world.alice.confirmed(second).await;
    world.bob.answered_with(asked, 202).await;
    assert_eq!(world.bob.refer_progress(asked).await.last(), Some(&200));
    world.bob.hang_up(bobs);
    world.alice.ended(alices).await;
    carol.hang_up(carols);
    world.alice.ended(second).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn an_attended_transfer_replaces_the_call() {
    let mut world = World::in_call(Transport::Wss, Transport::Tcp).await;
    let mut carol = world.server.registered("carol", Transport::Udp).await;
    let (alices, bobs) = world.call;
    let (consulting, carols) = between(&mut world.bob, &mut carol, "carol").await;
    let asked = world.bob.refer(bobs, ReferTo::Session(consulting));
    let referred = world.alice.referred().await;
    let second = world.alice.follow(referred.refer);
    let replacing = carol.incoming().await;
    assert_eq!(replacing.replaces, Some(carols));
    let answer = carol.answer_to(&replacing.offer.expect("Alice offers"));
    carol.accept(replacing.session, answer);
    world.alice.confirmed(second).await;
    carol.ended(carols).await;
    world.bob.ended(consulting).await;
    assert_eq!(world.bob.refer_progress(asked).await.last(), Some(&200));
    world.bob.hang_up(bobs);
    world.alice.ended(alices).await;
    world.alice.hang_up(second);
    carol.ended(replacing.session).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs the foreign peers: make interop"]
async fn a_call_goes_on_after_its_connection_was_lost() {
    let mut world = World::in_call(Transport::Wss, Transport::Tcp).await;
    let (alices, bobs) = world.call;
    world.alice.reconnect();
    world.alice.registered().await;
    let asked = world.alice.info(alices, "text/plain", "still there");
    assert_eq!(world.bob.informed(bobs).await.text(), Some("still there"));
    world.alice.answered_with(asked, 200).await;
    let asked = world.bob.info(bobs, "text/plain", "and here");
    assert_eq!(world.alice.informed(alices).await.text(), Some("and here"));
    world.bob.answered_with(asked, 200).await;
    world.ended().await;
}
