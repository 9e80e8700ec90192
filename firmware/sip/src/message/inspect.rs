//! What can be said about a message by itself: the checks of RFC 3261 section 8.2 that need no state.

use super::headers::decimal;
use super::lexical::{is_token, split};
use super::name_addr::NameAddr;
use super::parse::Defect;
use super::uri::{SipUri, scheme};
use super::{HeaderError, Headers, Request, Response};

/// Extensions that may stand in Require (RFC 3261 section 8.2.2.3).
pub const SUPPORTED: &[&str] = &["100rel", "199", "timer", "outbound", "path", "gruu", "replaces", "norefersub"];

/// Body types understood in INVITE and UPDATE.
pub(super) const SDP: &str = "application/sdp";

impl From<HeaderError> for Defect {
    fn from(error: HeaderError) -> Self {
        Self::bad(error.to_string())
    }
}

/// Is the header section complete and well-formed? Applies to both kinds of message.
fn well_formed(headers: &Headers) -> Result<(), Defect> {
    for name in ["To", "From", "Call-ID", "CSeq"] {
        exactly_one(headers, name)?;
    }
    for name in ["Max-Forwards", "Content-Type", "Expires", "Event"] {
        if headers.all(name).count() > 1 {
            return Err(Defect::bad(format!("{name} appears twice")));
        }
    }
    let addresses = [headers.address("To")?, headers.address("From")?];
    if addresses.iter().any(|a| a.params.has_duplicates()) || headers.get("Call-ID").is_none_or(str::is_empty) {
        return Err(Defect::bad("To, From or Call-ID is not valid"));
    }
    if headers.vias()?.is_empty() {
        return Err(HeaderError::Missing("Via").into());
    }
    headers.cseq()?;
    headers.addresses("Record-Route")?;
    headers.addresses("Route")?;
    contacts(headers)
}

fn exactly_one(headers: &Headers, name: &str) -> Result<(), Defect> {
    match headers.all(name).count() {
        1 => Ok(()),
        0 => Err(Defect::bad(format!("{name} header is missing"))),
        _ => Err(Defect::bad(format!("{name} appears twice"))),
    }
}

fn contacts(headers: &Headers) -> Result<(), Defect> {
    let values = headers.list("Contact")?;
    if values == ["*"] {
        return Ok(());
    }
    values.into_iter().try_for_each(|value| NameAddr::parse(value).map(drop).map_err(Defect::from))
}

/// Is this response well-formed and for us (RFC 3261 section 8.1.3.3)? A defect means it is dropped.
pub fn inspect_response(response: &Response) -> Result<(), Defect> {
    well_formed(&response.headers)?;
    if response.headers.list("Via")?.len() > 1 {
        return Err(Defect::bad("more than one Via: the response is for somebody behind us"));
    }
    Ok(())
}

/// Would a user agent take this request, whoever it is for? `methods` are the methods it handles.
pub fn inspect(request: &Request, methods: &[String]) -> Result<(), Defect> {
    well_formed(&request.headers)?;
    // An unknown method comes before all else that is wrong with it (RFC 3261 section 8.2.1, RFC 4475 section 3.1.2.18).
    inspect_method(request, methods)?;
    let headers = &request.headers;
    let cseq = headers.cseq()?;
    if request.method != cseq.method.as_str() {
        return Err(Defect::bad(format!("CSeq names {}, the request line {}", cseq.method, request.method)));
    }
    if headers.get("Max-Forwards").is_some_and(|v| decimal(v).is_none_or(|n| n > 255)) {
        return Err(Defect::bad("Max-Forwards is not within 0 and 255"));
    }
    inspect_uri(&request.uri)?;
    inspect_contact(request)?;
    // ACK and CANCEL are never refused for an extension (RFC 3261 section 8.2.2.3).
    if request.method != "ACK" && request.method != "CANCEL" {
        inspect_require(headers)?;
        inspect_body(request)?;
    }
    Ok(())
}

fn inspect_uri(uri: &str) -> Result<(), Defect> {
    match scheme(uri).as_deref() {
        Some("sip" | "sips") => {}
        Some(other) => return Err(Defect::new(416, format!("URI scheme {other} is not handled here"))),
        None => return Err(Defect::bad("the Request-URI is not a URI")),
    }
    if SipUri::parse(uri)?.headers.is_some() {
        return Err(Defect::bad("the Request-URI holds headers"));
    }
    Ok(())
}

/// A request that may found a dialog names where its sender is reached (RFC 3261 section 8.1.1.8, spec section 13.3). A
/// caller of RFC 2543, known by its Via without a unique branch, need not (RFC 4475 section 3.4.1): it is reached at From.
fn inspect_contact(request: &Request) -> Result<(), Defect> {
    let headers = &request.headers;
    let founds = request.method == "INVITE" && headers.address("To")?.tag().is_none();
    if founds && headers.get("Contact").is_none() && headers.top_via()?.unique_branch().is_some() {
        return Err(Defect::bad("Missing Contact Header"));
    }
    Ok(())
}

fn inspect_method(request: &Request, methods: &[String]) -> Result<(), Defect> {
    if methods.iter().any(|m| request.method == m.as_str()) {
        return Ok(());
    }
    let status = if request.method.is_recognised() { 405 } else { 501 };
    Err(Defect::new(status, format!("{} is not handled here", request.method)))
}

/// The extensions in Require that we do not have.
pub fn unsupported(headers: &Headers) -> Vec<String> {
    let required = headers.list("Require").unwrap_or_default();
    required.into_iter().filter(|r| !SUPPORTED.iter().any(|s| s.eq_ignore_ascii_case(r))).map(Into::into).collect()
}

fn inspect_require(headers: &Headers) -> Result<(), Defect> {
    headers.list("Require")?;
    match unsupported(headers).as_slice() {
        [] => Ok(()),
        missing => Err(Defect::new(420, format!("extension not supported: {}", missing.join(", ")))),
    }
}

fn inspect_body(request: &Request) -> Result<(), Defect> {
    let headers = &request.headers;
    if request.method != "INVITE" && request.method != "UPDATE" {
        return Ok(());
    }
    if headers.list("Content-Encoding")?.iter().any(|c| !c.eq_ignore_ascii_case("identity")) {
        return Err(Defect::new(415, "compressed bodies are not handled here"));
    }
    if request.typed_body().is_some_and(|body| media_type(&body.content_type) != SDP) {
        return Err(Defect::new(415, "the body holds no application/sdp"));
    }
    let accepted = headers.list("Accept")?;
    let takes_sdp = |t: &&str| matches!(media_type(t).as_str(), SDP | "application/*" | "*/*");
    if !accepted.is_empty() && !accepted.iter().any(takes_sdp) {
        return Err(Defect::new(406, "the caller does not accept application/sdp"));
    }
    Ok(())
}

/// `type/subtype` in lower case without parameters and white space.
pub fn media_type(value: &str) -> String {
    let essence = split(value, b';').and_then(|parts| parts.first().copied()).unwrap_or(value);
    let well_formed = essence.split('/').all(|part| is_token(part.trim()) || part.trim() == "*");
    if well_formed { essence.replace([' ', '\t'], "").to_ascii_lowercase() } else { String::new() }
}
