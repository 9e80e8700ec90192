//! A whole description.

use std::fmt;

use super::{Direction, Line, Origin, Section, lines};

/// A session description: its lines, and typed looks at them.
///
/// Reading never fails, and writing gives back the same bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Description {
    /// What stands in front of the first m-line.
    pub session: Section,
    /// The m-lines, each with what belongs to it. Their order is fixed for the life of a session (RFC 3264 section 8).
    pub media: Vec<Section>,
}

impl Description {
    /// Reads any text.
    pub fn read(text: &str) -> Self {
        let (session, media) = lines::sections(text);
        Self { session, media }
    }

    /// The o-line, where there is one that can be read.
    pub fn origin(&self) -> Option<Origin<'_>> {
        Origin::read(self.session.value('o')?)
    }

    /// Raises the version to one more than `last`, or than its own where that is not given (RFC 3264 section 8). An o-line
    /// that cannot be read stays as it is.
    pub fn raise_version(&mut self, last: Option<&Origin<'_>>) {
        let Some(own) = self.origin() else { return };
        let next = last.unwrap_or(&own).next_version();
        let text = format!("o={}", own.with_version(&next));
        if let Some(line) = self.session.line_mut('o') {
            Line::set_text(line, text);
        }
    }

    /// The direction of an m-line: its own, the session's, or `sendrecv` (RFC 8866 section 6.7).
    pub fn direction(&self, media: &Section) -> Direction {
        media.direction().or_else(|| self.session.direction()).unwrap_or(Direction::SendRecv)
    }
}

impl fmt::Display for Description {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.session.fmt(f)?;
        self.media.iter().try_for_each(|section| section.fmt(f))
    }
}
