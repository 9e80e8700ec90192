//! Session descriptions with one audio and one video line, that tell who made them.

use std::fmt::Write as _;

use roombox_sip::api::Body;

/// Who made a description, and for which of its calls: the name and session of the `o=` line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Origin {
    pub(crate) who: String,
    pub(crate) call: u64,
}

impl Origin {
    pub(crate) fn of(text: &str) -> Option<Self> {
        let mut words = text.lines().find_map(|line| line.strip_prefix("o="))?.split(' ');
        Some(Self { who: words.next()?.to_owned(), call: words.next()?.parse().ok()? })
    }
}

/// An offer of a user agent; `version` rises within a session.
pub(crate) fn offer(version: u32) -> Body {
    Body::sdp(&describe(&nobody(), version, "sendrecv"))
}

/// The answer of a user agent to an offer.
pub(crate) fn answer_to(offer: &Body, version: u32) -> Body {
    Body::sdp(&describe(&nobody(), version, answering(offer.text().unwrap_or_default())))
}

fn nobody() -> Origin {
    Origin { who: "-".into(), call: 7 }
}

/// What an answer to this offer says: directions turned round (RFC 3264 section 6.1).
pub(crate) fn answering(offer: &str) -> &'static str {
    match direction(offer) {
        "sendonly" => "recvonly",
        "recvonly" => "sendonly",
        other => other,
    }
}

/// The first direction that a description tells.
pub(crate) fn direction(text: &str) -> &'static str {
    let told = ["sendonly", "recvonly", "inactive"].into_iter().find(|d| text.contains(&format!("a={d}")));
    told.unwrap_or("sendrecv")
}

pub(crate) fn describe(origin: &Origin, version: u32, direction: &str) -> String {
    let Origin { who, call } = origin;
    let mut text =
        format!("v=0\r\no={who} {call} {version} IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n");
    for media in ["audio 4000 RTP/AVP 0", "video 4002 RTP/AVP 96"] {
        // Writing to a String cannot fail.
        let _ = write!(text, "m={media}\r\na={direction}\r\n");
    }
    text
}
