//! Asking for a password and checking the answer, for a registrar or proxy.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::digest_fields;
use super::hash::{Algorithm, Inputs, Qop};
use super::info::{Fields, get};
use crate::endpoint::Credentials;
use crate::ident::Random;
use crate::message::lexical::quote;
use crate::message::uri::SipUri;

/// How long a nonce is good: longer than the usual refresh of a registration, so that refreshes need one message pair.
const NONCE_LIFE: Duration = Duration::from_mins(10);
/// Nonces kept at most; the oldest goes first. A flood of challenges must not eat the memory.
const MAX_NONCES: usize = 4096;

/// Why an answer does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not a digest answer for this realm: challenge.
    #[error("no usable digest answer")]
    Absent,
    /// Made for another Request-URI (RFC 7616 section 3.4.6): an answer stolen from another request; challenge.
    #[error("the digest answer is for another request")]
    OtherUri,
    /// Right, but for a nonce that is unknown, too old or already used with this count: challenge with `stale`.
    #[error("the nonce is too old")]
    Stale,
    /// Unknown user or wrong password: challenge again or refuse with 403.
    #[error("unknown user or wrong password")]
    Wrong,
}

/// The request that an answer came with.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Method.
    pub method: &'a str,
    /// Request-URI, raw.
    pub uri: &'a str,
    /// Body, may be empty.
    pub body: &'a [u8],
}

/// How a [`Verifier`] asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Terms {
    /// One challenge each, in this order.
    pub algorithms: Vec<Algorithm>,
    /// Offered in this order; empty = as RFC 2069 had it.
    pub qop: Vec<Qop>,
    /// Ask for hashed user names.
    pub userhash: bool,
    /// How long a nonce is good.
    pub nonce_life: Duration,
}

impl Default for Terms {
    /// SHA-256 and MD5, the better one first (RFC 8760 section 2.3). JsSIP keeps the last challenge only, and knows only
    /// MD5.
    fn default() -> Self {
        let algorithms = vec![Algorithm::Sha256, Algorithm::Md5];
        Self { algorithms, qop: vec![Qop::Auth], userhash: false, nonce_life: NONCE_LIFE }
    }
}

#[derive(Debug)]
struct Nonce {
    issued: Instant,
    last_count: u32,
}

/// The server side of digest authentication for one realm.
#[derive(Debug)]
pub struct Verifier {
    nonces: BTreeMap<String, Nonce>,
    random: Random,
    realm: String,
    terms: Terms,
}

impl Verifier {
    /// A verifier on the default [`Terms`].
    pub fn new(realm: impl Into<String>, seed: u64) -> Self {
        Self::on_terms(realm, seed, Terms::default())
    }

    /// A verifier that asks in its own way.
    pub fn on_terms(realm: impl Into<String>, seed: u64, terms: Terms) -> Self {
        Self { nonces: BTreeMap::new(), random: Random::new(seed), realm: realm.into(), terms }
    }

    /// Values for WWW-Authenticate or Proxy-Authenticate, one line each.
    pub fn challenge(&mut self, now: Instant, stale: bool) -> Vec<String> {
        let nonce = self.issue(now);
        let realm = quote(&self.realm);
        let qop = self.terms.qop.iter().map(|qop| qop.name()).collect::<Vec<_>>().join(",");
        let mut tail = if qop.is_empty() { String::new() } else { format!(", qop=\"{qop}\"") };
        if self.terms.userhash {
            tail.push_str(", userhash=true");
        }
        if stale {
            tail.push_str(", stale=true");
        }
        let line = |a: &Algorithm| format!("Digest realm={realm}, nonce=\"{nonce}\", algorithm={}{tail}", a.name());
        self.terms.algorithms.iter().map(line).collect()
    }

    fn issue(&mut self, now: Instant) -> String {
        self.nonces.retain(|_, nonce| now.duration_since(nonce.issued) < self.terms.nonce_life);
        while self.nonces.len() >= MAX_NONCES {
            let oldest = self.nonces.iter().min_by_key(|(_, n)| n.issued).map(|(key, _)| key.clone());
            self.nonces.remove(&oldest.unwrap_or_default());
        }
        let nonce = self.random.token(24);
        self.nonces.insert(nonce.clone(), Nonce { issued: now, last_count: 0 });
        nonce
    }

    /// Checks an Authorization or Proxy-Authorization value; `login_of` finds a user by name or, with
    /// [`Terms::userhash`], by H(name:realm). Gives the user name.
    pub fn verify(
        &mut self,
        now: Instant,
        asked: Asked<'_>,
        authorization: &str,
        login_of: impl Fn(&str) -> Option<Credentials>,
    ) -> Result<String, Refusal> {
        let fields = digest_fields(authorization).ok_or(Refusal::Absent)?;
        let need = |name: &str| get(&fields, name).ok_or(Refusal::Absent);
        need("realm").ok().filter(|realm| *realm == self.realm).ok_or(Refusal::Absent)?;
        let qop = match get(&fields, "qop").map(Qop::from_name) {
            Some(None) => return Err(Refusal::Absent),
            Some(qop) => qop,
            None => None,
        };
        if !same_uri(need("uri")?, asked.uri) {
            return Err(Refusal::OtherUri);
        }
        let login = login_of(need("username")?).ok_or(Refusal::Wrong)?;
        let ha1 = self.ha1(&fields, &login).ok_or(Refusal::Absent)?;
        let inputs = self.inputs(&fields, &ha1, asked, qop).ok_or(Refusal::Absent)?;
        if !same(&inputs.response(), need("response")?) {
            return Err(Refusal::Wrong);
        }
        self.spend(now, need("nonce")?, get(&fields, "nc").unwrap_or_default(), qop.is_some())?;
        Ok(login.username)
    }

    /// The value of Authentication-Info for an answer that was right: the next nonce, and the proof that we know the
    /// password too.
    pub fn info(&mut self, now: Instant, authorization: &str, body: &[u8], login: &Credentials) -> Option<String> {
        let fields = digest_fields(authorization)?;
        let qop = get(&fields, "qop").and_then(Qop::from_name)?;
        let ha1 = self.ha1(&fields, login)?;
        let asked = Asked { method: "", uri: "", body };
        let proof = self.inputs(&fields, &ha1, asked, Some(qop))?.response_auth();
        let (cnonce, nc) = (quote(get(&fields, "cnonce")?), get(&fields, "nc")?);
        let next = self.issue(now);
        Some(format!("nextnonce=\"{next}\", qop={}, rspauth=\"{proof}\", cnonce={cnonce}, nc={nc}", qop.name()))
    }

    fn algorithm(&self, fields: &Fields) -> Option<Algorithm> {
        Algorithm::from_name(get(fields, "algorithm")).filter(|a| self.terms.algorithms.contains(a))
    }

    fn ha1(&self, fields: &Fields, login: &Credentials) -> Option<String> {
        let text = format!("{}:{}:{}", login.username, self.realm, login.password);
        Some(self.algorithm(fields)?.hash(text.as_bytes()))
    }

    fn inputs<'a>(&self, fields: &'a Fields, ha1: &'a str, asked: Asked<'a>, qop: Option<Qop>) -> Option<Inputs<'a>> {
        Some(Inputs {
            algorithm: self.algorithm(fields)?,
            ha1,
            method: asked.method,
            uri: get(fields, "uri")?,
            body: asked.body,
            nonce: get(fields, "nonce")?,
            cnonce: get(fields, "cnonce").unwrap_or_default(),
            nc: get(fields, "nc").unwrap_or_default(),
            qop,
        })
    }

    /// Counts a use of the nonce; each count is good once (RFC 7616 section 3.4).
    fn spend(&mut self, now: Instant, nonce: &str, nc: &str, counted: bool) -> Result<(), Refusal> {
        let life = self.terms.nonce_life;
        let fresh = |n: &&mut Nonce| now.duration_since(n.issued) < life;
        let nonce = self.nonces.get_mut(nonce).filter(fresh).ok_or(Refusal::Stale)?;
        let count = u32::from_str_radix(nc, 16).unwrap_or(nonce.last_count);
        if counted && count <= nonce.last_count {
            return Err(Refusal::Stale);
        }
        nonce.last_count = count;
        Ok(())
    }
}

/// Do both address the same? A proxy on the way may have added or spelt parameters its own way, so of two URIs that differ
/// as text those parts count that say who is addressed.
fn same_uri(one: &str, other: &str) -> bool {
    let parts = |uri: &str| SipUri::parse(uri).ok().map(|uri| (uri.secure, uri.user, uri.host, uri.port));
    one == other || parts(one).is_some_and(|parts_of_one| Some(parts_of_one) == parts(other))
}

/// Compares without telling by its time where the first difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
