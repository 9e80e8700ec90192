//! How a call comes back.

use std::time::Duration;

use roombox_conference::api::{CallState, Command, Event, MediaFact};
use roombox_sip::api as sip;

use crate::bench::{Bench, OFFER, TARGET, failed, millis, seconds};

/// The present attempt gets this answer; gives the wait that is planned after it.
fn refuse(bench: &mut Bench, failure: sip::Failure) -> Option<Duration> {
    let call = bench.offer_asked().expect("an attempt is made");
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.forget();
    bench.sip(sip::Event::Ended { session, failure });
    match bench.call() {
        CallState::Redialling { retry_in_ms, .. } => Some(millis(retry_in_ms)),
        _ => None,
    }
}

fn joined(keep: bool) -> Bench {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep });
    bench
}

#[test]
fn a_kept_call_is_dialled_again_for_ever_with_growing_waits() {
    let mut bench = joined(true);
    let mut waits = Vec::new();
    for _ in 0..100 {
        let wait = refuse(&mut bench, failed(sip::Cause::RequestTimeout, None)).expect("never given up");
        bench.pass(wait);
        waits.push(wait);
    }
    assert!(waits[0] <= millis(500), "{:?}", waits[0]);
    assert!(waits[20..].iter().all(|wait| (seconds(15)..=seconds(30)).contains(wait)));
    assert!(waits[20..].iter().any(|wait| *wait != waits[20]), "jitter");
}

#[test]
fn an_answer_that_will_not_change_is_tried_slowly_but_for_ever() {
    for (cause, status) in [(sip::Cause::NotFound, 404), (sip::Cause::Rejected, 403)] {
        let mut bench = joined(true);
        for _ in 0..20 {
            let wait = refuse(&mut bench, failed(cause, Some(status))).expect("never given up");
            assert!((seconds(15)..=seconds(30)).contains(&wait), "{wait:?}");
            bench.pass(wait);
        }
    }
}

#[test]
fn a_busy_conference_is_not_hammered() {
    let mut bench = joined(true);
    let wait = refuse(&mut bench, failed(sip::Cause::Busy, Some(486))).unwrap();
    assert!(wait >= seconds(1), "{wait:?}");
}

#[test]
fn a_wait_that_the_server_asks_for_is_kept() {
    let mut bench = joined(true);
    let failure = sip::Failure { retry_after: Some(120), ..failed(sip::Cause::SipFailureCode, Some(503)) };
    assert!(refuse(&mut bench, failure).unwrap() >= seconds(120));
}

#[test]
fn a_call_that_a_person_joined_ends_when_the_conference_ends() {
    let mut bench = joined(false);
    let (_, session) = bench.confirm_call();
    bench.end(session, sip::Cause::Bye, None);
    assert_eq!(bench.call(), CallState::Idle);
    assert!(bench.events().any(|event| matches!(event, Event::CallEnded { will_redial: false, .. })));
}

#[test]
fn a_call_that_a_person_joined_comes_back_after_a_loss_a_few_times() {
    let mut bench = joined(false);
    let mut attempts = 0;
    while let Some(wait) = refuse(&mut bench, failed(sip::Cause::RequestTimeout, None)) {
        bench.pass(wait);
        attempts += 1;
    }
    assert_eq!(attempts, 5);
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn leaving_stops_the_redial() {
    let (mut bench, _, session) = Bench::in_call();
    bench.end(session, sip::Cause::Bye, None);
    bench.command(Command::Leave);
    bench.forget();
    bench.pass(seconds(600));
    assert_eq!(bench.call(), CallState::Idle);
    assert!(bench.offer_asked().is_none());
}

#[test]
fn a_new_connection_is_a_new_chance_even_after_many_failures() {
    let mut bench = joined(true);
    for _ in 0..10 {
        let wait = refuse(&mut bench, failed(sip::Cause::NotFound, Some(404))).unwrap();
        bench.pass(wait);
    }
    refuse(&mut bench, failed(sip::Cause::NotFound, Some(404)));
    bench.disconnect();
    assert!(matches!(bench.call(), CallState::Redialling { retry_in_ms: 0, .. }));
    bench.pass(seconds(40));
    bench.forget();
    bench.connect();
    bench.pass(millis(500));
    assert!(bench.offer_asked().is_some());
}
