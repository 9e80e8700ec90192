//! What happened, as text for people or as a number that two equal runs share.

use std::fmt::{Arguments, Debug, Write};

/// How much is kept of what happens. The hash is kept always.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tracing {
    /// Only the hash.
    Hash,
    /// Every message and event, a line each.
    #[default]
    Text,
}

/// The trace of a network.
#[derive(Debug, Default)]
pub(super) struct Trace {
    hash: Hash,
    pub(super) level: Tracing,
    pub(super) text: String,
}

impl Trace {
    pub(super) fn hash(&self) -> u64 {
        self.hash.0
    }

    /// Something in words.
    pub(super) fn note(&mut self, at_ms: u128, who: &dyn Debug, what: Arguments<'_>) {
        // Writing to a String or a hash cannot fail.
        let _ = write!(self.hash, "{at_ms} {who:?} {what}");
        if self.level == Tracing::Text {
            let _ = writeln!(self.text, "{at_ms} {who:?} {what}");
        }
    }

    /// A message.
    pub(super) fn message(&mut self, at_ms: u128, who: &dyn Debug, flow: &dyn Debug, bytes: &[u8]) {
        let _ = write!(self.hash, "{at_ms} {who:?} {flow:?}");
        self.hash.add(bytes);
        if self.level == Tracing::Text {
            let _ = writeln!(self.text, "{at_ms} {who:?} {flow:?} {:?}", String::from_utf8_lossy(bytes));
        }
    }
}

/// FNV-1a over words of eight octets: the same on every machine.
#[derive(Debug)]
struct Hash(u64);

impl Default for Hash {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Hash {
    fn add(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            // Chunks of eight are eight long.
            self.word(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        let rest = words.remainder().iter().fold(bytes.len() as u64, |all, byte| all << 8 | u64::from(*byte));
        self.word(rest);
    }

    fn word(&mut self, word: u64) {
        self.0 = (self.0 ^ word).wrapping_mul(0x0000_0100_0000_01b3).rotate_left(23);
    }
}

impl Write for Hash {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.add(text.as_bytes());
        Ok(())
    }
}
