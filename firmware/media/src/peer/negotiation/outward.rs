//! What an engine wrote, as it goes to the peer: every m-line in its place, refused ones with port 0, our directions.

use std::fmt::Write;

use sdp_types::{AddrType, Attribute, Connection, Media, NetType, Session};

use super::{Direction, Line, Negotiation, PeerError, line::SLIDES, repair_of};
use crate::{
    keys,
    peer::{
        Kind, MediaLine, Role, Stream,
        codecs::{Common, EVENTS_FMTP, Known},
        lines::{media_line, parse, render, value, values},
        tracks::Track,
    },
};

/// Attributes of the engine's sections that are written anew here.
const REWRITTEN: [&str; 6] = ["candidate", "end-of-candidates", "setup", "fmtp", "rtpmap", "rtcp-fb"];

impl Negotiation {
    /// The engine's offer as the peer gets it, and the session as it is offered: with the lines that are new in it.
    pub(crate) fn write_offer(&self, engine: &str) -> Result<(String, Self), PeerError> {
        let written = parse(engine)?;
        let mut next = self.clone();
        for media in &written.medias {
            next.add_own_line(media);
        }
        let sections = next.lines.iter().map(|line| {
            let Some(media) = standing(line, &written) else { return refused(line) };
            let mut section = named(media, line);
            next.add_repairs(&mut section, line);
            section.attributes.retain(|a| !transport_attribute(&a.attribute) && direction(a).is_none());
            remove_events(&mut section);
            line.events.iter().for_each(|events| add_events(&mut section, events));
            section.add_attribute(Attribute::with_value("setup", "actpass"));
            section.add_attribute(Attribute::new(Direction::new(line.local, true).as_str()));
            section
        });
        Ok((compose(&written, sections.collect())?, next))
    }

    /// The engine's answer as the peer gets it.
    pub(crate) fn write_answer(&self, engine: &str) -> Result<String, PeerError> {
        let written = parse(engine)?;
        let sections = self.lines.iter().map(|line| match standing(line, &written) {
            Some(media) => self.answered(line, media),
            None => refused(line),
        });
        compose(&written, sections.collect())
    }

    /// Lines begin with what the engine has; later only the presentation asks for one.
    fn add_own_line(&mut self, media: &Media) {
        let read = media_line(media);
        let stream = Stream::ALL.into_iter().zip(self.sources).find(|(_, ssrc)| read.ssrcs.contains(ssrc));
        let stream = stream.map(|(stream, _)| stream);
        if stream == Some(Stream::Presentation) {
            self.content_section = Some(read.mid.clone());
        }
        let content = stream == Some(Stream::Presentation);
        let wanted = if content { self.presenting && self.established() } else { !self.established() };
        if !wanted || self.lines.iter().any(|line| !line.rejected && line.section.as_ref() == Some(&read.mid)) {
            return;
        }
        let place = self.lines.iter().position(|line| content && line.stream == stream);
        let line = self.own_line(place.unwrap_or(self.lines.len()), stream, &read, media);
        match place.and_then(|place| self.lines.get_mut(place)) {
            // Refused before: taken again as a new line is (RFC 9429 section 5.2.2).
            Some(refused) => *refused = line,
            None => self.lines.push(line),
        }
    }

    fn own_line(&mut self, place: usize, stream: Option<Stream>, read: &MediaLine, media: &Media) -> Line {
        let written = |known: &Known| {
            let remote = read.codecs.iter().find(|codec| known.fit(codec).is_some())?.clone();
            Some(Common { remote, known: *known, repair: known.repair })
        };
        let codecs = read.kind.map_or_else(Vec::new, |kind| self.ours(kind).filter_map(written).collect());
        let events = |known: &Known| Common { remote: known.as_codec(), known: *known, repair: None };
        let sound = self.events.iter().filter(|_| read.kind == Some(Kind::Audio));
        let role = self.role(place, read.kind, stream);
        let mid = self.next_mid.to_string();
        self.next_mid += 1;
        Line {
            mid,
            name: place.to_string(),
            section: Some(read.mid.clone()),
            kind: read.kind,
            role,
            media: media.media.clone(),
            proto: media.proto.clone(),
            fmt: media.fmt.clone(),
            rejected: false,
            stream,
            local: stream.is_some(),
            direction: Direction::Inactive,
            codecs,
            events: sound.map(events).collect(),
            ssrcs: Vec::new(),
            repairs: Vec::new(),
            track: Track::default(),
        }
    }

    /// A line of an answer: the first agreed codec only, so that both sides know what is sent, with its telephone keys.
    fn answered(&self, line: &Line, engine: &Media) -> Media {
        let mut section = named(engine, line);
        section.proto.clone_from(&line.proto);
        if let Some(codec) = line.codec() {
            section.attributes.retain(|a| !REWRITTEN.contains(&a.attribute.as_str()) && direction(a).is_none());
            answer_codec(&mut section, codec, engine);
            line.keys().into_iter().for_each(|events| add_events(&mut section, events));
        }
        self.add_repairs(&mut section, line);
        section.add_attribute(Attribute::with_value("setup", self.setup()));
        section.add_attribute(Attribute::new(line.direction.as_str()));
        section
    }
}

impl Negotiation {
    /// Adds the retransmissions of every codec in a section (RFC 4588 section 8.6), and our stream of them.
    fn add_repairs(&self, section: &mut Media, line: &Line) {
        if !self.repairs {
            return;
        }
        let written: Vec<&str> = section.fmt.split(' ').collect();
        let agreed = line.codecs.iter().filter(|c| written.contains(&c.remote.payload_type.to_string().as_str()));
        let pairs: Vec<(u8, u8)> = agreed.filter_map(|c| Some((c.repair?, c.remote.payload_type))).collect();
        for (repair, of) in &pairs {
            // Writing to a string cannot fail.
            let _ = write!(section.fmt, " {repair}");
            section.add_attribute(Attribute::with_value("rtpmap", format!("{repair} rtx/90000")));
            section.add_attribute(Attribute::with_value("fmtp", format!("{repair} apt={of}")));
        }
        let announced = media_line(section).ssrcs;
        let Some(ssrc) = announced.into_iter().find(|ssrc| self.sources.contains(ssrc) && !pairs.is_empty()) else {
            return;
        };
        let repair = repair_of(ssrc);
        let same = values(section, "ssrc").filter_map(|value| value.strip_prefix(&format!("{ssrc} ")));
        let same: Vec<String> = same.map(|what| format!("{repair} {what}")).collect();
        section.add_attribute(Attribute::with_value("ssrc-group", format!("FID {ssrc} {repair}")));
        section.add_attributes(same.into_iter().map(|value| Attribute::with_value("ssrc", value)));
    }
}

/// Takes out what the engine says of telephone keys.
fn remove_events(section: &mut Media) {
    let events: Vec<String> = media_line(section)
        .codecs
        .iter()
        .filter(|codec| codec.name == keys::NAME)
        .map(|codec| codec.payload_type.to_string())
        .collect();
    let is_events = |payload_type: &str| events.iter().any(|events| events == payload_type);
    let kept: Vec<&str> = section.fmt.split(' ').filter(|payload_type| !is_events(payload_type)).collect();
    section.fmt = kept.join(" ");
    section.attributes.retain(|a| {
        let payload_type = a.value.as_deref().and_then(|value| value.split(' ').next()).unwrap_or_default();
        !(["rtpmap", "fmtp", "rtcp-fb"].contains(&a.attribute.as_str()) && is_events(payload_type))
    });
}

/// Telephone keys beside the sound (RFC 4733 section 7.1).
fn add_events(section: &mut Media, events: &Common) {
    let Common { remote, known, .. } = events;
    let payload_type = remote.payload_type;
    section.fmt = format!("{} {payload_type}", section.fmt);
    let map = format!("{payload_type} {}/{}", known.written_name(), remote.clock_rate);
    section.add_attribute(Attribute::with_value("rtpmap", map));
    section.add_attribute(Attribute::with_value("fmtp", format!("{payload_type} {EVENTS_FMTP}")));
}

/// A section with one codec alone.
fn answer_codec(section: &mut Media, codec: &Common, engine: &Media) {
    let payload_type = codec.remote.payload_type.to_string();
    let of_codec = |a: &&Attribute| {
        ["rtpmap", "rtcp-fb"].contains(&a.attribute.as_str())
            && a.value.as_deref().and_then(|v| v.split(' ').next()) == Some(payload_type.as_str())
    };
    section.fmt.clone_from(&payload_type);
    section.add_attributes(engine.attributes.iter().filter(of_codec).cloned());
    let fmtp = codec.known.answer_fmtp(&codec.remote);
    if !fmtp.is_empty() {
        section.add_attribute(Attribute::with_value("fmtp", format!("{payload_type} {fmtp}")));
    }
}

/// The engine's section of a line that stands.
fn standing<'a>(line: &Line, written: &'a Session) -> Option<&'a Media> {
    let section = line.section.as_deref().filter(|_| !line.rejected)?;
    written.medias.iter().find(|media| value(media, "mid") == Some(section))
}

/// The engine's section under the line's own mid, content marked as such.
fn named(section: &Media, line: &Line) -> Media {
    let mut section = section.clone();
    for attribute in section.attributes.iter_mut().filter(|a| a.attribute == "mid") {
        attribute.value = Some(line.mid.clone());
    }
    if line.role == Role::Content {
        section.add_attribute(Attribute::with_value("content", SLIDES));
    }
    section
}

fn transport_attribute(name: &str) -> bool {
    matches!(name, "candidate" | "end-of-candidates" | "setup")
}

fn direction(attribute: &Attribute) -> Option<Direction> {
    Direction::from_attribute(&attribute.attribute)
}

fn refused(line: &Line) -> Media {
    let mut attributes = Vec::new();
    if !line.mid.is_empty() {
        attributes.push(Attribute::with_value("mid", &line.mid));
    }
    attributes.push(Attribute::new("inactive"));
    Media {
        media: line.media.clone(),
        port: 0,
        num_ports: None,
        proto: line.proto.clone(),
        fmt: line.fmt.clone(),
        media_title: None,
        connections: vec![Connection::new(NetType::In, AddrType::Ip4, "0.0.0.0")],
        bandwidths: Vec::new(),
        key: None,
        attributes,
    }
}

/// Puts the sections together; candidates go to the first that stands (the BUNDLE tag, RFC 8843 section 7.1.3).
fn compose(written: &Session, mut sections: Vec<Media>) -> Result<String, PeerError> {
    let candidates = written
        .medias
        .iter()
        .flat_map(|media| &media.attributes)
        .filter(|a| a.attribute == "end-of-candidates" || (a.attribute == "candidate" && of_rtp_component(a)));
    if let Some(first) = sections.iter_mut().find(|section| section.port != 0) {
        first.add_attributes(candidates.cloned());
    }
    let mids: Vec<&str> = sections.iter().filter(|s| s.port != 0).filter_map(|s| value(s, "mid")).collect();
    let mut session = written.clone();
    session.attributes.retain(|a| a.attribute != "group");
    session.attributes.insert(0, Attribute::with_value("group", format!("BUNDLE {}", mids.join(" "))));
    session.medias = sections;
    render(&session)
}

fn of_rtp_component(candidate: &Attribute) -> bool {
    candidate.value.as_deref().and_then(|v| v.split_whitespace().nth(1)) == Some("1")
}
