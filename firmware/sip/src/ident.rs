//! Random identifiers: tags, branches, Call-IDs, nonces (RFC 3261 section 19.3 wants 32 random bits at least).

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

use crate::message::via::MAGIC_COOKIE;

/// A cryptographic generator; the same seed gives the same values.
#[derive(Debug)]
pub struct Random(StdRng);

impl Random {
    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Self(StdRng::seed_from_u64(seed))
    }

    /// Letters and digits; five bits each.
    pub fn token(&mut self, length: usize) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        (0..length).map(|_| char::from(ALPHABET[self.0.random_range(0..ALPHABET.len())])).collect()
    }

    /// A tag of From or To.
    pub fn tag(&mut self) -> String {
        self.token(10)
    }

    /// A Via branch.
    pub fn branch(&mut self) -> String {
        format!("{MAGIC_COOKIE}{}", self.token(16))
    }

    /// A whole number, uniform in `0..=max`.
    pub fn up_to(&mut self, max: u64) -> u64 {
        self.0.random_range(0..=max)
    }

    /// Milliseconds, uniform in `from..=to`.
    pub fn millis(&mut self, from: u64, to: u64) -> u64 {
        self.0.random_range(from..=to.max(from))
    }
}
