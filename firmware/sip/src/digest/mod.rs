//! Digest authentication (RFC 7616 and RFC 2617, as RFC 3261 section 22 and RFC 8760 use them), both sides.

mod authorization;
pub mod challenge;
pub mod client;
pub mod hash;
mod info;
mod secret;
pub mod server;

pub use challenge::Challenge;
pub use client::ClientAuth;
pub use hash::{Algorithm, Qop};
pub use secret::{RealmCredentials, Secret};
pub use server::Verifier;

use crate::message::lexical::{is_token, quoted, split};

/// Who asks: the far end or a proxy on the way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Asker {
    /// 407.
    Proxy,
    /// 401.
    Server,
}

impl Asker {
    /// By the status of the response.
    pub fn of_status(status: u16) -> Option<Self> {
        match status {
            401 => Some(Self::Server),
            407 => Some(Self::Proxy),
            _ => None,
        }
    }

    /// The header the challenge comes in.
    pub fn challenge_header(self) -> &'static str {
        match self {
            Self::Proxy => "Proxy-Authenticate",
            Self::Server => "WWW-Authenticate",
        }
    }

    /// The header in which a 2xx tells the next nonce (RFC 7615).
    pub fn info_header(self) -> &'static str {
        match self {
            Self::Proxy => "Proxy-Authentication-Info",
            Self::Server => "Authentication-Info",
        }
    }

    /// The header the answer goes in.
    pub fn answer_header(self) -> &'static str {
        match self {
            Self::Proxy => "Proxy-Authorization",
            Self::Server => "Authorization",
        }
    }
}

/// The `name=value` pairs after the word `Digest`; values without their quotes. `None` for another scheme.
pub fn digest_fields(text: &str) -> Option<Vec<(String, String)>> {
    let (scheme, rest) = text.trim().split_once([' ', '\t'])?;
    if scheme.eq_ignore_ascii_case("Digest") { fields(rest) } else { None }
}

/// `name=value` pairs of a comma list; names in lower case, values without their quotes.
pub fn fields(text: &str) -> Option<Vec<(String, String)>> {
    split(text, b',')?.into_iter().filter(|field| !field.is_empty()).map(field).collect()
}

fn field(text: &str) -> Option<(String, String)> {
    let (name, value) = text.split_once('=')?;
    let (name, value) = (name.trim(), value.trim());
    let value = match quoted(value) {
        Some((content, "")) => content,
        Some(_) => return None,
        None => value.to_string(),
    };
    is_token(name).then(|| (name.to_ascii_lowercase(), value))
}
