//! Every way in which a presentation ends, and the next one after it.

use roombox_conference::api::{CallState, Command, ContentHint, MediaFact, MediaRequest, PresentCommand};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use super::{ASK, STOP, agree, asked, attach, offering, present, presenting, reoffers, start, words};
use crate::bench::{Bench, seconds};
use crate::world::World;

#[test]
fn a_stop_empties_the_sender_and_tells_without_an_offer() {
    let (mut bench, call, _) = presenting();
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 1);
    assert_eq!(words(&bench), [STOP]);
    assert_eq!(bench.told("presentation:"), ["presentation:end"]);
    bench.answer_share(200);
    assert_eq!(bench.told("presentation:"), ["presentation:end", "presentation:ended"]);
    assert_eq!((reoffers(&bench), bench.offer_asked()), (0, None));
}

#[test]
fn a_stop_without_a_presentation_does_nothing() {
    let (mut bench, call, _) = Bench::in_call();
    present(&mut bench, call, PresentCommand::Stop);
    assert!(words(&bench).is_empty() && bench.told("presentation:").is_empty());
}

#[test]
fn a_stop_that_is_refused_is_told_and_the_picture_is_gone_anyway() {
    let (mut bench, call, _) = presenting();
    present(&mut bench, call, PresentCommand::Stop);
    bench.answer_share(500);
    assert_eq!(bench.told("presentation:"), ["presentation:end", "presentation:failed"]);
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 1);
    bench.forget();
    start(&mut bench, call, 1);
    assert_eq!(words(&bench), [ASK]);
}

#[test]
fn a_stop_while_permission_is_asked_takes_effect_at_once() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    let (permission, _) = bench.shares().pop().unwrap();
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(words(&bench), [ASK, STOP]);
    bench.respond(permission, 200, "OK");
    assert_eq!(asked(&bench, &MediaRequest::AddPresentation { call, layers: vec![] }), 0);
    bench.answer_share(200);
    assert_eq!(bench.told("presentation:"), ["presentation:end", "presentation:ended"]);
}

#[test]
fn a_stop_while_our_offer_is_out_takes_the_picture_off_and_the_answer_does_not_bring_it_back() {
    let (mut bench, call, session) = offering(1);
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 1);
    bench.answer_share(200);
    agree(&mut bench, call, session);
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:end", "presentation:ended"]);
    assert_eq!(asked(&bench, &MediaRequest::AddPresentation { call, layers: vec![] }), 1);
}

#[test]
fn start_update_and_stop_in_one_breath_end_in_that_order() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    present(&mut bench, call, PresentCommand::Update);
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(words(&bench), [ASK, STOP]);
    bench.answer_share(200);
    bench.pass(seconds(30));
    assert_eq!(bench.told("presentation:"), ["presentation:end", "presentation:ended"]);
    assert_eq!(asked(&bench, &MediaRequest::AddPresentation { call, layers: vec![] }), 0);
}

#[test]
fn the_presentation_of_somebody_else_that_ends_first_does_not_disturb_ours() {
    let (mut bench, call, session) = Bench::in_call();
    bench.server_says(session, &VendorMessage::ContentAvailable { codec: Some("VP8".into()) });
    start(&mut bench, call, 1);
    bench.server_says(session, &VendorMessage::ContentGone {});
    attach(&mut bench, call);
    agree(&mut bench, call, session);
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:started"]);
    let contented = ["api:contented-stream:available", "api:contented-stream:not-available"];
    assert_eq!(bench.told("api:contented-stream:"), contented);
}

#[test]
fn a_presentation_starts_anew_after_a_stop_and_late_media_does_not_confuse_it() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    bench.answer_share(200);
    present(&mut bench, call, PresentCommand::Stop);
    start(&mut bench, call, 1);
    assert_eq!(words(&bench), [ASK, STOP], "the start waits for the stop");
    bench.answer_share(200);
    assert_eq!(words(&bench), [ASK, STOP, ASK]);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: false });
    assert!(!bench.told("presentation:").contains(&"presentation:started"), "that was the first one");
    bench.media(MediaFact::PresentationReady { call, renegotiate: false });
    assert!(bench.told("presentation:").contains(&"presentation:started"));
}

#[test]
fn the_server_stops_the_presentation_and_that_is_told() {
    let (mut bench, call, session) = presenting();
    bench.server_says(session, &VendorMessage::PresentationMustStop {});
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 1);
    assert_eq!(words(&bench), [STOP]);
    bench.answer_share(200);
    assert_eq!(bench.told("presentation:").last(), Some(&"presentation:ended"));
    assert_eq!(bench.told("stopped-presentation-by-server-command").len(), 1);
}

#[test]
fn both_moves_to_the_spectators_stop_the_presentation() {
    for audio_id in [None, Some("7".to_owned())] {
        let (mut bench, _, session) = presenting();
        let is_synthetic = audio_id.is_none();
        let moved = VendorMessage::MoveToSpectators { is_available_sending_media: false, is_synthetic, audio_id };
        bench.server_says(session, &moved);
        assert_eq!(words(&bench), [STOP]);
        bench.answer_share(500);
        assert_eq!(bench.told("stopped-presentation-by-server-command").len(), 1, "even when the stop fails");
    }
}

#[test]
fn a_server_stop_without_a_presentation_is_not_told() {
    let (mut bench, _, session) = Bench::in_call();
    bench.server_says(session, &VendorMessage::PresentationMustStop {});
    assert!(words(&bench).is_empty());
    assert!(bench.told("stopped-presentation").is_empty());
}

#[test]
fn the_end_of_the_call_ends_the_presentation() {
    let (mut bench, call, session) = presenting();
    bench.end(session, sip::Cause::Bye, None);
    assert_eq!(bench.told("presentation:"), ["presentation:ended"]);
    bench.forget();
    present(&mut bench, call, PresentCommand::Stop);
    assert!(words(&bench).is_empty() && bench.told("presentation:").is_empty());
}

/// Starts a presentation in the present call of the world; true when it runs.
fn presents(world: &mut World) -> bool {
    let CallState::InCall { call, .. } = world.call() else { panic!("{:?}", world.call()) };
    let start = world.trace.len();
    let command = PresentCommand::Start { hint: ContentHint::Text, max_bitrate: None, attempts: 1 };
    world.input(roombox_conference::api::Input::Command(Command::Present { call, command }));
    world.run(seconds(3));
    world.trace[start..].iter().any(|line| line.contains("PresentationEvent(Started"))
}

#[test]
fn a_presentation_runs_again_in_the_call_that_came_back() {
    for seed in 0..20 {
        let mut world = World::new(seed);
        world.start();
        world.run(seconds(5));
        assert!(presents(&mut world), "seed {seed}");
        world.hang_up();
        world.run(seconds(60));
        assert!(presents(&mut world), "seed {seed}");
        assert!(world.in_call_with_media(), "seed {seed}");
    }
}
