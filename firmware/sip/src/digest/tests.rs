//! Client against server.
#![allow(clippy::disallowed_methods, reason = "tests need some first instant")]

use super::*;
use crate::digest::ClientAuth;
use crate::digest::client::AuthError;
use crate::endpoint::Credentials;
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

fn check(verifier: &mut Verifier, now: Instant, request: &Request) -> Result<String, Refusal> {
    let value = request.headers.get("Authorization").unwrap_or_default();
    verifier.verify(now, "REGISTER", b"", value, |user| (user == "room \"A\"").then(|| "secret".into()))
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
