//! A board file and the files it extends, merged and checked.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Board, builtin, clashes, values};

/// One thing wrong with a board file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}{}: {problem}", if *line > 0 { format!(":{line}") } else { String::new() })]
pub struct BoardFinding {
    /// File.
    pub file: String,
    /// Line from 1; 0 when it is about the whole file.
    pub line: usize,
    /// What is wrong and what is allowed.
    pub problem: String,
}

impl BoardFinding {
    pub(super) fn new((file, line): (&str, usize), problem: impl Into<String>) -> Self {
        Self { file: file.to_owned(), line, problem: problem.into() }
    }

    /// A finding about a key such as `leds[0].gpio`.
    pub(super) fn about(key: &str, places: &Places, problem: &str) -> Self {
        let place = places.get(key).map_or(("board", 0), |(file, line)| (file.as_str(), *line));
        Self::new(place, format!("{key}: {problem}"))
    }
}

/// Longest chain of `extends`.
const DEEPEST: usize = 8;

/// Loads a board by path (`board-configs/raspberrypi5.toml`) or by the name of a board inside the program (`virtual`).
/// `read` gives the text of a file. A file named by `extends` is looked for beside the file that names it, then inside
/// the program. Tables merge key by key; lists are replaced as a whole.
pub fn load(board: &str, read: &dyn Fn(&str) -> std::io::Result<String>) -> Result<Board, Vec<BoardFinding>> {
    let mut chain = Chain { read, merged: toml::Table::new(), places: Places::new(), findings: Vec::new() };
    chain.add(board, None, 0);
    let board = chain.finish()?;
    Ok(board)
}

/// File and line of `buttons[0].gpio` and the like.
pub(super) type Places = BTreeMap<String, (String, usize)>;

struct Chain<'a> {
    read: &'a dyn Fn(&str) -> std::io::Result<String>,
    merged: toml::Table,
    places: Places,
    findings: Vec<BoardFinding>,
}

impl Chain<'_> {
    /// Adds a file after the one it extends. `wanted_at` is the place of the `extends` that names it.
    fn add(&mut self, path: &str, wanted_at: Option<(&str, usize)>, depth: usize) {
        let text = match self.text(path) {
            Ok(text) => text,
            Err(problem) => return self.findings.push(BoardFinding::new(wanted_at.unwrap_or((path, 0)), problem)),
        };
        // Each file is checked by itself first: an unknown key is found in the file that holds it.
        if let Err(error) = toml::from_str::<Board>(&text) {
            let line = error.span().map_or(0, |span| line_of(&text, span.start));
            return self.findings.push(BoardFinding::new((path, line), error.message()));
        }
        let (Ok(table), Ok(spanned)) = (text.parse::<toml::Table>(), DeTable::parse(&text)) else {
            return;
        };
        if let Some(parent) = table.get("extends").and_then(toml::Value::as_str) {
            let line = spanned.get_ref().get("extends").map_or(0, |value| line_of(&text, value.span().start));
            if depth >= DEEPEST {
                let problem = format!("`extends` goes deeper than {DEEPEST} files; is there a circle?");
                return self.findings.push(BoardFinding::new((path, line), problem));
            }
            self.add(&beside(path, parent), Some((path, line)), depth + 1);
        }
        self.note_places(path, &text, spanned.get_ref());
        merge(&mut self.merged, table);
    }

    fn text(&self, path: &str) -> Result<String, String> {
        let name = path.rsplit('/').next().unwrap_or(path);
        match (self.read)(path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                builtin(name).map(str::to_owned).ok_or_else(|| {
                    format!(
                        "there is no board file {path}; boards inside the program: {}",
                        super::BUILTIN_NAMES[1..].join(", ")
                    )
                })
            }
            Err(error) => Err(format!("cannot read {path}: {error}")),
        }
    }

    fn note_places(&mut self, path: &str, text: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let key = key.get_ref();
            if let DeValue::Table(table) = value.get_ref() {
                self.note_keys(path, text, key, table);
            }
            let DeValue::Array(items) = value.get_ref() else { continue };
            let entries = format!("{key}[");
            self.places.retain(|known, _| !known.starts_with(&entries));
            for (index, item) in items.iter().enumerate() {
                if let DeValue::Table(table) = item.get_ref() {
                    self.note_keys(path, text, &format!("{key}[{index}]"), table);
                }
            }
        }
    }

    fn note_keys(&mut self, path: &str, text: &str, above: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let line = line_of(text, Spanned::span(value).start);
            self.places.insert(format!("{above}.{}", key.get_ref()), (path.to_owned(), line));
        }
    }

    fn finish(mut self) -> Result<Board, Vec<BoardFinding>> {
        if !self.findings.is_empty() {
            return Err(self.findings);
        }
        // Each file parsed by itself, and merging only brings values of the same shape together.
        let board =
            Board::deserialize(self.merged).map_err(|error| vec![BoardFinding::new(("board", 0), error.message())])?;
        self.findings.extend(clashes::find(&board, &self.places));
        self.findings.extend(values::find(&board, &self.places));
        if self.findings.is_empty() { Ok(board) } else { Err(self.findings) }
    }
}

fn beside(path: &str, name: &str) -> String {
    path.rsplit_once('/').map_or_else(|| name.to_owned(), |(folder, _)| format!("{folder}/{name}"))
}

fn merge(below: &mut toml::Table, above: toml::Table) {
    for (key, value) in above {
        match (below.get_mut(&key), value) {
            (Some(toml::Value::Table(below)), toml::Value::Table(above)) => merge(below, above),
            (_, value) => drop(below.insert(key, value)),
        }
    }
}

fn line_of(text: &str, offset: usize) -> usize {
    text.bytes().take(offset).filter(|byte| *byte == b'\n').count() + 1
}
