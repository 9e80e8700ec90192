//! Another picture, and commands that have no meaning now.

use roombox_conference::api::{Command, ContentHint, MediaFact, MediaRequest, PresentCommand};
use roombox_conference::catalogue::{Event, MediaCommand, MediaEvent, MediaOutcome, PresentationFault};

use super::{ASK, STOP, agree, asked, fault, offering, present, presenting, reoffers, start, words};
use crate::bench::Bench;

/// Why commands about the presentation had no meaning.
fn refusals(bench: &Bench) -> Vec<(MediaCommand, String)> {
    bench
        .catalogue()
        .filter_map(|event| match event {
            Event::MediaEvent(MediaEvent::CommandFinished {
                command,
                outcome: MediaOutcome::Failed { reason },
                ..
            }) => Some((*command, reason.clone())),
            _ => None,
        })
        .collect()
}

#[test]
fn a_second_start_changes_nothing_and_is_told() {
    let told = (MediaCommand::Present, "Presentation is already started".to_owned());
    let (mut bench, call, _) = presenting();
    start(&mut bench, call, 1);
    assert!(words(&bench).is_empty() && bench.told("presentation:").is_empty());
    assert_eq!(refusals(&bench), std::slice::from_ref(&told));
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    start(&mut bench, call, 1);
    assert_eq!(words(&bench), [ASK]);
    assert_eq!(refusals(&bench), std::slice::from_ref(&told));
    present(&mut bench, call, PresentCommand::Stop);
    start(&mut bench, call, 1);
    assert_eq!(refusals(&bench).len(), 1, "one start may wait for the stop");
    start(&mut bench, call, 1);
    assert_eq!(refusals(&bench), [told.clone(), told]);
}

#[test]
fn a_presentation_in_a_call_that_does_not_stand_fails() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: crate::bench::TARGET.into(), keep: true });
    let call = bench.offer_asked().unwrap();
    start(&mut bench, call, 1);
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::NoCall));
    assert!(words(&bench).is_empty());
}

#[test]
fn an_update_asks_again_and_never_offers() {
    let (mut bench, call, _) = presenting();
    present(&mut bench, call, PresentCommand::Update);
    assert_eq!(words(&bench), [ASK]);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: false });
    assert_eq!(bench.told("presentation:"), ["presentation:updating", "presentation:updated"]);
    assert_eq!((reoffers(&bench), bench.offer_asked()), (0, None));
}

#[test]
fn an_update_without_a_presentation_does_nothing_and_is_told() {
    let (mut bench, call, _) = Bench::in_call();
    present(&mut bench, call, PresentCommand::Update);
    assert!(words(&bench).is_empty() && bench.told("presentation:").is_empty());
    assert_eq!(refusals(&bench), [(MediaCommand::Present, "Presentation has not started yet".to_owned())]);
}

#[test]
fn an_update_during_the_start_waits_for_it() {
    let (mut bench, call, session) = offering(1);
    present(&mut bench, call, PresentCommand::Update);
    assert_eq!(words(&bench), [ASK]);
    agree(&mut bench, call, session);
    assert_eq!(words(&bench), [ASK, ASK]);
}

#[test]
fn a_refused_update_leaves_the_present_picture_on() {
    let (mut bench, call, _) = presenting();
    present(&mut bench, call, PresentCommand::Update);
    bench.answer_share(403);
    assert_eq!(fault(&bench), Some((PresentationFault::Refused, Some(403))));
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 0);
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(words(&bench), [ASK, STOP]);
}

#[test]
fn an_update_that_media_cannot_do_ends_the_presentation_but_not_the_call() {
    let (mut bench, call, _) = presenting();
    present(&mut bench, call, PresentCommand::Update);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationFailed { call, reason: "gone".into() });
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::Track));
    assert_eq!(words(&bench), [ASK, STOP]);
    assert!(bench.in_call_now());
}

#[test]
fn a_source_that_cannot_be_opened_leaves_the_present_one_on_and_is_told() {
    let (mut bench, call, _) = presenting();
    present(&mut bench, call, PresentCommand::Update);
    bench.answer_share(200);
    let failed = || MediaFact::PresentationSourceFailed { call, reason: "no such file".into() };
    bench.media(failed());
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::Track));
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 0);
    assert_eq!(words(&bench), [ASK]);
    // What comes too late ends nothing either.
    bench.media(failed());
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 1);
    assert_eq!(words(&bench), [ASK, STOP]);
}

#[test]
fn a_start_whose_source_cannot_be_opened_is_taken_back_and_not_tried_again() {
    let (mut bench, call, _) = Bench::in_call();
    present(&mut bench, call, PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 3 });
    bench.answer_share(200);
    bench.media(MediaFact::PresentationSourceFailed { call, reason: "no such file".into() });
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::Track));
    assert_eq!(words(&bench), [ASK, STOP]);
    assert!(bench.in_call_now());
}
