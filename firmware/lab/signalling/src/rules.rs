//! What participants may do.

use serde::Deserialize;

/// What participants may do. The default lets everybody do everything; who presents takes over.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Rules {
    /// Who asks to switch its camera on.
    pub camera: Permission,
    /// Who asks to present.
    pub presentation: Presenting,
    /// Who waits in purgatory after calling until it is admitted.
    pub purgatory: Purgatory,
}

/// What somebody who asks is told. A refusal may be a 2xx with another reason phrase than `OK` (spec section 3.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Permission {
    /// Yes: 200 OK.
    #[default]
    Granted,
    /// No, with these words.
    Refused {
        /// 200..=699.
        status: u16,
        /// The reason phrase.
        reason: String,
    },
}

impl Permission {
    /// The usual no.
    pub(crate) fn declined() -> Self {
        Self::Refused { status: 603, reason: "Decline".into() }
    }
}

/// Who may present.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presenting {
    /// Everybody; whoever presents must stop then.
    #[default]
    TakesOver,
    /// Everybody while nobody else presents; otherwise 603.
    WhenFree,
    /// Nobody, with these words.
    Refused {
        /// 200..=699.
        status: u16,
        /// The reason phrase.
        reason: String,
    },
}

/// Who waits in purgatory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purgatory {
    /// Everybody.
    Everybody,
    /// Who calls as a guest (`X-Vinteo-Purgatory-Call`, spec section 1.7).
    Guests,
    /// Nobody.
    #[default]
    Nobody,
}
