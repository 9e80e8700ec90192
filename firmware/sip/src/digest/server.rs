//! Asking for a password and checking the answer, for a registrar.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::digest_fields;
use super::hash::{Algorithm, Inputs, Qop};
use crate::ident::Random;
use crate::message::lexical::quote;

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
    /// Right, but for a nonce that is unknown, too old or already used with this count: challenge with `stale`.
    #[error("the nonce is too old")]
    Stale,
    /// Unknown user or wrong password: challenge again or refuse with 403.
    #[error("unknown user or wrong password")]
    Wrong,
}

#[derive(Debug)]
struct Nonce {
    issued: Instant,
    last_count: u32,
}

/// The server side of digest authentication for one realm.
#[derive(Debug)]
pub struct Verifier {
    algorithms: Vec<Algorithm>,
    nonces: BTreeMap<String, Nonce>,
    random: Random,
    realm: String,
}

impl Verifier {
    /// A verifier that offers MD5 and SHA-256, MD5 first: JsSIP looks at the first challenge only and knows only MD5,
    /// and every better client picks the strongest anyway.
    pub fn new(realm: impl Into<String>, seed: u64) -> Self {
        let algorithms = vec![Algorithm::Md5, Algorithm::Sha256];
        Self { algorithms, nonces: BTreeMap::new(), random: Random::new(seed), realm: realm.into() }
    }

    /// Values for WWW-Authenticate, one line each.
    pub fn challenge(&mut self, now: Instant, stale: bool) -> Vec<String> {
        self.nonces.retain(|_, nonce| now.duration_since(nonce.issued) < NONCE_LIFE);
        while self.nonces.len() >= MAX_NONCES {
            let oldest = self.nonces.iter().min_by_key(|(_, n)| n.issued).map(|(key, _)| key.clone());
            self.nonces.remove(&oldest.unwrap_or_default());
        }
        let nonce = self.random.token(24);
        self.nonces.insert(nonce.clone(), Nonce { issued: now, last_count: 0 });
        let stale = if stale { ", stale=true" } else { "" };
        let realm = quote(&self.realm);
        let line = |a: &Algorithm| {
            format!("Digest realm={realm}, nonce=\"{nonce}\", algorithm={}, qop=\"auth\"{stale}", a.name())
        };
        self.algorithms.iter().map(line).collect()
    }

    /// Checks an Authorization value against the method and Request-URI's body; `password_of` gives a user's password.
    /// Gives the user name.
    pub fn verify(
        &mut self,
        now: Instant,
        method: &str,
        body: &[u8],
        authorization: &str,
        password_of: impl Fn(&str) -> Option<String>,
    ) -> Result<String, Refusal> {
        let fields = digest_fields(authorization).ok_or(Refusal::Absent)?;
        let get = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
        let need = |name: &str| get(name).ok_or(Refusal::Absent);
        let algorithm = Algorithm::from_name(get("algorithm")).filter(|a| self.algorithms.contains(a));
        let qop = match get("qop") {
            Some("auth") => Some(Qop::Auth),
            Some("auth-int") => Some(Qop::AuthInt),
            Some(_) => return Err(Refusal::Absent),
            None => None,
        };
        let inputs = Inputs {
            algorithm: algorithm.ok_or(Refusal::Absent)?,
            username: need("username")?,
            realm: need("realm").ok().filter(|r| *r == self.realm).ok_or(Refusal::Absent)?,
            password: &password_of(need("username")?).ok_or(Refusal::Wrong)?,
            method,
            uri: need("uri")?,
            body,
            nonce: need("nonce")?,
            cnonce: get("cnonce").unwrap_or_default(),
            nc: get("nc").unwrap_or_default(),
            qop,
        };
        if !same(&inputs.response(), need("response")?) {
            return Err(Refusal::Wrong);
        }
        self.spend(now, inputs.nonce, inputs.nc, qop.is_some())?;
        Ok(inputs.username.into())
    }

    /// Counts a use of the nonce; each count is good once (RFC 7616 section 3.4).
    fn spend(&mut self, now: Instant, nonce: &str, nc: &str, counted: bool) -> Result<(), Refusal> {
        let fresh = |n: &&mut Nonce| now.duration_since(n.issued) < NONCE_LIFE;
        let nonce = self.nonces.get_mut(nonce).filter(fresh).ok_or(Refusal::Stale)?;
        let count = u32::from_str_radix(nc, 16).unwrap_or(nonce.last_count);
        if counted && count <= nonce.last_count {
            return Err(Refusal::Stale);
        }
        nonce.last_count = count;
        Ok(())
    }
}

/// Compares without telling by its time where the first difference is.
fn same(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).fold(0, |difference, (x, y)| difference | (x ^ y)) == 0
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
