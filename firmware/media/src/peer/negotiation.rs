//! Offer/answer of one call, between the SIP peer and an engine (RFC 3264, RFC 9429, RFC 8843).
//!
//! An engine's own reading of foreign descriptions is not trusted with everything a SIP peer may write: it gets a
//! description cut down to what was agreed ([`clean`]), and what it writes goes out with directions, order of m-lines,
//! refused lines and DTLS roles as RFC 3264 wants them ([`outward`]). Nothing here has side effects.

mod clean;
mod formats;
mod line;
mod outward;

use sdp_types::{Media, Session};

pub(crate) use formats::EngineCodec;
use formats::Formats;
pub(crate) use line::Line;

use super::{
    Kind, PeerError, Role, Stream,
    codecs::{Common, Known, common, events_beside, offered},
    lines::{Direction, media_line, parse, value, values},
    tracks::track,
};

/// The header extension for transport-wide sequence numbers (draft-holmer-rmcat-transport-wide-cc-extensions-01).
pub(crate) const TRANSPORT_CC: &str = "http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01";

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
    /// Telephone keys beside them.
    events: Vec<Known>,
    /// Under which payload types they go.
    formats: Formats,
    /// SSRCs of what we send, in the order of [`Stream::ALL`].
    sources: [u32; 3],
    /// What is lost is sent again on streams of its own, where the peer agrees.
    repairs: bool,
    pub(crate) lines: Vec<Line>,
    dtls: Option<DtlsRole>,
    /// ICE user fragment of the peer's last description.
    remote_ufrag: Option<String>,
    /// The peer's last description.
    remote: Option<Session>,
    /// There is a presentation to send.
    presenting: bool,
    /// The engine's name for the section of the presentation's sender, once it has one. It stands in the engine even
    /// where the session has no such line.
    content_section: Option<String>,
    /// All numeric mids used so far are below.
    next_mid: u32,
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
    /// A new session that offers these codecs, best first, and sends streams of these SSRCs.
    pub(crate) fn new(audio_codecs: &[String], video_codecs: &[String], sources: [u32; 3]) -> Self {
        let ours = offered(audio_codecs, video_codecs);
        Self {
            events: events_beside(&ours),
            ours,
            formats: Formats::default(),
            sources,
            repairs: false,
            lines: Vec::new(),
            dtls: None,
            remote_ufrag: None,
            remote: None,
            presenting: false,
            content_section: None,
            next_mid: 0,
        }
    }

    /// For an engine that sends again on the streams that [`repair_of`] names.
    pub(crate) fn repairing(self) -> Self {
        Self { repairs: true, ..self }
    }

    /// The same without telephone keys.
    pub(crate) fn without_keys(mut self) -> Self {
        self.events.clear();
        self
    }

    /// There is a presentation to send, or none any more.
    pub(crate) fn present(&mut self, presenting: bool) {
        self.presenting = presenting;
        for line in self.lines.iter_mut().filter(|line| line.stream == Some(Stream::Presentation)) {
            line.local = presenting;
        }
    }

    /// The peer has not agreed yet to get the presentation that is to be sent.
    pub(crate) fn wants_content(&self) -> bool {
        self.presenting && !self.lines.iter().any(|line| line.stream == Some(Stream::Presentation) && line.sends())
    }

    /// A line for content stands.
    pub(crate) fn has_content(&self) -> bool {
        self.lines.iter().any(|line| line.stream == Some(Stream::Presentation) && !line.rejected)
    }

    /// Codecs of a kind that can be used, best first.
    pub(crate) fn ours(&self, kind: Kind) -> impl Iterator<Item = &Known> {
        self.ours.iter().filter(move |known| known.kind == kind)
    }

    /// Everything of a kind that may be sent, for an engine.
    pub(crate) fn sendable(&self, kind: Kind) -> impl Iterator<Item = &Known> {
        self.ours(kind).chain(self.events.iter().filter(move |events| events.kind == kind))
    }

    /// Identifier of the header extension for transport-wide numbers (transport-cc) on a line, where the peer agreed.
    pub(crate) fn transport_cc(&self, line: &Line) -> Option<u8> {
        let place = self.lines.iter().position(|of| of.name == line.name)?;
        let mut extensions = values(self.remote.as_ref()?.medias.get(place)?, "extmap");
        extensions.find_map(|value| {
            let (id, uri) = value.split_once(' ')?;
            let id = id.split('/').next()?.parse().ok()?;
            // One byte of header has place for these (RFC 8285 section 4.2).
            (uri.split(' ').next() == Some(TRANSPORT_CC) && (1..=14).contains(&id)).then_some(id)
        })
    }

    /// The codecs of a kind as an engine was told of them; empty before its first description of the kind.
    pub(crate) fn told(&self, kind: Kind) -> &[EngineCodec] {
        self.formats.told(kind)
    }

    /// The payload type by which an engine knows a codec.
    pub(crate) fn engine_type(&self, known: &Known) -> u8 {
        self.formats.engine_type(known)
    }

    /// Something was agreed before.
    pub(crate) fn established(&self) -> bool {
        self.remote_ufrag.is_some()
    }

    /// Our `a=setup` in an answer.
    pub(crate) fn setup(&self) -> &'static str {
        if self.dtls == Some(DtlsRole::Passive) { "passive" } else { "active" }
    }

    /// Reads the peer's offer.
    pub(crate) fn read_offer(&self, sdp: &str) -> Result<Reading, PeerError> {
        let session = parse(sdp)?;
        let mut next = self.clone();
        if session.medias.len() < self.lines.len() {
            return Err(PeerError::BadSdp("the offer has fewer m-lines than the session (RFC 3264 section 8)".into()));
        }
        let bundle = bundled(&session);
        next.formats.read(&session);
        for (index, media) in session.medias.iter().enumerate() {
            let line = next.offered_line(index, media, &bundle);
            match next.lines.get_mut(index) {
                Some(slot) => *slot = line,
                None => next.lines.push(line),
            }
        }
        next.count_mids();
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
        next.formats.read(&session);
        for (index, media) in session.medias.iter().enumerate() {
            next.read_answered_line(index, media)?;
        }
        next.require_common(&session)?;
        next.dtls = Some(self.dtls.unwrap_or(match setup(&session) {
            Some("passive") => DtlsRole::Active,
            _ => DtlsRole::Passive,
        }));
        next.finish_reading(session)
    }

    /// Takes a stream for a line that has its payload type: one without a stream, else the one whose stream is silent
    /// for longest (`silence`). False when the stream is known or belongs nowhere.
    pub(crate) fn declare<T: Ord>(&mut self, ssrc: u32, payload_type: u8, silence: impl Fn(&Line) -> T) -> bool {
        if self.lines.iter().any(|line| line.ssrcs.contains(&ssrc)) {
            return false;
        }
        let fits = |line: &&mut Line| {
            let mut known = line.codecs.iter().chain(&line.events);
            line.receives() && known.any(|common| common.remote.payload_type == payload_type)
        };
        let fitting = self.lines.iter_mut().filter(fits).rev();
        let Some(line) = fitting.max_by_key(|line| (line.ssrcs.is_empty(), silence(line))) else { return false };
        line.ssrcs = vec![ssrc];
        true
    }

    /// The peer's last description for the engine once more, after [`Self::declare`].
    pub(crate) fn clean_again(&self) -> Result<String, PeerError> {
        let missing = || PeerError::Engine("nothing was negotiated yet".into());
        clean::for_engine(self.remote.as_ref().ok_or_else(missing)?, &self.lines, &self.formats)
    }

    fn finish_reading(mut self, session: Session) -> Result<Reading, PeerError> {
        for (line, media) in self.lines.iter().zip(&session.medias) {
            self.formats.tell(line, media);
        }
        let clean = clean::for_engine(&session, &self.lines, &self.formats)?;
        let ufrag = clean::ice_ufrag(&session);
        let restarts_ice = self.remote_ufrag.is_some() && self.remote_ufrag != ufrag;
        self.remote_ufrag = ufrag;
        self.remote = Some(session);
        Ok(Reading { next: self, clean, restarts_ice })
    }

    fn offered_line(&mut self, index: usize, media: &Media, bundle: &[String]) -> Line {
        let read = media_line(media);
        // A line that is taken again may have another mid (RFC 9429 section 5.3.1).
        let former = self.lines.get(index).filter(|line| line.kind == read.kind).cloned();
        let codecs = read.kind.map_or_else(Vec::new, |kind| common(self.ours(kind), &read.codecs, true));
        let events = common(self.events.iter(), &read.codecs, true);
        let usable = read.kind.is_some() && !codecs.is_empty() && media.has_attribute("rtcp-mux");
        let rejected = read.rejected || !usable || !bundle.contains(&read.mid);
        let known = former.as_ref().and_then(|line| line.stream);
        let stream = known.or_else(|| if rejected { None } else { self.free_stream(index, read.kind, media) });
        let section = former.as_ref().and_then(|line| line.section.clone());
        let role = self.role(index, read.kind, stream);
        let local = stream.is_some_and(|stream| stream != Stream::Presentation || self.presenting);
        let (codecs, events) = match &former {
            Some(former) if codecs.is_empty() => (former.codecs.clone(), former.events.clone()),
            _ => (codecs, events),
        };
        let formats = self.line_formats(index, read.kind, &[&codecs[..], &events[..]].concat());
        let (former_ssrcs, former_repairs) = former.map_or_else(Default::default, |line| (line.ssrcs, line.repairs));
        Line {
            mid: read.mid,
            name: index.to_string(),
            section: section.or_else(|| if rejected { None } else { Some(self.section(index, stream)) }),
            kind: read.kind,
            role,
            media: media.media.clone(),
            proto: media.proto.clone(),
            fmt: media.fmt.clone(),
            rejected,
            stream,
            local,
            direction: read.direction.reversed().and(Direction::new(local, true)),
            codecs,
            events,
            formats,
            repairs: if read.ssrcs.is_empty() { former_repairs } else { read.repairs },
            ssrcs: if read.ssrcs.is_empty() { former_ssrcs } else { read.ssrcs },
            track: track(media, role),
        }
    }

    /// All our codecs on a line, where these were agreed: the others as they stood on it, else as on another line.
    fn line_formats(&self, index: usize, kind: Option<Kind>, agreed: &[Common]) -> Vec<Common> {
        let Some(kind) = kind else { return Vec::new() };
        let others = self.lines.iter().filter(|line| line.kind == Some(kind));
        let standing = self.lines.get(index).filter(|line| line.kind == Some(kind)).into_iter().chain(others);
        let standing: Vec<Common> = standing.flat_map(|line| line.formats.iter().cloned()).collect();
        self.formats.of_line(self.sendable(kind), agreed, &standing)
    }

    /// Our stream for a new line of the peer: the first of its kind that has no line.
    fn free_stream(&self, index: usize, kind: Option<Kind>, media: &Media) -> Option<Stream> {
        let elsewhere = |stream: Stream| {
            self.lines.iter().enumerate().any(|(other, line)| other != index && line.stream == Some(stream))
        };
        let slides = value(media, "content") == Some(line::SLIDES);
        let mut free = Stream::ALL.into_iter().filter(|stream| Some(stream.kind()) == kind && !elsewhere(*stream));
        if slides { free.next_back() } else { free.next() }
    }

    /// Content is what has our presentation on it, and every other video line but the first.
    fn role(&self, index: usize, kind: Option<Kind>, stream: Option<Stream>) -> Role {
        let main_before =
            || self.lines.iter().take(index).any(|line| line.kind == Some(Kind::Video) && line.role == Role::Main);
        match stream {
            Some(Stream::Presentation) => Role::Content,
            None if kind == Some(Kind::Video) && main_before() => Role::Content,
            _ => Role::Main,
        }
    }

    /// What the engine is to call the section of a line that the peer brought: a name it does not choose itself.
    fn section(&mut self, index: usize, stream: Option<Stream>) -> String {
        let name = format!("r{index}");
        if stream == Some(Stream::Presentation) {
            return self.content_section.get_or_insert(name).clone();
        }
        name
    }

    fn count_mids(&mut self) {
        let highest = self.lines.iter().filter_map(|line| line.mid.parse::<u32>().ok()).max();
        self.next_mid = highest.map_or(self.next_mid, |mid| self.next_mid.max(mid.saturating_add(1)));
    }

    fn read_answered_line(&mut self, index: usize, media: &Media) -> Result<(), PeerError> {
        let read = media_line(media);
        let codecs = read.kind.map_or_else(Vec::new, |kind| common(self.ours(kind), &read.codecs, false));
        let events = common(self.events.iter(), &read.codecs, false);
        let formats = self.line_formats(index, read.kind, &[&codecs[..], &events[..]].concat());
        let Some(line) = self.lines.get_mut(index) else { return Ok(()) };
        if read.kind != line.kind || (!read.mid.is_empty() && read.mid != line.mid) {
            return Err(PeerError::BadSdp(format!("m-line '{}' of the answer is not the one offered", read.mid)));
        }
        line.rejected = line.rejected || read.rejected || codecs.is_empty();
        if !codecs.is_empty() {
            (line.codecs, line.events, line.formats) = (codecs, events, formats);
        }
        line.proto.clone_from(&media.proto);
        line.fmt.clone_from(&media.fmt);
        line.direction = read.direction.reversed().and(Direction::new(line.local, true));
        if !read.ssrcs.is_empty() {
            (line.ssrcs, line.repairs) = (read.ssrcs, read.repairs);
        }
        line.track = track(media, line.role);
        Ok(())
    }

    /// At least one line must stand, else there is no call.
    fn require_common(&self, session: &Session) -> Result<(), PeerError> {
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

/// The stream that repairs one of ours: ours are odd.
pub(crate) const fn repair_of(ssrc: u32) -> u32 {
    ssrc ^ 1
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

#[cfg(test)]
mod tests;
