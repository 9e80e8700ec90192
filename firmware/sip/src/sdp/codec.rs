//! Codecs of an m-line.

use super::{MediaLine, Section};

/// One payload type (RFC 8866 sections 6.6 and 6.15, RFC 4585 section 4.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codec<'a> {
    /// 0..=127.
    pub payload_type: u8,
    /// `H264`, `opus`…; names are compared without regard to case.
    pub name: &'a str,
    /// Ticks per second.
    pub clock_rate: u32,
    /// Sound channels; 1 where nothing is said.
    pub channels: u8,
    /// The format parameters, as written.
    pub parameters: Option<&'a str>,
    /// Feedback messages: those for this payload type and those for all (`*`).
    pub feedback: Vec<&'a str>,
}

/// Payload types that need no rtpmap (RFC 3551 section 6): those still met.
const STATIC: [(u8, &str, u32); 9] = [
    (0, "PCMU", 8000),
    (3, "GSM", 8000),
    (4, "G723", 8000),
    (8, "PCMA", 8000),
    (9, "G722", 8000),
    (13, "CN", 8000),
    (18, "G729", 8000),
    (31, "H261", 90000),
    (34, "H263", 90000),
];

/// What helps other codecs but carries no picture or sound of its own.
const HELPERS: [&str; 6] = ["rtx", "red", "ulpfec", "flexfec-03", "telephone-event", "CN"];

impl Codec<'_> {
    /// Can a stream consist of it?
    pub fn is_media(&self) -> bool {
        !HELPERS.iter().any(|helper| helper.eq_ignore_ascii_case(self.name))
    }

    /// The same codec, whatever its number and parameters are?
    pub fn is_same(&self, other: &Codec<'_>) -> bool {
        self.name.eq_ignore_ascii_case(other.name)
            && (self.clock_rate, self.channels) == (other.clock_rate, other.channels)
    }
}

impl Section {
    /// The codecs of an RTP m-line in order of preference; payload types that nothing explains are left out.
    pub fn codecs(&self) -> Vec<Codec<'_>> {
        let Some(line) = self.media_line().filter(MediaLine::is_rtp) else { return Vec::new() };
        line.formats.split_whitespace().filter_map(|format| self.codec(format.parse().ok()?)).collect()
    }

    fn codec(&self, payload_type: u8) -> Option<Codec<'_>> {
        let mapped = self.of_payload("rtpmap", payload_type).find_map(|(_, map)| {
            let mut parts = map.trim().split('/');
            let (name, rate) = (parts.next()?, parts.next()?.parse().ok()?);
            Some((name, rate, parts.next().and_then(|n| n.parse().ok()).unwrap_or(1)))
        });
        let fixed =
            || STATIC.iter().find(|(number, ..)| *number == payload_type).map(|(_, name, rate)| (*name, *rate, 1));
        let (name, clock_rate, channels) = mapped.or_else(fixed)?;
        let parameters = self.of_payload("fmtp", payload_type).map(|(_, parameters)| parameters.trim()).next();
        let feedback = self.of_payload("rtcp-fb", payload_type).map(|(_, feedback)| feedback.trim()).collect();
        Some(Codec { payload_type, name, clock_rate, channels, parameters, feedback })
    }

    /// The attributes `name:<payload type> rest` of this payload type or of all.
    fn of_payload<'a>(&'a self, name: &'a str, payload_type: u8) -> impl Iterator<Item = (&'a str, &'a str)> {
        let pairs = self.attributes(name).filter_map(|value| value.trim_start().split_once(' '));
        pairs.filter(move |(number, _)| *number == "*" || number.parse() == Ok(payload_type))
    }
}
