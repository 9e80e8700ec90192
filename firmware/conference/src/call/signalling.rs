//! What becomes of a standing call when the connection under it is lost.
//!
//! Media often flows on (spec section 14.3). The call is kept; over the next connection the peer is asked with a
//! re-INVITE, which also tells it our new address. A peer that was restarted answers 481 and is dialled again.

use std::time::Instant;

use crate::connection::Link;

/// Whether the peer can be reached inside the dialog.
#[derive(Debug, Default)]
pub(super) enum Signalling {
    #[default]
    Up,
    /// No connection since then.
    Lost { since: Instant },
    /// The connection is back, the peer is being asked.
    Verifying,
}

impl Signalling {
    /// True when the peer has to be asked now.
    pub(super) fn link_changed(&mut self, now: Instant, link: Link) -> bool {
        match (&self, link) {
            (Self::Up | Self::Verifying, Link::Down) => *self = Self::Lost { since: now },
            (Self::Lost { .. }, Link::Established) => {
                *self = Self::Verifying;
                return true;
            }
            _ => {}
        }
        false
    }

    pub(super) const fn verified(&mut self) {
        if matches!(self, Self::Verifying) {
            *self = Self::Up;
        }
    }

    pub(super) const fn lost_since(&self) -> Option<Instant> {
        match self {
            Self::Lost { since } => Some(*since),
            Self::Up | Self::Verifying => None,
        }
    }
}
