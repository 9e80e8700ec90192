//! Our messages as rsip's, in the form that rsip reads: long names, one value a line, no folding. Its typed values are right
//! for what is left (its own Contact, challenge and IPv6 values are not: ours are used).

use super::headers::long;
use super::{Headers, Request, Response};

/// Headers whose line may hold several values that rsip would not take apart.
const LISTS: &[&str] = &["Via", "Route", "Record-Route", "Contact", "Path", "Service-Route"];

fn headers(headers: &Headers) -> rsip::Headers {
    let mut lines = rsip::Headers::default();
    for line in headers.lines().iter() {
        let name = long(line.name);
        let list = LISTS.iter().any(|list| list.eq_ignore_ascii_case(name));
        let values =
            list.then(|| super::lexical::split(line.value, b',')).flatten().unwrap_or_else(|| vec![line.value]);
        for value in values {
            lines.push(header(name, value));
        }
    }
    lines
}

/// The headers that rsip has types for and that our layers name; any other is kept by its name.
fn header(name: &str, value: &str) -> rsip::Header {
    use rsip::Header;
    match name.to_ascii_lowercase().as_str() {
        "allow" => Header::Allow(value.into()),
        "call-id" => Header::CallId(value.into()),
        "contact" => Header::Contact(value.into()),
        "content-type" => Header::ContentType(value.into()),
        "cseq" => Header::CSeq(value.into()),
        "expires" => Header::Expires(value.into()),
        "from" => Header::From(value.into()),
        "max-forwards" => Header::MaxForwards(value.into()),
        "record-route" => Header::RecordRoute(value.into()),
        "require" => Header::Require(value.into()),
        "route" => Header::Route(value.into()),
        "supported" => Header::Supported(value.into()),
        "to" => Header::To(value.into()),
        "user-agent" => Header::UserAgent(value.into()),
        "via" => Header::Via(value.into()),
        _ => Header::Other(name.into(), value.into()),
    }
}

impl TryFrom<&Request> for rsip::Request {
    type Error = rsip::Error;

    /// Fails where rsip has no such method or URI.
    fn try_from(request: &Request) -> Result<Self, Self::Error> {
        Ok(Self {
            method: request.method.as_str().parse()?,
            uri: request.uri.as_str().try_into()?,
            version: rsip::Version::V2,
            headers: headers(&request.headers),
            body: request.body.to_vec(),
        })
    }
}

impl From<&Response> for rsip::Response {
    fn from(response: &Response) -> Self {
        Self {
            status_code: response.status.into(),
            version: rsip::Version::V2,
            headers: headers(&response.headers),
            body: response.body.to_vec(),
        }
    }
}
