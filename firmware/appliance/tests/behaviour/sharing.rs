//! Screens that are shared through the panel.

use roombox_appliance::api::{MediaFact, MediaSetting};
use roombox_appliance::tree::{CallState, CauseCode, Command, Event, ShareStatus};
use roombox_conference::api::{self as conference, PresentCommand};
use roombox_conference::catalogue::{Fault, PresentationEvent, PresentationFault, PresentationPhase};
use roombox_settings::model::{SHARE, TEST_CARD};

use crate::bench::Bench;
use crate::presenting::{CALL, in_call, phase, present, start, told};

fn share(share: u64, name: &str) -> Command {
    Command::Share { share, name: name.into(), take_over: false }
}

fn take_over(share: u64, name: &str) -> Command {
    Command::Share { share, name: name.into(), take_over: true }
}

fn source(name: &str) -> MediaSetting {
    MediaSetting::Source(name.into())
}

fn sharer(bench: &Bench) -> Option<String> {
    bench.status().session.presentation.share.map(|share| share.name)
}

fn ended(bench: &mut Bench) {
    phase(bench, PresentationPhase::Idle);
    told(bench, PresentationEvent::Ended { call: CALL, track: None });
}

/// Anna's screen is presented.
fn shared() -> Bench {
    let mut bench = in_call();
    bench.command(share(1, "Anna"));
    phase(&mut bench, PresentationPhase::Active);
    bench.outputs.clear();
    bench
}

#[test]
fn a_shared_screen_is_presented_and_everybody_knows_whose_it_is() {
    let mut bench = in_call();
    assert_eq!(bench.refused(share(1, " Anna\n ")), None);
    assert_eq!(bench.set(), [source(SHARE)]);
    assert!(matches!(bench.asked()[..], [conference::Command::Present { command: PresentCommand::Start { .. }, .. }]));
    let anna = ShareStatus { share: 1, name: "Anna".into() };
    assert_eq!(bench.status().session.presentation.share, Some(anna.clone()));
    assert_eq!(bench.status().session.presentation.source, SHARE);
    assert!(bench.events().contains(&Event::Share(Some(anna))));
}

#[test]
fn nothing_is_shared_without_a_call() {
    let mut bench = Bench::ready();
    assert_eq!(bench.refused(share(1, "Anna")), Some(CauseCode::NotInCall));
    assert_eq!((sharer(&bench), bench.set()), (None, vec![]));
}

#[test]
fn a_second_screen_is_refused_by_the_name_of_the_first_or_takes_its_place() {
    let mut bench = shared();
    assert_eq!(bench.refused(share(2, "Boris")), Some(CauseCode::ScreenShared));
    assert_eq!((sharer(&bench).as_deref(), bench.set(), bench.asked()), (Some("Anna"), vec![], vec![]));
    assert_eq!(bench.refused(take_over(2, "Boris")), None);
    assert_eq!((bench.set(), bench.asked()), (vec![MediaSetting::EndShare(1)], vec![]));
    assert_eq!(sharer(&bench).as_deref(), Some("Boris"));
    bench.outputs.clear();
    bench.command(Command::EndShare { share: 1 });
    assert_eq!((sharer(&bench).as_deref(), bench.asked()), (Some("Boris"), vec![]), "Anna's is over already");
}

#[test]
fn it_ends_with_the_browser_and_the_former_source_is_back() {
    let ends = [
        |bench: &mut Bench| {
            bench.command(Command::EndShare { share: 1 });
        },
        |bench: &mut Bench| bench.media(MediaFact::ShareLost { share: 1, reason: "asleep".into() }),
    ];
    for end in ends {
        let mut bench = shared();
        end(&mut bench);
        assert_eq!(bench.asked(), present(PresentCommand::Stop));
        assert_eq!(bench.set(), [MediaSetting::EndShare(1), source(TEST_CARD)]);
        assert_eq!((sharer(&bench), bench.status().session.presentation.source.as_str()), (None, TEST_CARD));
        assert!(bench.events().contains(&Event::Share(None)));
        bench.outputs.clear();
        ended(&mut bench);
        assert_eq!((bench.set(), bench.asked()), (vec![], vec![]));
    }
}

#[test]
fn it_ends_with_the_presentation_and_with_the_call() {
    let mut bench = shared();
    bench.command(Command::Present { on: Some(false), source: None });
    assert_eq!((bench.asked(), sharer(&bench).as_deref()), (present(PresentCommand::Stop), Some("Anna")));
    bench.outputs.clear();
    ended(&mut bench);
    assert_eq!((sharer(&bench), bench.set()), (None, vec![MediaSetting::EndShare(1), source(TEST_CARD)]));
    let mut bench = shared();
    bench.call(CallState::Idle);
    assert_eq!((sharer(&bench), bench.set()), (None, vec![MediaSetting::EndShare(1), source(TEST_CARD)]));
}

#[test]
fn it_ends_when_something_else_has_taken_its_place_and_not_before() {
    let mut bench = shared();
    bench.command(start("laptop"));
    assert_eq!((sharer(&bench).as_deref(), bench.set()), (Some("Anna"), vec![source("Laptop")]));
    let (kind, error) = (PresentationFault::Track, Fault::new("unplugged"));
    told(&mut bench, PresentationEvent::Failed { call: CALL, kind, error });
    assert_eq!((sharer(&bench).as_deref(), bench.status().session.presentation.source.as_str()), (Some("Anna"), SHARE));
    bench.command(start("laptop"));
    bench.outputs.clear();
    told(&mut bench, PresentationEvent::Updated { call: CALL, track: None });
    assert_eq!((sharer(&bench), bench.set()), (None, vec![MediaSetting::EndShare(1)]));
    assert_eq!(bench.status().session.presentation.source, "Laptop");
}

#[test]
fn a_share_that_cannot_take_the_place_of_what_is_shown_is_over() {
    let mut bench = in_call();
    bench.command(start("talk"));
    phase(&mut bench, PresentationPhase::Active);
    bench.command(share(1, "Anna"));
    bench.outputs.clear();
    let (kind, error) = (PresentationFault::Track, Fault::new("the browser sends no picture"));
    told(&mut bench, PresentationEvent::Failed { call: CALL, kind, error });
    assert_eq!(bench.set(), [source("Talk"), MediaSetting::EndShare(1)]);
    assert_eq!((sharer(&bench), bench.status().session.presentation.source.as_str()), (None, "Talk"));
}

#[test]
fn the_end_of_the_presentation_before_does_not_end_it() {
    let mut bench = in_call();
    phase(&mut bench, PresentationPhase::Stopping);
    bench.command(share(1, "Anna"));
    told(&mut bench, PresentationEvent::Ended { call: CALL, track: None });
    assert_eq!(sharer(&bench).as_deref(), Some("Anna"));
    told(&mut bench, PresentationEvent::Ended { call: CALL, track: None });
    assert_eq!(sharer(&bench), None);
}
