//! Offers and answers inside a call, and ICE restarts.

use roombox_conference::api::{CallId, MediaFact, MediaRequest};
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, failed, seconds};

fn answered(bench: &Bench) -> Option<Result<(), u16>> {
    bench.commands().find_map(|command| match command {
        sip::Command::AnswerOffer { answer, .. } => Some(answer.as_ref().map(|_| ()).map_err(|status| *status)),
        _ => None,
    })
}

fn reoffers(bench: &Bench) -> usize {
    bench.commands().filter(|command| matches!(command, sip::Command::Reinvite { .. })).count()
}

fn peer_offers(bench: &mut Bench, session: sip::SessionId) {
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(OFFER)), by_update: false });
}

/// Media is lost and the ICE restart offer is on its way.
fn restarting() -> (Bench, CallId, sip::SessionId) {
    let (mut bench, call, session) = Bench::in_call();
    bench.media(MediaFact::Disconnected { call });
    bench.pass(seconds(3));
    assert!(bench.requests().any(|request| *request == MediaRequest::CreateOffer { call, restart_ice: true }));
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    assert_eq!(reoffers(&bench), 1);
    (bench, call, session)
}

#[test]
fn an_offer_of_the_peer_is_answered_and_the_call_goes_on() {
    let (mut bench, call, session) = Bench::in_call();
    peer_offers(&mut bench, session);
    assert!(bench.requests().any(|request| *request == MediaRequest::CreateAnswer { call, offer: OFFER.into() }));
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    assert_eq!(answered(&bench), Some(Ok(())));
    assert!(bench.in_call_now());
}

#[test]
fn an_offer_that_media_cannot_use_is_refused_and_the_call_goes_on_as_it_was() {
    let (mut bench, call, session) = Bench::in_call();
    peer_offers(&mut bench, session);
    bench.media(MediaFact::Failed { call, reason: "no codec in common".into() });
    assert_eq!(answered(&bench), Some(Err(488)));
    assert!(bench.in_call_now());
}

#[test]
fn an_offerless_reinvite_gets_our_offer() {
    let (mut bench, call, session) = Bench::in_call();
    bench.sip(sip::Event::Offer { session, body: None, by_update: false });
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    assert_eq!(answered(&bench), Some(Ok(())));
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    assert!(bench.requests().any(|request| *request == MediaRequest::AcceptAnswer { call, sdp: ANSWER.into() }));
}

#[test]
fn a_short_gap_in_media_is_left_alone() {
    let (mut bench, call, _) = Bench::in_call();
    bench.media(MediaFact::Disconnected { call });
    bench.pass(seconds(2));
    bench.media(MediaFact::Connected { call });
    bench.pass(seconds(10));
    assert_eq!(bench.offer_asked(), None);
}

#[test]
fn a_lost_media_path_is_mended_by_an_ice_restart() {
    let (mut bench, call, session) = restarting();
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    assert!(bench.requests().any(|request| *request == MediaRequest::AcceptAnswer { call, sdp: ANSWER.into() }));
    bench.media(MediaFact::AnswerAccepted { call });
    bench.media(MediaFact::Connected { call });
    bench.pass(seconds(60));
    assert!(bench.in_call_now() && !bench.terminated(session));
}

/// Answers the last request for a sign of life.
fn server_says(bench: &mut Bench, status: u16) {
    let asked = bench.commands().filter_map(|command| match command {
        sip::Command::Request { request, method, .. } if method == "OPTIONS" => Some(*request),
        _ => None,
    });
    let request = asked.last().unwrap();
    let outcome = Ok(sip::FinalResponse { status, reason: String::new(), headers: Vec::new(), body: None });
    bench.sip(sip::Event::Response { request, outcome });
}

#[test]
fn a_media_path_that_is_lost_while_the_server_answers_is_restarted_at_once() {
    let (mut bench, call, _) = Bench::in_call();
    bench.media(MediaFact::Disconnected { call });
    assert_eq!(bench.offer_asked(), None);
    server_says(&mut bench, 200);
    bench.pass(std::time::Duration::from_millis(1));
    assert_eq!(bench.offer_asked(), Some(call));
}

#[test]
fn an_answer_that_comes_when_media_is_back_or_that_is_none_restarts_nothing() {
    for (status, back) in [(200, true), (503, false)] {
        let (mut bench, call, _) = Bench::in_call();
        bench.media(MediaFact::Disconnected { call });
        if back {
            bench.media(MediaFact::Connected { call });
        }
        server_says(&mut bench, status);
        bench.pass(seconds(2));
        assert_eq!(bench.offer_asked(), None);
    }
}

#[test]
fn forty_seconds_without_media_cost_no_call_and_the_last_restart_still_waits_for_the_path() {
    let (mut bench, call, session) = Bench::in_call();
    // Four seconds of silence are over when it is told.
    bench.media(MediaFact::Disconnected { call });
    for pause in [3, 10, 10, 10] {
        bench.pass(seconds(pause));
        bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
        bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
        bench.media(MediaFact::AnswerAccepted { call });
    }
    bench.pass(seconds(4));
    bench.media(MediaFact::Connected { call });
    bench.pass(seconds(60));
    assert!(bench.in_call_now() && !bench.terminated(session));
}

#[test]
fn every_loss_has_its_own_restarts() {
    let (mut bench, call, session) = Bench::in_call();
    for _ in 0..5 {
        bench.media(MediaFact::Disconnected { call });
        bench.pass(seconds(3));
        bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
        bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
        bench.media(MediaFact::AnswerAccepted { call });
        bench.media(MediaFact::Connected { call });
    }
    assert_eq!(reoffers(&bench), 5);
    assert!(bench.in_call_now());
}

#[test]
fn media_that_four_restarts_do_not_bring_back_ends_the_call_and_it_is_dialled_again() {
    let (mut bench, call, session) = restarting();
    for _ in 0..3 {
        bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
        bench.media(MediaFact::AnswerAccepted { call });
        bench.pass(seconds(10));
        bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    }
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.media(MediaFact::AnswerAccepted { call });
    bench.pass(seconds(9));
    assert!(bench.in_call_now());
    bench.pass(seconds(2));
    assert!(bench.terminated(session) && bench.closed(call));
    assert_ne!(bench.offer_asked(), Some(call));
}

#[test]
fn an_offer_of_the_peer_is_refused_while_ours_is_with_it_and_kept_while_its_answer_is_being_set() {
    let (mut bench, call, session) = restarting();
    peer_offers(&mut bench, session);
    assert_eq!(answered(&bench), Some(Err(491)));
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.forget();
    peer_offers(&mut bench, session);
    assert_eq!((answered(&bench), bench.requests().count()), (None, 0));
    bench.media(MediaFact::AnswerAccepted { call });
    assert!(bench.requests().any(|request| matches!(request, MediaRequest::CreateAnswer { .. })));
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    assert_eq!(answered(&bench), Some(Ok(())));
}

#[test]
fn media_that_never_sets_the_answer_ends_the_call() {
    let (mut bench, call, session) = restarting();
    bench.media(MediaFact::Connected { call });
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.pass(seconds(16));
    assert!(bench.terminated(session) && bench.closed(call));
}

#[test]
fn a_refused_offer_does_not_end_a_call_with_media() {
    let (mut bench, call, session) = restarting();
    bench.media(MediaFact::Connected { call });
    bench.sip(sip::Event::OfferFailed { session, failure: failed(sip::Cause::IncompatibleSdp, Some(488)) });
    bench.pass(seconds(60));
    assert!(bench.in_call_now());
}

#[test]
fn a_peer_that_forgot_the_call_is_dialled_again_at_once() {
    let (mut bench, call, session) = restarting();
    bench.forget();
    bench.sip(sip::Event::OfferFailed { session, failure: failed(sip::Cause::DialogError, Some(481)) });
    assert!(bench.closed(call));
    bench.pass(seconds(1));
    assert!(bench.offer_asked().is_some());
}
