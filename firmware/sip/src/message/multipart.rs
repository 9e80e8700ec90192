//! Bodies of several parts (RFC 2046 section 5.1, RFC 5621): the parts as pieces of the body, never copied.

use bytes::Bytes;
use memchr::memmem;

use super::headers::Headers;
use super::inspect::media_type;
use super::params::Params;
use super::section;
use crate::api::Body;

/// Parts looked at: a description, a location, an identity and a picture are four; many more are an attack.
pub const MAX_PARTS: usize = 16;
/// Bodies of several parts inside one another; RFC 5621 section 3 knows of `multipart/mixed` around `multipart/alternative`.
const MAX_DEPTH: usize = 2;

/// One part of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its header lines.
    pub headers: Headers,
    /// Its content.
    pub content: Bytes,
}

impl Part {
    /// Content-Type; `text/plain` where it is left out (RFC 2046 section 5.1).
    pub fn content_type(&self) -> &str {
        self.headers.get("Content-Type").unwrap_or("text/plain")
    }
}

/// The parts of a `multipart/…` body; `None` when it is none, or has no boundary, no end or more than [`MAX_PARTS`].
pub fn parts(content_type: &str, body: &Bytes) -> Option<Vec<Part>> {
    if !media_type(content_type).starts_with("multipart/") {
        return None;
    }
    let (_, params) = content_type.split_once(';')?;
    let params = Params::parse(params).ok()?;
    // RFC 2046 section 5.1.1: one to seventy characters.
    let boundary = params.get("boundary").filter(|b| (1..=70).contains(&b.len()))?;
    let mark = format!("--{boundary}");
    let (mut found, mut rest) = (Vec::new(), after_mark(body, &mark)?);
    while !rest.starts_with(b"--") {
        // White space may stand behind the mark.
        let start = memmem::find(&rest, b"\r\n")? + 2;
        let end = memmem::find(&rest[start - 2..], format!("\r\n{mark}").as_bytes())? + start - 2;
        found.push(part(&rest.slice(start.min(end)..end)));
        rest = rest.slice(end + 2 + mark.len()..);
        if found.len() > MAX_PARTS {
            return None;
        }
    }
    Some(found)
}

/// What follows the first mark, which begins a line.
fn after_mark(body: &Bytes, mark: &str) -> Option<Bytes> {
    if body.starts_with(mark.as_bytes()) {
        return Some(body.slice(mark.len()..));
    }
    let at = memmem::find(body, format!("\r\n{mark}").as_bytes())?;
    Some(body.slice(at + 2 + mark.len()..))
}

fn part(bytes: &Bytes) -> Part {
    // Without header lines the part begins with the empty line.
    let (head, content) = match memmem::find(bytes, b"\r\n\r\n") {
        _ if bytes.starts_with(b"\r\n") => (0, 2),
        Some(end) => (end, end + 4),
        None => (bytes.len(), bytes.len()),
    };
    let (headers, _) = section::parse(&String::from_utf8_lossy(&bytes[..head]));
    Part { headers, content: bytes.slice(content..) }
}

/// The body of type `wanted` (lower case): the whole, or the first such part.
pub fn find(content_type: &str, body: &Bytes, wanted: &str) -> Option<Body> {
    find_within(content_type, body, wanted, MAX_DEPTH)
}

fn find_within(content_type: &str, body: &Bytes, wanted: &str, depth: usize) -> Option<Body> {
    if media_type(content_type) == wanted {
        return Some(Body { content_type: content_type.into(), content: body.clone() });
    }
    let depth = depth.checked_sub(1)?;
    parts(content_type, body)?.iter().find_map(|part| find_within(part.content_type(), &part.content, wanted, depth))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MIXED: &str = "multipart/mixed; boundary=\"b 1\"";

    fn body(text: &str) -> Bytes {
        Bytes::copy_from_slice(text.replace('\n', "\r\n").as_bytes())
    }

    #[test]
    fn parts_are_found_with_their_headers() {
        let body = body("ignored\n--b 1\nContent-Type: text/x\n\none\n\n--b 1  \n\ntwo--b 1\n--b 1--\nignored");
        let parts = parts(MIXED, &body).expect("two parts");
        let told: Vec<_> = parts.iter().map(|p| (p.content_type(), p.content.as_ref())).collect();
        assert_eq!(told, [("text/x", b"one\r\n".as_slice()), ("text/plain", b"two--b 1")]);
    }

    #[test]
    fn a_description_is_found_at_any_allowed_depth() {
        let inner = "--i\nc: Application/SDP\n\nv=0\n\n--i--";
        let outer = format!(
            "--b 1\nContent-Type: text/plain\n\nhi\n--b 1\nc: multipart/alternative;boundary=i\n\n{inner}\n--b 1--"
        );
        let found = find(MIXED, &body(&outer), "application/sdp");
        assert_eq!(found.expect("two levels").content, "v=0\r\n");
        let wrapped = format!("--o\nc: {MIXED}\n\n{outer}\n--o--");
        assert_eq!(find("multipart/mixed;boundary=o", &body(&wrapped), "application/sdp"), None, "three are too many");
        let found = find("multipart/mixed;boundary=i", &body(inner), "application/sdp").expect("one level");
        assert_eq!(found.content, "v=0\r\n");
        let whole = find("application/sdp", &body("v=0\n"), "application/sdp").expect("the whole");
        assert_eq!(whole.content, "v=0\r\n");
    }

    #[test]
    fn what_has_no_end_or_too_many_parts_has_none() {
        assert_eq!(parts(MIXED, &body("--b 1\n\nx\n")), None);
        assert_eq!(parts(MIXED, &body("")), None);
        assert_eq!(parts("multipart/mixed", &body("--\n\nx\n----")), None);
        assert_eq!(parts("text/plain", &body("x")), None);
        assert_eq!(parts(MIXED, &body(&format!("{}--b 1--", "--b 1\n\nx\n".repeat(MAX_PARTS + 1)))), None);
    }

    #[test]
    fn empty_parts_are_parts() {
        let parts = parts(MIXED, &body("--b 1\n--b 1\n\n--b 1--")).expect("two parts");
        assert!(parts.iter().all(|part| part.content.is_empty()), "{parts:?}");
    }
}
