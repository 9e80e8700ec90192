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

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn media_comes_back_by_itself_when_a_lost_path_returns() {
    let relay = Relay::new(Rules { delay: Duration::from_millis(20), ..Rules::default() }, 2);
    let (mut a, mut b) = call_over(&relay).await;
    relay.set(Rules { blackout: true, ..Rules::default() });
    for side in [&mut a, &mut b] {
        side.until("the loss", |seen| seen.disconnected > 0).await;
    }
    relay.set(Rules::default());
    for side in [&mut a, &mut b] {
        side.until("the path", |seen| seen.connected > 1).await;
        side.more(5, 20).await;
        assert_eq!(side.seen.borrow().failed, None);
    }
    a.end().await;
    b.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_by_either_side_finds_another_path() {
    let relay = Relay::new(Rules { delay: Duration::from_millis(20), ..Rules::default() }, 3);
    let (mut a, mut b) = call_over(&relay).await;
    for turn in 0..2 {
        relay.change_path();
        if turn == 0 {
            negotiate_over(&relay, (&a, End::A), (&b, End::B), true).await;
        } else {
            negotiate_over(&relay, (&b, End::B), (&a, End::A), true).await;
        }
        a.more(5, 20).await;
        b.more(5, 20).await;
    }
    a.end().await;
    b.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_restart_while_nothing_passes_finds_the_path_when_it_is_there() {
    let relay = Relay::new(Rules { delay: Duration::from_millis(20), ..Rules::default() }, 4);
    let (mut a, mut b) = call_over(&relay).await;
    relay.set(Rules { blackout: true, ..Rules::default() });
    negotiate_over(&relay, (&a, End::A), (&b, End::B), true).await;
    let lost = || relay.counters_from(End::A).lost + relay.counters_from(End::B).lost;
    let before = lost();
    while lost() < before + 40 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    relay.set(Rules::default());
    a.more(5, 20).await;
    b.more(5, 20).await;
    a.end().await;
    b.end().await;
}

/// A description without any way to tell when packets arrived.
fn without_transport_cc(sdp: &str) -> String {
    let lines = sdp.lines().filter(|line| !line.contains("transport-cc") && !line.contains("transport-wide-cc"));
    lines.map(|line| line.to_owned() + "\r\n").collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_peer_that_only_reports_losses_is_sent_less_when_there_are_many() {
    let good = Rules { delay: Duration::from_millis(20), ..Rules::default() };
    let relay = Relay::new(good, 6);
    let (mut a, b) = (Side::new(webrtc_crate, &["H264"]), Side::new(webrtc_crate, &["H264"]));
    let offer = relay.pass(End::A, &a.peer.create_offer(false).await.unwrap()).await;
    let answer = b.peer.create_answer(&without_transport_cc(&offer)).await.unwrap();
    assert!(!answer.contains("transport-cc"), "{answer}");
    a.peer.accept_answer(&relay.pass(End::B, &answer).await).await.unwrap();
    a.more(5, 10).await;
    a.until("reports", |seen| seen.bandwidth.is_some()).await;
    relay.set_from(End::A, Rules { loss: 0.4, ..good });
    let low = a.until("a lower rate", |seen| seen.bandwidth < Some(700_000)).await.bandwidth.unwrap();
    relay.set(good);
    // A report that is under way still tells of the losses.
    a.until("a higher rate", |seen| seen.bandwidth > Some(low / 2 + low / 4)).await;
    let now = a.seen.borrow().bandwidth.unwrap();
    a.until("a still higher rate", |seen| seen.bandwidth > Some(now + now / 4)).await;
    a.end().await;
    b.end().await;
}
