//! Session descriptions of a phone without media: one line of G.711 at the discard port, for peers that look at
//! signalling only.

use roombox_sip::api::Body;

/// Makes offers and answers whose version rises (RFC 3264 section 8).
#[derive(Debug)]
pub struct Description {
    version: u32,
}

/// The discard port: nothing is ever sent there.
const PORT: u16 = 9;

impl Description {
    pub(super) fn new() -> Self {
        Self { version: 0 }
    }

    /// An offer with this direction (`sendrecv`, `sendonly`, …).
    pub fn offer(&mut self, direction: &str) -> Body {
        let media = format!("m=audio {PORT} RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000\r\n");
        self.whole(&format!("{media}a=rtpmap:101 telephone-event/8000\r\na={direction}\r\n"))
    }

    /// An answer: G.711 where it is offered as sound, any other line refused.
    pub fn answer(&mut self, offer: &str) -> Body {
        let lines = offer.lines().filter(|line| line.starts_with("m="));
        let directions = directions(offer);
        let media: String = lines.zip(directions).map(|(line, offered)| answer_line(line, &offered)).collect();
        self.whole(&media)
    }

    fn whole(&mut self, media: &str) -> Body {
        self.version += 1;
        let session = format!("v=0\r\no=phone 1 {} IN IP4 127.0.0.1\r\ns=-\r\n", self.version);
        Body::sdp(&format!("{session}c=IN IP4 127.0.0.1\r\nt=0 0\r\n{media}"))
    }
}

fn answer_line(line: &str, offered: &str) -> String {
    let mut words = line.trim_start_matches("m=").split_whitespace();
    let (kind, _, protocol) = (words.next(), words.next(), words.next().unwrap_or("RTP/AVP"));
    let direction = match offered {
        "sendonly" => "recvonly",
        "recvonly" => "sendonly",
        other => other,
    };
    if kind == Some("audio") && words.any(|format| format == "0") {
        format!("m=audio {PORT} {protocol} 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\n")
    } else {
        format!("m={} 0 {protocol} 0\r\n", kind.unwrap_or("audio"))
    }
}

/// The direction of every media line, `sendrecv` where none is told (RFC 8866 section 6.7).
pub fn directions(description: &str) -> Vec<String> {
    const WORDS: [&str; 4] = ["a=sendrecv", "a=sendonly", "a=recvonly", "a=inactive"];
    let mut session = "sendrecv".to_owned();
    let mut media: Vec<String> = Vec::new();
    for line in description.lines().map(str::trim_end) {
        if line.starts_with("m=") {
            media.push(session.clone());
        } else if WORDS.contains(&line) {
            line.trim_start_matches("a=").clone_into(media.last_mut().unwrap_or(&mut session));
        }
    }
    media
}
