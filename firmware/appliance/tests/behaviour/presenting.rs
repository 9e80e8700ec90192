//! What is presented: sources, pages, and presentations that follow a signal.

use std::time::Duration;

use roombox_appliance::api::{MediaFact, MediaSetting};
use roombox_appliance::tree::{CallId, CallState, CauseCode, Command, PageStatus, PageTurn, PresentationState};
use roombox_conference::api::{self as conference, PresentCommand};
use roombox_conference::catalogue::{
    Event as Catalogue, Fault, PresentationEvent, PresentationFault, PresentationPhase, SessionEvent, Snapshot,
};
use roombox_settings::model::{AutoPresent, Settings, Source, SourceKind};

use crate::bench::{Bench, in_call_state, settings};

pub(crate) const CALL: CallId = CallId(1);

fn with_sources() -> Settings {
    let source = |name: &str, kind| Source {
        name: name.into(),
        kind,
        place: Some("/somewhere".into()),
        interval: None,
        user: None,
        password: None,
    };
    let mut settings = settings();
    settings.presentation.sources = vec![source("Laptop", SourceKind::Capture), source("Talk", SourceKind::Pdf)];
    settings
}

pub(crate) fn in_call() -> Bench {
    let mut bench = Bench::ready_with(&with_sources());
    bench.call(in_call_state(true));
    bench.outputs.clear();
    bench
}

pub(crate) fn phase(bench: &mut Bench, phase: PresentationPhase) {
    let current = Box::new(Snapshot { presentation: phase, ..Snapshot::default() });
    let changed = SessionEvent::SnapshotChanged { previous: Box::default(), current };
    bench.conference(conference::Event::Catalogue(Catalogue::from(changed)));
}

pub(crate) fn told(bench: &mut Bench, event: PresentationEvent) {
    bench.conference(conference::Event::Catalogue(Catalogue::from(event)));
}

pub(crate) fn start(source: &str) -> Command {
    Command::Present { on: Some(true), source: Some(source.into()) }
}

fn page(page: u32, pages: u32) -> PageStatus {
    PageStatus { page, pages, name: "talk.pdf".into() }
}

pub(crate) fn present(command: PresentCommand) -> Vec<conference::Command> {
    vec![conference::Command::Present { call: CALL, command }]
}

#[test]
fn a_source_is_chosen_before_the_start() {
    let mut bench = in_call();
    let sources = bench.status().session.presentation.sources;
    assert_eq!(sources, ["Laptop", "Talk", "test-card"]);
    assert_eq!(bench.refused(start(" talk ")), None);
    assert_eq!(bench.set(), [MediaSetting::Source("Talk".into())]);
    assert!(matches!(bench.asked()[..], [conference::Command::Present { command: PresentCommand::Start { .. }, .. }]));
    assert_eq!(bench.status().session.presentation.source, "Talk");
}

#[test]
fn another_source_takes_the_place_of_the_present_one_and_the_same_changes_nothing() {
    let mut bench = in_call();
    phase(&mut bench, PresentationPhase::Active);
    assert_eq!(bench.refused(start("test-card")), None);
    assert_eq!((bench.set(), bench.asked()), (vec![], vec![]));
    assert_eq!(bench.refused(start("laptop")), None);
    assert_eq!(bench.set(), [MediaSetting::Source("Laptop".into())]);
    assert_eq!(bench.asked(), present(PresentCommand::Update));
}

#[test]
fn a_source_that_cannot_take_the_place_of_the_present_one_gives_it_back_with_the_cause() {
    let mut bench = in_call();
    phase(&mut bench, PresentationPhase::Active);
    bench.media(MediaFact::PresentationPage(page(2, 3)));
    bench.command(start("laptop"));
    bench.command(start("talk"));
    bench.outputs.clear();
    let (kind, error) = (PresentationFault::Track, Fault::new("no such file"));
    told(&mut bench, PresentationEvent::Failed { call: CALL, kind, error });
    assert_eq!(bench.set(), [MediaSetting::Source("test-card".into())]);
    let status = bench.status().session.presentation;
    assert_eq!((status.state, status.source.as_str()), (PresentationState::Presenting, "test-card"));
    assert_eq!(
        (status.page, status.cause.map(|cause| cause.code)),
        (Some(page(2, 3)), Some(CauseCode::NothingToPresent))
    );
    bench.command(start("laptop"));
    told(&mut bench, PresentationEvent::Updated { call: CALL, track: None });
    let status = bench.status().session.presentation;
    assert_eq!((status.source.as_str(), status.cause), ("Laptop", None));
}

#[test]
fn a_source_that_nobody_configured_is_refused_by_name_and_nothing_is_done() {
    let mut bench = in_call();
    assert_eq!(bench.refused(start("rtsp://10.0.0.1/")), Some(CauseCode::UnknownSource));
    assert_eq!((bench.set(), bench.asked()), (vec![], vec![]));
}

#[test]
fn switching_over_with_another_source_shows_it() {
    let mut bench = in_call();
    phase(&mut bench, PresentationPhase::Active);
    let switch = |source: &str| Command::Present { on: None, source: Some(source.into()) };
    bench.command(switch("Talk"));
    assert_eq!(bench.asked(), present(PresentCommand::Update));
    bench.outputs.clear();
    bench.command(switch("Talk"));
    assert_eq!(bench.asked(), present(PresentCommand::Stop));
}

#[test]
fn pages_are_turned_where_there_are_several() {
    let mut bench = in_call();
    let next = Command::Page { to: PageTurn::Next };
    assert_eq!(bench.refused(next.clone()), Some(CauseCode::NothingPresented));
    phase(&mut bench, PresentationPhase::Active);
    assert_eq!(bench.refused(next.clone()), Some(CauseCode::NoPages));
    bench.media(MediaFact::PresentationPage(page(1, 1)));
    assert_eq!(bench.status().session.presentation.page, None);
    assert_eq!(bench.refused(next.clone()), Some(CauseCode::NoPages));
    bench.media(MediaFact::PresentationPage(page(1, 3)));
    assert_eq!(bench.refused(next), None);
    assert_eq!(bench.set(), [MediaSetting::Page(PageTurn::Next)]);
    bench.media(MediaFact::PresentationPage(page(2, 3)));
    assert_eq!(bench.status().session.presentation.page, Some(page(2, 3)));
    phase(&mut bench, PresentationPhase::Idle);
    assert_eq!(bench.status().session.presentation.page, None);
}

#[test]
fn a_source_that_gives_nothing_is_a_cause_until_it_gives_again_or_is_not_needed() {
    let lost = || MediaFact::PresentationSource { working: false, reason: Some("unplugged".into()) };
    let mut bench = in_call();
    bench.media(lost());
    assert_eq!(bench.raised(), []);
    phase(&mut bench, PresentationPhase::Active);
    bench.media(lost());
    assert_eq!(bench.raised(), [CauseCode::NoPresentedPicture]);
    bench.media(MediaFact::PresentationSource { working: true, reason: None });
    assert_eq!(bench.raised(), []);
    bench.media(lost());
    phase(&mut bench, PresentationPhase::Idle);
    assert_eq!(bench.raised(), []);
}

fn by_signal() -> Bench {
    let mut settings = with_sources();
    settings.presentation.source = Some("Laptop".into());
    settings.presentation.auto = AutoPresent::OnSignal;
    let mut bench = Bench::ready_with(&settings);
    bench.outputs.clear();
    bench
}

fn signal(bench: &mut Bench, present: bool) -> Vec<conference::Command> {
    bench.outputs.clear();
    bench.media(MediaFact::PresentationSignal { present });
    bench.asked()
}

fn starts(asked: &[conference::Command]) -> bool {
    matches!(asked, [conference::Command::Present { command: PresentCommand::Start { .. }, .. }])
}

/// Presenting by the signal, in a call.
fn presenting_by_signal() -> Bench {
    let mut bench = by_signal();
    bench.call(in_call_state(true));
    assert!(starts(&signal(&mut bench, true)));
    phase(&mut bench, PresentationPhase::Starting);
    phase(&mut bench, PresentationPhase::Active);
    bench.outputs.clear();
    bench
}

#[test]
fn a_signal_starts_the_presentation_once_a_call_stands() {
    let mut bench = by_signal();
    assert_eq!(signal(&mut bench, true), []);
    assert_eq!(bench.status().session.presentation.signal, Some(true));
    bench.call(in_call_state(false));
    assert_eq!(bench.asked(), []);
    bench.call(in_call_state(true));
    assert!(starts(&bench.asked()));
    bench.outputs.clear();
    bench.media(MediaFact::FirstFrame);
    assert_eq!(bench.asked(), [], "once is enough");
}

#[test]
fn without_the_wish_a_signal_starts_nothing() {
    let mut bench = in_call();
    assert_eq!(signal(&mut bench, true), []);
}

#[test]
fn the_presentation_stops_when_the_signal_stays_away_and_not_for_a_moment_of_darkness() {
    let mut bench = presenting_by_signal();
    assert_eq!(signal(&mut bench, false), []);
    bench.pass(Duration::from_secs(9));
    assert_eq!(signal(&mut bench, true), []);
    bench.pass(Duration::from_mins(1));
    assert_eq!(bench.asked(), []);
    assert_eq!(signal(&mut bench, false), []);
    bench.pass(Duration::from_secs(11));
    assert_eq!(bench.asked(), present(PresentCommand::Stop));
    phase(&mut bench, PresentationPhase::Stopping);
    phase(&mut bench, PresentationPhase::Idle);
    assert!(starts(&signal(&mut bench, true)));
}

#[test]
fn whoever_stops_by_hand_is_not_fought_until_the_signal_has_gone_and_come_again() {
    let mut bench = presenting_by_signal();
    bench.command(Command::Present { on: Some(false), source: None });
    phase(&mut bench, PresentationPhase::Idle);
    assert_eq!(signal(&mut bench, true), []);
    bench.pass(Duration::from_mins(1));
    assert_eq!(bench.asked(), []);
    signal(&mut bench, false);
    assert!(starts(&signal(&mut bench, true)));
}

#[test]
fn a_server_that_stops_it_or_refuses_it_is_not_fought_either() {
    let mut bench = presenting_by_signal();
    phase(&mut bench, PresentationPhase::Idle);
    assert_eq!(bench.asked(), []);
    let mut bench = by_signal();
    bench.call(in_call_state(true));
    signal(&mut bench, true);
    phase(&mut bench, PresentationPhase::Failed);
    bench.outputs.clear();
    bench.pass(Duration::from_mins(1));
    assert_eq!(bench.asked(), []);
}

#[test]
fn what_a_person_presents_does_not_end_with_the_signal() {
    let mut bench = presenting_by_signal();
    bench.command(start("Talk"));
    assert_eq!(signal(&mut bench, false), []);
    bench.pass(Duration::from_mins(1));
    assert_eq!(bench.asked(), []);
}

#[test]
fn the_next_call_presents_again() {
    let mut bench = presenting_by_signal();
    bench.command(Command::Present { on: Some(false), source: None });
    phase(&mut bench, PresentationPhase::Idle);
    bench.call(CallState::Idle);
    bench.outputs.clear();
    bench.call(CallState::InCall {
        call: CallId(2),
        target: crate::bench::TARGET.into(),
        room: None,
        participant: None,
        media_connected: true,
    });
    assert!(starts(&bench.asked()));
}
