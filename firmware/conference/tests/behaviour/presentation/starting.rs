//! From the wish to present to a running presentation, and what stands in its way.

use roombox_conference::api::{Command, ContentHint, Encoding, MediaFact, MediaRequest, PresentCommand, Stream};
use roombox_conference::catalogue::PresentationFault;
use roombox_sip::api as sip;

use super::{ASK, STOP, agree, asked, attach, fault, offering, present, reoffers, start, words};
use crate::bench::{Bench, OFFER, failed, seconds};

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
