//! Answering challenges, and using an answered nonce again.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::hash::Inputs;
use super::{Asker, Challenge, digest_fields};
use crate::endpoint::Credentials;
use crate::ident::Random;
use crate::message::lexical::quote;
use crate::message::{Request, Response};

/// Why a challenge is not answered (again).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AuthError {
    /// We have no user name and password.
    #[error("the server asks for a password and none is configured")]
    NoCredentials,
    /// The server refused what we answered.
    #[error("the server refuses the user name or password")]
    Refused,
    /// No challenge that we can answer.
    #[error("the server asks for an authentication that is not supported")]
    Unsupported,
}

/// Call-ID, asker and realm: within them a nonce is used again (RFC 3261 section 22.1 lets the rest to us).
type Space = (String, Asker, String);

#[derive(Debug)]
struct Known {
    challenge: Challenge,
    /// How often the nonce was used.
    count: u32,
}

/// Credentials and the nonces they were used with.
#[derive(Debug)]
pub struct ClientAuth {
    credentials: Option<Credentials>,
    known: BTreeMap<Space, Known>,
}

impl ClientAuth {
    /// With these credentials.
    pub fn new(credentials: Option<Credentials>) -> Self {
        Self { credentials, known: BTreeMap::new() }
    }

    /// Forgets the nonces of a dialog that is over.
    pub fn forget(&mut self, call_id: &str) {
        self.known.retain(|(id, _, _), _| id != call_id);
    }

    /// Adds credentials for nonces known from the same Call-ID, so that no challenge is needed.
    pub fn add_known(&mut self, request: &mut Request, random: &mut Random) {
        let call_id = request.headers.get("Call-ID").unwrap_or_default().to_string();
        let spaces: Vec<_> = self.known.keys().filter(|(id, _, _)| *id == call_id).cloned().collect();
        for space in spaces {
            self.put(&space, request, random);
        }
    }

    /// Answers the challenges of a 401 or 407 by setting headers of `request`, which is about to be sent again.
    pub fn answer(&mut self, request: &mut Request, response: &Response, random: &mut Random) -> Result<(), AuthError> {
        let asker = Asker::of_status(response.status).ok_or(AuthError::Unsupported)?;
        if self.credentials.is_none() {
            return Err(AuthError::NoCredentials);
        }
        let chosen = strongest(response, asker);
        if chosen.is_empty() {
            return Err(AuthError::Unsupported);
        }
        let refused = |c: &Challenge| !c.stale && answered_afresh(request, asker, &c.realm);
        if chosen.values().any(refused) {
            return Err(AuthError::Refused);
        }
        request.headers.remove(asker.answer_header());
        let call_id = request.headers.get("Call-ID").unwrap_or_default().to_string();
        for (realm, challenge) in chosen {
            let space = (call_id.clone(), asker, realm);
            self.known.insert(space.clone(), Known { challenge, count: 0 });
            self.put(&space, request, random);
        }
        Ok(())
    }

    fn put(&mut self, space: &Space, request: &mut Request, random: &mut Random) {
        let (Some(credentials), Some(known)) = (&self.credentials, self.known.get_mut(space)) else { return };
        known.count += 1;
        let value = authorization(credentials, known, request, &random.token(16));
        request.headers.push(space.1.answer_header(), value);
    }
}

/// The strongest challenge we can answer, by realm (RFC 8760 section 2.4).
fn strongest(response: &Response, asker: Asker) -> BTreeMap<String, Challenge> {
    let mut chosen: BTreeMap<String, Challenge> = BTreeMap::new();
    for challenge in response.headers.all(asker.challenge_header()).filter_map(Challenge::parse) {
        let better = chosen.get(&challenge.realm).is_none_or(|other| other.algorithm < challenge.algorithm);
        if better {
            chosen.insert(challenge.realm.clone(), challenge);
        }
    }
    chosen
}

/// Did the request carry an answer to a nonce of this realm used for the first time? Then the password is wrong; an
/// answer to an older nonce may have been refused for its age alone, by servers that never say `stale`.
fn answered_afresh(request: &Request, asker: Asker, realm: &str) -> bool {
    request.headers.all(asker.answer_header()).filter_map(digest_fields).any(|fields| {
        let get = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        get("realm") == Some(realm) && get("nc").is_none_or(|nc| nc == "00000001")
    })
}

fn authorization(credentials: &Credentials, known: &Known, request: &Request, cnonce: &str) -> String {
    let challenge = &known.challenge;
    let nc = format!("{:08x}", known.count);
    let response = Inputs {
        algorithm: challenge.algorithm,
        username: &credentials.username,
        realm: &challenge.realm,
        password: &credentials.password,
        method: request.method.as_str(),
        uri: &request.uri,
        body: &request.body,
        nonce: &challenge.nonce,
        cnonce,
        nc: &nc,
        qop: challenge.qop,
    }
    .response();
    let mut value = format!(
        "Digest algorithm={}, username={}, realm={}, nonce={}, uri={}, response=\"{response}\"",
        challenge.algorithm.name(),
        quote(&credentials.username),
        quote(&challenge.realm),
        quote(&challenge.nonce),
        quote(&request.uri),
    );
    // Writing to a String cannot fail.
    if let Some(opaque) = &challenge.opaque {
        let _ = write!(value, ", opaque={}", quote(opaque));
    }
    if let Some(qop) = challenge.qop {
        let _ = write!(value, ", qop={}, cnonce=\"{cnonce}\", nc={nc}", qop.name());
    } else if challenge.algorithm.name().ends_with("-sess") {
        // A session key without qop still needs the cnonce it was made with.
        let _ = write!(value, ", cnonce=\"{cnonce}\"");
    }
    value
}
