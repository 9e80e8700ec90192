//! What is presented: sources and pages.

use roombox_appliance::api::{MediaFact, MediaSetting};
use roombox_appliance::tree::{CallId, CauseCode, Command, PageStatus, PageTurn};
use roombox_conference::api::{self as conference, PresentCommand};
use roombox_conference::catalogue::{Event as Catalogue, PresentationPhase, SessionEvent, Snapshot};
use roombox_settings::model::{Settings, Source, SourceKind};

use crate::bench::{Bench, in_call_state, settings};

const CALL: CallId = CallId(1);

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

fn in_call() -> Bench {
    let mut bench = Bench::ready_with(&with_sources());
    bench.call(in_call_state(true));
    bench.outputs.clear();
    bench
}

fn phase(bench: &mut Bench, phase: PresentationPhase) {
    let current = Box::new(Snapshot { presentation: phase, ..Snapshot::default() });
    let changed = SessionEvent::SnapshotChanged { previous: Box::default(), current };
    bench.conference(conference::Event::Catalogue(Catalogue::from(changed)));
}

fn start(source: &str) -> Command {
    Command::Present { on: Some(true), source: Some(source.into()) }
}

fn page(page: u32, pages: u32) -> PageStatus {
    PageStatus { page, pages, name: "talk.pdf".into() }
}

fn present(command: PresentCommand) -> Vec<conference::Command> {
    vec![conference::Command::Present { call: CALL, command }]
}

#[test]
fn a_source_is_chosen_before_the_start() {
    let mut bench = in_call();
    let sources = bench.status().session.presentation.sources;
    assert_eq!(sources, ["Laptop", "Talk", "test-card"]);
    assert_eq!(bench.refused(start(" talk ")), None);
    assert_eq!(bench.set(), [MediaSetting::Source("Talk".into())]);
    assert!(matches!(
        bench.asked()[..],
        [conference::Command::Present { command: PresentCommand::Start { .. }, .. }]
    ));
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
