//! SIP messages: framing, a lossless header section, typed access to the headers a user agent works with.
//!
//! Parsing is in two steps: [`parse::parse`] takes a message apart and notes the first defect without giving up, so that
//! a broken request can still be answered; [`inspect::inspect`] applies the rules of RFC 3261 section 8.2 to it.
//! [`triage::triage`] does both and says whether the message is taken, refused or dropped.

pub mod framing;
pub mod headers;
pub mod host;
pub mod inspect;
pub mod lexical;
pub mod limits;
pub mod method;
pub mod multipart;
pub mod name_addr;
mod normal;
pub mod params;
pub mod parse;
pub mod reason;
mod section;
pub mod triage;
pub mod uri;
pub mod via;

use std::fmt::Write as _;

use bytes::Bytes;

pub use headers::Headers;
pub use method::Method;

use crate::api::Body;

/// A header that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// The display name is neither quoted nor made of tokens.
    #[error("display name is not valid: {0}")]
    DisplayName(String),
    /// No host name, IPv4 address or IPv6 reference, or a bad port.
    #[error("host is not valid: {0}")]
    Host(String),
    /// The header is required.
    #[error("{0} header is missing")]
    Missing(&'static str),
    /// A number out of its range or not a number.
    #[error("{0} is not valid: {1}")]
    Number(&'static str, String),
    /// Not `;name=value`.
    #[error("parameter is not valid: {0}")]
    Parameter(String),
    /// A quoted string or bracket is left open.
    #[error("quotes or brackets do not match")]
    Unbalanced,
    /// Not a URI, or not in the form its place asks for.
    #[error("URI is not valid: {0}")]
    Uri(String),
    /// Not a Via value.
    #[error("Via is not valid: {0}")]
    Via(String),
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Method.
    pub method: Method,
    /// Request-URI, raw.
    pub uri: String,
    /// Header section.
    pub headers: Headers,
    /// Body, may be empty.
    pub body: Bytes,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// 100..=699.
    pub status: u16,
    /// Reason phrase, may be empty.
    pub reason: String,
    /// Header section.
    pub headers: Headers,
    /// Body, may be empty.
    pub body: Bytes,
}

/// A request or a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// A request.
    Request(Request),
    /// A response.
    Response(Response),
}

impl Request {
    /// The bytes on the wire.
    pub fn to_bytes(&self) -> Bytes {
        write(&format!("{} {} SIP/2.0", self.method, self.uri), &self.headers, &self.body)
    }

    /// Body with its type, `None` when empty; of several parts the description, where the method is about one.
    pub fn typed_body(&self) -> Option<Body> {
        let describes = matches!(self.method.as_str(), "INVITE" | "ACK" | "PRACK" | "UPDATE");
        typed_body(&self.headers, &self.body, describes)
    }

    /// Puts a body in place.
    pub fn set_body(&mut self, body: Option<&Body>) {
        self.body = attach(&mut self.headers, body);
    }
}

impl Response {
    /// The answer to `request` with the headers RFC 3261 section 8.2.6.2 copies; `to_tag` is added when To has none.
    pub fn to(request: &Request, status: u16, reason: Option<&str>, to_tag: Option<&str>) -> Self {
        let mut headers = Headers::default();
        for name in ["Via", "From", "To", "Call-ID", "CSeq"] {
            for value in request.headers.all(name) {
                headers.push(name, value);
            }
        }
        // An unreadable To goes back as it came.
        let untagged = request.headers.address("To").is_ok_and(|to| to.tag().is_none());
        if let (true, Some(tag), Some(to)) = (untagged, to_tag, request.headers.get("To")) {
            headers.set("To", format!("{to};tag={tag}"));
        }
        let reason = reason.unwrap_or_else(|| reason::phrase(status)).into();
        Self { status, reason, headers, body: Bytes::new() }
    }

    /// The bytes on the wire.
    pub fn to_bytes(&self) -> Bytes {
        write(&format!("SIP/2.0 {} {}", self.status, self.reason), &self.headers, &self.body)
    }

    /// Body with its type, `None` when empty; of several parts the description, where there is one.
    pub fn typed_body(&self) -> Option<Body> {
        typed_body(&self.headers, &self.body, true)
    }

    /// Puts a body in place.
    pub fn set_body(&mut self, body: Option<&Body>) {
        self.body = attach(&mut self.headers, body);
    }

    /// The tag of To.
    pub fn to_tag(&self) -> Option<String> {
        self.headers.address("To").ok()?.tag().map(Into::into)
    }
}

fn typed_body(headers: &Headers, body: &Bytes, describes: bool) -> Option<Body> {
    if body.is_empty() {
        return None;
    }
    let content_type = headers.get("Content-Type").unwrap_or("application/octet-stream");
    let description = describes.then(|| multipart::find(content_type, body, inspect::SDP)).flatten();
    description.or_else(|| Some(Body { content_type: content_type.into(), content: body.clone() }))
}

fn attach(headers: &mut Headers, body: Option<&Body>) -> Bytes {
    let Some(body) = body else { return Bytes::new() };
    headers.set("Content-Type", body.content_type.replace(['\r', '\n'], " "));
    body.content.clone()
}

fn write(start_line: &str, headers: &Headers, body: &Bytes) -> Bytes {
    let mut text = String::with_capacity(512 + body.len());
    text.push_str(start_line);
    text.push_str("\r\n");
    for line in headers.lines().iter().filter(|l| !headers::same_name(l.name, "Content-Length")) {
        text.push_str(line.name);
        text.push_str(": ");
        text.push_str(line.value);
        text.push_str("\r\n");
    }
    // Writing to a String cannot fail.
    let _ = write!(text, "Content-Length: {}\r\n\r\n", body.len());
    let mut bytes = text.into_bytes();
    bytes.extend_from_slice(body);
    bytes.into()
}
