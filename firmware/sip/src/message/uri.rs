//! `sip:` and `sips:` URIs, as far as a user agent looks into them. The text itself is kept raw everywhere.

use memchr::{memchr, memrchr};

use super::HeaderError;
use super::host::split_host_port;
use super::params::Params;

/// A parsed `sip:` or `sips:` URI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SipUri {
    /// `sips:`?
    pub secure: bool,
    /// User part with escapes resolved; parameters of the user part stay in it.
    pub user: Option<String>,
    /// Host, lower case, IPv6 in brackets.
    pub host: String,
    /// Port where given.
    pub port: Option<u16>,
    /// URI parameters.
    pub params: Params,
    /// Headers after `?`, raw.
    pub headers: Option<String>,
}

/// The scheme of any URI, lower case; `None` when there is none.
pub fn scheme(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once(':')?;
    let valid = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
        && !rest.is_empty();
    valid.then(|| scheme.to_ascii_lowercase())
}

/// Does it have the scheme `sip` or `sips`?
pub fn is_sip(uri: &str) -> bool {
    uri.split_once(':').is_some_and(|(scheme, _)| is_sip_scheme(scheme))
}

fn is_sip_scheme(scheme: &str) -> bool {
    scheme.eq_ignore_ascii_case("sip") || scheme.eq_ignore_ascii_case("sips")
}

/// The pieces of a URI, checked except for escapes and parameters.
struct Pieces<'a> {
    scheme: &'a str,
    /// Without password.
    user: Option<&'a str>,
    host: &'a str,
    port: Option<u16>,
    params: &'a str,
    headers: Option<&'a str>,
}

fn pieces(text: &str) -> Result<Pieces<'_>, HeaderError> {
    let bad = || HeaderError::Uri(text.into());
    let (scheme, rest) = text.split_once(':').ok_or_else(bad)?;
    let forbidden = |b: u8| b.is_ascii_whitespace() || matches!(b, b'<' | b'>' | b'"');
    if !is_sip_scheme(scheme) || rest.bytes().any(forbidden) {
        return Err(bad());
    }
    // The user part may hold `;` and `?` (RFC 3261 section 19.1.1), so the at sign is looked for first.
    let (user, rest) = match memrchr(b'@', rest.as_bytes()) {
        Some(at) => (Some(split_at_first(&rest[..at], b':').0), &rest[at + 1..]),
        None => (None, rest),
    };
    if user == Some("") {
        return Err(bad());
    }
    let (rest, headers) = split_at_first(rest, b'?');
    let (host, params) = split_at_first(rest, b';');
    let (host, port) = split_host_port(host)?;
    Ok(Pieces { scheme, user, host, port, params: params.unwrap_or_default(), headers })
}

impl SipUri {
    /// Parses a `sip:` or `sips:` URI.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let found = pieces(text)?;
        let user = found.user.map(|user| unescape(user).ok_or_else(|| HeaderError::Uri(text.into()))).transpose()?;
        Ok(Self {
            secure: found.scheme.len() == "sips".len(),
            user,
            host: found.host.to_ascii_lowercase(),
            port: found.port,
            params: Params::parse(found.params)?,
            headers: found.headers.map(Into::into),
        })
    }

    /// Is this a `sip:` or `sips:` URI? The same as [`Self::parse`] without keeping it.
    pub fn check(text: &str) -> Result<(), HeaderError> {
        let found = pieces(text)?;
        if found.user.is_some_and(|user| user.contains('%') && unescape(user).is_none()) {
            return Err(HeaderError::Uri(text.into()));
        }
        Params::check(found.params)
    }
}

fn split_at_first(text: &str, separator: u8) -> (&str, Option<&str>) {
    match memchr(separator, text.as_bytes()) {
        Some(at) => (&text[..at], Some(&text[at + 1..])),
        None => (text, None),
    }
}

/// Resolves `%xx`; `None` on a broken escape or text that is not UTF-8 afterwards.
pub fn unescape(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut out = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            out.push(byte);
            continue;
        }
        let digits = [bytes.next()?, bytes.next()?];
        let digits = std::str::from_utf8(&digits).ok()?;
        out.push(u8::from_str_radix(digits, 16).ok()?);
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_full_uri_are_found() {
        let uri = SipUri::parse("sips:us%65r;p=1:secret@Host.example:5061;transport=ws;lr?Subject=x").expect("valid");
        assert_eq!((uri.secure, uri.user.as_deref(), uri.host.as_str()), (true, Some("user;p=1"), "host.example"));
        assert_eq!((uri.port, uri.params.get("Transport"), uri.params.has("lr")), (Some(5061), Some("ws"), true));
        assert_eq!(uri.headers.as_deref(), Some("Subject=x"));
    }

    #[test]
    fn what_is_no_sip_uri_is_refused() {
        for bad in ["", "sip:", "tel:+1", "sip:a b@c", "sip:@host", "sip:a%4@host", "sip:2001:db8::1", "<sip:a@b>"] {
            assert!(SipUri::parse(bad).is_err(), "{bad}");
            assert!(SipUri::check(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_scheme_is_recognised_without_knowing_it() {
        assert_eq!(scheme("Unknown-1.2+x:opaque").as_deref(), Some("unknown-1.2+x"));
        assert_eq!(scheme("no-scheme"), None);
    }
}
