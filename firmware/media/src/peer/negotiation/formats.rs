//! The payload types of codecs: towards the peer, who may bring others in the call, and towards an engine, for which they
//! stay what they were in the first description.
//!
//! An engine takes no codec and no payload type that its first description of a kind did not have. So that one tells it
//! of all codecs, whatever the peer has of them, and every later one tells it the same.

use std::collections::{HashMap, HashSet};

use sdp_types::{Media, Session};

use super::Line;
use crate::peer::{
    Codec, Kind,
    codecs::{Common, Known},
    lines::{media_line, values},
};

/// Dynamic payload types, the usual ones first (RFC 3551 section 6; those between would be taken for RTCP, RFC 5761
/// section 4).
fn dynamic() -> impl Iterator<Item = u8> {
    (96..=127).chain(35..=63)
}

/// A codec as an engine knows it.
#[derive(Clone, Debug)]
pub(crate) struct EngineCodec {
    pub(crate) known: Known,
    pub(crate) payload_type: u8,
    /// What follows the payload type in each `a=rtcp-fb`.
    pub(super) feedback: Vec<String>,
}

impl EngineCodec {
    /// With the payload type that the engine knows.
    pub(crate) fn as_codec(&self) -> Codec {
        Codec { payload_type: self.payload_type, ..self.known.as_codec() }
    }
}

/// What was said by either side so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Formats {
    /// What the peer last called by a payload type.
    theirs: HashMap<u8, Codec>,
    told: HashMap<Kind, Vec<EngineCodec>>,
}

impl Formats {
    /// Takes over the payload types of a description of the peer.
    pub(super) fn read(&mut self, session: &Session) {
        for codec in session.medias.iter().flat_map(|media| media_line(media).codecs) {
            self.theirs.insert(codec.payload_type, codec);
        }
    }

    /// Everything of `ours` on one line: as it was agreed now, else as it stood, else under a payload type that means
    /// nothing else (RFC 3264 section 8.3.2: it must not change its meaning in a session).
    pub(super) fn of_line<'a>(
        &self,
        ours: impl Iterator<Item = &'a Known>,
        agreed: &[Common],
        standing: &[Common],
    ) -> Vec<Common> {
        let spoken_for =
            agreed.iter().chain(standing).flat_map(|common| [Some(common.remote.payload_type), common.repair]);
        let mut used: HashSet<u8> = spoken_for.flatten().chain(self.theirs.keys().copied()).collect();
        let mut found = Vec::new();
        for known in ours {
            let was = agreed.iter().find(|common| common.known == *known);
            let was = was.or_else(|| standing.iter().find(|common| common.known == *known && self.still_means(common)));
            found.extend(was.cloned().or_else(|| fresh(known, &mut used)));
        }
        found
    }

    fn still_means(&self, common: &Common) -> bool {
        let theirs = self.theirs.get(&common.remote.payload_type);
        theirs.is_none_or(|codec| common.known.fit(codec).is_some())
    }

    /// What an engine was told of this kind; empty before its first description.
    pub(super) fn told(&self, kind: Kind) -> &[EngineCodec] {
        self.told.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The payload type by which the engine knows a codec.
    pub(super) fn engine_type(&self, known: &Known) -> u8 {
        let told = self.told(known.kind).iter().find(|told| told.known == *known);
        told.map_or(known.payload_type, |told| told.payload_type)
    }

    /// Fixes what an engine is told, unless it was told of this kind before: what was agreed first, then the others.
    pub(super) fn tell(&mut self, line: &Line, media: &Media) {
        let Some(kind) = line.kind.filter(|_| line.section.is_some() && !line.codecs.is_empty()) else { return };
        let agreed = || line.codecs.iter().chain(&line.events);
        let rest = line.formats.iter().filter(|format| agreed().all(|common| common.known != format.known));
        let first = line.codecs.first().map(|common| common.remote.payload_type);
        let told = |common: &Common| {
            let own = feedback(media, common.remote.payload_type);
            // Of what the peer has not, nobody knows: as of what it has.
            let has = agreed().any(|agreed| agreed.known == common.known);
            let feedback = if has { own } else { first.map_or_else(Vec::new, |first| feedback(media, first)) };
            EngineCodec { known: common.known, payload_type: common.remote.payload_type, feedback }
        };
        self.told.entry(kind).or_insert_with(|| agreed().chain(rest).map(told).collect());
    }
}

/// A codec under a payload type that is free: its own, if it is; nothing where none is left.
fn fresh(known: &Known, used: &mut HashSet<u8>) -> Option<Common> {
    let mut take = |own: u8| {
        let free = std::iter::once(own).chain(dynamic()).find(|payload_type| !used.contains(payload_type))?;
        used.insert(free);
        Some(free)
    };
    let remote = Codec { payload_type: take(known.payload_type)?, ..known.as_codec() };
    Some(Common { remote, known: *known, repair: known.repair.and_then(take) })
}

/// The feedback that a section of the peer names for a payload type.
pub(super) fn feedback(media: &Media, payload_type: u8) -> Vec<String> {
    let named = values(media, "rtcp-fb").filter_map(|value| value.split_once(' '));
    let named = named.filter(|(of, _)| *of == "*" || *of == payload_type.to_string());
    named.map(|(_, what)| what.to_owned()).collect()
}
