//! How what is sent is marked, so that routers that care let it go first (RFC 8837).

use super::Kind;

/// Expedited forwarding (RFC 3246): sound of interactive calls (RFC 8837 section 5, audio of medium and high priority).
const EF: u8 = 46;
/// Assured forwarding 41, multimedia conferencing (RFC 4594 section 4.3; RFC 8837 section 5, interactive video of high
/// priority).
const AF41: u8 = 34;

/// Which code points are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dscp {
    /// None.
    Off,
    /// AF41 for everything: sound and picture share a 5-tuple (BUNDLE), and a network that admits only a little expedited
    /// forwarding would drop a picture marked so.
    #[default]
    Together,
    /// EF for sound, AF41 for the rest.
    Apart,
}

impl Dscp {
    /// Traffic class of a packet of this kind, or of one that is neither; the upper six bits are the code point (RFC 2474
    /// section 3).
    pub(super) const fn class(self, kind: Option<Kind>) -> u8 {
        match (self, kind) {
            (Self::Off, _) => 0,
            (Self::Apart, Some(Kind::Audio)) => EF << 2,
            (Self::Together | Self::Apart, _) => AF41 << 2,
        }
    }
}
