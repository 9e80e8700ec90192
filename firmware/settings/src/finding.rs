//! One thing wrong with a configuration, told so that it can be mended.

use std::fmt;

use serde::Serialize;

/// What is wrong, where, and what would be right. Never holds the value of a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
pub struct Finding {
    /// Name of the layer: file, variable or option.
    pub file: String,
    /// Line from 1; 0 when the finding is about the whole layer.
    pub line: usize,
    /// Column from 1, in characters; 0 as above.
    pub column: usize,
    /// Path of the key, for example `conference.entries[1].target`; empty for a syntax error.
    pub key: String,
    /// What is wrong.
    pub problem: String,
    /// What is allowed instead.
    pub allowed: Option<String>,
    /// The nearest right word.
    pub suggestion: Option<String>,
}

impl Finding {
    pub(crate) fn without_place(file: impl Into<String>, problem: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 0,
            column: 0,
            key: String::new(),
            problem: problem.into(),
            allowed: None,
            suggestion: None,
        }
    }

    pub(crate) fn at(mut self, (line, column): (usize, usize)) -> Self {
        (self.line, self.column) = (line, column);
        self
    }

    pub(crate) fn key(mut self, key: impl Into<String>) -> Self {
        self.key = key.into();
        self
    }

    pub(crate) fn allowed(mut self, allowed: impl Into<String>) -> Self {
        self.allowed = Some(allowed.into());
        self
    }

    pub(crate) fn suggestion(mut self, suggestion: Option<String>) -> Self {
        self.suggestion = suggestion;
        self
    }
}

/// For example `roombox.toml:3:1: audio.volume: is 140 (allowed: a whole number from 0 to 100)`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if self.line > 0 {
            write!(f, ":{}:{}", self.line, self.column)?;
        }
        if !self.key.is_empty() {
            write!(f, ": {}", self.key)?;
        }
        write!(f, ": {}", self.problem)?;
        if let Some(suggestion) = &self.suggestion {
            write!(f, "; did you mean `{suggestion}`?")?;
        }
        if let Some(allowed) = &self.allowed {
            write!(f, " (allowed: {allowed})")?;
        }
        Ok(())
    }
}
