//! What is asked of a standing call, and what is known about it.

use roombox_appliance::api::MediaFact;
use roombox_appliance::tree::{
    Admission, CallId, CallState, CauseCode, Command, Event, PresentationState, RoomRole, Status,
};
use roombox_conference::api::{self as conference, HoldState, PresentCommand, ReceiveQuality, TransferTo};
use roombox_conference::catalogue::{
    ApiEvent, CallPhase, Fault, PresentationEvent, PresentationFault, PresentationPhase, Role, SessionEvent, Snapshot,
    Streams, TrackChange,
};
use roombox_conference::catalogue::{CallEvent, Event as Catalogue};
use roombox_hal::buttons::ButtonAction;
use roombox_settings::model::{ContentHint, Presentation};
use serde_json::json;

use crate::bench::{Bench, TARGET, in_call_state, join, settings};

const CALL: CallId = CallId(1);

fn told(bench: &mut Bench, event: impl Into<Catalogue>) {
    bench.conference(conference::Event::Catalogue(event.into()));
}

fn snapshot(bench: &mut Bench, change: impl FnOnce(&mut Snapshot)) {
    let mut current = Box::<Snapshot>::default();
    change(&mut current);
    told(bench, SessionEvent::SnapshotChanged { previous: Box::default(), current });
}

fn presentation(bench: &mut Bench, phase: PresentationPhase) -> Status {
    snapshot(bench, |snapshot| snapshot.presentation = phase);
    bench.status()
}

fn start() -> PresentCommand {
    PresentCommand::Start { hint: conference::ContentHint::Detail, max_bitrate: Some(1_000_000), attempts: 2 }
}

fn digits(digits: &str) -> Command {
    Command::Dtmf { digits: digits.into() }
}

#[test]
fn commands_for_a_call_become_commands_for_the_present_one() {
    let hold = |hold| conference::Command::Hold { call: CALL, hold };
    let to = TransferTo::Uri("sip:200@meet.example".into());
    for (command, asked) in [
        (Command::AskCamera, conference::Command::AskForCamera { call: CALL }),
        (digits("12 #a,"), conference::Command::Dtmf { call: CALL, tones: "12#A,".into() }),
        (Command::Hold, hold(true)),
        (Command::Resume, hold(false)),
        (
            Command::Present { on: Some(true), source: None },
            conference::Command::Present { call: CALL, command: start() },
        ),
        (
            Command::ReceiveQuality { quality: ReceiveQuality::Low },
            conference::Command::ReceiveQuality { call: CALL, quality: ReceiveQuality::Low },
        ),
        (Command::Transfer { target: "Sales".into() }, conference::Command::Transfer { call: CALL, to }),
    ] {
        let mut bench = Bench::in_call();
        assert_eq!(bench.refused(command.clone()), None, "{command:?}");
        assert_eq!(bench.asked(), [asked]);

        let mut bench = Bench::ready();
        assert_eq!(bench.refused(command.clone()), Some(CauseCode::NotInCall), "{command:?}");
        assert_eq!(bench.asked(), []);
    }
}

#[test]
fn digits_that_no_telephone_has_are_refused() {
    let mut bench = Bench::in_call();
    for wrong in ["", "  ", "12x", &"1".repeat(65)] {
        assert_eq!(bench.refused(digits(wrong)), Some(CauseCode::ValueNotAllowed), "{wrong}");
    }
    assert_eq!(bench.asked(), []);
}

#[test]
fn a_presentation_is_shown_as_it_is_and_not_as_it_was_asked_for() {
    let mut bench = Bench::in_call();
    bench.press("present", ButtonAction::Present);
    assert_eq!(bench.status().session.presentation.state, PresentationState::Idle);
    assert_eq!(
        presentation(&mut bench, PresentationPhase::Starting).session.presentation.state,
        PresentationState::Starting
    );
    let status = presentation(&mut bench, PresentationPhase::Active);
    assert_eq!(status.session.presentation.state, PresentationState::Presenting);
    assert_eq!(status.display.title, "Presenting");
    bench.outputs.clear();
    bench.press("present", ButtonAction::Present);
    assert_eq!(bench.asked(), [conference::Command::Present { call: CALL, command: PresentCommand::Stop }]);
}

#[test]
fn a_presentation_is_started_as_the_owner_wishes() {
    let mut settings = settings();
    settings.presentation =
        Presentation { hint: ContentHint::Motion, max_bitrate_kbps: 3000, ..Presentation::default() };
    let mut bench = Bench::ready_with(&settings);
    bench.call(in_call_state(true));
    bench.command(Command::Present { on: None, source: None });
    let hint = conference::ContentHint::Motion;
    let command = PresentCommand::Start { hint, max_bitrate: Some(3_000_000), attempts: 2 };
    assert!(bench.asked().contains(&conference::Command::Present { call: CALL, command }));
}

#[test]
fn nothing_presented_cannot_be_stopped_and_a_start_is_not_asked_for_twice() {
    let mut bench = Bench::in_call();
    assert_eq!(bench.refused(Command::Present { on: Some(false), source: None }), Some(CauseCode::NothingPresented));
    presentation(&mut bench, PresentationPhase::Active);
    assert_eq!(bench.refused(Command::Present { on: Some(true), source: None }), None);
    assert_eq!(bench.asked(), []);
}

#[test]
fn a_presentation_that_failed_tells_why_until_the_next_one() {
    for (kind, code) in [
        (PresentationFault::Refused, CauseCode::PresentationRefused),
        (PresentationFault::Renegotiation, CauseCode::PresentationFailed),
        (PresentationFault::Track, CauseCode::NothingToPresent),
    ] {
        let mut bench = Bench::in_call();
        let error = Fault { message: "Decline".into(), cause: None, status: Some(603) };
        told(&mut bench, PresentationEvent::Failed { call: CALL, kind, error });
        let status = presentation(&mut bench, PresentationPhase::Failed);
        let cause = status.session.presentation.cause.unwrap();
        assert_eq!((cause.code, cause.detail.as_deref()), (code, Some("603 Decline")));
        assert_eq!(status.display.title, "Sorry");
        let status = presentation(&mut bench, PresentationPhase::Starting);
        assert_eq!(status.session.presentation.cause, None);
    }
}

#[test]
fn whoever_waits_for_admission_is_told_so() {
    let mut bench = Bench::ready();
    let room = |name: &str| CallState::InCall {
        call: CALL,
        target: TARGET.into(),
        room: Some(name.into()),
        participant: None,
        media_connected: true,
    };
    // The snapshot of a call comes before its state.
    snapshot(&mut bench, |snapshot| snapshot.call.value = CallPhase::Purgatory);
    bench.call(room("purgatory"));
    let status = bench.status();
    assert_eq!(status.session.admission, Admission::WaitingRoom);
    assert_eq!(status.display.title, "Waiting room");
    assert_eq!(status.display.lines, ["100", "Waiting for admission"]);
    snapshot(&mut bench, |snapshot| snapshot.call.value = CallPhase::InRoom);
    bench.call(room("Board"));
    assert_eq!(bench.status().session.admission, Admission::Admitted);
    assert_eq!(bench.status().display.lines[0], "Board");
}

#[test]
fn a_spectator_is_told_so_until_it_takes_part_again() {
    let mut bench = Bench::in_call();
    snapshot(&mut bench, |snapshot| {
        snapshot.call_session_state.role = Role::Spectator { audio_id: "7".into() };
        snapshot.call_session_state.is_available_sending_media = false;
    });
    let quality = ReceiveQuality::Medium;
    let previous_quality = ReceiveQuality::Auto;
    told(
        &mut bench,
        CallEvent::RecvQualityChanged { call: CALL, previous_quality, quality, effective_quality: quality },
    );
    let status = bench.status();
    assert_eq!((status.session.role.role, status.session.role.may_send), (RoomRole::Spectator, false));
    assert_eq!(status.session.role.receiving, Some(ReceiveQuality::Medium));
    assert_eq!(status.display.lines[2], "Only watching");
    snapshot(&mut bench, |_| {});
    let role = bench.status().session.role;
    assert_eq!((role.role, role.may_send, role.receiving), (RoomRole::Participant, true, None));
}

#[test]
fn content_is_available_when_the_server_says_so_and_received_when_it_comes() {
    let mut bench = Bench::in_call();
    told(&mut bench, ApiEvent::ContentedStreamAvailable { codec: Some("VP8".into()) });
    let content = bench.status().session.content;
    assert_eq!((content.available, content.codec.as_deref(), content.received), (true, Some("VP8"), false));
    let streams = Streams { main_stream: None, contented_stream: Some("s".into()) };
    let (track_id, participant_id) = ("t".to_owned(), "p".to_owned());
    let change_type = TrackChange::Added;
    told(&mut bench, CallEvent::RemoteTracksChanged { call: CALL, streams, change_type, track_id, participant_id });
    assert!(bench.status().session.content.received);
    told(&mut bench, ApiEvent::ContentedStreamNotAvailable {});
    told(&mut bench, CallEvent::RemoteStreamsChanged { call: CALL, streams: Streams::default() });
    assert_eq!(bench.status().session.content, roombox_appliance::tree::ContentStatus::default());
}

#[test]
fn hold_is_a_fact_of_the_present_call() {
    let mut bench = Bench::in_call();
    let hold = HoldState { asked: true, confirmed: true, by_peer: false, media: None };
    bench.conference(conference::Event::CallHold { call: CallId(9), hold });
    assert!(!bench.status().session.hold.asked);
    bench.conference(conference::Event::CallHold { call: CALL, hold });
    assert!(bench.status().session.hold.confirmed);
    assert_eq!(bench.status().display.title, "On hold");
    bench.call(CallState::Idle);
    let at_rest = Bench::ready().status().session;
    assert_eq!(bench.status().session, at_rest);
}

#[test]
fn a_picture_that_stands_still_on_hold_is_nothing_wrong() {
    let mut bench = Bench::in_call();
    bench.media(MediaFact::FirstFrame);
    let hold = HoldState { asked: false, confirmed: false, by_peer: true, media: Some(true) };
    bench.conference(conference::Event::CallHold { call: CALL, hold });
    bench.media(MediaFact::RemoteVideo { flowing: false });
    assert_eq!(bench.raised(), []);
    bench.conference(conference::Event::CallHold { call: CALL, hold: HoldState { by_peer: false, ..hold } });
    bench.media(MediaFact::RemoteVideo { flowing: true });
    bench.media(MediaFact::RemoteVideo { flowing: false });
    assert_eq!(bench.raised(), [CauseCode::NoPictureFromConference]);
}

#[test]
fn redial_dials_at_once_or_what_was_dialled_last() {
    let mut bench = Bench::ready();
    assert_eq!(bench.refused(Command::Redial), Some(CauseCode::NothingToRedial));
    bench.call(in_call_state(true));
    assert_eq!(bench.refused(Command::Redial), Some(CauseCode::AlreadyInCall));
    let (target, reason) = (TARGET.to_owned(), String::new());
    bench.call(CallState::Redialling { target, attempt: 1, retry_in_ms: 9000, reason });
    assert_eq!(bench.refused(Command::Redial), None);
    bench.call(CallState::Idle);
    assert_eq!(bench.refused(Command::Redial), None);
    assert_eq!(bench.asked(), [conference::Command::Redial { force: true }, join(TARGET, false)]);
}

#[test]
fn events_of_the_catalogue_come_by_their_own_names() {
    let mut bench = Bench::in_call();
    told(&mut bench, CallEvent::Sending { call: CALL });
    let sending = Catalogue::from(CallEvent::Sending { call: CALL });
    assert!(bench.events().contains(&Event::Catalogue(sending.clone())));
    let text = serde_json::to_value(Event::Catalogue(sending)).unwrap();
    assert_eq!(text, json!({ "event": "call:sending", "data": { "call": 1 } }));
}

#[test]
fn a_transfer_that_came_to_nothing_is_shown() {
    let fault = Some(Fault { message: "Decline".into(), cause: None, status: Some(603) });
    let (status, reason) = (486, "Busy Here".to_owned());
    for told in [
        conference::Event::Answered { call: CALL, asked: conference::Asked::Transfer, fault },
        conference::Event::Transfer { call: CALL, status, reason, last: true },
    ] {
        let mut bench = Bench::in_call();
        bench.conference(told);
        let display = bench.status().display;
        assert_eq!(
            (display.title.as_str(), display.lines.join(" ").as_str()),
            ("Sorry", CauseCode::TransferRefused.sentence())
        );
    }
}

#[test]
fn how_a_transfer_goes_and_what_was_refused_are_events() {
    let mut bench = Bench::in_call();
    let asked = conference::Asked::Transfer;
    bench.conference(conference::Event::Answered { call: CALL, asked, fault: None });
    let (status, reason) = (200, "OK".to_owned());
    bench.conference(conference::Event::Transfer { call: CALL, status, reason: reason.clone(), last: true });
    let events = bench.events();
    assert!(events.contains(&Event::Answered { call: CALL, asked, fault: None }));
    assert!(events.contains(&Event::Transfer { call: CALL, status, reason, last: true }));
}
