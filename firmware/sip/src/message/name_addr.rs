//! Addresses in From, To, Contact, Route and Record-Route (RFC 3261 section 20.10 and 25.1).

use std::borrow::Cow;
use std::fmt;

use super::HeaderError;
use super::lexical::{is_token_octet, quote, unquote};
use super::params::Params;
use super::uri::{SipUri, is_sip, scheme};

/// A name-addr or addr-spec with header parameters. The URI is kept as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameAddr {
    /// Display name without quotes.
    pub display: Option<String>,
    /// The URI as received.
    pub uri: String,
    /// Parameters of the header (`tag`, `expires`, `+sip.instance`).
    pub params: Params,
}

impl NameAddr {
    /// An address without display name and parameters.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { display: None, uri: uri.into(), params: Params::default() }
    }

    /// Parses one address.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let text = text.trim_ascii();
        let (display, rest) = match unquote(text) {
            Some((name, rest)) => (Some(name), rest.trim_ascii_start()),
            None if text.starts_with('"') => return Err(HeaderError::Unbalanced),
            None => (None, text),
        };
        // A bracket behind a quote belongs to a parameter.
        let Some(open) = rest.bytes().position(|b| matches!(b, b'<' | b'"')).filter(|at| rest.as_bytes()[*at] == b'<')
        else {
            return if display.is_some() { Err(HeaderError::Uri(text.into())) } else { Self::addr_spec(rest) };
        };
        let close = open + rest[open..].find('>').ok_or(HeaderError::Unbalanced)?;
        let display = match (display, rest[..open].trim_ascii()) {
            (display, "") => display.map(Cow::into_owned),
            (None, tokens) if tokens.bytes().all(|b| is_token_octet(b) || b == b' ' || b == b'\t') => {
                Some(tokens.into())
            }
            (_, other) => return Err(HeaderError::DisplayName(other.into())),
        };
        let tail = rest[close + 1..].trim_ascii_start();
        if !tail.is_empty() && !tail.starts_with(';') {
            return Err(HeaderError::Parameter(tail.into()));
        }
        Self::checked(display, &rest[open + 1..close], tail)
    }

    /// Without brackets, everything from the first semicolon on belongs to the header, and `,` and `?` are forbidden.
    fn addr_spec(text: &str) -> Result<Self, HeaderError> {
        let (uri, params) = text.split_at(text.find(';').unwrap_or(text.len()));
        if uri.contains(['?', ',', '>']) {
            return Err(HeaderError::Uri(text.into()));
        }
        Self::checked(None, uri.trim_ascii_end(), params)
    }

    fn checked(display: Option<String>, uri: &str, params: &str) -> Result<Self, HeaderError> {
        if is_sip(uri) {
            SipUri::check(uri)?;
        } else if scheme(uri).is_none() || uri.contains(char::is_whitespace) {
            return Err(HeaderError::Uri(uri.into()));
        }
        Ok(Self { display, uri: uri.into(), params: Params::parse(params)? })
    }

    /// The `tag` parameter.
    pub fn tag(&self) -> Option<&str> {
        self.params.get("tag").filter(|tag| !tag.is_empty())
    }
}

impl fmt::Display for NameAddr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(display) = self.display.as_deref().filter(|d| !d.is_empty()) {
            write!(f, "{} ", quote(display))?;
        }
        write!(f, "<{}>{}", self.uri, self.params)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_forms_are_read() {
        let cases = [
            (r#""Room, A" <sip:a@b;x=1>;tag=1"#, Some("Room, A"), "sip:a@b;x=1", Some("1")),
            ("Anna Lena<sip:a@b>;TAG=2", Some("Anna Lena"), "sip:a@b", Some("2")),
            ("sip:a@b;tag=3", None, "sip:a@b", Some("3")),
            ("<tel:+4930>", None, "tel:+4930", None),
        ];
        for (text, display, uri, tag) in cases {
            let addr = NameAddr::parse(text).expect(text);
            assert_eq!((addr.display.as_deref(), addr.uri.as_str(), addr.tag()), (display, uri, tag), "{text}");
        }
    }

    #[test]
    fn broken_forms_are_refused() {
        let bad = ["Bell, A <sip:a@b>", r#""A <sip:a@b>"#, "sip:a@b?Route=x", "<sip:a@b", "< sip:a@b >", "a@b", ""];
        for text in bad {
            assert!(NameAddr::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_instance_id_survives_writing() {
        let text = r#"<sip:x@h.invalid;transport=ws>;+sip.instance="<urn:uuid:1>";reg-id=1"#;
        assert_eq!(NameAddr::parse(text).expect("valid").to_string(), text);
    }
}
