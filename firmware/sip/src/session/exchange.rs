//! The first offer and answer of a session (RFC 3261 section 13.2.1, RFC 3262 section 5, RFC 6337 section 2).

use crate::api::Body;

/// How far the exchange that belongs to the INVITE has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Exchange {
    /// Both descriptions are known.
    Done,
    /// Nobody has offered yet.
    #[default]
    None,
    /// Our offer waits for an answer.
    Ours,
    /// The peer's offer waits for our answer.
    Theirs,
}

impl Exchange {
    /// At the start of a call that we make with this body.
    pub(super) fn of_call(body: Option<&Body>) -> Self {
        if body.is_some() { Self::Ours } else { Self::None }
    }

    /// At the start of a call that comes in, with or without an offer.
    pub(super) fn of_incoming(offers: bool) -> Self {
        if offers { Self::Theirs } else { Self::None }
    }

    /// A description of ours goes out in a response that arrives for sure; `false` when there is no place for one.
    pub(super) fn describe(&mut self) -> bool {
        *self = match self {
            Self::None => Self::Ours,
            Self::Theirs => Self::Done,
            Self::Ours | Self::Done => return false,
        };
        true
    }
}
