//! What the TV shows and says.

use roombox_appliance::api::{MediaFact, Output, ScreenContent};
use roombox_appliance::tree::{CallState, Command, Layout, SelfView, SignKind};
use roombox_settings::model::Language;

use crate::bench::{Bench, in_call_state, settings};

/// What the TV was told last.
fn content(bench: &Bench) -> ScreenContent {
    let told = bench.outputs.iter().rev().find_map(|output| match output {
        Output::Screen(content) => Some(content.clone()),
        _ => None,
    });
    told.expect("the TV is told something")
}

fn signs(bench: &Bench) -> Vec<(SignKind, String)> {
    bench.status().screen.signs.into_iter().map(|sign| (sign.sign, sign.text)).collect()
}

#[test]
fn it_is_divided_as_configured_and_otherwise_at_once_when_somebody_wants_that() {
    let mut settings = settings();
    settings.screen.layout = Layout::Speaker;
    settings.screen.self_view = SelfView::Off;
    let mut bench = Bench::with(&settings);
    bench.input(roombox_appliance::api::Input::Started);
    assert_eq!((content(&bench).layout, content(&bench).self_view), (Layout::Speaker, SelfView::Off));
    bench.outputs.clear();
    assert_eq!(bench.refused(Command::Layout { layout: Layout::SideBySide }), None);
    assert_eq!(bench.refused(Command::SelfView { self_view: SelfView::TopLeft }), None);
    assert_eq!((content(&bench).layout, content(&bench).self_view), (Layout::SideBySide, SelfView::TopLeft));
    let screen = bench.status().screen;
    assert_eq!((screen.layout, screen.self_view), (Layout::SideBySide, SelfView::TopLeft));
}

#[test]
fn the_other_side_has_a_name_while_it_is_seen_and_the_room_always() {
    let mut bench = Bench::with(&settings());
    bench.input(roombox_appliance::api::Input::Started);
    assert_eq!((content(&bench).own.as_str(), content(&bench).remote.as_str()), ("Board room", ""));
    bench.call(in_call_state(true));
    assert_eq!(content(&bench).remote, "100");
    bench.call(CallState::Idle);
    assert_eq!(content(&bench).remote, "");
}

#[test]
fn a_muted_microphone_is_told_in_a_call_and_louder_to_whoever_speaks() {
    let mut settings = settings();
    settings.screen.language = Language::Ru;
    let mut bench = Bench::ready_with(&settings);
    bench.media(MediaFact::Microphone { muted: true });
    assert_eq!(signs(&bench), [], "nobody is listening");
    bench.call(in_call_state(true));
    assert_eq!(signs(&bench), [(SignKind::Muted, "Микрофон выключен".into())]);
    bench.media(MediaFact::SpeakingMuted { speaking: true });
    assert_eq!(signs(&bench), [(SignKind::SpeakingMuted, "Вы говорите, но микрофон выключен".into())]);
    bench.media(MediaFact::SpeakingMuted { speaking: false });
    bench.media(MediaFact::Microphone { muted: false });
    assert_eq!(signs(&bench), []);
}
