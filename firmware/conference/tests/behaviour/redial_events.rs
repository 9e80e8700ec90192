//! What is told while a call is brought back (spec section 6.2).

use roombox_conference::api::{CallState, Command, Event, MediaFact};
use roombox_conference::catalogue::{CallReconnectEvent as Told, CancelReason, Decision, Event as Named, Terminal};
use roombox_conference::{ConferenceConfig, RedialPolicy};
use roombox_sip::api as sip;

use crate::bench::{Bench, OFFER, TARGET, failed, millis, seconds, server};
use crate::roles::to_spectators;

fn told(bench: &Bench) -> Vec<Told> {
    let told = bench.events().filter_map(|event| match event {
        Event::Catalogue(Named::CallReconnectEvent(event)) => Some(event.clone()),
        _ => None,
    });
    told.collect()
}

fn names(bench: &Bench) -> Vec<&'static str> {
    told(bench).iter().map(|event| event.name().trim_start_matches("call-reconnect:")).collect()
}

fn joined() -> (Bench, sip::SessionId) {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    assert_eq!(names(&bench), ["armed"]);
    let (_, session) = bench.confirm_call();
    bench.forget();
    (bench, session)
}

fn lose(bench: &mut Bench, session: sip::SessionId) {
    let failure = sip::Failure { originator: sip::Originator::Local, ..failed(sip::Cause::RequestTimeout, None) };
    bench.sip(sip::Event::Ended { session, failure });
}

/// The present attempt is lost, too.
fn fail_attempt(bench: &mut Bench, cause: sip::Cause, status: Option<u16>) {
    let call = bench.offer_asked().expect("an attempt is made");
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    let session = bench.invited().unwrap();
    bench.forget();
    bench.end(session, cause, status);
}

/// Until the next attempt is made, and no longer.
fn pass_wait(bench: &mut Bench) {
    let CallState::Redialling { retry_in_ms, .. } = bench.call() else { panic!("{:?}", bench.call()) };
    bench.pass(millis(retry_in_ms));
}

#[test]
fn a_loss_that_we_noticed_ourselves_is_mended_and_told_in_order() {
    let (mut bench, session) = joined();
    lose(&mut bench, session);
    bench.pass(seconds(1));
    bench.confirm_call();
    assert_eq!(
        names(&bench),
        [
            "termination-classified",
            "failure-detected",
            "attempt-scheduled",
            "status-changed",
            "attempt-started",
            "attempt-succeeded",
            "status-changed"
        ]
    );
}

#[test]
fn a_failed_attempt_is_classified_as_one_that_goes_on() {
    let (mut bench, session) = joined();
    lose(&mut bench, session);
    bench.pass(seconds(1));
    fail_attempt(&mut bench, sip::Cause::RequestTimeout, None);
    assert!(matches!(
        told(&bench)[..],
        [
            Told::AttemptFailed { attempt: 1, .. },
            Told::TerminationClassified { decision: Decision::Redial, .. },
            Told::FailureDetected { attempt: 2, .. },
            Told::AttemptScheduled { attempt: 2, .. },
        ]
    ));
}

#[test]
fn a_conference_that_the_server_ends_is_finished() {
    let (mut bench, session) = joined();
    bench.end(session, sip::Cause::Bye, None);
    assert!(matches!(
        told(&bench)[..],
        [Told::TerminationClassified { decision: Decision::Finish, .. }, Told::Disarmed {},]
    ));
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn the_limit_is_told_once_and_can_be_forced() {
    let (mut bench, session) = joined();
    lose(&mut bench, session);
    for _ in 0..5 {
        pass_wait(&mut bench);
        fail_attempt(&mut bench, sip::Cause::RequestTimeout, None);
    }
    assert!(matches!(
        told(&bench)[..],
        [
            ..,
            Told::LimitReached { attempts: 5 },
            Told::StatusChanged { is_reconnecting: false },
            Told::Terminal(Terminal::LimitReached { attempts: 5 }),
        ]
    ));
    bench.pass(seconds(600));
    assert!(bench.offer_asked().is_none());
    bench.command(Command::Redial { force: true });
    assert!(bench.offer_asked().is_some());
}

#[test]
fn a_refused_attempt_ends_the_redial_with_its_error_and_can_be_forced() {
    let (mut bench, session) = joined();
    lose(&mut bench, session);
    bench.pass(seconds(1));
    let failure = failed(sip::Cause::Rejected, Some(403));
    fail_attempt(&mut bench, failure.cause, failure.status);
    assert!(
        matches!(told(&bench).last(), Some(Told::Terminal(Terminal::ErrorTerminal { error })) if error.status == Some(403))
    );
    bench.command(Command::Redial { force: true });
    assert!(bench.offer_asked().is_some());
}

#[test]
fn a_spectator_whom_nobody_keeps_is_not_called_back_and_the_reason_is_told() {
    let (mut bench, session) = joined();
    bench.server_says(session, &to_spectators(None));
    bench.forget();
    lose(&mut bench, session);
    assert!(matches!(
        told(&bench)[..],
        [
            Told::TerminationClassified { decision: Decision::Finish, .. },
            Told::Cancelled { reason: CancelReason::SpectatorRole },
            Told::Disarmed {},
        ]
    ));
    bench.pass(seconds(600));
    assert!(bench.offer_asked().is_none());
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn a_kept_spectator_is_called_back_after_a_loss() {
    let (mut bench, _, session) = Bench::in_call();
    bench.server_says(session, &to_spectators(None));
    bench.forget();
    lose(&mut bench, session);
    assert!(matches!(bench.call(), CallState::Redialling { .. }));
    assert!(!names(&bench).contains(&"cancelled"));
    bench.pass(seconds(1));
    bench.confirm_call();
    assert!(bench.in_call_now());
}

#[test]
fn a_drop_of_the_connection_during_the_wait_waits_for_it_and_not_for_ever() {
    let (mut bench, session) = joined();
    lose(&mut bench, session);
    bench.disconnect();
    assert!(matches!(told(&bench).last(), Some(Told::WaitingSignaling { timeout_ms: Some(120_000) })));
    bench.pass(seconds(121));
    assert!(matches!(told(&bench).last(), Some(Told::Terminal(Terminal::ErrorTerminal { error }))
        if error.message == "Wait signaling ready timeout after 120000ms"));
    bench.forget();
    bench.connect();
    bench.pass(seconds(60));
    assert!(bench.offer_asked().is_none());
}

#[test]
fn a_kept_call_waits_for_the_connection_without_a_limit() {
    let (mut bench, _, session) = Bench::in_call();
    lose(&mut bench, session);
    bench.disconnect();
    assert!(matches!(told(&bench).last(), Some(Told::WaitingSignaling { timeout_ms: None })));
    bench.pass(seconds(86_400));
    bench.connect();
    bench.pass(seconds(1));
    assert!(bench.offer_asked().is_some());
}

#[test]
fn a_guest_is_called_back_as_soon_as_the_connection_is_there() {
    let mut bench = Bench::with(ConferenceConfig::new("4711", "meet.example", false));
    bench.command(Command::Start);
    bench.agent(sip::AgentEvent::Connected { server: server() });
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let (_, session) = bench.confirm_call();
    bench.forget();
    lose(&mut bench, session);
    bench.disconnect();
    bench.agent(sip::AgentEvent::Connected { server: server() });
    bench.pass(seconds(1));
    assert!(bench.offer_asked().is_some());
}

#[test]
fn hanging_up_and_disarming_cancel_with_their_reasons() {
    for (command, reason) in [
        (Command::Leave, CancelReason::LocalHangup),
        (Command::Stop, CancelReason::Manual),
        (Command::Redial { force: false }, CancelReason::Disarm),
    ] {
        let (mut bench, session) = joined();
        lose(&mut bench, session);
        bench.forget();
        bench.command(command);
        assert!(matches!(told(&bench)[..], [
            Told::Cancelled { reason: given },
            Told::Disarmed {},
            Told::StatusChanged { is_reconnecting: false },
        ] if given == reason));
        bench.pass(seconds(60));
        assert!(bench.offer_asked().is_none());
    }
}

#[test]
fn a_disarmed_call_goes_on_and_is_not_brought_back() {
    let (mut bench, session) = joined();
    bench.command(Command::Redial { force: false });
    assert!(bench.in_call_now());
    lose(&mut bench, session);
    assert_eq!(bench.call(), CallState::Idle);
}

#[test]
fn without_a_limit_even_a_call_that_is_not_kept_goes_on() {
    let mut config = ConferenceConfig::new("room1", "meet.example", true);
    config.redial = RedialPolicy { limit: 0, ..RedialPolicy::default() };
    let mut bench = Bench::with(config);
    bench.command(Command::Start);
    bench.connect();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    for _ in 0..50 {
        fail_attempt(&mut bench, sip::Cause::RequestTimeout, None);
        pass_wait(&mut bench);
    }
    assert!(bench.offer_asked().is_some());
}

#[test]
fn a_call_joined_after_a_disarm_is_brought_back_again() {
    let (mut bench, session) = joined();
    bench.command(Command::Redial { force: false });
    lose(&mut bench, session);
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let (_, session) = bench.confirm_call();
    bench.forget();
    lose(&mut bench, session);
    bench.pass(seconds(1));
    assert!(bench.offer_asked().is_some());
}
