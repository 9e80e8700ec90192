//! Offer/answer of one call, between the SIP peer and an engine (RFC 3264, RFC 9429, RFC 8843).
//!
//! An engine's own reading of foreign descriptions is not trusted with everything a SIP peer may write: it gets a
//! description cut down to what was agreed ([`clean`]), and what it writes goes out with directions, order of m-lines,
//! refused lines and DTLS roles as RFC 3264 wants them ([`outward`]). Nothing here has side effects.

mod clean;
mod outward;

use sdp_types::{Media, Session};

use super::{
    Codec, Kind, PeerError,
    codecs::{Common, Known, common, offered},
    lines::{Direction, media_line, parse, value},
};

/// One m-line of the session; its place in the list is its place in every description (RFC 3264 section 8).
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) mid: String,
    /// Nothing for a kind we do not know; such a line stays refused.
    pub(crate) kind: Option<Kind>,
    /// m-line words as last written by the peer.
    media: String,
    proto: String,
    fmt: String,
    /// Refused by one side; port 0.
    pub(crate) rejected: bool,
    /// The engine has a transceiver for it.
    pub(crate) in_engine: bool,
    /// We have a sender for it.
    pub(crate) local: bool,
    /// What the last offer/answer agreed, seen from us.
    pub(crate) direction: Direction,
    /// Agreed codecs; the first is sent.
    pub(crate) codecs: Vec<Common>,
    /// Streams the peer announced.
    pub(crate) ssrcs: Vec<u32>,
}

impl Line {
    /// Codec to send, with the peer's payload type and wishes.
    pub(crate) fn codec(&self) -> Option<&Common> {
        if self.rejected { None } else { self.codecs.first() }
    }

    /// The peer sends on this line.
    pub(crate) fn receives(&self) -> bool {
        !self.rejected && self.direction.receives()
    }

    /// We may send on this line.
    pub(crate) fn sends(&self) -> bool {
        !self.rejected && self.local && self.direction.sends()
    }
}

/// Who opens the DTLS connection; once agreed it stays (RFC 8842 section 5.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DtlsRole {
    /// We open it (`a=setup:active`).
    Active,
    /// The peer opens it (`a=setup:passive`).
    Passive,
}

/// The state of the session, kept from one offer/answer to the next.
#[derive(Clone, Debug)]
pub(crate) struct Negotiation {
    ours: Vec<Known>,
    pub(crate) lines: Vec<Line>,
    dtls: Option<DtlsRole>,
    /// ICE user fragment of the peer's last description.
    remote_ufrag: Option<String>,
    /// The peer's last description.
    remote: Option<Session>,
}

/// A peer's description, understood: the state after it and what the engine is told.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) next: Negotiation,
    /// Description for the engine.
    pub(crate) clean: String,
    /// The peer restarts ICE (RFC 8839 section 4.4.1.1.1).
    pub(crate) restarts_ice: bool,
}

impl Negotiation {
    /// A new session that offers these video codecs, best first.
    pub(crate) fn new(video_codecs: &[String]) -> Self {
        Self { ours: offered(video_codecs), lines: Vec::new(), dtls: None, remote_ufrag: None, remote: None }
    }

    /// Codecs of a kind, best first.
    pub(crate) fn ours(&self, kind: Kind) -> impl Iterator<Item = &Known> {
        self.ours.iter().filter(move |known| known.kind == kind)
    }

    /// Something was agreed before.
    pub(crate) fn established(&self) -> bool {
        self.remote_ufrag.is_some()
    }

    /// Reads the peer's offer.
    pub(crate) fn read_offer(&self, sdp: &str) -> Result<Reading, PeerError> {
        let session = parse(sdp)?;
        let mut next = self.clone();
        if session.medias.len() < self.lines.len() {
            return Err(PeerError::BadSdp("the offer has fewer m-lines than the session (RFC 3264 section 8)".into()));
        }
        let bundle = bundled(&session);
        for (index, media) in session.medias.iter().enumerate() {
            let line = next.offered_line(index, media, &bundle);
            match next.lines.get_mut(index) {
                Some(slot) => *slot = line,
                None => next.lines.push(line),
            }
        }
        next.require_common(&session)?;
        next.dtls = Some(self.dtls.unwrap_or(match setup(&session) {
            Some("active") => DtlsRole::Passive,
            _ => DtlsRole::Active,
        }));
        next.finish_reading(session)
    }

    /// Reads the peer's answer to our offer.
    pub(crate) fn read_answer(&self, sdp: &str) -> Result<Reading, PeerError> {
        let session = parse(sdp)?;
        let mut next = self.clone();
        if session.medias.len() != self.lines.len() {
            return Err(PeerError::BadSdp(format!(
                "the answer has {} m-lines, the offer had {} (RFC 3264 section 6)",
                session.medias.len(),
                self.lines.len()
            )));
        }
        for (line, media) in next.lines.iter_mut().zip(&session.medias) {
            read_answered_line(&self.ours, line, media)?;
        }
        next.require_common(&session)?;
        next.dtls = Some(self.dtls.unwrap_or(match setup(&session) {
            Some("passive") => DtlsRole::Active,
            _ => DtlsRole::Passive,
        }));
        next.finish_reading(session)
    }

    /// Takes a stream for the line that has its payload type; false when it is known or belongs nowhere.
    pub(crate) fn declare(&mut self, ssrc: u32, payload_type: u8) -> bool {
        if self.lines.iter().any(|line| line.ssrcs.contains(&ssrc)) {
            return false;
        }
        let fits =
            |line: &&mut Line| line.receives() && line.codecs.iter().any(|c| c.remote.payload_type == payload_type);
        let Some(line) = self.lines.iter_mut().find(fits) else { return false };
        line.ssrcs = vec![ssrc];
        true
    }

    /// The peer's last description for the engine once more, after [`Self::declare`].
    pub(crate) fn clean_again(&self) -> Result<String, PeerError> {
        let missing = || PeerError::Engine("nothing was negotiated yet".into());
        clean::for_engine(self.remote.as_ref().ok_or_else(missing)?, &self.lines)
    }

    fn finish_reading(mut self, session: Session) -> Result<Reading, PeerError> {
        let clean = clean::for_engine(&session, &self.lines)?;
        let ufrag = clean::ice_ufrag(&session);
        let restarts_ice = self.remote_ufrag.is_some() && self.remote_ufrag != ufrag;
        self.remote_ufrag = ufrag;
        self.remote = Some(session);
        Ok(Reading { next: self, clean, restarts_ice })
    }

    fn offered_line(&self, index: usize, media: &Media, bundle: &[String]) -> Line {
        let read = media_line(media);
        let former = self.lines.get(index).filter(|line| line.mid == read.mid);
        let local_elsewhere = self.lines.iter().enumerate().any(|(i, l)| i != index && l.local && l.kind == read.kind);
        let codecs = read.kind.map_or_else(Vec::new, |kind| common(&self.ours, kind, &read.codecs, true));
        let usable = read.kind.is_some() && !codecs.is_empty() && media.has_attribute("rtcp-mux");
        let rejected = read.rejected || !usable || !bundle.contains(&read.mid);
        let in_engine = former.is_some_and(|line| line.in_engine);
        let local = former.map_or(!rejected && !local_elsewhere, |line| line.local || (!rejected && !local_elsewhere));
        Line {
            mid: read.mid,
            kind: read.kind,
            media: media.media.clone(),
            proto: media.proto.clone(),
            fmt: media.fmt.clone(),
            rejected,
            in_engine: in_engine || !rejected,
            local,
            direction: read.direction.reversed().and(Direction::new(local, true)),
            codecs: if codecs.is_empty() { former.map_or_else(Vec::new, |line| line.codecs.clone()) } else { codecs },
            ssrcs: if read.ssrcs.is_empty() {
                former.map_or_else(Vec::new, |line| line.ssrcs.clone())
            } else {
                read.ssrcs
            },
        }
    }

    /// At least one line must stand, else there is no call.
    fn require_common(&mut self, session: &Session) -> Result<(), PeerError> {
        // A re-offer's lines keep one sender a kind: the first that stands.
        for kind in [Kind::Audio, Kind::Video] {
            let mut lines = self.lines.iter_mut().filter(|l| l.kind == Some(kind) && l.local);
            if lines.next().is_some() {
                lines.for_each(|line| line.local = false);
            }
        }
        if self.lines.iter().any(|line| !line.rejected) {
            return Ok(());
        }
        let offered = session.medias.iter().map(media_line).find(|line| !line.rejected);
        match offered.and_then(|line| line.kind) {
            Some(Kind::Audio) => Err(PeerError::NoCommonCodec("audio")),
            Some(Kind::Video) => Err(PeerError::NoCommonCodec("video")),
            None => Err(PeerError::BadSdp("it has no audio or video m-line that can be used".into())),
        }
    }
}

fn read_answered_line(ours: &[Known], line: &mut Line, media: &Media) -> Result<(), PeerError> {
    let read = media_line(media);
    if read.kind != line.kind || (!read.mid.is_empty() && read.mid != line.mid) {
        return Err(PeerError::BadSdp(format!("m-line '{}' of the answer is not the one offered", read.mid)));
    }
    let codecs = read.kind.map_or_else(Vec::new, |kind| common(ours, kind, &read.codecs, false));
    line.rejected = line.rejected || read.rejected || codecs.is_empty();
    if !codecs.is_empty() {
        line.codecs = codecs;
    }
    line.proto.clone_from(&media.proto);
    line.fmt.clone_from(&media.fmt);
    line.direction = read.direction.reversed().and(Direction::new(line.local, true));
    if !read.ssrcs.is_empty() {
        line.ssrcs = read.ssrcs;
    }
    Ok(())
}

/// The mids of the BUNDLE group; of an offer without one only the first line is usable (max-bundle, RFC 9429 4.1.1).
fn bundled(session: &Session) -> Vec<String> {
    let mut group = session.attributes.iter().filter(|a| a.attribute == "group").filter_map(|a| a.value.as_deref());
    let bundle = group.find_map(|value| value.strip_prefix("BUNDLE"));
    match bundle {
        Some(mids) => mids.split_whitespace().map(str::to_owned).collect(),
        None => session.medias.iter().filter_map(|m| value(m, "mid")).take(1).map(str::to_owned).collect(),
    }
}

fn setup(session: &Session) -> Option<&str> {
    let mut lines = session.medias.iter().filter(|media| media.port != 0 || media.has_attribute("bundle-only"));
    let of_lines = lines.find_map(|media| value(media, "setup"));
    of_lines.or_else(|| session.get_first_attribute_value("setup").flatten())
}

/// The agreed codec as events tell it: the peer's payload type and parameters.
pub(crate) fn told(common: &Common) -> Codec {
    common.remote.clone()
}

#[cfg(test)]
mod tests;
