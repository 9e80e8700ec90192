//! The header section line by line: folding (RFC 3261 section 7.3.1), what is no header line, how many there may be.

use std::borrow::Cow;
use std::sync::Arc;

use memchr::{memchr, memchr2};

use super::Headers;
use super::headers::Text;
use super::lexical::is_token;
use super::limits::MAX_HEADERS;
use super::parse::Defect;

/// A header line that may go on in the next line.
struct Open<'a> {
    name: &'a str,
    value: Cow<'a, str>,
}

/// Takes the header section apart; the first defect is noted.
pub(super) fn parse(text: &str) -> (Headers, Option<Defect>) {
    let mut section = Section { defect: None, headers: Headers::of_section(Arc::from(text)), open: None, text };
    let mut rest = text;
    while !rest.is_empty() {
        let (line, bare, next) = split_line(rest);
        rest = next;
        if bare {
            section.note(|| Defect::bad("a header line holds a bare CR or LF"));
        }
        if !section.take(line) {
            break;
        }
    }
    section.close();
    (section.headers, section.defect)
}

struct Section<'a> {
    defect: Option<Defect>,
    headers: Headers,
    open: Option<Open<'a>>,
    text: &'a str,
}

impl<'a> Section<'a> {
    fn note(&mut self, defect: impl FnOnce() -> Defect) {
        self.defect.get_or_insert_with(defect);
    }

    /// One line without its end; `false` when there are too many.
    fn take(&mut self, line: &'a str) -> bool {
        if let (Some(open), Some(b' ' | b'\t')) = (&mut self.open, line.as_bytes().first()) {
            let more = line.trim_ascii();
            if !open.value.is_empty() && !more.is_empty() {
                open.value.to_mut().push(' ');
            }
            open.value.to_mut().push_str(more);
            return true;
        }
        self.close();
        if line.is_empty() {
            return true;
        }
        if self.headers.lines().len() == MAX_HEADERS {
            self.defect = Some(Defect::new(513, format!("more than {MAX_HEADERS} header lines")));
            return false;
        }
        let colon = memchr(b':', line.as_bytes());
        match colon.map(|at| (line[..at].trim_ascii_end(), line[at + 1..].trim_ascii())) {
            Some((name, value)) if is_token(name) => self.open = Some(Open { name, value: value.into() }),
            _ => self.note(|| Defect::bad(format!("not a header line: {}", line.escape_debug()))),
        }
        true
    }

    /// Keeps the line that is complete now.
    fn close(&mut self) {
        let Some(Open { name, value }) = self.open.take() else { return };
        let name = self.text_of(name);
        let value = match value {
            // Values are written back in answers, so nothing that could end a line stays in them.
            _ if memchr2(b'\r', b'\n', value.as_bytes()).is_some() => {
                Text::Own(value.replace(['\r', '\n'], " ").into())
            }
            Cow::Borrowed(value) => self.text_of(value),
            Cow::Owned(value) => Text::Own(value.into()),
        };
        self.headers.push_found(name, value);
    }

    /// Where this piece stands in the section.
    fn text_of(&self, piece: &str) -> Text {
        let from = (piece.as_ptr() as usize).checked_sub(self.text.as_ptr() as usize);
        let place = from.and_then(|from| Some((u32::try_from(from).ok()?, u32::try_from(from + piece.len()).ok()?)));
        place.map_or_else(|| Text::Own(piece.into()), |(from, to)| Text::Piece(from, to))
    }
}

/// The first line, whether a CR or LF stands alone in it, and what follows.
fn split_line(text: &str) -> (&str, bool, &str) {
    let bytes = text.as_bytes();
    let (mut from, mut bare) = (0, false);
    while let Some(at) = memchr2(b'\r', b'\n', &bytes[from..]).map(|at| from + at) {
        if bytes[at..].starts_with(b"\r\n") {
            return (&text[..at], bare, &text[at + 2..]);
        }
        (bare, from) = (true, at + 1);
    }
    (text, bare, "")
}
