//! What a session description says about each m-line, for whoever has to look into one (RFC 8866, RFC 9429).

use std::collections::HashMap;

use sdp_types::{Media, Session};

use super::{Codec, Kind, PeerError};

/// Direction of an m-line, seen from the side that wrote the description (RFC 3264 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Sends and receives.
    SendRecv,
    /// Sends only.
    SendOnly,
    /// Receives only.
    RecvOnly,
    /// Neither.
    Inactive,
}

impl Direction {
    /// From the two halves.
    pub fn new(sends: bool, receives: bool) -> Self {
        match (sends, receives) {
            (true, true) => Self::SendRecv,
            (true, false) => Self::SendOnly,
            (false, true) => Self::RecvOnly,
            (false, false) => Self::Inactive,
        }
    }

    /// The writer sends.
    pub fn sends(self) -> bool {
        matches!(self, Self::SendRecv | Self::SendOnly)
    }

    /// The writer receives.
    pub fn receives(self) -> bool {
        matches!(self, Self::SendRecv | Self::RecvOnly)
    }

    /// The same line seen from the other side.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self::new(self.receives(), self.sends())
    }

    /// What both allow.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::new(self.sends() && other.sends(), self.receives() && other.receives())
    }

    /// The attribute's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SendRecv => "sendrecv",
            Self::SendOnly => "sendonly",
            Self::RecvOnly => "recvonly",
            Self::Inactive => "inactive",
        }
    }

    pub(crate) fn from_attribute(name: &str) -> Option<Self> {
        [Self::SendRecv, Self::SendOnly, Self::RecvOnly, Self::Inactive].into_iter().find(|d| d.as_str() == name)
    }
}

/// One m-line of a session description.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaLine {
    /// m-line identification, empty where the description has none.
    pub mid: String,
    /// Audio or video; nothing for what we do not know (`application`, `text`, …).
    pub kind: Option<Kind>,
    /// Port 0 and not `bundle-only`: refused or stopped.
    pub rejected: bool,
    /// Direction of the side that wrote it.
    pub direction: Direction,
    /// Codecs in the order of the m-line; repair formats (RTX, RED, …) included.
    pub codecs: Vec<Codec>,
    /// SSRCs announced, repair streams left out (RFC 5576).
    pub ssrcs: Vec<u32>,
    /// Streams and the streams that repair them by retransmission (RFC 5576 section 4.2, FID).
    pub repairs: Vec<(u32, u32)>,
}

/// The m-lines of a session description, in order.
pub fn media_lines(sdp: &str) -> Result<Vec<MediaLine>, PeerError> {
    Ok(parse(sdp)?.medias.iter().map(media_line).collect())
}

/// Parses a session description; tolerates bare line feeds and missing last line ends.
pub(crate) fn parse(sdp: &str) -> Result<Session, PeerError> {
    if sdp.trim().is_empty() {
        return Err(PeerError::BadSdp("it is empty".into()));
    }
    Session::parse(sdp.as_bytes()).map_err(|error| PeerError::BadSdp(error.to_string()))
}

/// Writes a session description.
pub(crate) fn render(session: &Session) -> Result<String, PeerError> {
    let mut text = Vec::with_capacity(4096);
    session.write(&mut text).map_err(|error| PeerError::Engine(format!("writing SDP: {error}")))?;
    String::from_utf8(text).map_err(|error| PeerError::Engine(format!("writing SDP: {error}")))
}

/// First value of an attribute of an m-line.
pub(crate) fn value<'a>(media: &'a Media, name: &'a str) -> Option<&'a str> {
    media.get_first_attribute_value(name).flatten()
}

/// All values of an attribute of an m-line.
pub(crate) fn values<'a>(media: &'a Media, name: &'static str) -> impl Iterator<Item = &'a str> {
    media.attributes.iter().filter(move |a| a.attribute == name).filter_map(|a| a.value.as_deref())
}

pub(crate) fn media_line(media: &Media) -> MediaLine {
    let direction = media.attributes.iter().find_map(|a| Direction::from_attribute(&a.attribute));
    MediaLine {
        mid: value(media, "mid").unwrap_or_default().to_owned(),
        kind: kind(media),
        rejected: media.port == 0 && !media.has_attribute("bundle-only"),
        direction: direction.unwrap_or(Direction::SendRecv),
        codecs: codecs(media),
        ssrcs: ssrcs(media),
        repairs: repairs(media),
    }
}

fn kind(media: &Media) -> Option<Kind> {
    match media.media.as_str() {
        "audio" => Some(Kind::Audio),
        "video" => Some(Kind::Video),
        _ => None,
    }
}

/// `<payload type> <rest>` attributes as a map.
fn by_payload<'a>(media: &'a Media, name: &'static str) -> HashMap<u8, &'a str> {
    values(media, name)
        .filter_map(|v| v.split_once(' '))
        .filter_map(|(pt, rest)| Some((pt.parse().ok()?, rest)))
        .collect()
}

fn codecs(media: &Media) -> Vec<Codec> {
    let maps = by_payload(media, "rtpmap");
    let parameters = by_payload(media, "fmtp");
    let codec = |payload_type: u8| {
        // RFC 3551 table 4: these need no rtpmap.
        let map = maps.get(&payload_type).copied().or(match payload_type {
            0 => Some("PCMU/8000"),
            8 => Some("PCMA/8000"),
            9 => Some("G722/8000"),
            _ => None,
        })?;
        let mut parts = map.trim().split('/');
        Some(Codec {
            name: parts.next()?.to_uppercase(),
            payload_type,
            clock_rate: parts.next()?.parse().ok()?,
            fmtp: parameters.get(&payload_type).copied().unwrap_or_default().trim().to_owned(),
        })
    };
    media.fmt.split_whitespace().filter_map(|pt| pt.parse().ok()).filter_map(codec).collect()
}

fn ssrcs(media: &Media) -> Vec<u32> {
    // ssrc-group:FID and FEC-FR name the repaired stream first, its repair streams after it.
    let repair: Vec<u32> = values(media, "ssrc-group")
        .filter(|group| group.starts_with("FID ") || group.starts_with("FEC"))
        .flat_map(|group| group.split_whitespace().skip(2).filter_map(|s| s.parse().ok()))
        .collect();
    let mut found: Vec<u32> = Vec::new();
    for ssrc in values(media, "ssrc").filter_map(|v| v.split_whitespace().next()?.parse().ok()) {
        if !repair.contains(&ssrc) && !found.contains(&ssrc) {
            found.push(ssrc);
        }
    }
    found
}

fn repairs(media: &Media) -> Vec<(u32, u32)> {
    let pair = |group: &str| {
        let mut streams = group.strip_prefix("FID ")?.split_whitespace().map(str::parse);
        Some((streams.next()?.ok()?, streams.next()?.ok()?))
    };
    values(media, "ssrc-group").filter_map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "v=0\r\no=- 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
        m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\na=mid:0\r\na=rtpmap:111 opus/48000/2\r\na=fmtp:111 useinbandfec=1\r\na=sendonly\r\n\
        m=video 9 UDP/TLS/RTP/SAVPF 96 97\r\na=mid:1\r\na=rtpmap:96 VP8/90000\r\na=rtpmap:97 rtx/90000\r\n\
        a=ssrc-group:FID 10 11\r\na=ssrc:10 cname:x\r\na=ssrc:11 cname:x\r\n\
        m=application 0 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n";

    #[test]
    fn lines_are_read_with_codecs_directions_and_streams() {
        let lines = media_lines(OFFER).unwrap();
        assert_eq!(lines.len(), 3);
        assert_eq!(lines[0].kind, Some(Kind::Audio));
        assert_eq!(lines[0].direction, Direction::SendOnly);
        assert_eq!(lines[0].codecs[0].name, "OPUS");
        assert_eq!(lines[0].codecs[0].fmtp, "useinbandfec=1");
        assert_eq!(lines[0].codecs[1].name, "PCMU");
        assert_eq!((&lines[1].ssrcs, &lines[1].repairs), (&vec![10], &vec![(10, 11)]));
        assert!(lines[2].rejected);
        assert_eq!(lines[2].kind, None);
    }

    #[test]
    fn what_is_not_a_description_is_refused_with_words() {
        for text in ["", "   ", "hello"] {
            assert!(matches!(media_lines(text), Err(PeerError::BadSdp(_))), "{text:?}");
        }
    }

    #[test]
    fn a_direction_reversed_twice_is_the_same() {
        for direction in [Direction::SendRecv, Direction::SendOnly, Direction::RecvOnly, Direction::Inactive] {
            assert_eq!(direction.reversed().reversed(), direction);
            assert_eq!(Direction::from_attribute(direction.as_str()), Some(direction));
        }
    }
}
