//! What a stream shows: the content attribute (RFC 4796).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::Section;

/// One value of `a=content:` (RFC 4796 section 5).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// Another picture of the same kind.
    Alt,
    /// The main stream.
    Main,
    /// Sign language.
    Sl,
    /// A presentation.
    Slides,
    /// Whoever speaks.
    Speaker,
    /// A value of a later specification.
    #[serde(untagged)]
    Other(String),
}

impl fmt::Display for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Alt => "alt",
            Self::Main => "main",
            Self::Sl => "sl",
            Self::Slides => "slides",
            Self::Speaker => "speaker",
            Self::Other(value) => value,
        })
    }
}

impl FromStr for Content {
    type Err = std::convert::Infallible;

    fn from_str(value: &str) -> Result<Self, Self::Err> {
        let known = [Self::Alt, Self::Main, Self::Sl, Self::Slides, Self::Speaker];
        let found = known.into_iter().find(|content| value.eq_ignore_ascii_case(&content.to_string()));
        Ok(found.unwrap_or_else(|| Self::Other(value.into())))
    }
}

impl Section {
    /// What the stream shows; empty where nothing is said.
    pub fn content(&self) -> Vec<Content> {
        let values = self.attribute("content").unwrap_or_default().split(',').map(str::trim);
        values
            .filter(|value| !value.is_empty())
            .map(|value| match value.parse() {
                Ok(content) => content,
                Err(never) => match never {},
            })
            .collect()
    }

    /// Says what the stream shows, in place of what was said; with nothing the attribute goes.
    pub fn set_content(&mut self, content: &[Content]) {
        self.remove_attribute("content");
        if !content.is_empty() {
            let values: Vec<String> = content.iter().map(Content::to_string).collect();
            self.push(format!("a=content:{}", values.join(",")));
        }
    }
}
