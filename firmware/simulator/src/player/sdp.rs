//! Session descriptions with one audio and one video line.

use std::fmt::Write as _;

use roombox_sip::api::Body;

/// An offer; `version` rises within a session.
pub(crate) fn offer(version: u32) -> Body {
    describe(version, "sendrecv")
}

/// The answer to an offer: the same lines, directions turned round (RFC 3264 section 6.1).
pub(crate) fn answer_to(offer: &Body, version: u32) -> Body {
    let text = offer.text().unwrap_or_default();
    let direction = ["sendonly", "recvonly", "inactive"].into_iter().find(|d| text.contains(&format!("a={d}")));
    describe(
        version,
        match direction {
            Some("sendonly") => "recvonly",
            Some("recvonly") => "sendonly",
            Some("inactive") => "inactive",
            _ => "sendrecv",
        },
    )
}

fn describe(version: u32, direction: &str) -> Body {
    let mut text = format!("v=0\r\no=- 7 {version} IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n");
    for media in ["audio 4000 RTP/AVP 0", "video 4002 RTP/AVP 96"] {
        // Writing to a String cannot fail.
        let _ = write!(text, "m={media}\r\na={direction}\r\n");
    }
    Body::sdp(&text)
}
