//! Offers by command, by an old server and after a change of the network (spec section 2.6).

use roombox_conference::api::{Command, Input, MediaFact, MediaRequest, NetworkEvent};
use roombox_conference::catalogue::{MediaCommand, MediaOutcome};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;

use super::in_call_with;
use crate::bench::{ANSWER, Bench, OFFER, TARGET, failed, seconds};

const RESTART: VendorMessage =
    VendorMessage::Restart { tracks_direction: None, audio_tracks: None, video_tracks: None };

fn offers(bench: &Bench) -> Vec<bool> {
    bench
        .requests()
        .filter_map(|request| match request {
            MediaRequest::CreateOffer { restart_ice, .. } => Some(*restart_ice),
            _ => None,
        })
        .collect()
}

fn updates(bench: &Bench) -> (usize, usize) {
    let count = |wanted: fn(&sip::Command) -> bool| bench.commands().filter(|command| wanted(command)).count();
    let updates = count(|command| matches!(command, sip::Command::Update { .. }));
    (updates, count(|command| matches!(command, sip::Command::Reinvite { .. })))
}

#[test]
fn ice_is_restarted_by_update_or_by_reinvite_and_the_end_is_told() {
    for (by_update, expected) in [(true, (1, 0)), (false, (0, 1))] {
        let (mut bench, call, session) = Bench::in_call();
        bench.command(Command::RestartIce { call, by_update });
        bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
        assert_eq!((offers(&bench), updates(&bench)), (vec![true], expected));
        assert_eq!(bench.outcomes(), []);
        bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
        bench.media(MediaFact::AnswerAccepted { call });
        assert_eq!(bench.outcomes(), [(MediaCommand::RestartIce, MediaOutcome::Done)]);
    }
}

#[test]
fn a_command_before_the_call_stands_or_during_a_negotiation_is_told_as_not_ready() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let call = bench.offer_asked().unwrap();
    bench.command(Command::Renegotiate { call });
    assert_eq!(bench.outcomes(), [(MediaCommand::Renegotiate, MediaOutcome::NotReady)]);

    let (mut bench, call, _) = Bench::in_call();
    bench.command(Command::Renegotiate { call });
    bench.command(Command::RestartIce { call, by_update: false });
    assert_eq!(bench.outcomes(), [(MediaCommand::RestartIce, MediaOutcome::NotReady)]);
    assert_eq!(offers(&bench), [false]);
}

#[test]
fn a_refused_offer_is_told_and_the_call_goes_on() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::Renegotiate { call });
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    bench.sip(sip::Event::OfferFailed { session, failure: failed(sip::Cause::IncompatibleSdp, Some(488)) });
    assert!(matches!(&bench.outcomes()[..], [(MediaCommand::Renegotiate, MediaOutcome::Failed { .. })]));
    assert!(bench.in_call_now());
}

#[test]
fn an_offer_that_the_end_of_the_call_overtakes_has_failed() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::Renegotiate { call });
    bench.end(session, sip::Cause::Bye, None);
    assert!(matches!(&bench.outcomes()[..], [(MediaCommand::Renegotiate, MediaOutcome::Failed { .. })]));
}

#[test]
fn an_old_server_that_asks_for_a_restart_gets_it_where_that_is_allowed() {
    for obey in [true, false] {
        let (mut bench, _, session) = in_call_with(|config| config.media.obey_restart = obey);
        bench.forget();
        bench.server_says(session, &RESTART);
        assert_eq!(offers(&bench), if obey { vec![true] } else { vec![] });
    }
}

#[test]
fn several_changes_of_the_network_are_one_restart() {
    let (mut bench, ..) = Bench::in_call();
    for event in [NetworkEvent::Offline, NetworkEvent::Online, NetworkEvent::Changed] {
        bench.input(Input::Network(event));
    }
    assert!(offers(&bench).is_empty());
    bench.pass(seconds(5));
    assert_eq!(offers(&bench), [true]);
}

#[test]
fn a_change_that_also_took_the_connection_restarts_ice_once_with_the_next_one() {
    let (mut bench, ..) = Bench::in_call();
    bench.input(Input::Network(NetworkEvent::Changed));
    bench.disconnect();
    bench.pass(seconds(3));
    assert!(offers(&bench).is_empty());
    bench.connect();
    bench.pass(seconds(3));
    assert_eq!(offers(&bench), [true]);
}

#[test]
fn a_restart_that_the_server_asks_for_during_a_negotiation_follows_it() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::Renegotiate { call });
    bench.server_says(session, &RESTART);
    assert_eq!(offers(&bench), [false]);
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    bench.sip(sip::Event::OfferAnswered { session, body: Some(sip::Body::sdp(ANSWER)) });
    bench.media(MediaFact::AnswerAccepted { call });
    assert_eq!(offers(&bench), [false, true]);
}

#[test]
fn an_update_that_is_refused_is_told_and_the_call_goes_on() {
    let (mut bench, call, session) = Bench::in_call();
    bench.command(Command::RestartIce { call, by_update: true });
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    bench.sip(sip::Event::OfferFailed { session, failure: failed(sip::Cause::SipFailureCode, Some(500)) });
    assert!(matches!(&bench.outcomes()[..], [(MediaCommand::RestartIce, MediaOutcome::Failed { .. })]));
    assert!(bench.in_call_now());
    bench.command(Command::RestartIce { call, by_update: false });
    assert_eq!(offers(&bench), [true, true], "the next way is open");
}

#[test]
fn an_offer_asked_for_while_the_server_cannot_be_reached_is_not_ready() {
    let (mut bench, call, _) = Bench::in_call();
    bench.disconnect();
    bench.command(Command::RestartIce { call, by_update: false });
    assert_eq!(bench.outcomes(), [(MediaCommand::RestartIce, MediaOutcome::NotReady)]);
}
