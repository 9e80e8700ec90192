//! `SIPp` as the calling side.

use std::time::Instant;

use roombox_sip::api::{Cause, HeaderLine, Originator, Transport};
use roombox_sip::digest::server::{Asked, Refusal, Terms};
use roombox_sip::digest::{Algorithm, Verifier};
use roombox_sip::endpoint::Credentials;
use roombox_sip_transports::ListenOptions;
use roombox_tests::interop::sipp::Sipp;
use roombox_tests::phone::{Incoming, Phone};

over_udp_and_tcp! {
    a_call_is_taken_and_ended_by_the_caller,
    a_call_without_offer_gets_ours,
    a_call_is_ended_by_us,
    the_caller_holds_and_resumes_by_reinvite,
    we_offer_again,
    an_offer_that_the_caller_refuses_leaves_the_call,
    an_offer_that_collides_comes_again,
    a_reliable_provisional_response_is_acknowledged,
    the_caller_holds_and_resumes_by_update,
    we_update,
    the_caller_gives_up_while_it_rings,
    a_call_is_refused_with_a_wish,
    the_right_password_is_let_in,
    a_wrong_password_is_refused,
    the_caller_refreshes_the_session,
    we_refresh_the_session,
    too_short_a_session_interval_is_refused,
    an_unknown_extension_is_refused,
}

/// A phone that waits for calls, and a peer that calls it with this scenario.
fn world(scenario: &str, transport: Transport) -> (Sipp, Phone) {
    let options = ListenOptions { identity: None, path: None, transport, web: None };
    let phone = Phone::listening("room", options, |_| ());
    (calling(scenario, &phone, transport, "open-sesame"), phone)
}

/// A peer that calls this phone; with a password, in case it is asked for one.
fn calling(scenario: &str, phone: &Phone, transport: Transport, password: &str) -> Sipp {
    // By itself SIPp names the host alone, which is not what it calls.
    let uri = format!("room@{}", phone.address());
    let more = ["-au", "sipp", "-ap", password, "-auth_uri", &uri];
    Sipp::calling(scenario, transport, phone.address(), 1, &more)
}

async fn ended_by_peer(sipp: Sipp, mut phone: Phone, call: roombox_sip::api::SessionId) {
    let end = phone.ended(call).await;
    assert_eq!((end.originator, end.cause), (Originator::Remote, Cause::Bye));
    sipp.succeeded().await;
}

async fn a_call_is_taken_and_ended_by_the_caller(transport: Transport) {
    let (sipp, mut phone) = world("calls", transport);
    let call = phone.take_call().await;
    ended_by_peer(sipp, phone, call).await;
}

async fn a_call_without_offer_gets_ours(transport: Transport) {
    let (sipp, mut phone) = world("calls-without-offer", transport);
    let call = phone.incoming().await;
    assert!(call.offer.is_none());
    let offer = phone.offer("sendrecv");
    phone.accept(call.session, offer);
    assert!(phone.offer_answered(call.session).await.is_some());
    phone.confirmed(call.session).await;
    ended_by_peer(sipp, phone, call.session).await;
}

async fn a_call_is_ended_by_us(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-is-ended", transport);
    let call = phone.take_call().await;
    phone.hang_up(call);
    assert_eq!(phone.ended(call).await.originator, Originator::Local);
    sipp.succeeded().await;
}

async fn the_caller_holds_and_resumes_by_reinvite(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-reinvites", transport);
    let call = phone.take_call().await;
    assert_eq!(phone.take_offer(call).await, ["sendonly"]);
    assert_eq!(phone.take_offer(call).await, ["sendrecv"]);
    ended_by_peer(sipp, phone, call).await;
}

async fn we_offer_again(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-is-reinvited", transport);
    let call = phone.take_call().await;
    phone.reinvite(call, "sendonly");
    assert!(phone.offer_answered(call).await.is_some());
    ended_by_peer(sipp, phone, call).await;
}

async fn an_offer_that_the_caller_refuses_leaves_the_call(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-refuses-an-offer", transport);
    let call = phone.take_call().await;
    phone.reinvite(call, "sendonly");
    assert_eq!(phone.offer_failed(call).await.status, Some(488));
    ended_by_peer(sipp, phone, call).await;
}

async fn an_offer_that_collides_comes_again(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-collides", transport);
    let call = phone.take_call().await;
    phone.reinvite(call, "sendonly");
    assert!(phone.offer_answered(call).await.is_some());
    ended_by_peer(sipp, phone, call).await;
}

async fn a_reliable_provisional_response_is_acknowledged(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-pracks", transport);
    let call = phone.incoming().await;
    let answer = phone.answer_to(&call.offer.expect("SIPp offers"));
    phone.progress(call.session, 183, Some(answer.clone()), true);
    // The 180 is reliable as well, since the caller requires it.
    phone.progress_acknowledged(call.session).await;
    phone.progress_acknowledged(call.session).await;
    phone.accept(call.session, answer);
    phone.confirmed(call.session).await;
    ended_by_peer(sipp, phone, call.session).await;
}

async fn the_caller_holds_and_resumes_by_update(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-updates", transport);
    let call = phone.take_call().await;
    assert_eq!(phone.take_offer(call).await, ["sendonly"]);
    assert_eq!(phone.take_offer(call).await, ["sendrecv"]);
    ended_by_peer(sipp, phone, call).await;
}

async fn we_update(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-is-updated", transport);
    let call = phone.take_call().await;
    phone.update(call, "sendonly");
    assert!(phone.offer_answered(call).await.is_some());
    ended_by_peer(sipp, phone, call).await;
}

async fn the_caller_gives_up_while_it_rings(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-cancels", transport);
    let call = phone.incoming().await;
    let end = phone.ended(call.session).await;
    assert_eq!((end.originator, end.cause), (Originator::Remote, Cause::Canceled));
    sipp.succeeded().await;
}

async fn a_call_is_refused_with_a_wish(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-is-refused", transport);
    let call = phone.incoming().await;
    phone.reject(call.session, 486, vec![HeaderLine::new("Retry-After", "30")]);
    assert_eq!(phone.ended(call.session).await.cause, Cause::Busy);
    sipp.succeeded().await;
}

/// Checks the password of a call with the verifier of the servers.
fn checked(verifier: &mut Verifier, call: &Incoming) -> Result<String, Refusal> {
    let authorization = call.header("Authorization").unwrap_or_default();
    let body = call.offer.as_ref().map(|offer| offer.content.clone()).unwrap_or_default();
    let login = |user: &str| {
        (user == "sipp").then(|| Credentials { username: user.to_owned(), password: "open-sesame".to_owned() })
    };
    let asked = Asked { method: "INVITE", uri: &call.request_uri, body: &body };
    verifier.verify(Instant::now(), asked, &authorization, login)
}

/// Takes a call without a password and asks for one, with MD5 alone; gives the verifier and the second call.
async fn asked_for_password(phone: &mut Phone) -> (Verifier, Incoming) {
    let terms = Terms { algorithms: vec![Algorithm::Md5], ..Terms::default() };
    let mut verifier = Verifier::on_terms("roombox", 1, terms);
    let first = phone.incoming().await;
    assert_eq!(checked(&mut verifier, &first), Err(Refusal::Absent));
    let lines = verifier.challenge(Instant::now(), false);
    let challenge = lines.into_iter().map(|line| HeaderLine::new("WWW-Authenticate", line));
    phone.reject(first.session, 401, challenge.collect());
    phone.ended(first.session).await;
    let second = phone.incoming().await;
    (verifier, second)
}

async fn the_right_password_is_let_in(transport: Transport) {
    let (sipp, mut phone) = world("calls-with-password", transport);
    let (mut verifier, call) = asked_for_password(&mut phone).await;
    assert_eq!(checked(&mut verifier, &call), Ok("sipp".to_owned()));
    let answer = phone.answer_to(&call.offer.expect("SIPp offers"));
    phone.accept(call.session, answer);
    phone.confirmed(call.session).await;
    ended_by_peer(sipp, phone, call.session).await;
}

async fn a_wrong_password_is_refused(transport: Transport) {
    let options = ListenOptions { identity: None, path: None, transport, web: None };
    let mut phone = Phone::listening("room", options, |_| ());
    let sipp = calling("calls-with-wrong-password", &phone, transport, "abracadabra");
    let (mut verifier, call) = asked_for_password(&mut phone).await;
    assert_eq!(checked(&mut verifier, &call), Err(Refusal::Wrong));
    phone.reject(call.session, 403, Vec::new());
    assert_eq!(phone.ended(call.session).await.cause, Cause::Rejected);
    sipp.succeeded().await;
}

async fn the_caller_refreshes_the_session(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-refreshes", transport);
    let call = phone.take_call().await;
    ended_by_peer(sipp, phone, call).await;
}

/// Takes 45 s: half of the shortest interval there is.
async fn we_refresh_the_session(transport: Transport) {
    let (sipp, mut phone) = world("calls-and-is-refreshed", transport);
    let call = phone.take_call().await;
    ended_by_peer(sipp, phone, call).await;
}

async fn too_short_a_session_interval_is_refused(transport: Transport) {
    let (sipp, mut phone) = world("calls-with-short-interval", transport);
    let call = phone.take_call().await;
    ended_by_peer(sipp, phone, call).await;
}

async fn an_unknown_extension_is_refused(transport: Transport) {
    let (sipp, phone) = world("calls-with-unknown-extension", transport);
    sipp.succeeded().await;
    drop(phone);
}
