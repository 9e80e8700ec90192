//! Tokens, quoted strings and lists (RFC 3261 section 25.1).

/// A character of a token.
pub fn is_token_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-.!%*_+`'~".contains(c)
}

/// One or more token characters.
pub fn is_token(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_token_char)
}

/// Byte positions of `separator` outside quoted strings and, where `brackets` is set, outside `<…>`.
///
/// `None` when a quoted string or bracket is left open.
fn positions(text: &str, separator: u8, brackets: bool) -> Option<Vec<usize>> {
    let (mut quoted, mut escaped, mut angle) = (false, false, false);
    let mut found = Vec::new();
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' if !angle => quoted = !quoted,
            _ if quoted => {}
            b'<' if brackets => angle = true,
            b'>' if brackets => angle = false,
            _ if byte == separator && !angle => found.push(at),
            _ => {}
        }
    }
    (!quoted && !angle).then_some(found)
}

/// Splits at `separator` outside quoted strings and `<…>`, trimming each part.
pub fn split(text: &str, separator: u8) -> Option<Vec<&str>> {
    let mut parts = Vec::new();
    let mut start = 0;
    for at in positions(text, separator, true)? {
        parts.push(text[start..at].trim());
        start = at + 1;
    }
    parts.push(text[start..].trim());
    Some(parts)
}

/// The byte position of the first `wanted` outside quoted strings.
pub fn find_unquoted(text: &str, wanted: u8) -> Option<usize> {
    positions(text, wanted, false)?.first().copied()
}

/// Takes a quoted string from the start; gives its content without escapes and the rest after the closing quote.
pub fn quoted(text: &str) -> Option<(String, &str)> {
    let inner = text.strip_prefix('"')?;
    let mut content = String::new();
    let mut escaped = false;
    for (at, c) in inner.char_indices() {
        match c {
            _ if escaped => {
                content.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((content, &inner[at + 1..])),
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
        assert_eq!(quoted(&quote(text)), Some((text.to_string(), "")));
    }
}
