//! Answering challenges, and using an answered nonce again.

use std::collections::{BTreeMap, BTreeSet};

use super::authorization::{Identity, authorization};
use super::{Asker, Challenge, RealmCredentials, Secret, digest_fields, info};
use crate::endpoint::Credentials;
use crate::ident::Random;
use crate::message::uri::SipUri;
use crate::message::{Request, Response};

/// Realms remembered at most; the one used longest ago goes first. A box meets two or three in its life.
const MAX_REALMS: usize = 16;
/// Dialogs remembered for one realm at most; the next one just costs a round trip more.
const MAX_CALLS: usize = 256;

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

/// Whose nonce it is (RFC 3261 section 22.3 keeps them by realm).
type Space = (Asker, String);

#[derive(Debug)]
struct Known {
    /// Dialogs in which it was asked for.
    calls: BTreeSet<String>,
    challenge: Challenge,
    /// How often the nonce was used.
    count: u32,
    /// Host that was addressed when it was asked for: a far end of that host will ask again.
    host: String,
    /// An answer to this challenge was right: the password is, and only the nonce can be refused.
    proven: bool,
    /// When it was used last, by our own count.
    used: u64,
}

impl Known {
    /// Would this realm ask for this request too? Our proxy asks for every request, a far end for those addressed to it
    /// and those of the same dialog; nobody else is shown an answer.
    fn applies(&self, asker: Asker, request: &Request) -> bool {
        asker == Asker::Proxy || self.calls.contains(call_id(request)) || self.host == host(request)
    }
}

/// Credentials and the nonces they were used with.
#[derive(Debug)]
pub struct ClientAuth {
    clock: u64,
    credentials: Option<Credentials>,
    known: BTreeMap<Space, Known>,
    /// Where our password was accepted once.
    right: BTreeSet<Space>,
    /// Where it was refused, in calls that go on.
    refused: BTreeSet<(Space, String)>,
    realms: Vec<RealmCredentials>,
}

impl ClientAuth {
    /// With these credentials for any realm.
    pub fn new(credentials: Option<Credentials>) -> Self {
        Self {
            clock: 0,
            credentials,
            known: BTreeMap::new(),
            right: BTreeSet::new(),
            refused: BTreeSet::new(),
            realms: Vec::new(),
        }
    }

    /// With credentials of their own for some realms.
    #[must_use]
    pub fn with_realms(self, realms: Vec<RealmCredentials>) -> Self {
        Self { realms, ..self }
    }

    /// How much is kept: nonces, and calls that have used them.
    pub fn kept(&self) -> usize {
        self.refused.len() + self.known.values().map(|known| 1 + known.calls.len()).sum::<usize>()
    }

    /// A dialog is over.
    pub fn forget(&mut self, call_id: &str) {
        for known in self.known.values_mut() {
            known.calls.remove(call_id);
        }
        self.refused.retain(|(_, refused)| refused != call_id);
    }

    /// Adds credentials for nonces known already, so that no challenge is needed.
    pub fn add_known(&mut self, request: &mut Request, random: &mut Random) {
        let wanted = |((asker, _), known): &(&Space, &Known)| known.applies(*asker, request);
        let spaces: Vec<_> = self.known.iter().filter(wanted).map(|(space, _)| space.clone()).collect();
        for space in spaces {
            self.put(&space, request, random);
        }
    }

    /// Answers the challenges of a 401 or 407 by setting headers of `request`, which is about to be sent again. What it
    /// carried for other realms is made anew with the next count, since each count is good once.
    pub fn answer(&mut self, request: &mut Request, response: &Response, random: &mut Random) -> Result<(), AuthError> {
        let asked_by = Asker::of_status(response.status).ok_or(AuthError::Unsupported)?;
        if self.credentials.is_none() && self.realms.is_empty() {
            return Err(AuthError::NoCredentials);
        }
        // A proxy that forked collects the challenges of both kinds in one response (RFC 3261 section 16.7).
        let chosen: BTreeMap<Space, Challenge> =
            [Asker::Proxy, Asker::Server].into_iter().flat_map(|asker| self.strongest(response, asker)).collect();
        if !chosen.keys().any(|(asker, _)| *asker == asked_by) {
            return Err(AuthError::Unsupported);
        }
        if chosen.iter().any(|(space, challenge)| self.is_refused(request, space, challenge)) {
            self.refused(request, chosen.into_keys());
            return Err(AuthError::Refused);
        }
        let mut spaces = answered_spaces(request);
        for (space, challenge) in chosen {
            self.learn_challenge(space.clone(), challenge, request);
            spaces.insert(space);
        }
        request.headers.remove_credentials();
        for space in spaces {
            self.put(&space, request, random);
        }
        Ok(())
    }

    /// A final response other than a challenge came: 2xx proves the password, and may offer the next nonce (RFC 7616
    /// section 3.5). A server that tries to prove that it knows our password and fails is not believed: the nonce is
    /// forgotten, and it has to ask anew.
    pub fn learn(&mut self, request: &Request, response: &Response) {
        if !(200..300).contains(&response.status) {
            return;
        }
        for asker in [Asker::Proxy, Asker::Server] {
            let answers: Vec<_> = request.headers.all(asker.answer_header()).filter_map(digest_fields).collect();
            for answer in &answers {
                let space = (asker, info::get(answer, "realm").unwrap_or_default().to_string());
                if let Some(known) = self.known.get_mut(&space) {
                    known.proven = true;
                    if self.right.len() < MAX_REALMS {
                        self.right.insert(space);
                    }
                }
            }
            // The header names no realm: with two of them nobody knows whose it is.
            if let ([answer], Some(offered)) = (&answers[..], response.headers.get(asker.info_header())) {
                self.learn_info(asker, answer, &info::parse(offered).unwrap_or_default(), &response.body);
            }
        }
    }

    fn learn_info(&mut self, asker: Asker, answer: &info::Fields, offered: &info::Fields, body: &[u8]) {
        let realm = info::get(answer, "realm").unwrap_or_default();
        let space = (asker, realm.to_string());
        let secret = secret_for(&self.realms, self.credentials.as_ref(), realm);
        let proof = secret.map(|(username, secret)| {
            info::proves(offered, answer, body, |algorithm| secret.ha1(algorithm, &username, realm))
        });
        let Some(known) = self.known.get_mut(&space) else { return };
        if proof == Some(false) {
            self.known.remove(&space);
        } else if let Some(next) = info::get(offered, "nextnonce") {
            known.challenge.nonce = next.into();
            known.count = 0;
        }
    }

    /// The strongest challenge we can answer, by realm (RFC 8760 section 2.4).
    fn strongest(&self, response: &Response, asker: Asker) -> BTreeMap<Space, Challenge> {
        let mut chosen: BTreeMap<Space, Challenge> = BTreeMap::new();
        for challenge in response.headers.all(asker.challenge_header()).filter_map(Challenge::parse) {
            let ours = secret_for(&self.realms, self.credentials.as_ref(), &challenge.realm);
            let answerable =
                ours.is_some_and(|(user, s)| s.ha1(challenge.algorithm, &user, &challenge.realm).is_some());
            let space = (asker, challenge.realm.clone());
            let better = chosen.get(&space).is_none_or(|other| other.algorithm < challenge.algorithm);
            if answerable && better {
                chosen.insert(space, challenge);
            }
        }
        chosen
    }

    /// Is the password wrong, as this challenge tells or as the call knows already?
    fn is_refused(&self, request: &Request, space: &Space, challenge: &Challenge) -> bool {
        let known = (space.clone(), call_id(request).to_string());
        self.refused.contains(&known) || !challenge.stale && self.answered_afresh(request, space.0, &space.1)
    }

    /// What was refused is not shown again unasked; a password that was never right, not even when a request of the same
    /// call is challenged.
    fn refused(&mut self, request: &Request, spaces: impl Iterator<Item = Space>) {
        let inside = request.headers.address("To").is_ok_and(|to| to.tag().is_some());
        for space in spaces {
            self.known.remove(&space);
            if inside && !self.right.contains(&space) && self.refused.len() < MAX_CALLS {
                self.refused.insert((space, call_id(request).into()));
            }
        }
    }

    /// Did the request carry an answer to a nonce of this realm used for the first time? Then the password is wrong; an
    /// answer to an older nonce may have been refused for its age alone, by servers that never say `stale`.
    fn answered_afresh(&self, request: &Request, asker: Asker, realm: &str) -> bool {
        let known = self.known.get(&(asker, realm.to_string()));
        request.headers.all(asker.answer_header()).filter_map(digest_fields).any(|answer| {
            let get = |name: &str| info::get(&answer, name);
            let again = known.is_some_and(|k| get("nonce") == Some(&k.challenge.nonce) && (k.proven || k.count > 1));
            get("realm") == Some(realm) && !again && get("nc").is_none_or(|nc| nc == "00000001")
        })
    }

    fn learn_challenge(&mut self, space: Space, challenge: Challenge, request: &Request) {
        if self.known.len() >= MAX_REALMS && !self.known.contains_key(&space) {
            let oldest = self.known.iter().min_by_key(|(_, known)| known.used).map(|(space, _)| space.clone());
            oldest.and_then(|space| self.known.remove(&space));
        }
        let mut calls = self.known.remove(&space).map(|known| known.calls).unwrap_or_default();
        if calls.len() < MAX_CALLS {
            calls.insert(call_id(request).into());
        }
        self.known
            .insert(space, Known { calls, challenge, count: 0, host: host(request), proven: false, used: self.clock });
    }

    fn put(&mut self, space: &Space, request: &mut Request, random: &mut Random) {
        let (asker, realm) = space;
        let Some((username, secret)) = secret_for(&self.realms, self.credentials.as_ref(), realm) else { return };
        let Some(known) = self.known.get_mut(space) else { return };
        let Some(ha1) = secret.ha1(known.challenge.algorithm, &username, realm) else { return };
        self.clock += 1;
        known.used = self.clock;
        known.count += 1;
        let identity = Identity { username: &username, ha1: &ha1 };
        let value = authorization(identity, &known.challenge, known.count, request, &random.token(16));
        request.headers.push(asker.answer_header(), value);
    }
}

/// Who we are in this realm.
fn secret_for(realms: &[RealmCredentials], credentials: Option<&Credentials>, realm: &str) -> Option<(String, Secret)> {
    let own = realms.iter().find(|r| r.realm == realm).map(|r| (r.username.clone(), r.secret.clone()));
    own.or_else(|| credentials.map(|c| (c.username.clone(), Secret::Password(c.password.clone()))))
}

/// The realms a request carries answers for.
fn answered_spaces(request: &Request) -> BTreeSet<Space> {
    let of = |asker: Asker| {
        let answers = request.headers.all(asker.answer_header()).filter_map(digest_fields);
        answers.filter_map(move |answer| Some((asker, info::get(&answer, "realm")?.to_string())))
    };
    of(Asker::Proxy).chain(of(Asker::Server)).collect()
}

fn call_id(request: &Request) -> &str {
    request.headers.get("Call-ID").unwrap_or_default()
}

fn host(request: &Request) -> String {
    SipUri::parse(&request.uri).map(|uri| uri.host).unwrap_or_default()
}
