//! What an offer and its answer agreed on, seen from here.

use super::{Content, Description, Direction, Finding, Section};

/// One m-line as it was agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NegotiatedLine {
    /// `audio`, `video`…
    pub kind: String,
    /// The name in groups.
    pub mid: Option<String>,
    /// What we may do; `None` when the line is refused.
    pub direction: Option<Direction>,
    /// What the peer says its stream shows.
    pub content: Vec<Content>,
    /// Names of the codecs that both sides listed, in the order of the answer.
    pub codecs: Vec<String>,
}

/// What both sides agreed on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Negotiated {
    /// The m-lines, in their order.
    pub lines: Vec<NegotiatedLine>,
    /// The mids that share one transport.
    pub bundled: Vec<String>,
    /// The peer restarted ICE.
    pub ice_restarted: bool,
    /// What the peer did wrong without harm.
    pub remarks: Vec<Finding>,
}

impl Negotiated {
    /// Of our and the peer's description; `answer` is the one of both that answered.
    pub(super) fn of(local: &Description, remote: &Description, answer: &Description) -> Self {
        let pairs = local.media.iter().zip(&remote.media).zip(&answer.media);
        let lines = pairs.map(|((ours, theirs), answered)| line((local, ours), (remote, theirs), answered)).collect();
        let bundled = answer.bundles().into_iter().flatten().map(Into::into).collect();
        Self { lines, bundled, ice_restarted: false, remarks: Vec::new() }
    }
}

fn line(
    (local, ours): (&Description, &Section),
    (remote, theirs): (&Description, &Section),
    answered: &Section,
) -> NegotiatedLine {
    let refused = ours.is_rejected() || theirs.is_rejected();
    let (own, other) = (ours.codecs(), theirs.codecs());
    let is_common = |list: &[super::Codec<'_>], codec: &super::Codec<'_>| list.iter().any(|c| c.is_same(codec));
    let codecs = answered.codecs().into_iter().filter(|c| is_common(&own, c) && is_common(&other, c));
    NegotiatedLine {
        kind: answered.media_line().map_or("", |line| line.kind).into(),
        mid: answered.mid().map(Into::into),
        direction: (!refused).then(|| local.direction(ours).answer_to(remote.direction(theirs))),
        content: theirs.content(),
        codecs: codecs.map(|codec| codec.name.into()).collect(),
    }
}
