//! What a call tells, by the names of the catalogue and in their order.

use roombox_conference::api::{Command, Event, MediaFact};
use roombox_conference::catalogue::CallEvent;
use roombox_sip::api as sip;

use crate::bench::{ANSWER, Bench, OFFER, TARGET, failed};

/// The names told since the last look, of these prefixes.
fn names(bench: &mut Bench, prefixes: &[&str]) -> Vec<&'static str> {
    let told = bench.events().filter_map(|event| match event {
        Event::Catalogue(event) => Some(event.name()),
        _ => None,
    });
    let names = told.filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))).collect();
    bench.forget();
    names
}

const CALL: &[&str] = &["call:", "connection:newRTCSession", "incoming-call:"];

fn dial(bench: &mut Bench) -> (roombox_conference::api::CallId, sip::SessionId) {
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let call = bench.offer_asked().expect("an offer is asked for");
    bench.media(MediaFact::OfferReady { call, sdp: OFFER.into() });
    (call, bench.invited().expect("an INVITE goes out"))
}

#[test]
fn a_call_of_ours_tells_each_step_from_its_start_to_the_media() {
    let mut bench = Bench::registered();
    let (call, session) = dial(&mut bench);
    let before = ["call:start-call", "call:connecting", "connection:newRTCSession", "call:call-status-changed"];
    let sent = ["call:peerconnection", "call:sdp", "call:sending"];
    assert_eq!(names(&mut bench, CALL), [&before[..], &sent[..]].concat());
    bench.sip(sip::Event::Progress { session, status: 180, body: None, headers: vec![], reliable: false });
    bench.sip(sip::Event::Accepted { session, body: Some(sip::Body::sdp(ANSWER)), headers: vec![] });
    bench.sip(sip::Event::Confirmed { session });
    bench.media(MediaFact::AnswerAccepted { call });
    let stands = ["call:progress", "call:accepted", "call:sdp", "call:confirmed", "call:peerconnection:confirmed"];
    let told = names(&mut bench, CALL);
    assert_eq!(told[..5], stands);
    bench.command(Command::Leave);
    let over = names(&mut bench, &["call:"]);
    assert_eq!(over, ["call:end-call", "call:ended", "call:call-status-changed"]);
}

#[test]
fn a_refused_call_has_failed_by_the_server() {
    let mut bench = Bench::registered();
    let (_, session) = dial(&mut bench);
    bench.forget();
    bench.end(session, sip::Cause::Rejected, Some(403));
    assert_eq!(names(&mut bench, &["call:"]), ["call:failed", "call:ended:fromserver", "call:call-status-changed"]);
}

#[test]
fn a_microphone_that_is_muted_and_opened_in_a_call_is_told() {
    let (mut bench, _, _) = Bench::in_call();
    bench.command(Command::MediaState { microphone: false, camera: true });
    assert_eq!(names(&mut bench, &["call:muted", "call:unmuted"]), ["call:muted"]);
    bench.command(Command::MediaState { microphone: true, camera: true });
    assert_eq!(names(&mut bench, &["call:muted", "call:unmuted"]), ["call:unmuted"]);
}

#[test]
fn an_offer_of_the_other_side_and_an_info_are_told() {
    let (mut bench, call, session) = Bench::in_call();
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(OFFER)), by_update: false });
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    let told = names(&mut bench, CALL);
    assert_eq!(told.iter().filter(|name| **name == "call:reinvite").count(), 1);
    assert!(told.contains(&"call:sdp"));
    let headers = vec![sip::HeaderLine::new("Content-Type", "application/vinteo.webrtc.mic")];
    bench.sip(sip::Event::Info { session, headers, body: None });
    assert_eq!(names(&mut bench, &["call:"]), ["call:newInfo"]);
}

#[test]
fn an_offer_by_update_is_told_as_one_and_answered_like_any_other() {
    let (mut bench, call, session) = Bench::in_call();
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(OFFER)), by_update: true });
    bench.media(MediaFact::AnswerReady { call, sdp: ANSWER.into() });
    assert!(bench.commands().any(|command| matches!(command, sip::Command::AnswerOffer { answer: Ok(_), .. })));
    let told = names(&mut bench, &["call:update", "call:reinvite"]);
    assert_eq!(told, ["call:update"]);
}

#[test]
fn media_that_cannot_make_an_offer_is_told_before_the_end() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let call = bench.offer_asked().expect("an offer is asked for");
    bench.forget();
    bench.media(MediaFact::Failed { call, reason: "no devices".into() });
    let told = names(&mut bench, &["call:peerconnection", "call:failed"]);
    assert_eq!(told, ["call:peerconnection:createofferfailed", "call:failed"]);
}

#[test]
fn an_end_tells_its_cause_in_the_words_of_the_library() {
    let (mut bench, _, session) = Bench::in_call();
    bench.sip(sip::Event::Ended { session, failure: failed(sip::Cause::Bye, None) });
    let told = bench.events().find_map(|event| match event {
        Event::Catalogue(told) if told.name() == "call:ended" => serde_json::to_value(told).ok(),
        _ => None,
    });
    let data = &told.expect("the end is told")["data"];
    assert_eq!(data["cause"], "Terminated");
    assert_eq!(data["originator"], "remote");
}

#[test]
fn candidates_are_told_by_their_number_once() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let call = bench.offer_asked().expect("an offer is asked for");
    let sdp =
        format!("{OFFER}a=candidate:1 1 UDP 1 192.0.2.1 9 typ host\r\na=candidate:2 1 UDP 1 192.0.2.2 9 typ host\r\n");
    bench.media(MediaFact::OfferReady { call, sdp });
    let wanted = CallEvent::IceCandidate { call, candidates: 2 };
    assert_eq!(bench.events().filter(|event| **event == Event::Catalogue(wanted.clone().into())).count(), 1);
}

#[test]
fn media_that_cannot_take_or_answer_an_offer_of_a_running_call_is_told_by_its_step() {
    let (mut bench, call, session) = Bench::in_call();
    bench.sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(OFFER)), by_update: false });
    bench.media(MediaFact::Failed { call, reason: "no codec".into() });
    assert_eq!(names(&mut bench, &["call:peerconnection:"]), ["call:peerconnection:createanswerfailed"]);
    let mut bench = Bench::registered();
    let (call, session) = dial(&mut bench);
    bench.sip(sip::Event::Accepted { session, body: Some(sip::Body::sdp(ANSWER)), headers: vec![] });
    bench.forget();
    bench.media(MediaFact::Failed { call, reason: "not a description".into() });
    assert_eq!(names(&mut bench, &["call:peerconnection:"]), ["call:peerconnection:setremotedescriptionfailed"]);
}

#[test]
fn what_the_connection_tells_while_there_is_no_call_has_a_second_name() {
    let second = ["disconnected-from-out-of-call", "connected-with-configuration-from-out-of-call"];
    let mut bench = Bench::registered();
    bench.disconnect();
    bench.connect();
    assert_eq!(names(&mut bench, &second), second);
    let (mut bench, ..) = Bench::in_call();
    bench.disconnect();
    bench.connect();
    assert_eq!(names(&mut bench, &second), Vec::<&str>::new());
    bench.command(Command::Leave);
    bench.disconnect();
    assert_eq!(names(&mut bench, &second), [second[0]]);
}
