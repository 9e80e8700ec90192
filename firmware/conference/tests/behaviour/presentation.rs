//! Our presentation (spec section 4).

use roombox_conference::api::{
    CallId, CallState, Command, ContentHint, Encoding, MediaFact, MediaRequest, PresentCommand, Stream,
};
use roombox_conference::catalogue::{
    Event, MediaCommand, MediaEvent, MediaOutcome, PresentationEvent, PresentationFault,
};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, failed, millis, seconds};
use crate::world::World;

const ASK: &str = "LETMESTARTPRESENTATION";
const STOP: &str = "STOPPRESENTATION";

fn present(bench: &mut Bench, call: CallId, command: PresentCommand) {
    bench.command(Command::Present { call, command });
}

fn start(bench: &mut Bench, call: CallId, attempts: u32) {
    let hint = ContentHint::Detail;
    present(bench, call, PresentCommand::Start { hint, max_bitrate: None, attempts });
}

/// Permission and sender are there, our offer is out.
fn offering(attempts: u32) -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = Bench::in_call();
    start(&mut bench, call, attempts);
    attach(&mut bench, call);
    (bench, call, session)
}

fn attach(bench: &mut Bench, call: CallId) {
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: true });
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
}

fn agree(bench: &mut Bench, call: CallId, session: sip::SessionId) {
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.media(MediaFact::AnswerAccepted { call });
}

fn presenting() -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = offering(1);
    agree(&mut bench, call, session);
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:started"]);
    bench.forget();
    (bench, call, session)
}

fn words(bench: &Bench) -> Vec<String> {
    bench.shares().into_iter().map(|(_, word)| word).collect()
}

fn asked(bench: &Bench, wanted: &MediaRequest) -> usize {
    bench.requests().filter(|request| *request == wanted).count()
}

fn reoffers(bench: &Bench) -> usize {
    bench.commands().filter(|command| matches!(command, sip::Command::Reinvite { .. })).count()
}

fn fault(bench: &Bench) -> Option<(PresentationFault, Option<u16>)> {
    bench
        .catalogue()
        .filter_map(|event| match event {
            Event::PresentationEvent(PresentationEvent::Failed { kind, error, .. }) => Some((*kind, error.status)),
            _ => None,
        })
        .last()
}

#[test]
fn a_presentation_asks_attaches_offers_and_runs() {
    let (mut bench, call, session) = Bench::in_call();
    start(&mut bench, call, 1);
    assert_eq!(words(&bench), [ASK]);
    assert_eq!(asked(&bench, &MediaRequest::AddPresentation { call, layers: vec![] }), 0);
    bench.answer_share(200);
    assert_eq!(asked(&bench, &MediaRequest::AddPresentation { call, layers: vec![] }), 1);
    bench.media(MediaFact::PresentationReady { call, renegotiate: true });
    let encoding = Encoding { max_bitrate: Some(1_000_000), hint: Some(ContentHint::Detail), ..Encoding::default() };
    assert_eq!(asked(&bench, &MediaRequest::SetEncoding { call, stream: Stream::Presentation, encoding }), 1);
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    assert_eq!(reoffers(&bench), 1);
    assert_eq!(bench.told("presentation:"), ["presentation:start"]);
    agree(&mut bench, call, session);
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:started"]);
}

#[test]
fn a_sender_that_is_there_already_needs_no_offer() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: false });
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:started"]);
    assert_eq!(bench.offer_asked(), None);
}

#[test]
fn bit_rate_and_hint_are_those_of_the_command() {
    let (mut bench, call, _) = Bench::in_call();
    let hint = ContentHint::Motion;
    present(&mut bench, call, PresentCommand::Start { hint, max_bitrate: Some(4_000_000), attempts: 1 });
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: false });
    let encoding = Encoding { max_bitrate: Some(4_000_000), hint: Some(hint), ..Encoding::default() };
    assert_eq!(asked(&bench, &MediaRequest::SetEncoding { call, stream: Stream::Presentation, encoding }), 1);
}

#[test]
fn a_single_peer_is_told_that_it_can_receive_and_that_it_ended() {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "p2proom1to100", None, true);
    start(&mut bench, call, 1);
    attach(&mut bench, call);
    agree(&mut bench, call, session);
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(words(&bench), ["YOUCANRECEIVECONTENT", "CONTENTEND"]);
}

#[test]
fn in_a_call_that_only_shows_a_presentation_the_peer_is_told_too() {
    let mut bench = Bench::registered();
    bench.command(Command::Call { target: crate::bench::TARGET.into(), presentation: true });
    let (call, session) = bench.confirm_call();
    bench.media(MediaFact::Connected { call });
    start(&mut bench, call, 1);
    attach(&mut bench, call);
    agree(&mut bench, call, session);
    present(&mut bench, call, PresentCommand::Stop);
    assert_eq!(words(&bench), ["YOUCANRECEIVECONTENT", "CONTENTEND"]);
}

#[test]
fn a_room_for_two_that_the_server_mixes_is_asked_for_permission() {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "p2proom1to100", None, false);
    start(&mut bench, call, 1);
    assert_eq!(words(&bench), [ASK]);
}

#[test]
fn a_refused_permission_is_told_with_its_status_and_the_call_goes_on() {
    for status in [403, 603] {
        let (mut bench, call, _) = Bench::in_call();
        start(&mut bench, call, 1);
        bench.answer_share(status);
        assert_eq!(fault(&bench), Some((PresentationFault::Refused, Some(status))));
        assert_eq!(bench.told("presentation:"), ["presentation:failed"]);
        assert_eq!(asked(&bench, &MediaRequest::AddPresentation { call, layers: vec![] }), 0);
        bench.pass(seconds(10));
        assert_eq!(words(&bench), [ASK]);
        assert!(bench.in_call_now());
    }
}

#[test]
fn a_2xx_with_another_phrase_refuses_too() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    let (request, _) = bench.shares().pop().unwrap();
    bench.respond(request, 200, "Not allowed");
    assert_eq!(fault(&bench), Some((PresentationFault::Refused, Some(200))));
}

#[test]
fn a_permission_that_nobody_answers_is_told_apart() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    let (request, _) = bench.shares().pop().unwrap();
    let outcome = Err(failed(sip::Cause::RequestTimeout, None));
    bench.sip(sip::Event::Response { request, outcome });
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::NotAnswered));
    assert!(bench.in_call_now());
}

#[test]
fn a_refused_offer_takes_the_presentation_back_and_leaves_the_call() {
    let (mut bench, call, session) = offering(1);
    bench.sip(sip::Event::OfferFailed { session, failure: failed(sip::Cause::IncompatibleSdp, Some(488)) });
    assert_eq!(fault(&bench), Some((PresentationFault::Renegotiation, Some(488))));
    assert_eq!(asked(&bench, &MediaRequest::RemovePresentation { call }), 1);
    assert_eq!(words(&bench), [ASK, STOP]);
    bench.pass(seconds(60));
    assert!(bench.in_call_now());
}

#[test]
fn media_that_cannot_attach_is_told_apart() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationFailed { call, reason: "no screen".into() });
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::Track));
    assert_eq!(words(&bench), [ASK, STOP]);
    assert!(bench.in_call_now());
}

#[test]
fn media_that_cannot_make_the_offer_fails_the_presentation_only() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: true });
    bench.media(MediaFact::Failed { call, reason: "no".into() });
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::Renegotiation));
    assert!(bench.in_call_now());
}

#[test]
fn media_that_never_answers_fails_the_presentation_only() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    bench.answer_share(200);
    bench.pass(seconds(15));
    assert_eq!(fault(&bench).map(|(kind, _)| kind), Some(PresentationFault::Track));
    assert!(bench.in_call_now());
}

#[test]
fn an_answer_that_media_never_gave_does_not_stand_in_the_way_of_the_next_presentation() {
    let (mut bench, call, _) = Bench::in_call();
    start(&mut bench, call, 1);
    bench.answer_share(200);
    bench.pass(seconds(15));
    bench.answer_share(200);
    bench.forget();
    start(&mut bench, call, 1);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: false });
    assert_eq!(bench.told("presentation:"), ["presentation:start", "presentation:started"]);
}

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

#[test]
fn an_offer_of_ours_that_waits_for_another_one_counts_for_the_presentation_only_when_it_is_its_turn() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::Renegotiate { call });
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    start(&mut bench, call, 1);
    bench.answer_share(200);
    bench.media(MediaFact::PresentationReady { call, renegotiate: true });
    agree(&mut bench, call, session);
    assert!(!bench.told("presentation:").contains(&"presentation:started"));
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    agree(&mut bench, call, session);
    assert!(bench.told("presentation:").contains(&"presentation:started"));
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
