//! What an engine wrote, as it goes to the peer: every m-line in its place, refused ones with port 0, our directions.

use sdp_types::{AddrType, Attribute, Connection, Media, NetType, Session};

use super::{Direction, DtlsRole, Line, Negotiation, PeerError};
use crate::peer::{
    codecs::Common,
    lines::{media_line, parse, render, value},
};

/// Attributes of the engine's sections that are written anew here.
const REWRITTEN: [&str; 6] = ["candidate", "end-of-candidates", "setup", "fmtp", "rtpmap", "rtcp-fb"];

impl Negotiation {
    /// The engine's offer as the peer gets it; lines the engine added join the session.
    pub(crate) fn write_offer(&mut self, engine: &str) -> Result<String, PeerError> {
        let written = parse(engine)?;
        for media in &written.medias {
            self.add_own_line(media);
        }
        let sections = self.lines.iter().map(|line| {
            let Some(media) = standing(line, &written) else { return refused(line) };
            let mut section = media.clone();
            section.attributes.retain(|a| !transport_attribute(&a.attribute) && direction(a).is_none());
            section.add_attribute(Attribute::with_value("setup", "actpass"));
            section.add_attribute(Attribute::new(Direction::new(line.local, true).as_str()));
            section
        });
        compose(&written, sections.collect())
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

    fn add_own_line(&mut self, media: &Media) {
        let read = media_line(media);
        if self.lines.iter().any(|line| line.mid == read.mid) {
            return;
        }
        let kind = read.kind;
        let offered = self.ours.iter().filter(|known| Some(known.kind) == kind);
        let codecs = offered.map(|known| Common { remote: known.as_codec(), known: *known }).collect();
        self.lines.push(Line {
            mid: read.mid,
            kind,
            media: media.media.clone(),
            proto: media.proto.clone(),
            fmt: media.fmt.clone(),
            rejected: false,
            in_engine: true,
            local: true,
            direction: Direction::Inactive,
            codecs,
            ssrcs: Vec::new(),
        });
    }

    /// A line of an answer: the first agreed codec only, so that both sides know what is sent.
    fn answered(&self, line: &Line, engine: &Media) -> Media {
        let mut section = engine.clone();
        section.proto.clone_from(&line.proto);
        if let Some(codec) = line.codecs.first() {
            let payload_type = codec.remote.payload_type.to_string();
            let fmtp = codec.known.answer_fmtp(&codec.remote);
            section.fmt.clone_from(&payload_type);
            section.attributes.retain(|a| !REWRITTEN.contains(&a.attribute.as_str()) && direction(a).is_none());
            let of_codec = |a: &&Attribute| {
                ["rtpmap", "rtcp-fb"].contains(&a.attribute.as_str())
                    && a.value.as_deref().and_then(|v| v.split(' ').next()) == Some(payload_type.as_str())
            };
            section.add_attributes(engine.attributes.iter().filter(of_codec).cloned());
            if !fmtp.is_empty() {
                section.add_attribute(Attribute::with_value("fmtp", format!("{payload_type} {fmtp}")));
            }
        }
        let setup = if self.dtls == Some(DtlsRole::Passive) { "passive" } else { "active" };
        section.add_attribute(Attribute::with_value("setup", setup));
        section.add_attribute(Attribute::new(line.direction.as_str()));
        section
    }
}

/// The engine's section of a line that stands.
fn standing<'a>(line: &Line, written: &'a Session) -> Option<&'a Media> {
    if line.rejected { None } else { written.medias.iter().find(|media| value(media, "mid") == Some(&line.mid)) }
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
