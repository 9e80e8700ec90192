//! What an engine wrote, as it goes to the peer: every m-line in its place, refused ones with port 0, our directions.

use std::fmt::Write;

use sdp_types::{AddrType, Attribute, Connection, Media, NetType, Session};

use super::{Direction, Line, Negotiation, PeerError, formats::feedback, line::SLIDES, repair_of};
use crate::peer::{
    MediaLine, Role, Stream,
    codecs::Common,
    lines::{media_line, parse, render, value, values},
    tracks::Track,
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
            let feedback = |format: &Common| feedback(media, next.engine_type(&format.known));
            describe(&mut section, &line.formats, feedback);
            next.add_repairs(&mut section, &line.formats);
            section.add_attribute(Attribute::with_value("setup", "actpass"));
            section.add_attribute(Attribute::new(Direction::new(line.local, true).as_str()));
            section
        });
        Ok((compose(&written, sections.collect())?, next))
    }

    /// The engine's answer as the peer gets it.
    pub(crate) fn write_answer(&self, engine: &str) -> Result<String, PeerError> {
        let written = parse(engine)?;
        let offer = self.remote.iter().flat_map(|session| &session.medias);
        let sections = self.lines.iter().zip(offer).map(|(line, offered)| match standing(line, &written) {
            Some(media) => self.answered(line, media, offered),
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
        let kind = read.kind;
        let writes = |format: &Common| read.codecs.iter().any(|codec| format.known.fit(codec).is_some());
        let (codecs, events): (Vec<_>, Vec<_>) =
            self.line_formats(place, kind, &[]).into_iter().partition(|format| !self.events.contains(&format.known));
        let codecs: Vec<Common> = codecs.into_iter().filter(writes).collect();
        let role = self.role(place, kind, stream);
        let mid = self.next_mid.to_string();
        self.next_mid += 1;
        Line {
            mid,
            name: place.to_string(),
            section: Some(read.mid.clone()),
            kind,
            role,
            media: media.media.clone(),
            proto: media.proto.clone(),
            fmt: media.fmt.clone(),
            rejected: false,
            stream,
            local: stream.is_some(),
            direction: Direction::Inactive,
            formats: [&codecs[..], &events[..]].concat(),
            codecs,
            events,
            ssrcs: Vec::new(),
            repairs: Vec::new(),
            track: Track::default(),
        }
    }

    /// A line of an answer: the first agreed codec only, so that both sides know what is sent, with its telephone keys.
    fn answered(&self, line: &Line, engine: &Media, offered: &Media) -> Media {
        let mut section = named(engine, line);
        section.proto.clone_from(&line.proto);
        let agreed: Vec<Common> = line.codec().into_iter().chain(line.keys()).cloned().collect();
        describe(&mut section, &agreed, |common| {
            let asked = feedback(offered, common.remote.payload_type);
            let ours = feedback(engine, self.engine_type(&common.known));
            ours.into_iter().filter(|what| asked.contains(what)).collect()
        });
        self.add_repairs(&mut section, &agreed);
        section.add_attribute(Attribute::with_value("setup", self.setup()));
        section.add_attribute(Attribute::new(line.direction.as_str()));
        section
    }
}

impl Negotiation {
    /// Adds the retransmissions of every codec in a section (RFC 4588 section 8.6), and our stream of them.
    fn add_repairs(&self, section: &mut Media, written: &[Common]) {
        if !self.repairs {
            return;
        }
        let pairs: Vec<(u8, u8)> = written.iter().filter_map(|c| Some((c.repair?, c.remote.payload_type))).collect();
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

/// Writes codecs and telephone keys in the place of what the engine says of them: it knows them by the payload types of
/// its first description.
fn describe(section: &mut Media, formats: &[Common], feedback: impl Fn(&Common) -> Vec<String>) {
    section.attributes.retain(|a| !REWRITTEN.contains(&a.attribute.as_str()) && direction(a).is_none());
    let types: Vec<String> = formats.iter().map(|format| format.remote.payload_type.to_string()).collect();
    section.fmt = types.join(" ");
    for (format, payload_type) in formats.iter().zip(types) {
        let known = &format.known;
        section.add_attribute(Attribute::with_value("rtpmap", format!("{payload_type} {}", known.map())));
        let fmtp = known.answer_fmtp(&format.remote);
        if !fmtp.is_empty() {
            section.add_attribute(Attribute::with_value("fmtp", format!("{payload_type} {fmtp}")));
        }
        if known.is_keys() {
            continue;
        }
        let feedback = feedback(format).into_iter();
        let feedback = feedback.map(|what| Attribute::with_value("rtcp-fb", format!("{payload_type} {what}")));
        section.add_attributes(feedback);
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
