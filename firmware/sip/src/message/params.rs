//! Parameters after a `;`, names case-insensitive, order and spelling kept.

use std::fmt;

use super::HeaderError;
use super::lexical::{is_token, parts, quote, unquote};

/// A parameter list.
#[derive(Clone, Default)]
pub struct Params {
    list: Vec<Param>,
    /// Names and values, one after the other.
    text: String,
}

/// Where name and value end in the text.
#[derive(Clone, Copy)]
struct Param {
    start: usize,
    name_end: usize,
    value_end: Option<usize>,
    quoted: bool,
}

/// One parameter before it is stored: name, value without quotes, and whether it had them.
type Found<'a> = (&'a str, Option<std::borrow::Cow<'a, str>>, bool);

impl Params {
    /// Parses `;a;b=c;d="e"`, with or without the leading semicolon; empty gives none.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let mut params = Self::default();
        for found in find(text) {
            let (name, value, quoted) = found?;
            if params.list.is_empty() {
                params.text.reserve(text.len());
                params.list.reserve(2);
            }
            params.push(name, value.as_deref(), quoted);
        }
        Ok(params)
    }

    /// Are these parameters well-formed? The same as [`Self::parse`] without keeping them.
    pub fn check(text: &str) -> Result<(), HeaderError> {
        find(text).try_for_each(|found| found.map(drop))
    }

    fn push(&mut self, name: &str, value: Option<&str>, quoted: bool) {
        let start = self.text.len();
        self.text.push_str(name);
        let name_end = self.text.len();
        self.text.push_str(value.unwrap_or_default());
        let value_end = value.map(|_| self.text.len());
        self.list.push(Param { start, name_end, value_end, quoted });
    }

    fn name(&self, param: Param) -> &str {
        &self.text[param.start..param.name_end]
    }

    fn value(&self, param: Param) -> Option<&str> {
        param.value_end.map(|end| &self.text[param.name_end..end])
    }

    /// The value of a parameter; a parameter without a value gives an empty one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let param = self.list.iter().find(|p| self.name(**p).eq_ignore_ascii_case(name))?;
        Some(self.value(*param).unwrap_or_default())
    }

    /// Is the parameter there?
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets or adds `name=value`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.push(name, Some(value), false);
    }

    /// Removes a parameter.
    pub fn remove(&mut self, name: &str) {
        let Self { list, text } = self;
        list.retain(|p| !text[p.start..p.name_end].eq_ignore_ascii_case(name));
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.list.iter().map(|p| (self.name(*p), self.value(*p)))
    }

    /// Does a name occur twice?
    pub fn has_duplicates(&self) -> bool {
        let twice = |(at, a): (usize, &Param)| {
            self.list[..at].iter().any(|b| self.name(*a).eq_ignore_ascii_case(self.name(*b)))
        };
        self.list.iter().enumerate().any(twice)
    }
}

/// The parameters of a text, one by one.
fn find(text: &str) -> impl Iterator<Item = Result<Found<'_>, HeaderError>> {
    let text = text.trim_ascii();
    let inner = (!text.is_empty()).then(|| parts(text.strip_prefix(';').unwrap_or(text), b';'));
    inner.into_iter().flatten().map(|part| one(part.ok_or(HeaderError::Unbalanced)?))
}

fn one(text: &str) -> Result<Found<'_>, HeaderError> {
    let bad = || HeaderError::Parameter(text.into());
    let Some(equals) = memchr::memchr(b'=', text.as_bytes()) else {
        return if is_token(text) { Ok((text, None, false)) } else { Err(bad()) };
    };
    let (name, value) = (text[..equals].trim_ascii_end(), text[equals + 1..].trim_ascii_start());
    if !is_token(name) {
        return Err(bad());
    }
    match unquote(value) {
        Some((content, "")) => Ok((name, Some(content), true)),
        None if is_param_value(value) => Ok((name, Some(value.into()), false)),
        _ => Err(bad()),
    }
}

/// A token or host; colons and brackets let IPv6 pass (RFC 5118 section 4.5), the rest real peers (`+sip.src`, `sip.ice`).
fn is_param_value(value: &str) -> bool {
    let plain =
        |b: u8| !b.is_ascii_control() && !b.is_ascii_whitespace() && !matches!(b, b'"' | b',' | b';' | b'<' | b'>');
    !value.is_empty() && value.bytes().all(plain)
}

impl PartialEq for Params {
    fn eq(&self, other: &Self) -> bool {
        let quoted = |params: &Self| params.list.iter().map(|p| p.quoted).collect::<Vec<_>>();
        self.iter().eq(other.iter()) && quoted(self) == quoted(other)
    }
}

impl Eq for Params {}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for param in &self.list {
            write!(f, ";{}", self.name(*param))?;
            match self.value(*param) {
                Some(value) if param.quoted => write!(f, "={}", quote(value))?,
                Some(value) => write!(f, "={value}")?,
                None => {}
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setting_and_removing_leave_the_others() {
        let mut params = Params::parse(r#";a=1;b;C="x;\"y";d=4"#).expect("valid");
        params.set("A", "2");
        params.remove("d");
        assert_eq!(params.to_string(), r#";b;C="x;\"y";A=2"#);
        assert_eq!((params.get("c"), params.get("b"), params.get("d")), (Some(r#"x;"y"#), Some(""), None));
    }

    #[test]
    fn doubles_are_seen_whatever_their_case() {
        assert!(Params::parse("tag=1;x;TAG=2").expect("valid").has_duplicates());
        assert!(!Params::parse("tag=1;x").expect("valid").has_duplicates());
    }

    #[test]
    fn checking_and_parsing_agree() {
        for text in
            ["", ";", ";a", ";a=", ";a=\"b", ";a=b;;", " ; a = b ", ";a=[2001:db8::1]", ";a=b c", ";ü=1", ";a=ü"]
        {
            assert_eq!(Params::check(text).is_ok(), Params::parse(text).is_ok(), "{text}");
        }
    }
}
