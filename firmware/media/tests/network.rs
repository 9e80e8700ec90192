//! Calls over a network that is not good: a relay of our own stands between two peers.
#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    unreachable_pub,
    missing_docs,
    dead_code,
    reason = "a test owns its tasks, sockets and clock, and may fail; helpers are shared with other tests"
)]

#[path = "network/link.rs"]
mod link;

#[path = "network/relay.rs"]
mod relay;

#[path = "peer_contract/side.rs"]
mod side;

use std::time::Duration;

use link::Rules;
use relay::{End, Relay};
use side::{Side, webrtc_crate};

/// A call over the relay with media both ways.
async fn call_over(relay: &Relay) -> (Side, Side) {
    let (mut a, mut b) = (Side::new(webrtc_crate, &["H264"]), Side::new(webrtc_crate, &["H264"]));
    negotiate_over(relay, (&a, End::A), (&b, End::B), false).await;
    a.more(5, 10).await;
    b.more(5, 10).await;
    (a, b)
}

/// Offer from the first, answer from the second.
async fn negotiate_over(relay: &Relay, (from, end): (&Side, End), (to, other): (&Side, End), restart_ice: bool) {
    let offer = relay.pass(end, &from.peer.create_offer(restart_ice).await.unwrap()).await;
    let answer = relay.pass(other, &to.peer.create_answer(&offer).await.unwrap()).await;
    from.peer.accept_answer(&answer).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_goes_through_the_relay_and_nowhere_else() {
    let relay = Relay::new(Rules { delay: Duration::from_millis(20), ..Rules::default() }, 1);
    let (mut a, b) = call_over(&relay).await;
    let before = relay.counters_from(End::B);
    a.more(15, 50).await;
    let after = relay.counters_from(End::B);
    assert!(after.carried > before.carried + 60, "{before:?} {after:?}");
    assert_eq!(after.lost, 0);
    relay.set_from(End::B, Rules { blackout: true, ..Rules::default() });
    // What was under way arrives, then nothing comes.
    let lost = |relay: &Relay| relay.counters_from(End::B).lost;
    let (begun, seen) = (lost(&relay), a.seen.borrow().sounds);
    while lost(&relay) < begun + 100 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(a.seen.borrow().sounds < seen + 30, "sound comes another way");
    relay.set(Rules::default());
    a.more(5, 50).await;
    a.end().await;
    b.end().await;
}
