//! The header section: every line in its order, spelling and text; looked up without regard to case or compact form.

use std::sync::Arc;

use super::HeaderError;
use super::lexical::parts;
use super::limits::{MAX_CSEQ, MAX_DELTA_SECONDS};
use super::name_addr::NameAddr;
use super::via::Via;
use crate::api::HeaderLine;

/// The long form of a compact one (RFC 3261 section 7.3.3, and the registry kept since).
const fn compact(letter: u8) -> Option<&'static str> {
    Some(match letter.to_ascii_lowercase() {
        b'a' => "Accept-Contact",
        b'b' => "Referred-By",
        b'c' => "Content-Type",
        b'd' => "Request-Disposition",
        b'e' => "Content-Encoding",
        b'f' => "From",
        b'i' => "Call-ID",
        b'j' => "Reject-Contact",
        b'k' => "Supported",
        b'l' => "Content-Length",
        b'm' => "Contact",
        b'n' => "Identity-Info",
        b'o' => "Event",
        b'r' => "Refer-To",
        b's' => "Subject",
        b't' => "To",
        b'u' => "Allow-Events",
        b'v' => "Via",
        b'x' => "Session-Expires",
        b'y' => "Identity",
        _ => return None,
    })
}

/// All header lines of a message.
#[derive(Clone, Default)]
pub struct Headers {
    /// The header section as received; most names and values are pieces of it.
    section: Arc<str>,
    lines: Vec<Line>,
}

#[derive(Clone)]
struct Line {
    name: Text,
    value: Text,
}

/// A piece of the header section, or a text of its own.
#[derive(Clone)]
pub(super) enum Text {
    Own(Box<str>),
    /// From, to: octets of the section.
    Piece(u32, u32),
}

/// What answers a challenge.
const CREDENTIALS: [&str; 2] = ["Authorization", "Proxy-Authorization"];

/// One header line of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineRef<'a> {
    /// Header name as it came.
    pub name: &'a str,
    /// Header value without the line end, unfolded.
    pub value: &'a str,
}

/// All lines of a header section, in order.
#[derive(Clone, Copy, Debug)]
pub struct Lines<'a>(&'a Headers);

/// CSeq (RFC 3261 section 20.16).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CSeq {
    /// Below 2^31.
    pub number: u32,
    /// The method, case kept.
    pub method: String,
}

/// The long form of a header name.
pub(super) fn long(name: &str) -> &str {
    match name.as_bytes() {
        [letter] => compact(*letter).unwrap_or(name),
        _ => name,
    }
}

/// Are these the same header?
pub fn same_name(a: &str, b: &str) -> bool {
    long(a).eq_ignore_ascii_case(long(b))
}

impl Text {
    const fn len(&self) -> usize {
        match self {
            Self::Own(text) => text.len(),
            Self::Piece(from, to) => (*to - *from) as usize,
        }
    }

    fn of<'a>(&'a self, section: &'a str) -> &'a str {
        match self {
            Self::Own(text) => text,
            Self::Piece(from, to) => &section[*from as usize..*to as usize],
        }
    }
}

impl Line {
    fn new(name: &str, value: impl Into<String>) -> Self {
        Self { name: Text::Own(name.into()), value: Text::Own(value.into().into()) }
    }
}

impl<'a> Lines<'a> {
    /// One by one.
    pub fn iter(self) -> impl DoubleEndedIterator<Item = LineRef<'a>> {
        let Self(headers) = self;
        headers.lines.iter().map(|line| LineRef { name: headers.name(line), value: headers.value(line) })
    }

    /// Copies of all.
    pub fn to_vec(self) -> Vec<HeaderLine> {
        self.iter().map(|line| HeaderLine::new(line.name, line.value)).collect()
    }

    /// How many.
    pub fn len(self) -> usize {
        self.0.lines.len()
    }

    /// None?
    pub fn is_empty(self) -> bool {
        self.0.lines.is_empty()
    }
}

impl PartialEq for Headers {
    fn eq(&self, other: &Self) -> bool {
        self.lines().iter().eq(other.lines().iter())
    }
}

impl Eq for Headers {}

impl std::fmt::Debug for Headers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_map().entries(self.lines().iter().map(|line| (line.name, line.value))).finish()
    }
}

impl Headers {
    /// For the pieces of this section.
    pub(super) fn of_section(section: Arc<str>) -> Self {
        // A typical INVITE has about twenty lines.
        Self { section, lines: Vec::with_capacity(24) }
    }

    /// Adds a line found in the section.
    pub(super) fn push_found(&mut self, name: Text, value: Text) {
        self.lines.push(Line { name, value });
    }

    fn name<'a>(&'a self, line: &'a Line) -> &'a str {
        line.name.of(&self.section)
    }

    fn value<'a>(&'a self, line: &'a Line) -> &'a str {
        line.value.of(&self.section)
    }

    /// Adds a line at the end.
    pub fn push(&mut self, name: &str, value: impl Into<String>) {
        self.lines.push(Line::new(name, value));
    }

    /// Adds a line before all others.
    pub fn push_front(&mut self, name: &str, value: impl Into<String>) {
        self.lines.insert(0, Line::new(name, value));
    }

    /// Adds the caller's lines, leaving out any that would break the line structure.
    pub fn extend(&mut self, lines: &[HeaderLine]) {
        let clean = |l: &&HeaderLine| super::lexical::is_token(&l.name) && !l.value.contains(['\r', '\n']);
        self.lines.extend(lines.iter().filter(clean).map(|l| Line::new(&l.name, l.value.as_str())));
    }

    /// Adds the credentials of another request: what acknowledges or cancels an INVITE cannot be challenged and carries those
    /// of the INVITE (RFC 3261 section 22.1).
    pub fn copy_credentials(&mut self, of: &Self) {
        for name in CREDENTIALS {
            for value in of.all(name) {
                self.push(name, value);
            }
        }
    }

    /// Takes the credentials out.
    pub fn remove_credentials(&mut self) {
        for name in CREDENTIALS {
            self.remove(name);
        }
    }

    /// Replaces the first line of this name and removes the others; adds it when there is none.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let line = Line::new(name, value);
        let at = self.lines().iter().position(|l| same_name(l.name, name));
        self.remove(name);
        match at {
            Some(at) => self.lines.insert(at.min(self.lines.len()), line),
            None => self.lines.push(line),
        }
    }

    /// Removes all lines of this name.
    pub fn remove(&mut self, name: &str) {
        let Self { section, lines } = self;
        lines.retain(|l| !same_name(l.name.of(section), name));
    }

    /// The first value of this name, unsplit.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// Every line of this name, unsplit.
    pub fn all<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = &'a str> + use<'a, 'n> {
        let name = long(name);
        // Most lines are told apart by their length alone.
        let fits = move |line: &Line| matches!(line.name.len(), length if length == 1 || length == name.len());
        let wanted = move |line: &&Line| fits(line) && long(self.name(line)).eq_ignore_ascii_case(name);
        self.lines.iter().filter(wanted).map(|line| self.value(line))
    }

    /// The values of a header that may be a comma list, over all its lines, one by one; empty ones are left out.
    pub fn values<'a, 'n>(&'a self, name: &'n str) -> impl Iterator<Item = Result<&'a str, HeaderError>> + use<'a, 'n> {
        let values = self.all(name).flat_map(|line| parts(line, b','));
        values.filter(|value| *value != Some("")).map(|value| value.ok_or(HeaderError::Unbalanced))
    }

    /// The values of a header that may be a comma list, over all its lines.
    pub fn list(&self, name: &str) -> Result<Vec<&str>, HeaderError> {
        self.values(name).collect()
    }

    /// Does a comma list hold this token?
    pub fn lists(&self, name: &str, token: &str) -> bool {
        self.list(name).is_ok_and(|values| values.iter().any(|v| v.eq_ignore_ascii_case(token)))
    }

    /// All lines in order.
    pub const fn lines(&self) -> Lines<'_> {
        Lines(self)
    }

    /// All Via values, topmost first.
    pub fn vias(&self) -> Result<Vec<Via>, HeaderError> {
        self.values("Via").map(|value| Via::parse(value?)).collect()
    }

    /// The topmost Via.
    pub fn top_via(&self) -> Result<Via, HeaderError> {
        let line = self.get("Via").ok_or(HeaderError::Missing("Via"))?;
        Via::parse(parts(line, b',').next().flatten().ok_or(HeaderError::Unbalanced)?)
    }

    /// A single address: From, To, Refer-To.
    pub fn address(&self, name: &'static str) -> Result<NameAddr, HeaderError> {
        NameAddr::parse(self.get(name).ok_or(HeaderError::Missing(name))?)
    }

    /// A list of addresses: Contact, Route, Record-Route, Path. `Contact: *` is no address.
    pub fn addresses(&self, name: &str) -> Result<Vec<NameAddr>, HeaderError> {
        self.values(name).map(|value| NameAddr::parse(value?)).collect()
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
        assert_eq!(headers.lines().to_vec(), [HeaderLine::new("To", "d"), HeaderLine::new("From", "c")]);
    }

    #[test]
    fn a_header_line_of_the_caller_cannot_smuggle_another() {
        let mut headers = Headers::default();
        headers.extend(&[
            HeaderLine::new("X-A", "1\r\nX-B: 2"),
            HeaderLine::new("X C", "3"),
            HeaderLine::new("X-D", "4"),
        ]);
        assert_eq!(headers.lines().to_vec(), [HeaderLine::new("X-D", "4")]);
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
