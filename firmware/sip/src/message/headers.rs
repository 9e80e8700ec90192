//! The header section: every line in its order, spelling and text; looked up without regard to case or compact form.

use super::HeaderError;
use super::lexical::split;
use super::limits::{MAX_CSEQ, MAX_DELTA_SECONDS};
use super::name_addr::NameAddr;
use super::via::Via;
use crate::api::HeaderLine;

/// Compact forms (RFC 3261 section 7.3.3, and the registry kept since).
const COMPACT: &[(&str, &str)] = &[
    ("a", "Accept-Contact"),
    ("b", "Referred-By"),
    ("c", "Content-Type"),
    ("d", "Request-Disposition"),
    ("e", "Content-Encoding"),
    ("f", "From"),
    ("i", "Call-ID"),
    ("j", "Reject-Contact"),
    ("k", "Supported"),
    ("l", "Content-Length"),
    ("m", "Contact"),
    ("n", "Identity-Info"),
    ("o", "Event"),
    ("r", "Refer-To"),
    ("s", "Subject"),
    ("t", "To"),
    ("u", "Allow-Events"),
    ("v", "Via"),
    ("x", "Session-Expires"),
    ("y", "Identity"),
];

/// All header lines of a message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Headers(Vec<HeaderLine>);

/// CSeq (RFC 3261 section 20.16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// Below 2^31.
    pub number: u32,
    /// The method, case kept.
    pub method: String,
}

/// The long form of a header name.
fn long(name: &str) -> &str {
    COMPACT.iter().find(|(short, _)| short.eq_ignore_ascii_case(name)).map_or(name, |(_, long)| long)
}

/// Are these the same header?
pub fn same_name(a: &str, b: &str) -> bool {
    long(a).eq_ignore_ascii_case(long(b))
}

impl Headers {
    /// Adds a line at the end.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.0.push(HeaderLine::new(name, value));
    }

    /// Adds a line before all others.
    pub fn push_front(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(0, HeaderLine::new(name, value));
    }

    /// Adds the caller's lines, leaving out any that would break the line structure.
    pub fn extend(&mut self, lines: &[HeaderLine]) {
        let clean = |l: &&HeaderLine| super::lexical::is_token(&l.name) && !l.value.contains(['\r', '\n']);
        self.0.extend(lines.iter().filter(clean).cloned());
    }

    /// Replaces the first line of this name and removes the others; adds it when there is none.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let line = HeaderLine::new(name, value);
        let at = self.0.iter().position(|l| same_name(&l.name, name));
        self.remove(name);
        match at {
            Some(at) => self.0.insert(at.min(self.0.len()), line),
            None => self.0.push(line),
        }
    }

    /// Removes all lines of this name.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|l| !same_name(&l.name, name));
    }

    /// The first value of this name, unsplit.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every line of this name, unsplit.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        self.0.iter().filter(move |l| same_name(&l.name, name)).map(|l| l.value.as_str())
    }

    /// The values of a header that may be a comma list, over all its lines.
    pub fn list(&self, name: &str) -> Result<Vec<&str>, HeaderError> {
        let mut values = Vec::new();
        for line in self.all(name) {
            values.extend(split(line, b',').ok_or(HeaderError::Unbalanced)?.into_iter().filter(|v| !v.is_empty()));
        }
        Ok(values)
    }

    /// Does a comma list hold this token?
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.list(name).is_ok_and(|values| values.iter().any(|v| v.eq_ignore_ascii_case(token)))
    }

    /// All lines in order.
    pub fn lines(&self) -> &[HeaderLine] {
        &self.0
    }

    /// All Via values, topmost first.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        self.list("Via")?.into_iter().map(Via::parse).collect()
    }

    /// The topmost Via.
    pub fn top_via(&self) -> Result<Via, HeaderError> {
        let line = self.get("Via").ok_or(HeaderError::Missing("Via"))?;
        let first = split(line, b',').ok_or(HeaderError::Unbalanced)?[0];
        Via::parse(first)
    }

    /// A single address: From, To, Refer-To.
    pub fn address(&self, name: &'static str) -> Result<NameAddr, HeaderError> {
        NameAddr::parse(self.get(name).ok_or(HeaderError::Missing(name))?)
    }

    /// A list of addresses: Contact, Route, Record-Route, Path. `Contact: *` is no address.
    pub fn addresses(&self, name: &str) -> Result<Vec<NameAddr>, HeaderError> {
        self.list(name)?.into_iter().map(NameAddr::parse).collect()
    }

    /// CSeq.
    pub fn cseq(&self) -> Result<CSeq, HeaderError> {
        let text = self.get("CSeq").ok_or(HeaderError::Missing("CSeq"))?;
        let bad = || HeaderError::Number("CSeq", text.into());
        let (number, method) = text.split_once([' ', '\t']).ok_or_else(bad)?;
        let number = decimal(number).filter(|n| *n <= u64::from(MAX_CSEQ)).ok_or_else(bad)?;
        let number = u32::try_from(number).map_err(|_| bad())?;
        Ok(CSeq { number, method: method.trim().into() })
    }

    /// Delta-seconds of Expires, Min-Expires, Retry-After… (parameters and comments cut off), saturating.
    pub fn seconds(&self, name: &str) -> Option<u32> {
        delta_seconds(self.get(name)?.split([';', '(', ' ']).next()?)
    }
}

/// Delta-seconds, saturating at [`MAX_DELTA_SECONDS`].
pub fn delta_seconds(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(MAX_DELTA_SECONDS))
}

/// A whole number of digits only.
pub fn decimal(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compact_and_long_names_are_one_header() {
        let mut headers = Headers::default();
        headers.push("v", "SIP/2.0/UDP a;branch=1, SIP/2.0/UDP b;branch=2");
        headers.push("VIA", "SIP/2.0/UDP c;branch=3");
        let hosts: Vec<_> = headers.vias().expect("valid").into_iter().map(|v| v.host).collect();
        assert_eq!(hosts, ["a", "b", "c"]);
    }

    #[test]
    fn setting_keeps_the_place_and_removes_the_rest() {
        let mut headers = Headers::default();
        headers.push("To", "a");
        headers.push("t", "b");
        headers.push("From", "c");
        headers.set("To", "d");
        assert_eq!(headers.lines(), [HeaderLine::new("To", "d"), HeaderLine::new("From", "c")]);
    }

    #[test]
    fn a_header_line_of_the_caller_cannot_smuggle_another() {
        let mut headers = Headers::default();
        headers.extend(&[
            HeaderLine::new("X-A", "1\r\nX-B: 2"),
            HeaderLine::new("X C", "3"),
            HeaderLine::new("X-D", "4"),
        ]);
        assert_eq!(headers.lines(), [HeaderLine::new("X-D", "4")]);
    }

    #[test]
    fn numbers_stay_in_their_bounds() {
        let mut headers = Headers::default();
        headers.push("CSeq", "2147483648 INVITE");
        headers.push("Expires", "99999999999999999");
        headers.push("Retry-After", "120 (busy)");
        assert!(headers.cseq().is_err());
        assert_eq!((headers.seconds("Expires"), headers.seconds("Retry-After")), (Some(u32::MAX), Some(120)));
    }
}
