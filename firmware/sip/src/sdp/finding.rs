//! What is wrong with a description.
#![allow(missing_docs, reason = "the sentence of a variant tells its fields")]

use super::{Direction, Setup};

/// Who wrote a description.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// We.
    Local,
    /// The peer.
    Remote,
}

/// One thing that is wrong with a description, by itself or after the one before it. m-lines are counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// RFC 3264 section 6: an answer has the m-lines of its offer.
    #[error("the answer has {answer} media lines, the offer has {offer}")]
    AnswerCount { offer: usize, answer: usize },
    /// RFC 9143 section 7.3: an answer bundles what its offer bundled, and nothing refused.
    #[error("media `{mid}` is bundled but was not offered so, is refused or is not there")]
    BundleNotOffered { mid: String },
    /// RFC 3264 section 6.1.
    #[error("media line {line} answers {answered} to {offered}")]
    DirectionNotOffered { line: usize, offered: Direction, answered: Direction },
    /// RFC 9143 section 7: mids are unique.
    #[error("two media lines are called `{mid}`")]
    DoubledMid { mid: String },
    /// RFC 8839 section 5.4.
    #[error("the ICE credentials of media line {line} are incomplete")]
    IceIncomplete { line: usize },
    /// RFC 3264 section 8: kinds stay, except in a slot that was refused.
    #[error("media line {line} was `{was}` and is `{is}` now")]
    KindChanged { line: usize, was: String, is: String },
    /// RFC 3264 section 8: m-lines never go away.
    #[error("there were {had} media lines and are only {has} now")]
    LinesVanished { had: usize, has: usize },
    /// RFC 9143 section 7.3.
    #[error("media line {line} answers the name `{answered}` to `{offered}`")]
    MidChanged { line: usize, offered: String, answered: String },
    /// RFC 3264 section 6.1.
    #[error("media line {line} has no format in common with the offer")]
    NoCommonFormat { line: usize },
    /// RFC 8866 section 5.2.
    #[error("there is no readable o-line")]
    NoOrigin,
    /// RFC 8866 section 5.1.
    #[error("it does not begin with v=0")]
    NoVersion,
    /// RFC 5763 section 5, RFC 8122: nobody could tell whose media it is.
    #[error("media line {line} is encrypted without a fingerprint or key")]
    NotKeyed { line: usize },
    /// RFC 3264 section 8: only the version of the o-line changes.
    #[error("the o-line names another session than before")]
    OriginChanged,
    /// RFC 3264 section 6.
    #[error("media line {line} answers `{answered}` to `{offered}`")]
    ProtocolChanged { line: usize, offered: String, answered: String },
    /// RFC 3264 section 6: what was offered with port 0 stays refused.
    #[error("media line {line} was refused in the offer and is not in the answer")]
    Revived { line: usize },
    /// RFC 5761 section 5.1.1.
    #[error("media line {line} joins RTCP to RTP, which was not offered")]
    RtcpMuxNotOffered { line: usize },
    /// RFC 4145 section 4.1, RFC 5763 section 5.
    #[error("media line {line} answers setup:{answered} to setup:{offered}")]
    SetupMismatch { line: usize, offered: Setup, answered: Setup },
    /// More m-lines than any meeting has.
    #[error("there are {has} media lines, more than {most}")]
    TooManyLines { has: usize, most: usize },
    /// RFC 8866 section 5.14.
    #[error("media line {line} cannot be read")]
    UnreadableLine { line: usize },
    /// RFC 3264 section 8.
    #[error("something changed but the version of the o-line is still the same or lower")]
    VersionNotRaised,
}

impl Finding {
    /// Can a description with this fault not be used? From us nothing is let through; from a peer what can still be given
    /// a meaning is only remarked: calls through old gateways would not stand otherwise.
    pub fn is_fatal(&self, side: Side) -> bool {
        let bearable = matches!(
            self,
            Self::DirectionNotOffered { .. }
                | Self::OriginChanged
                | Self::RtcpMuxNotOffered { .. }
                | Self::VersionNotRaised
        );
        side == Side::Local || !bearable
    }
}
