//! Client against server.
#![allow(clippy::disallowed_methods, reason = "tests need some first instant")]

use super::*;
use crate::digest::client::AuthError;
use crate::digest::{ClientAuth, RealmCredentials, Secret};
use crate::message::{Headers, Method, Request, Response};

fn request() -> Request {
    let mut headers = Headers::default();
    headers.push("Call-ID", "1");
    Request { method: Method::new("REGISTER"), uri: "sip:h;transport=WS".into(), headers, body: bytes::Bytes::new() }
}

fn challenged(lines: &[String]) -> Response {
    let mut response = Response::to(&request(), 401, None, None);
    for line in lines {
        response.headers.push("WWW-Authenticate", line.clone());
    }
    response
}

fn client(password: &str) -> (ClientAuth, Random) {
    let credentials = Credentials { username: "room \"A\"".into(), password: password.into() };
    (ClientAuth::new(Some(credentials)), Random::new(1))
}

fn login() -> Credentials {
    Credentials { username: "room \"A\"".into(), password: "secret".into() }
}

fn asked(request: &Request) -> Asked<'_> {
    Asked { method: request.method.as_str(), uri: &request.uri, body: &request.body }
}

fn check(verifier: &mut Verifier, now: Instant, request: &Request) -> Result<String, Refusal> {
    let value = request.headers.get("Authorization").unwrap_or_default();
    verifier.verify(now, asked(request), value, |user| (user == "room \"A\"").then(login))
}

#[test]
fn the_right_password_passes_and_the_nonce_is_used_again() {
    let (mut auth, mut random) = client("secret");
    let mut verifier = Verifier::new("lab", 2);
    let (now, mut first) = (Instant::now(), request());
    let challenge = challenged(&verifier.challenge(now, false));
    auth.answer(&mut first, &challenge, &mut random).expect("answerable");
    assert!(first.headers.get("Authorization").is_some_and(|v| v.contains("algorithm=SHA-256")));
    assert_eq!(check(&mut verifier, now, &first).as_deref(), Ok("room \"A\""));
    let mut second = request();
    auth.add_known(&mut second, &mut random);
    assert!(second.headers.get("Authorization").is_some_and(|v| v.ends_with("nc=00000002")));
    assert!(check(&mut verifier, now, &second).is_ok());
    assert_eq!(check(&mut verifier, now, &second), Err(Refusal::Stale), "a repeated count is a replay");
}

/// JsSIP keeps the last challenge of a response and knows only MD5.
#[test]
fn the_challenge_that_everybody_knows_comes_last() {
    let challenges = Verifier::new("lab", 2).challenge(Instant::now(), false);
    let algorithms: Vec<_> = challenges.iter().map(|line| line.contains("algorithm=MD5")).collect();
    assert_eq!(algorithms, [false, true], "{challenges:?}");
}

#[test]
fn a_wrong_password_is_refused_and_not_tried_twice() {
    let (mut auth, mut random) = client("wrong");
    let mut verifier = Verifier::new("lab", 2);
    let (now, mut request) = (Instant::now(), request());
    let challenge = challenged(&verifier.challenge(now, false));
    auth.answer(&mut request, &challenge, &mut random).expect("answerable");
    assert_eq!(check(&mut verifier, now, &request), Err(Refusal::Wrong));
    let challenge = challenged(&verifier.challenge(now, false));
    assert_eq!(auth.answer(&mut request, &challenge, &mut random), Err(AuthError::Refused));
}

#[test]
fn a_stale_nonce_is_replaced() {
    let (mut auth, mut random) = client("secret");
    let mut verifier = Verifier::new("lab", 2);
    let (now, mut request) = (Instant::now(), request());
    let challenge = challenged(&verifier.challenge(now, false));
    auth.answer(&mut request, &challenge, &mut random).expect("answerable");
    let later = now + NONCE_LIFE;
    assert_eq!(check(&mut verifier, later, &request), Err(Refusal::Stale));
    let challenge = challenged(&verifier.challenge(later, true));
    auth.answer(&mut request, &challenge, &mut random).expect("stale is no refusal");
    assert!(check(&mut verifier, later, &request).is_ok());
}

#[test]
fn challenges_that_cannot_be_answered_are_told_apart() {
    let mut random = Random::new(1);
    let challenge = challenged(&["Basic realm=\"x\"".into()]);
    assert_eq!(client("x").0.answer(&mut request(), &challenge, &mut random), Err(AuthError::Unsupported));
    assert_eq!(ClientAuth::new(None).answer(&mut request(), &challenge, &mut random), Err(AuthError::NoCredentials));
}

#[test]
fn the_memory_for_nonces_is_bounded() {
    let mut verifier = Verifier::new("lab", 2);
    let now = Instant::now();
    for n in 0..MAX_NONCES as u64 + 10 {
        verifier.challenge(now + Duration::from_millis(n), false);
    }
    assert_eq!(verifier.nonces.len(), MAX_NONCES);
}

#[test]
fn every_algorithm_and_protection_is_answered_rightly() {
    use Algorithm::{Md5, Md5Sess, Sha256, Sha256Sess, Sha512, Sha512Sess};
    let now = Instant::now();
    for algorithm in [Md5, Md5Sess, Sha256, Sha256Sess, Sha512, Sha512Sess] {
        for qop in [vec![], vec![Qop::Auth], vec![Qop::AuthInt], vec![Qop::AuthInt, Qop::Auth]] {
            let terms = Terms { algorithms: vec![algorithm], qop, userhash: false, ..Terms::default() };
            let mut verifier = Verifier::on_terms("lab \"1\"", 2, terms.clone());
            let (mut auth, mut random) = client("secret");
            let mut first = Request { body: "body".into(), ..request() };
            auth.answer(&mut first, &challenged(&verifier.challenge(now, false)), &mut random).expect("answerable");
            assert_eq!(check(&mut verifier, now, &first).as_deref(), Ok("room \"A\""), "{terms:?}");
            let changed = Request { body: "changed".into(), ..first.clone() };
            let protected = terms.qop == [Qop::AuthInt];
            let expected = if protected { Err(Refusal::Wrong) } else { check(&mut verifier, now, &first) };
            assert_eq!(check(&mut verifier, now, &changed), expected, "{terms:?}");
        }
    }
}

#[test]
fn an_answer_for_another_uri_does_not_count() {
    let (mut auth, mut random) = client("secret");
    let mut verifier = Verifier::new("lab", 2);
    let (now, mut first) = (Instant::now(), request());
    auth.answer(&mut first, &challenged(&verifier.challenge(now, false)), &mut random).expect("answerable");
    first.uri = "sip:other".into();
    assert_eq!(check(&mut verifier, now, &first), Err(Refusal::OtherUri));
    first.uri = "SIP:H;transport=ws".into();
    assert!(check(&mut verifier, now, &first).is_ok(), "spelt in another way");
}

#[test]
fn a_user_name_is_hashed_where_that_is_asked_for() {
    let (mut auth, mut random) = client("secret");
    let terms = Terms { algorithms: vec![Algorithm::Sha256], userhash: true, ..Terms::default() };
    let mut verifier = Verifier::on_terms("lab", 2, terms);
    let (now, mut first) = (Instant::now(), request());
    auth.answer(&mut first, &challenged(&verifier.challenge(now, false)), &mut random).expect("answerable");
    let hash = Algorithm::Sha256.hash(b"room \"A\":lab");
    let value = first.headers.get("Authorization").unwrap_or_default();
    assert!(value.contains("userhash=true") && !value.contains("room"), "{value}");
    assert!(verifier.verify(now, asked(&first), value, |user| (user == hash).then(login)).is_ok());
}

#[test]
fn the_next_nonce_of_a_server_that_proves_itself_is_used() {
    let (mut auth, mut random) = client("secret");
    let mut verifier = Verifier::new("lab", 2);
    let (now, mut first) = (Instant::now(), request());
    auth.answer(&mut first, &challenged(&verifier.challenge(now, false)), &mut random).expect("answerable");
    let answer = first.headers.get("Authorization").unwrap_or_default().to_string();
    let mut ok = Response::to(&first, 200, None, None);
    ok.headers.push("Authentication-Info", verifier.info(now, &answer, b"", &login()).expect("answered with qop"));
    auth.learn(&first, &ok);
    let mut second = request();
    auth.add_known(&mut second, &mut random);
    let value = second.headers.get("Authorization").unwrap_or_default();
    assert!(value.ends_with("nc=00000001") && !value.contains(&answer[..90]), "{value}");
    assert!(check(&mut verifier, now, &second).is_ok());
    // Refused for the age of that nonce alone: the password has been right.
    auth.answer(&mut second, &challenged(&verifier.challenge(now, false)), &mut random).expect("asked anew");
}

#[test]
fn a_server_that_fails_to_prove_itself_has_to_ask_anew() {
    let (mut auth, mut random) = client("secret");
    let mut verifier = Verifier::new("lab", 2);
    let (now, mut first) = (Instant::now(), request());
    auth.answer(&mut first, &challenged(&verifier.challenge(now, false)), &mut random).expect("answerable");
    let mut ok = Response::to(&first, 200, None, None);
    ok.headers.push("Authentication-Info", "nextnonce=\"evil\", qop=auth, rspauth=\"00\", nc=00000001");
    auth.learn(&first, &ok);
    let mut second = request();
    auth.add_known(&mut second, &mut random);
    assert_eq!(second.headers.get("Authorization"), None);
}

#[test]
fn proxies_and_the_far_end_are_answered_in_one_request() {
    let (mut auth, mut random) = client("secret");
    let (mut near, mut far) = (Verifier::new("near", 2), Verifier::new("far", 3));
    let (now, mut request) = (Instant::now(), request());
    let mut proxy = Response::to(&request, 407, None, None);
    near.challenge(now, false).into_iter().for_each(|line| proxy.headers.push("Proxy-Authenticate", line));
    auth.answer(&mut request, &proxy, &mut random).expect("answerable");
    auth.answer(&mut request, &challenged(&far.challenge(now, false)), &mut random).expect("another realm");
    let value = request.headers.get("Proxy-Authorization").unwrap_or_default();
    assert!(value.ends_with("nc=00000002"), "no count is used twice: {value}");
    assert!(near.verify(now, asked(&request), value, |_| Some(login())).is_ok());
    let value = request.headers.get("Authorization").unwrap_or_default();
    assert!(far.verify(now, asked(&request), value, |_| Some(login())).is_ok());
}

#[test]
fn the_proxy_is_answered_at_once_in_the_next_call_and_strangers_are_not() {
    let (mut auth, mut random) = client("secret");
    let (mut verifier, now) = (Verifier::new("lab", 2), Instant::now());
    let mut first = request();
    let mut proxy = Response::to(&first, 407, None, None);
    verifier.challenge(now, false).into_iter().for_each(|line| proxy.headers.push("Proxy-Authenticate", line));
    auth.answer(&mut first, &proxy, &mut random).expect("answerable");
    auth.answer(&mut first, &challenged(&verifier.challenge(now, false)), &mut random).expect("answerable");
    let mut other = Request { uri: "sip:someone@elsewhere.example".into(), ..request() };
    other.headers.set("Call-ID", "2");
    auth.add_known(&mut other, &mut random);
    assert!(other.headers.get("Proxy-Authorization").is_some());
    assert_eq!(other.headers.get("Authorization"), None, "the far end is another one");
}

#[test]
fn a_nonce_without_protection_may_grow_old_too() {
    let (mut auth, mut random) = client("secret");
    let (mut first, mut second) = (request(), request());
    let old = challenged(&["Digest realm=\"lab\", nonce=\"1\"".into()]);
    auth.answer(&mut first, &old, &mut random).expect("answerable");
    auth.add_known(&mut second, &mut random);
    let new = challenged(&["Digest realm=\"lab\", nonce=\"2\"".into()]);
    auth.answer(&mut second, &new, &mut random).expect("the second use is refused for its age");
    let again = challenged(&["Digest realm=\"lab\", nonce=\"3\"".into()]);
    assert_eq!(auth.answer(&mut second, &again, &mut random), Err(AuthError::Refused));
}

#[test]
fn each_realm_has_credentials_of_its_own_and_a_hash_is_enough() {
    let hash = Algorithm::Md5.hash("jürgen:straße:geheim".as_bytes());
    let secret = Secret::Ha1 { algorithm: Algorithm::Md5, hash };
    let own = RealmCredentials { realm: "straße".into(), username: "jürgen".into(), secret };
    let mut auth = ClientAuth::new(None).with_realms(vec![own]);
    let mut verifier = Verifier::new("straße", 2);
    let (now, mut first) = (Instant::now(), request());
    auth.answer(&mut first, &challenged(&verifier.challenge(now, false)), &mut Random::new(1)).expect("MD5 of the two");
    let value = first.headers.get("Authorization").unwrap_or_default();
    let login =
        |user: &str| (user == "jürgen").then(|| Credentials { username: user.into(), password: "geheim".into() });
    assert_eq!(verifier.verify(now, asked(&first), value, login).as_deref(), Ok("jürgen"));
    let stranger = challenged(&["Digest realm=\"other\", nonce=\"1\"".into()]);
    assert_eq!(auth.answer(&mut request(), &stranger, &mut Random::new(1)), Err(AuthError::Unsupported));
}
