//! Each kind of broken message, and what a box does with it.

use std::fmt::Write as _;

use roombox_sip::api::Transport;
use roombox_sip::message::limits::{MAX_HEAD, MAX_HEADERS, MAX_MESSAGE};

use super::peer::Peer;

/// What the sender of a broken message gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Gets {
    Answer(u16),
    /// And a header line of this name that tells what would be taken.
    AnswerWith(u16, &'static str),
    AnswerAndClose(u16),
    Nothing,
    NothingAndClose,
}
use Gets::{Answer, AnswerAndClose, AnswerWith, Nothing, NothingAndClose};

/// What has happened before the broken message came.
#[derive(Clone, Copy, Debug)]
enum Before {
    /// Nothing.
    Fresh,
    /// An INVITE of CSeq 5 was received.
    Ringing,
    /// And accepted.
    Established,
}
use Before::{Established, Fresh, Ringing};

pub(crate) struct Row {
    broken: &'static str,
    over: Transport,
    before: Before,
    message: Vec<u8>,
    gets: Gets,
}

/// A good request of this method, with changes.
struct Draft {
    start: String,
    lines: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

fn draft(method: &str) -> Draft {
    let line = |name, value: &str| (name, value.to_owned());
    Draft {
        start: format!("{method} sip:room-12@box.example SIP/2.0"),
        lines: vec![
            line("Via", "SIP/2.0/TCP gate.example.net;branch=z9hG4bKbad"),
            line("Max-Forwards", "70"),
            line("From", "<sip:anna@example.net>;tag=a1"),
            line("To", "<sip:room-12@box.example>"),
            line("Call-ID", "bad@gate.example.net"),
            ("CSeq", format!("7 {method}")),
            line("Contact", "<sip:anna@gate.example.net>"),
            line("Content-Length", "0"),
        ],
        body: Vec::new(),
    }
}

impl Draft {
    fn start(mut self, start: &str) -> Self {
        self.start = start.into();
        self
    }

    fn set(mut self, name: &'static str, value: &str) -> Self {
        self.lines.retain(|(n, _)| *n != name);
        self.add(name, value)
    }

    fn add(mut self, name: &'static str, value: &str) -> Self {
        self.lines.push((name, value.into()));
        self
    }

    fn without(mut self, name: &str) -> Self {
        self.lines.retain(|(n, _)| *n != name);
        self
    }

    fn body(self, content_type: &str, body: &str) -> Self {
        let mut draft = self.set("Content-Type", content_type).set("Content-Length", &body.len().to_string());
        draft.body = body.into();
        draft
    }

    fn bytes(self) -> Vec<u8> {
        let mut head = self.start + "\r\n";
        for (name, value) in &self.lines {
            write!(head, "{name}: {value}\r\n").expect("a string takes all");
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }
}

fn response(status_line: &str) -> Draft {
    draft("OPTIONS").start(status_line).without("Max-Forwards").without("Contact")
}

/// Bytes with one piece replaced.
fn replaced(bytes: &[u8], old: &str, new: &[u8]) -> Vec<u8> {
    let at = bytes.windows(old.len()).position(|window| window == old.as_bytes()).expect(old);
    [&bytes[..at], new, &bytes[at + old.len()..]].concat()
}

pub(crate) fn rows() -> Vec<Row> {
    [framing(), headers(), requests(), dialogs(), silent()].into_iter().flatten().collect()
}

fn row(broken: &'static str, over: Transport, draft: impl Into<Vec<u8>>, gets: Gets) -> Row {
    Row { broken, over, before: Fresh, message: draft.into(), gets }
}

impl From<Draft> for Vec<u8> {
    fn from(draft: Draft) -> Self {
        draft.bytes()
    }
}

fn framing() -> Vec<Row> {
    use Transport::{Tcp, Udp, Ws};
    let long = "x".repeat(MAX_HEAD);
    let huge = "x".repeat(MAX_MESSAGE + 1);
    let options = || draft("OPTIONS");
    let many = (0..=MAX_HEADERS).fold(options(), |draft, _| draft.add("X", "1"));
    let two = [options().bytes(), options().bytes()].concat();
    vec![
        row("no SIP at all", Ws, *b"hello?\r\n\r\n", Nothing),
        row("header section larger than 64 KiB", Ws, options().add("X", &long), Answer(513)),
        row("header section that does not end within 64 KiB", Tcp, options().add("X", &long), AnswerAndClose(513)),
        row("the same without a Via", Tcp, "x".repeat(MAX_HEAD + 1), NothingAndClose),
        row("more than 256 header lines", Ws, many, Answer(513)),
        row("body larger than 256 KiB", Ws, options().body("text/plain", &huge), Answer(513)),
        row("Content-Length of 2 GiB", Tcp, options().set("Content-Length", "2147483648"), AnswerAndClose(513)),
        row("Content-Length of 2 GiB", Udp, options().set("Content-Length", "2147483648"), Answer(513)),
        row("Content-Length larger than the body", Ws, options().set("Content-Length", "9"), Answer(400)),
        row("Content-Length larger than what came so far", Tcp, options().set("Content-Length", "9"), Nothing),
        row("Content-Length that is no number", Udp, options().set("Content-Length", "2 or 3"), Answer(400)),
        row("Content-Length that is no number", Tcp, options().set("Content-Length", "-1"), AnswerAndClose(400)),
        row("Content-Length twice", Tcp, options().add("l", "0"), AnswerAndClose(400)),
        row("no Content-Length", Tcp, options().without("Content-Length"), AnswerAndClose(400)),
        row("no Content-Length", Ws, options().without("Content-Length"), Answer(200)),
        row("octets behind the body", Udp, [options().bytes(), b"noise".to_vec()].concat(), Answer(200)),
        row("a second message behind the body", Ws, two, Answer(400)),
        row("header section without its last empty line", Udp, options().bytes().trim_ascii_end(), Answer(400)),
    ]
}

fn headers() -> Vec<Row> {
    use Transport::Ws;
    let options = || draft("OPTIONS");
    let good = options().bytes();
    vec![
        row("header section that is not UTF-8", Ws, replaced(&good, "anna", b"\xff\xfe"), Nothing),
        row("a line that is no header line", Ws, replaced(&good, "Max-Forwards:", b"Max Forwards"), Answer(400)),
        row("a bare LF in a header line", Ws, options().add("X", "a\nb"), Answer(400)),
        row("Via that cannot be read", Ws, options().set("Via", "SIP/2.0/WS"), Answer(400)),
        row("no From (To, Call-ID, CSeq likewise)", Ws, options().without("From"), Answer(400)),
        row(
            "two From (To, Call-ID, CSeq, Max-Forwards likewise)",
            Ws,
            options().add("f", "<sip:b@c>;tag=2"),
            Answer(400),
        ),
        row("quotes left open", Ws, options().set("From", "\"Anna <sip:anna@example.net>;tag=1"), Answer(400)),
        row("CSeq that is no number", Ws, options().set("CSeq", "one OPTIONS"), Answer(400)),
        row("CSeq of 2^31 or more", Ws, options().set("CSeq", "2147483648 OPTIONS"), Answer(400)),
        row("CSeq of another method", Ws, options().set("CSeq", "7 INFO"), Answer(400)),
        row("Max-Forwards that is no number", Ws, options().set("Max-Forwards", "many"), Answer(400)),
        row("Max-Forwards 0: it has arrived", Ws, options().set("Max-Forwards", "0"), Answer(200)),
        row("Date that cannot be read: not needed", Ws, options().add("Date", "yesterday"), Answer(200)),
    ]
}

fn requests() -> Vec<Row> {
    use Transport::Ws;
    let invite = || draft("INVITE");
    let to = |uri: &str| draft("OPTIONS").start(&format!("OPTIONS {uri} SIP/2.0"));
    vec![
        row(
            "another version of SIP",
            Ws,
            draft("OPTIONS").start("OPTIONS sip:room-12@box.example SIP/3.0"),
            Answer(505),
        ),
        row("unknown method", Ws, draft("DANCE"), AnswerWith(501, "Allow")),
        row("method that a box does not take", Ws, draft("REGISTER"), AnswerWith(405, "Allow")),
        row("Request-URI of another scheme", Ws, to("tel:+4930123456"), Answer(416)),
        row("Request-URI that cannot be read", Ws, to("sip:2001:db8::1"), Answer(400)),
        row("Request-URI with headers", Ws, to("sip:room-12@box.example?X=1"), Answer(400)),
        row("another user", Ws, to("sip:room-13@box.example"), Answer(404)),
        row(
            "Require of what we do not have",
            Ws,
            invite().add("Require", "levitation"),
            AnswerWith(420, "Unsupported"),
        ),
        row("offer that is no SDP", Ws, invite().body("text/plain", "hello"), AnswerWith(415, "Accept")),
        row(
            "offer that is compressed",
            Ws,
            invite().body("application/sdp", "x").add("e", "gzip"),
            AnswerWith(415, "Accept"),
        ),
        row("Accept without SDP", Ws, invite().add("Accept", "text/plain"), Answer(406)),
        row("INVITE without Contact", Ws, invite().without("Contact"), Answer(400)),
        row(
            "Session-Expires below 90 s",
            Ws,
            invite().add("Session-Expires", "30").add("k", "timer"),
            AnswerWith(422, "Min-SE"),
        ),
    ]
}

fn dialogs() -> Vec<Row> {
    let inside = |method: &str| draft(method).set("To", "<sip:room-12@box.example>;tag=MINE");
    let row =
        |broken, before, draft: Draft, gets| Row { broken, over: Transport::Ws, before, message: draft.bytes(), gets };
    let again = draft("INVITE").set("CSeq", "5 INVITE");
    let other_way =
        draft("INVITE").set("CSeq", "5 INVITE").set("Via", "SIP/2.0/TCP gate.example.net;branch=z9hG4bKway");
    vec![
        row("request in a dialog that is not there", Fresh, draft("BYE").set("To", "<sip:x@y>;tag=gone"), Answer(481)),
        row("BYE, INFO or UPDATE outside a dialog", Fresh, draft("BYE"), Answer(481)),
        row("CANCEL of nothing", Fresh, draft("CANCEL"), Answer(481)),
        row(
            "wrong tag in a call",
            Established,
            inside("INFO").set("From", "<sip:anna@example.net>;tag=other"),
            Answer(481),
        ),
        row("older CSeq than the last in a call", Established, inside("INFO").set("CSeq", "4 INFO"), Answer(500)),
        row("the same INVITE again: the same answer", Ringing, again, Answer(180)),
        row("the same INVITE by another way", Ringing, other_way, Answer(482)),
    ]
}

fn silent() -> Vec<Row> {
    use Transport::Ws;
    vec![
        row("request without a Via", Ws, draft("OPTIONS").without("Via"), Nothing),
        row("broken ACK", Ws, draft("ACK").set("CSeq", "x ACK"), Nothing),
        row("ACK of no call", Ws, draft("ACK"), Nothing),
        row("response that answers nothing", Ws, response("SIP/2.0 200 OK"), Nothing),
        row("response with two Via", Ws, response("SIP/2.0 200 OK").add("v", "SIP/2.0/WS behind.example"), Nothing),
        row("response of no status between 100 and 699", Ws, response("SIP/2.0 700 What"), Nothing),
        row("response without CSeq", Ws, response("SIP/2.0 200 OK").without("CSeq"), Nothing),
    ]
}

impl Row {
    /// What happens otherwise than the row says.
    pub(crate) fn wrong(&self) -> Option<String> {
        let mut peer = Peer::of_box(self.over);
        let mut message = self.message.clone();
        if !matches!(self.before, Fresh) {
            peer.receive(&draft("INVITE").set("CSeq", "5 INVITE").bytes());
        }
        if matches!(self.before, Established) {
            peer.accept();
            let answer = String::from_utf8_lossy(peer.sent.last()?).into_owned();
            let tag =
                answer.lines().find_map(|l| l.strip_prefix("To:")?.split_once("tag=")).map(|(_, tag)| tag.to_owned());
            message = replaced(&message, "MINE", tag.expect("a tag").as_bytes());
        }
        peer.sent.clear();
        let events = peer.events.len();
        peer.receive(&message);
        // Every INVITE gets 100 at once.
        peer.sent.retain(|bytes| !bytes.starts_with(b"SIP/2.0 100 "));
        let answer = peer.sent.first().map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let status = answer.as_deref().and_then(|text| text.split(' ').nth(1)).and_then(|status| status.parse().ok());
        let has = |name: &str| answer.as_deref().is_some_and(|text| text.contains(&format!("\r\n{name}: ")));
        let right = match self.gets {
            Answer(wanted) => status == Some(wanted) && !peer.closed,
            AnswerWith(wanted, name) => status == Some(wanted) && has(name) && !peer.closed,
            AnswerAndClose(wanted) => status == Some(wanted) && peer.closed,
            Nothing => answer.is_none() && !peer.closed,
            NothingAndClose => answer.is_none() && peer.closed,
        };
        let quiet = peer.events.len() == events && peer.sent.len() <= 1;
        let told = answer.unwrap_or_default().lines().next().unwrap_or_default().to_owned();
        (!right || !quiet).then(|| format!("{} over {:?}: {told}, closed: {}", self.broken, self.over, peer.closed))
    }

    fn gets(&self) -> String {
        match self.gets {
            Answer(200) => "taken: 200".into(),
            Answer(status) => format!("**{status}**"),
            AnswerWith(status, name) => format!("**{status}** with {name}"),
            AnswerAndClose(status) => format!("**{status}**, then the connection is closed"),
            Nothing => "nothing".into(),
            NothingAndClose => "nothing, and the connection is closed".into(),
        }
    }
}

/// The table of the page.
pub(crate) fn table(rows: &[Row]) -> String {
    let mut table = String::from("\n| what is broken | over | what its sender gets |\n|---|---|---|\n");
    for row in rows {
        let over = match row.over {
            Transport::Ws => "WebSocket",
            Transport::Udp => "UDP",
            _ => "TCP",
        };
        writeln!(table, "| {} | {over} | {} |", row.broken, row.gets()).expect("a string takes all");
    }
    table.push('\n');
    table
}
