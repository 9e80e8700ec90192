//! The text of an answer (RFC 7616 section 3.4).

use std::fmt::Write as _;

use super::Challenge;
use super::hash::Inputs;
use crate::message::Request;
use crate::message::lexical::quote;

/// Who answers.
#[derive(Clone, Copy)]
pub(super) struct Identity<'a> {
    pub username: &'a str,
    /// H(user:realm:password).
    pub ha1: &'a str,
}

/// The value of the header: the answer to `challenge` with the `count`-th use of its nonce.
pub(super) fn authorization(
    identity: Identity<'_>,
    challenge: &Challenge,
    count: u32,
    request: &Request,
    cnonce: &str,
) -> String {
    let Identity { username, ha1 } = identity;
    let nc = format!("{count:08x}");
    let response = Inputs {
        algorithm: challenge.algorithm,
        ha1,
        method: request.method.as_str(),
        uri: &request.uri,
        body: &request.body,
        nonce: &challenge.nonce,
        cnonce,
        nc: &nc,
        qop: challenge.qop,
    }
    .response();
    let hashed = || challenge.algorithm.hash(format!("{username}:{}", challenge.realm).as_bytes());
    let username = if challenge.userhash { hashed() } else { username.to_string() };
    let mut value = format!(
        "Digest algorithm={}, username={}, realm={}, nonce={}, uri={}, response=\"{response}\"",
        challenge.algorithm.name(),
        quote(&username),
        quote(&challenge.realm),
        quote(&challenge.nonce),
        quote(&request.uri),
    );
    // Writing to a String cannot fail.
    if let Some(opaque) = &challenge.opaque {
        let _ = write!(value, ", opaque={}", quote(opaque));
    }
    if challenge.userhash {
        value.push_str(", userhash=true");
    }
    if let Some(qop) = challenge.qop {
        let _ = write!(value, ", qop={}, cnonce=\"{cnonce}\", nc={nc}", qop.name());
    } else if challenge.algorithm.is_session() {
        // A session key without qop still needs the cnonce it was made with.
        let _ = write!(value, ", cnonce=\"{cnonce}\"");
    }
    value
}
