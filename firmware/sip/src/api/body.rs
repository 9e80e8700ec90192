//! Parts of messages.

use bytes::Bytes;
use serde::{Deserialize, Serialize};

/// One header line that the caller adds, as it goes on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeaderLine {
    /// Header name, in the caller's spelling.
    pub name: String,
    /// Header value, without the line end.
    pub value: String,
}

impl HeaderLine {
    /// A header line of `name` and `value`.
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into() }
    }
}

/// A message body with its type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Content-Type value.
    pub content_type: String,
    /// The bytes.
    pub content: Bytes,
}

impl Body {
    /// A session description (`application/sdp`).
    pub fn sdp(text: &str) -> Self {
        Self { content_type: "application/sdp".into(), content: Bytes::copy_from_slice(text.as_bytes()) }
    }

    /// The content as text when it is UTF-8.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.content).ok()
    }
}

/// A final response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FinalResponse {
    /// 200..=699.
    pub status: u16,
    /// Reason phrase as received (a Vinteo server refuses inside a 2xx by it: spec section 3.1).
    pub reason: String,
    /// All headers as received.
    pub headers: Vec<HeaderLine>,
    /// Body, if any.
    pub body: Option<Body>,
}
