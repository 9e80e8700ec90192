//! Joining, leaving, answering.

use roombox_appliance::api::Input;
use roombox_appliance::tree::{CallId, CallState, CauseCode, Command, Event};
use roombox_conference::api as conference;
use roombox_hal::buttons::ButtonAction::JoinLeave;

use crate::bench::{Bench, TARGET, in_call_state, join, minutes, ringing, settings};

#[test]
fn a_box_with_auto_dial_joins_at_the_start_and_keeps_the_call() {
    let mut settings = settings();
    settings.conference.auto_dial = true;
    let mut bench = Bench::with(&settings);
    bench.input(Input::Started);
    assert_eq!(bench.asked(), [conference::Command::Start, join(TARGET, true)]);
}

#[test]
fn a_box_without_auto_dial_only_connects() {
    let mut bench = Bench::with(&settings());
    bench.input(Input::Started);
    bench.input(Input::Started);
    assert_eq!(bench.asked(), [conference::Command::Start]);
}

#[test]
fn auto_dial_without_a_target_is_a_cause() {
    let mut settings = settings();
    settings.conference.auto_dial = true;
    settings.conference.target = None;
    let mut bench = Bench::with(&settings);
    bench.input(Input::Started);
    assert_eq!(bench.raised(), [CauseCode::NoConferenceConfigured]);
}

#[test]
fn one_button_joins_leaves_and_answers() {
    let mut bench = Bench::ready();
    bench.press("join", JoinLeave);
    assert_eq!(bench.asked(), [join(TARGET, false)]);

    let mut bench = Bench::in_call();
    bench.press("join", JoinLeave);
    assert_eq!(bench.asked(), [conference::Command::Leave]);

    let mut bench = Bench::ready();
    bench.call(ringing());
    bench.press("join", JoinLeave);
    assert!(matches!(bench.asked()[..], [conference::Command::Answer { .. }]));
}

#[test]
fn the_button_stops_an_attempt_that_goes_on_and_on() {
    let mut bench = Bench::ready();
    let (target, reason) = (TARGET.to_owned(), "404 Not Found".to_owned());
    bench.call(CallState::Redialling { target, attempt: 3, retry_in_ms: 20_000, reason });
    bench.press("join", JoinLeave);
    assert_eq!(bench.asked(), [conference::Command::Leave]);
}

#[test]
fn a_press_by_command_is_the_same_press_and_an_unknown_button_is_refused() {
    let mut bench = Bench::ready();
    assert_eq!(bench.refused(Command::Press { button: "join".into() }), None);
    assert_eq!(bench.asked(), [join(TARGET, false)]);
    assert!(bench.events().contains(&Event::Button { name: "join".into(), action: JoinLeave }));
    assert_eq!(bench.refused(Command::Press { button: "door".into() }), Some(CauseCode::UnknownButton));
}

#[test]
fn a_target_may_be_a_number_an_address_or_the_name_of_an_entry() {
    for (asked, dialled) in [
        ("300", "sip:300@meet.example"),
        ("sip:hall@other.example", "sip:hall@other.example"),
        ("sales", "sip:200@meet.example"),
    ] {
        let mut bench = Bench::ready();
        assert_eq!(bench.refused(Command::Join { target: Some(asked.into()) }), None);
        assert_eq!(bench.asked(), [join(dialled, false)]);
    }
    let mut bench = Bench::ready();
    assert_eq!(bench.refused(Command::Join { target: Some(" ".into()) }), Some(CauseCode::ValueNotAllowed));
}

#[test]
fn commands_that_make_no_sense_now_are_refused_with_the_reason() {
    let mut bench = Bench::ready();
    assert_eq!(bench.refused(Command::Leave), Some(CauseCode::NoCall));
    assert_eq!(bench.refused(Command::Answer), Some(CauseCode::NothingRings));
    assert_eq!(bench.refused(Command::Reject), Some(CauseCode::NothingRings));
    assert_eq!(bench.refused(Command::Decline), Some(CauseCode::NothingRings));
    bench.call(in_call_state(true));
    assert_eq!(bench.refused(Command::Join { target: None }), None);
    assert_eq!(bench.refused(Command::Join { target: Some("200".into()) }), Some(CauseCode::AlreadyInCall));
}

#[test]
fn a_ringing_call_is_refused_here_or_everywhere() {
    let mut bench = Bench::ready();
    bench.call(ringing());
    bench.command(Command::Decline);
    bench.command(Command::Reject);
    let call = CallId(9);
    assert_eq!(
        bench.asked(),
        [conference::Command::Decline { call, status: None }, conference::Command::Reject { call }]
    );
}

#[test]
fn a_ringing_call_is_told_and_untold() {
    let mut bench = Bench::ready();
    bench.call(ringing());
    assert_eq!(bench.status().incoming.unwrap().from, "Reception");
    assert_eq!(bench.refused(Command::Reject), None);
    bench.call(CallState::Idle);
    assert!(bench.events().contains(&Event::Incoming(None)));
}

#[test]
fn minutes_of_a_call_are_counted_by_deadlines() {
    let mut bench = Bench::in_call();
    bench.pass(minutes(3));
    assert_eq!(bench.status().call.minutes, Some(3));
    bench.call(CallState::Idle);
    assert_eq!(bench.status().call.minutes, None);
}

#[test]
fn stopping_the_box_stops_the_conference_once() {
    let mut bench = Bench::in_call();
    bench.input(Input::Stop);
    bench.input(Input::Stop);
    assert_eq!(bench.asked(), [conference::Command::Stop]);
    assert_eq!(bench.status().display.title, "Off");
}
