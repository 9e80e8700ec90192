//! Request methods: the known ones and any other token.

use std::fmt;

/// A request method (RFC 3261 section 7.1: case-sensitive token).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Method(String);

impl Method {
    /// A method of this name, which must be a token.
    pub fn new(name: impl Into<String>) -> Self {
        Self(name.into())
    }

    /// The name as on the wire.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it defined in an RFC (as against merely well-formed)? Decides between 405 and 501.
    pub fn is_recognised(&self) -> bool {
        self.0.parse::<rsip::Method>().is_ok_and(|known| known.to_string() == self.0)
    }
}

impl PartialEq<&str> for Method {
    fn eq(&self, other: &&str) -> bool {
        self.0 == *other
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
