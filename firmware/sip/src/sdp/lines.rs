//! The lines of a description, exactly as they came.

use std::fmt;
use std::str::FromStr;

use super::{Direction, MediaLine};

/// One line and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    text: String,
    end: LineEnd,
}

/// RFC 8866 section 5 wants CRLF and asks to accept a bare LF.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum LineEnd {
    CrLf,
    Lf,
    None,
}

impl LineEnd {
    fn text(self) -> &'static str {
        match self {
            Self::CrLf => "\r\n",
            Self::Lf => "\n",
            Self::None => "",
        }
    }
}

impl Line {
    /// A line that comes with or without its end.
    fn read(line: &str) -> Self {
        let (text, end) = match (line.strip_suffix("\r\n"), line.strip_suffix('\n')) {
            (Some(text), _) => (text, LineEnd::CrLf),
            (None, Some(text)) => (text, LineEnd::Lf),
            (None, None) => (line, LineEnd::None),
        };
        Self { text: text.into(), end }
    }

    /// The value of a line of this type: `line.value('c')` of `c=IN IP4 …`.
    pub fn value(&self, kind: char) -> Option<&str> {
        self.text.strip_prefix(kind)?.strip_prefix('=')
    }

    /// The value of this attribute: `Some("")` for one without a value (`a=name`).
    pub fn attribute(&self, name: &str) -> Option<&str> {
        match self.value('a')?.split_once(':') {
            Some((found, value)) if found == name => Some(value),
            None if self.value('a')?.trim_end() == name => Some(""),
            _ => None,
        }
    }

    pub(super) fn direction(&self) -> Option<Direction> {
        Direction::from_str(self.value('a')?.trim_end()).ok()
    }

    pub(super) fn set_text(&mut self, text: String) {
        self.text = text;
    }

    fn is_written(&self) -> bool {
        !self.text.trim().is_empty()
    }
}

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        f.write_str(self.end.text())
    }
}

/// The lines in front of the first m-line, or an m-line and those that belong to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Section {
    lines: Vec<Line>,
}

impl Section {
    /// The lines, in order.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The first line of this type, its value only.
    pub fn value(&self, kind: char) -> Option<&str> {
        self.lines.iter().find_map(|line| line.value(kind))
    }

    /// The values of every attribute of this name, in order.
    pub fn attributes<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.lines.iter().filter_map(move |line| line.attribute(name))
    }

    /// The first value of an attribute; `Some("")` for one without a value.
    pub fn attribute<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        self.attributes(name).next()
    }

    /// The direction written here; of several the last counts, as in browsers.
    pub fn direction(&self) -> Option<Direction> {
        self.lines.iter().filter_map(Line::direction).next_back()
    }

    /// The m-line, where this is a media section whose m-line can be read.
    pub fn media_line(&self) -> Option<MediaLine<'_>> {
        MediaLine::read(self.value('m')?)
    }

    /// Refused or ended: port 0, unless the line only rides in a bundle (RFC 9143 section 6).
    pub fn is_rejected(&self) -> bool {
        self.media_line().is_some_and(|line| line.port == 0) && self.attribute("bundle-only").is_none()
    }

    /// Writes `direction`: over the one that stands here, or as a new last line.
    pub fn set_direction(&mut self, direction: Direction) {
        let mut written = false;
        for line in self.lines.iter_mut().filter(|line| line.direction().is_some()) {
            line.set_text(format!("a={direction}"));
            written = true;
        }
        if !written {
            self.push(format!("a={direction}"));
        }
    }

    /// Adds a line behind the last one that says anything, with the line end that is usual here.
    pub fn push(&mut self, text: String) {
        let at = self.lines.iter().rposition(Line::is_written).map_or(0, |last| last + 1);
        let usual = self.lines.first().map_or(LineEnd::CrLf, |line| line.end);
        let usual = if usual == LineEnd::None { LineEnd::CrLf } else { usual };
        let mut end = usual;
        if let Some(before) = at.checked_sub(1).and_then(|before| self.lines.get_mut(before))
            && before.end == LineEnd::None
        {
            (before.end, end) = (usual, LineEnd::None);
        }
        self.lines.insert(at, Line { text, end });
    }

    /// Removes every attribute of this name.
    pub fn remove_attribute(&mut self, name: &str) {
        self.lines.retain(|line| line.attribute(name).is_none());
    }

    /// Refuses the m-line: port 0, and nothing but its name and address stays (RFC 3264 section 6).
    pub fn reject(&mut self) {
        let Some((kind, rest)) = self.value('m').and_then(|m| m.split_once(' ')) else { return };
        let Some((_, rest)) = rest.split_once(' ') else { return };
        let refused = format!("m={kind} 0 {rest}");
        self.lines.retain(|line| {
            ['m', 'c'].iter().any(|kind| line.value(*kind).is_some()) || line.attribute("mid").is_some()
        });
        if let Some(line) = self.line_mut('m') {
            line.set_text(refused);
        }
    }

    pub(super) fn retain_lines(&mut self, keep: impl Fn(&Line) -> bool) {
        self.lines.retain(keep);
    }

    pub(super) fn line_mut(&mut self, kind: char) -> Option<&mut Line> {
        self.lines.iter_mut().find(|line| line.value(kind).is_some())
    }
}

impl fmt::Display for Section {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.lines.iter().try_for_each(|line| line.fmt(f))
    }
}

/// Cuts a text into its sections: the session's, then one for each m-line.
pub(super) fn sections(text: &str) -> (Section, Vec<Section>) {
    let (mut session, mut media) = (Section::default(), Vec::<Section>::new());
    for line in text.split_inclusive('\n').map(Line::read) {
        if line.value('m').is_some() {
            media.push(Section::default());
        }
        media.last_mut().unwrap_or(&mut session).lines.push(line);
    }
    (session, media)
}
