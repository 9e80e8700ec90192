//! Parameters after a `;`, names case-insensitive, order and spelling kept.

use std::fmt;

use super::HeaderError;
use super::lexical::{is_token, quote, quoted, split};

/// A parameter list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Params(Vec<Param>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Param {
    name: String,
    value: Option<String>,
    quoted: bool,
}

impl Params {
    /// Parses `;a;b=c;d="e"`, with or without the leading semicolon; empty gives none.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(Self::default());
        }
        let parts = split(text.strip_prefix(';').unwrap_or(text), b';').ok_or(HeaderError::Unbalanced)?;
        parts.into_iter().map(Param::parse).collect::<Result<_, _>>().map(Self)
    }

    /// The value of a parameter; a parameter without a value gives an empty one.
    pub fn get(&self, name: &str) -> Option<&str> {
        let param = self.0.iter().find(|p| p.name.eq_ignore_ascii_case(name))?;
        Some(param.value.as_deref().unwrap_or_default())
    }

    /// Is the parameter there?
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// Sets or adds `name=value`.
    pub fn set(&mut self, name: &str, value: &str) {
        self.remove(name);
        self.0.push(Param { name: name.into(), value: Some(value.into()), quoted: false });
    }

    /// Removes a parameter.
    pub fn remove(&mut self, name: &str) {
        self.0.retain(|p| !p.name.eq_ignore_ascii_case(name));
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        self.0.iter().map(|p| (p.name.as_str(), p.value.as_deref()))
    }

    /// Does a name occur twice?
    pub fn has_duplicates(&self) -> bool {
        self.0.iter().enumerate().any(|(i, a)| self.0[..i].iter().any(|b| a.name.eq_ignore_ascii_case(&b.name)))
    }
}

impl Param {
    fn parse(text: &str) -> Result<Self, HeaderError> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim())),
            None => (text.trim(), None),
        };
        if !is_token(name) {
            return Err(HeaderError::Parameter(text.into()));
        }
        let Some(value) = value else {
            return Ok(Self { name: name.into(), value: None, quoted: false });
        };
        match quoted(value) {
            Some((content, "")) => Ok(Self { name: name.into(), value: Some(content), quoted: true }),
            None if is_param_value(value) => Ok(Self { name: name.into(), value: Some(value.into()), quoted: false }),
            _ => Err(HeaderError::Parameter(text.into())),
        }
    }
}

/// A token or host; colons and brackets let IPv6 pass (RFC 5118 section 4.5), the rest real peers (`+sip.src`, `sip.ice`).
fn is_param_value(value: &str) -> bool {
    !value.is_empty() && value.chars().all(|c| !c.is_control() && !c.is_whitespace() && !"\",;<>".contains(c))
}

impl fmt::Display for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for param in &self.0 {
            write!(f, ";{}", param.name)?;
            match &param.value {
                Some(value) if param.quoted => write!(f, "={}", quote(value))?,
                Some(value) => write!(f, "={value}")?,
                None => {}
            }
        }
        Ok(())
    }
}
