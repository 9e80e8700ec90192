//! The small machines beside the worker: retries and candidates.
#![allow(clippy::disallowed_methods, reason = "virtual time needs some first instant")]

use std::time::{Duration, Instant};

use roombox_sip::worker::candidates::{CandidateKind, Candidates, Policy};
use roombox_sip::worker::retry::{DEFAULT_INCREASE, Delay, Retries};

const fn ms(ms: u64) -> Duration {
    Duration::from_millis(ms)
}

#[test]
fn delays_grow_until_they_are_exhausted() {
    let (start, mut retries) = (Instant::now(), Retries::new());
    let mut now = start;
    for delay in [500, 1000, 1500] {
        assert_eq!(retries.delay(now, "a", DEFAULT_INCREASE), Delay::Armed(ms(delay)));
        assert_eq!(retries.next_deadline(), Some(now + ms(delay)));
        assert!(retries.take_due(now + ms(delay - 1)).is_empty());
        now += ms(delay);
        assert_eq!(retries.take_due(now), ["a"]);
        assert!(retries.take_due(now).is_empty(), "once");
    }
    assert!(retries.is_exhausted("a"));
    assert_eq!(retries.delay(now, "a", DEFAULT_INCREASE), Delay::Exhausted);
    assert_eq!((retries.count("a"), retries.next_deadline()), (3, None));
    retries.reset("a");
    assert_eq!(retries.delay(now, "a", DEFAULT_INCREASE), Delay::Armed(ms(500)));
}

#[test]
fn asking_again_while_one_waits_starts_it_again_uncounted() {
    let (now, mut retries) = (Instant::now(), Retries::new());
    assert_eq!(retries.delay(now, "a", DEFAULT_INCREASE), Delay::Armed(ms(500)));
    assert_eq!(retries.delay(now + ms(400), "a", DEFAULT_INCREASE), Delay::Rearmed(ms(500)));
    assert_eq!(retries.count("a"), 1);
    assert!(retries.take_due(now + ms(500)).is_empty());
    assert_eq!(retries.take_due(now + ms(900)), ["a"]);
}

#[test]
fn every_id_has_a_timer_a_delay_and_a_maximum_of_its_own() {
    let (now, mut retries) = (Instant::now(), Retries::new());
    retries.update_max("b", 1);
    assert_eq!(retries.delay(now, "a", ms(500)), Delay::Armed(ms(500)));
    assert_eq!(retries.delay(now, "b", ms(200)), Delay::Armed(ms(200)));
    assert_eq!(retries.take_due(now + ms(200)), ["b"]);
    assert_eq!(retries.delay(now, "b", ms(200)), Delay::Exhausted);
    assert_eq!(retries.take_due(now + ms(500)), ["a"]);
    assert_eq!(retries.delay(now, "a", ms(9)), Delay::Armed(ms(1000)), "the first increase stays");
    retries.reset("b");
    assert!(retries.retry("b") && !retries.retry("b"), "the maximum survives a reset");
    retries.forget("a");
    assert_eq!((retries.count("a"), retries.next_deadline()), (0, None));
    assert_eq!(retries.delay(now, "huge", Duration::MAX), Delay::Armed(Duration::MAX));
}

#[test]
fn a_description_goes_out_two_seconds_after_the_last_candidate() {
    let start = Instant::now();
    let mut gathering = Candidates::start(start, Policy::default());
    gathering.found(start + ms(100), CandidateKind::Host);
    gathering.found(start + ms(1500), CandidateKind::ServerReflexive);
    assert!(!gathering.is_ready(start + ms(3499)));
    assert!(gathering.is_ready(start + ms(3500)));
    assert_eq!(gathering.deadline(), start + ms(3500));
}

#[test]
fn gathering_ends_without_candidates_and_with_too_many() {
    let start = Instant::now();
    let mut gathering = Candidates::start(start, Policy::default());
    assert!(!gathering.is_ready(start + ms(4999)) && gathering.is_ready(start + ms(5000)));
    for n in 0..50 {
        gathering.found(start + ms(n * 100), CandidateKind::Host);
    }
    assert_eq!(gathering.deadline(), start + ms(5000));
}

#[test]
fn the_first_address_from_a_stun_server_may_end_it() {
    let start = Instant::now();
    let policy = Policy { stop_at_server_reflexive: true, ..Policy::default() };
    let mut gathering = Candidates::start(start, policy);
    for kind in [CandidateKind::Host, CandidateKind::Relay, CandidateKind::PeerReflexive] {
        gathering.found(start, kind);
        assert!(!gathering.is_ready(start));
    }
    gathering.found(start, CandidateKind::ServerReflexive);
    assert!(gathering.is_ready(start));
    let mut told = Candidates::start(start, Policy::default());
    told.complete();
    assert!(told.is_ready(start));
}
