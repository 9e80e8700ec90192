//! What the signalling of a lab is told before it starts.

use std::str::FromStr;

use crate::faults::Faults;
use crate::rules::Rules;
use crate::users::Users;

/// Settings of a [`crate::Signalling`]. The default knows no user and lets guests in.
#[derive(Clone, Debug)]
pub struct SignallingConfig {
    /// `host:port` under which the lab is reached: its Contact.
    pub address: String,
    /// Given to every participant on entering a room (Vinteo dialect only); `None` = each gets one of its own.
    pub bearer_token: Option<String>,
    /// Which vendor messages are spoken.
    pub dialect: Dialect,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// Calls of users that are not registered are answered too.
    pub guests: bool,
    /// What participants may do (Vinteo dialect only).
    pub rules: Rules,
    /// Who may register.
    pub users: Users,
}

impl Default for SignallingConfig {
    fn default() -> Self {
        Self {
            address: "127.0.0.1:5062".into(),
            bearer_token: None,
            dialect: Dialect::Vinteo,
            faults: Faults::default(),
            guests: true,
            rules: Rules::default(),
            users: Users::default(),
        }
    }
}

/// Which vendor messages a lab speaks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Plain SIP: none.
    Plain,
    /// Those of a Vinteo server (spec section 3).
    #[default]
    Vinteo,
}

/// The dialect is neither of the two.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown dialect {0:?}: vinteo or plain is allowed")]
pub struct DialectError(String);

impl FromStr for Dialect {
    type Err = DialectError;

    fn from_str(text: &str) -> Result<Self, DialectError> {
        match text {
            "plain" => Ok(Self::Plain),
            "vinteo" => Ok(Self::Vinteo),
            other => Err(DialectError(other.into())),
        }
    }
}
