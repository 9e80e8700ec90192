//! Taking a message apart. The first defect is noted, not fatal, so that a broken request can be answered.

use bytes::Bytes;
use memchr::memmem;

use super::framing::Framing;
use super::headers::decimal;
use super::lexical::is_token;
use super::limits::{MAX_HEAD, MAX_MESSAGE};
use super::{Headers, Message, Method, Request, Response, section};

/// Not a SIP message at all: nothing can be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
    /// The header section is not UTF-8 (RFC 3261 section 7).
    #[error("the header section is not UTF-8")]
    NotUtf8(#[from] std::str::Utf8Error),
    /// The start line is neither a request line nor a status line.
    #[error("the start line is neither a request line nor a status line")]
    StartLine,
}

/// What is wrong with a message that could be taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Defect {
    /// The status a request with it is answered with.
    pub status: u16,
    /// One plain sentence.
    pub reason: String,
}

impl Defect {
    pub(crate) fn new(status: u16, reason: impl Into<String>) -> Self {
        Self { status, reason: reason.into() }
    }

    pub(crate) fn bad(reason: impl Into<String>) -> Self {
        Self::new(400, reason)
    }
}

/// A message and its first defect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// As much of it as could be read.
    pub message: Message,
    /// The first defect found.
    pub defect: Option<Defect>,
}

/// Takes one whole message apart. Empty lines before it are skipped (RFC 3261 section 7.5).
pub fn parse(bytes: &Bytes, framing: Framing) -> Result<Parsed, ParseError> {
    let leading = bytes.iter().take_while(|b| matches!(b, b'\r' | b'\n')).count();
    let bytes = bytes.slice(leading..);
    let (head_end, body_start, end_defect) = split_head(&bytes);
    let head = std::str::from_utf8(&bytes[..head_end])?;
    let start_line = head.split_once("\r\n").map_or(head, |(line, _)| line);
    let (mut message, mut defect) = parse_start_line(start_line)?;
    let (headers, header_defect) = section::parse(&head[start_line.len()..]);
    let (body, length_defect) = take_body(&headers, bytes.slice(body_start..), framing);
    let doubled = framing == Framing::WebSocket && matches!(message, Message::Request(_));
    let doubled = (doubled && holds_another(&bytes[body_start + body.len()..]))
        .then(|| Defect::bad("another SIP message follows; a WebSocket message holds one"));
    defect = defect.or(end_defect).or(header_defect).or(length_defect).or(doubled);
    match &mut message {
        Message::Request(request) => (request.headers, request.body) = (headers, body),
        Message::Response(response) => (response.headers, response.body) = (headers, body),
    }
    Ok(Parsed { message, defect })
}

/// End of the header section, start of the body, and what is wrong with the end: a message may stop with its last header
/// line, but not within it.
fn split_head(bytes: &Bytes) -> (usize, usize, Option<Defect>) {
    let window = &bytes[..bytes.len().min(MAX_HEAD)];
    if let Some(end) = memmem::find(window, b"\r\n\r\n") {
        return (end, end + 4, None);
    }
    let defect = if window.len() < bytes.len() {
        Some(Defect::new(513, format!("the header section is larger than {MAX_HEAD} octets")))
    } else {
        (!bytes.ends_with(b"\r\n")).then(|| Defect::bad("the header section has no end"))
    };
    // Half a line may be half a character.
    let end = memmem::rfind(window, b"\r\n").unwrap_or(window.len());
    (end, bytes.len(), defect)
}

fn parse_start_line(line: &str) -> Result<(Message, Option<Defect>), ParseError> {
    let (first, rest) = line.split_once(' ').ok_or(ParseError::StartLine)?;
    if first.get(..4).is_some_and(|p| p.eq_ignore_ascii_case("SIP/")) {
        return Ok(parse_status_line(first, rest));
    }
    if !is_token(first) {
        return Err(ParseError::StartLine);
    }
    let trimmed = rest.trim_end();
    let (uri, version) = trimmed.rsplit_once(' ').ok_or(ParseError::StartLine)?;
    let Some(number) = version.get(..4).filter(|p| p.eq_ignore_ascii_case("SIP/")).map(|_| &version[4..]) else {
        return Err(ParseError::StartLine);
    };
    let defect = if number != "2.0" {
        Some(Defect::new(505, format!("SIP version {number} is not 2.0")))
    } else if trimmed.len() != rest.len()
        || uri.is_empty()
        || uri.bytes().any(|b| b.is_ascii_whitespace() || b.is_ascii_control())
    {
        Some(Defect::bad("the request line has white space where none is allowed"))
    } else {
        None
    };
    let (headers, body) = (Headers::default(), Bytes::new());
    Ok((Message::Request(Request { method: Method::new(first), uri: uri.trim().into(), headers, body }), defect))
}

fn parse_status_line(version: &str, rest: &str) -> (Message, Option<Defect>) {
    let (code, reason) = rest.split_once(' ').unwrap_or((rest, ""));
    let status = decimal(code).filter(|n| (100..700).contains(n)).and_then(|n| u16::try_from(n).ok());
    let defect = match status {
        None => Some(Defect::bad(format!("status code {code} is not within 100 and 699"))),
        Some(_) if !version[4..].eq("2.0") => Some(Defect::new(505, "SIP version is not 2.0")),
        Some(_) => None,
    };
    // A code out of range reads as the worst of all; the defect keeps it from being used.
    let status = status.unwrap_or(699);
    let (headers, body) = (Headers::default(), Bytes::new());
    (Message::Response(Response { status, reason: reason.into(), headers, body }), defect)
}

/// Does a SIP message stand behind the body? Other octets there are ignored (RFC 3261 section 18.3), but a second message in
/// one WebSocket message (RFC 7118 section 5) would be lost in silence.
fn holds_another(rest: &[u8]) -> bool {
    let line = rest.trim_ascii_start().split(|b| *b == b'\r').next().unwrap_or_default();
    std::str::from_utf8(line).is_ok_and(|line| parse_start_line(line).is_ok())
}

/// Cuts the body by Content-Length (RFC 3261 section 18.3).
fn take_body(headers: &Headers, rest: Bytes, framing: Framing) -> (Bytes, Option<Defect>) {
    let mut lengths = headers.all("Content-Length");
    let (length, second) = (lengths.next(), lengths.next());
    if second.is_some() {
        return (Bytes::new(), Some(Defect::bad("Content-Length appears twice")));
    }
    if rest.len() > MAX_MESSAGE {
        return (Bytes::new(), Some(too_large()));
    }
    let Some(length) = length else {
        let defect = (framing == Framing::Stream).then(|| Defect::bad("Content-Length is missing on a stream"));
        return (rest, defect);
    };
    match decimal(length).and_then(|n| usize::try_from(n).ok()) {
        None => (Bytes::new(), Some(Defect::bad(format!("Content-Length is not a number: {length}")))),
        Some(n) if n > MAX_MESSAGE => (Bytes::new(), Some(too_large())),
        Some(n) if n > rest.len() => (rest, Some(Defect::bad("the body is shorter than Content-Length"))),
        Some(n) => (rest.slice(..n), None),
    }
}

fn too_large() -> Defect {
    Defect::new(513, format!("the body is larger than {MAX_MESSAGE} octets"))
}
