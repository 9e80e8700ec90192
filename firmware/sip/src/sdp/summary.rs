//! A description in a few words, for logs: no addresses, no keys.

use std::fmt;

use serde::Serialize;

use super::{Content, Description, Direction, Section};

/// m-lines told at most; the rest is only counted.
const MAX_TOLD: usize = 16;
/// Codecs told for one m-line at most.
const MAX_CODECS: usize = 8;

/// One m-line in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LineSummary {
    /// `audio`, `video`…; `?` when it cannot be read.
    pub kind: String,
    /// The name in groups.
    pub mid: Option<String>,
    /// Which way media flows; `None` = refused.
    pub direction: Option<Direction>,
    /// What the stream shows.
    pub content: Vec<Content>,
    /// Names of the first codecs.
    pub codecs: Vec<String>,
}

/// A description in a few words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// The session version of the o-line.
    pub version: Option<String>,
    /// The first m-lines.
    pub lines: Vec<LineSummary>,
    /// How many m-lines there are.
    pub count: usize,
    /// How many m-lines share a transport.
    pub bundled: usize,
}

/// Describes any text in a few words.
pub fn describe(text: &str) -> Summary {
    let description = Description::read(text);
    Summary {
        version: description.origin().map(|origin| origin.version.into()),
        lines: description.media.iter().take(MAX_TOLD).map(|media| line(&description, media)).collect(),
        count: description.media.len(),
        bundled: description.bundles().iter().map(Vec::len).sum(),
    }
}

fn line(description: &Description, media: &Section) -> LineSummary {
    let codecs = media.codecs().into_iter().filter(super::Codec::is_media).take(MAX_CODECS);
    LineSummary {
        kind: media.media_line().map_or("?", |line| line.kind).into(),
        mid: media.mid().map(Into::into),
        direction: (!media.is_rejected()).then(|| description.direction(media)),
        content: media.content(),
        codecs: codecs.map(|codec| codec.name.into()).collect(),
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "version {}", self.version.as_deref().unwrap_or("?"))?;
        for line in &self.lines {
            write!(f, "; {} ", line.kind)?;
            match line.direction {
                Some(direction) => write!(f, "{direction}")?,
                None => f.write_str("refused")?,
            }
            for content in &line.content {
                write!(f, " {content}")?;
            }
            write!(f, " [{}]", line.codecs.join(" "))?;
        }
        if self.count > self.lines.len() { write!(f, "; {} more", self.count - self.lines.len()) } else { Ok(()) }
    }
}
