//! A presentation that is tried again.

use roombox_conference::api::{Command, PresentCommand};
use roombox_conference::catalogue::PresentationFault;

use super::{ASK, agree, attach, fault, present, start, words};
use crate::bench::{Bench, millis, seconds};

#[test]
fn without_more_attempts_nothing_is_repeated() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    bench.answer_share(500);
    bench.pass(seconds(5));
    assert_eq!(words(&bench), [ASK]);
}

#[test]
fn the_third_attempt_succeeds_after_two_failures_three_hundred_milliseconds_apart() {
    let (mut bench, call, session) = Bench::in_call();
    start(&mut bench, call, 3);
    for _ in 0..2 {
        bench.answer_share(500);
        bench.forget();
        bench.pass(millis(299));
        assert!(words(&bench).is_empty());
        bench.pass(millis(1));
        assert_eq!(words(&bench), [ASK]);
    }
    attach(&mut bench, call);
    agree(&mut bench, call, session);
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:started"]);
}

#[test]
fn the_last_failure_is_told_once_when_every_attempt_failed() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 2);
    bench.answer_share(500);
    bench.pass(millis(300));
    bench.answer_share(403);
    bench.pass(seconds(5));
    assert_eq!(bench.told("presentation:"), ["presentation:failed"]);
    assert_eq!(fault(&bench), Some((PresentationFault::Refused, Some(403))));
}

#[test]
fn a_stop_ends_the_attempts() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 10);
    bench.answer_share(500);
    present(&mut bench, call, PresentCommand::Stop);
    bench.pass(seconds(5));
    assert_eq!(words(&bench), [ASK]);
    assert_eq!(bench.told("presentation:"), ["presentation:ended"]);
}

#[test]
fn hanging_up_ends_the_attempts() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 10);
    bench.answer_share(500);
    bench.command(Command::Leave);
    bench.pass(seconds(5));
    assert_eq!(words(&bench), [ASK]);
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::NoCall));
}
