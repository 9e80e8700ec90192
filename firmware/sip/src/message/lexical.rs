//! Tokens, quoted strings and lists (RFC 3261 section 25.1).

use std::borrow::Cow;

use memchr::{memchr, memchr2, memchr3};

/// Which octets may stand in a token.
const TOKEN: [bool; 256] = {
    let (mut table, mut octet, more) = ([false; 256], 0_u8, b"-.!%*_+`'~");
    while octet.is_ascii() {
        table[octet as usize] = octet.is_ascii_alphanumeric();
        octet += 1;
    }
    let mut at = 0;
    while at < more.len() {
        table[more[at] as usize] = true;
        at += 1;
    }
    table
};

/// An octet of a token.
pub const fn is_token_octet(octet: u8) -> bool {
    TOKEN[octet as usize]
}

/// One or more token characters.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(is_token_octet)
}

/// A quoted string or bracket is left open.
struct LeftOpen;

/// The place of the first `wanted` outside quoted strings and `<…>`.
fn find_outside(text: &[u8], wanted: u8) -> Result<Option<usize>, LeftOpen> {
    let mut from = 0;
    while let Some(at) = memchr3(wanted, b'"', b'<', &text[from..]).map(|at| from + at) {
        match text[at] {
            b'"' => from = at + quoted_length(&text[at..]).ok_or(LeftOpen)?,
            b'<' => from = at + memchr(b'>', &text[at..]).ok_or(LeftOpen)? + 1,
            _ => return Ok(Some(at)),
        }
    }
    Ok(None)
}

/// Octets of the quoted string that begins here, with both quotes.
fn quoted_length(text: &[u8]) -> Option<usize> {
    let mut from = 1;
    loop {
        let at = from + memchr2(b'"', b'\\', text.get(from..)?)?;
        if text[at] == b'"' {
            return Some(at + 1);
        }
        from = at + 2;
    }
}

/// The parts between separators outside quoted strings and `<…>`, trimmed; see [`parts`].
#[derive(Clone, Debug)]
pub struct Parts<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

/// Splits at `separator`, an ASCII character. The last item is `None` when a quoted string or bracket is left open.
pub const fn parts(text: &str, separator: u8) -> Parts<'_> {
    Parts { rest: Some(text), separator }
}

impl<'a> Iterator for Parts<'a> {
    type Item = Option<&'a str>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest.take()?;
        let found = find_outside(rest.as_bytes(), self.separator).ok();
        Some(found.map(|found| match found {
            Some(at) => {
                self.rest = Some(&rest[at + 1..]);
                rest[..at].trim_ascii()
            }
            None => rest.trim_ascii(),
        }))
    }
}

/// All [`parts`] at once; `None` when a quoted string or bracket is left open.
pub fn split(text: &str, separator: u8) -> Option<Vec<&str>> {
    parts(text, separator).collect()
}

/// Takes a quoted string from the start; gives its content without escapes and the rest after the closing quote.
pub fn quoted(text: &str) -> Option<(String, &str)> {
    unquote(text).map(|(content, rest)| (content.into_owned(), rest))
}

/// [`quoted`] without a copy where there are no escapes.
pub(super) fn unquote(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let inner = text.strip_prefix('"')?;
    let end = inner.bytes().position(|b| matches!(b, b'"' | b'\\'))?;
    if inner.as_bytes()[end] == b'"' {
        return Some((Cow::Borrowed(&inner[..end]), &inner[end + 1..]));
    }
    let mut content = String::from(&inner[..end]);
    let mut escaped = false;
    for (at, c) in inner[end..].char_indices() {
        match c {
            _ if escaped => {
                content.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((Cow::Owned(content), &inner[end + at + 1..])),
            _ => content.push(c),
        }
    }
    None
}

/// Writes a quoted string.
pub fn quote(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars().filter(|c| !c.is_control()) {
        if matches!(c, '"' | '\\') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_splits_outside_quotes_and_brackets() {
        let parts = split(r#""A, \"B\" C" <sip:a,b@x>;p="1,2" , <sip:c@d>"#, b',');
        assert_eq!(parts, Some(vec![r#""A, \"B\" C" <sip:a,b@x>;p="1,2""#, "<sip:c@d>"]));
    }

    #[test]
    fn an_open_quote_is_no_list() {
        assert_eq!(split(r#""Mr. Watson <sip:a@b>"#, b','), None);
    }

    #[test]
    fn quoting_and_unquoting_give_the_same_text() {
        let text = r#"a "b" \ c"#;
        assert_eq!(quoted(&quote(text)), Some((text.into(), "")));
    }
}
