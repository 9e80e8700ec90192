//! One layer against the schema: what is good goes on, everything else becomes a finding.

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::finding::Finding;
use crate::layers::Layer;
use crate::place::Lines;
use crate::schema::{self, Key, Kind};
use crate::similar::closest;

type Entry<'a, 'i> = (&'a Spanned<DeString<'i>>, &'a Spanned<DeValue<'i>>);

/// Longest text of a layer in bytes; the longest real one has a few kilobytes.
const LONGEST: usize = 256 * 1024;

/// What one layer says.
#[derive(Default)]
pub(crate) struct Walked {
    /// Good values by path `section.key`.
    pub(crate) values: Vec<(String, toml::Value)>,
    /// Where each key stands, good or not, list entries included.
    pub(crate) places: Vec<(String, (usize, usize))>,
    /// Everything wrong.
    pub(crate) findings: Vec<Finding>,
}

/// Reads a layer.
pub(crate) fn walk(layer: &Layer) -> Walked {
    let mut walker = Walker { layer, lines: Lines::new(&layer.text), out: Walked::default() };
    if layer.text.len() > LONGEST {
        let problem = format!("is longer than {LONGEST} bytes; that is no configuration");
        walker.out.findings.push(Finding::without_place(&layer.name, problem));
        return walker.out;
    }
    let (document, errors) = DeTable::parse_recoverable(&layer.text);
    for error in &errors {
        let place = walker.lines.place(error.span().map_or(0, |span| span.start));
        // A list of what the parser expected follows the first line; the first line says it.
        let message = error.message().lines().next().unwrap_or("is not TOML").to_owned();
        walker.out.findings.push(Finding::without_place(&layer.name, message).at(place));
    }
    for entry in document.get_ref() {
        walker.section(entry);
    }
    walker.out
}

struct Walker<'l> {
    layer: &'l Layer,
    lines: Lines<'l>,
    out: Walked,
}

impl Walker<'_> {
    fn place(&self, span: &std::ops::Range<usize>) -> (usize, usize) {
        self.lines.place(span.start)
    }

    fn wrong(&mut self, path: &str, span: &std::ops::Range<usize>, problem: impl Into<String>) -> &mut Finding {
        let place = self.place(span);
        self.out.findings.push(Finding::without_place(&self.layer.name, problem).at(place).key(path));
        let last = self.out.findings.len() - 1;
        &mut self.out.findings[last]
    }

    fn section(&mut self, (name, value): Entry<'_, '_>) {
        let word = name.get_ref().as_ref();
        let Some(keys) = schema::section(word) else {
            let sections = || schema::SECTIONS.iter().map(|section| section.name);
            let suggestion = elsewhere(word).or_else(|| closest(word, sections()).map(str::to_owned));
            let what = if value.get_ref().is_table() { "unknown section" } else { "unknown key outside a section" };
            let finding = self.wrong(word, &name.span(), what);
            finding.suggestion = suggestion;
            finding.allowed = Some(sections().collect::<Vec<_>>().join(", "));
            return;
        };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong(word, &value.span(), format!("is {}, must be a section", article(value.get_ref()))).allowed =
                Some(format!("[{word}] on a line of its own, its keys below"));
            return;
        };
        for entry in table {
            let path = format!("{word}.{}", entry.0.get_ref());
            if let Some(value) = self.entry(&path, keys, entry) {
                self.out.values.push((path, value));
            }
        }
    }

    fn entry(&mut self, path: &str, keys: &[Key], (name, value): Entry<'_, '_>) -> Option<toml::Value> {
        let word = name.get_ref().as_ref();
        let place = self.place(&name.span());
        self.out.places.push((path.to_owned(), place));
        let Some(key) = keys.iter().find(|key| key.name == word) else {
            let names: Vec<_> = keys.iter().map(|key| key.name).collect();
            let finding = self.wrong(path, &name.span(), "unknown key");
            finding.suggestion = closest(word, names.iter().copied()).map(str::to_owned).or_else(|| elsewhere(word));
            finding.allowed = Some(names.join(", "));
            return None;
        };
        self.value(path, &key.kind, value)
    }

    fn value(&mut self, path: &str, kind: &Kind, value: &Spanned<DeValue<'_>>) -> Option<toml::Value> {
        let checked = match (kind, value.get_ref()) {
            (Kind::Flag, DeValue::Boolean(flag)) => Ok(toml::Value::Boolean(*flag)),
            (Kind::Number { min, max, step }, DeValue::Integer(number)) => {
                whole_number(number, *min, *max, *step).map(toml::Value::Integer)
            }
            (Kind::Text { check, .. }, DeValue::String(text)) => check(text).map(|()| text_value(text)),
            (Kind::Choice(words), DeValue::String(text)) => self.word(path, words, text, value)?,
            (Kind::Choices(words), DeValue::Array(items)) => return self.words(path, words, items, value),
            (Kind::Texts { check, most, .. }, DeValue::Array(items)) => {
                return self.texts(path, kind, (*check, *most), items, value);
            }
            (Kind::Tables(keys), DeValue::Array(items)) => return self.tables(path, keys, items),
            (_, other) => Err(format!("is {}", article(other))),
        };
        match checked {
            Ok(value) => Some(value),
            Err(problem) => {
                self.wrong(path, &value.span(), problem).allowed = Some(kind.allowed());
                None
            }
        }
    }

    /// `None` when a finding was made already.
    fn word(
        &mut self,
        path: &str,
        words: &[&str],
        text: &str,
        value: &Spanned<DeValue<'_>>,
    ) -> Option<Result<toml::Value, String>> {
        if words.contains(&text) {
            return Some(Ok(text_value(text)));
        }
        let suggestion = closest(text, words.iter().copied()).map(str::to_owned);
        let finding = self.wrong(path, &value.span(), format!("is {text:?}, which is none of the words known here"));
        finding.allowed = Some(words.join(", "));
        finding.suggestion = suggestion;
        None
    }

    fn words(
        &mut self,
        path: &str,
        words: &[&str],
        items: &[Spanned<DeValue<'_>>],
        whole: &Spanned<DeValue<'_>>,
    ) -> Option<toml::Value> {
        let kind = || format!("a list of {}, best first", words.join(", "));
        if items.is_empty() {
            self.wrong(path, &whole.span(), "is empty").allowed = Some(kind());
            return None;
        }
        let mut good = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let path = format!("{path}[{index}]");
            let Some(text) = item.get_ref().as_str() else {
                self.wrong(&path, &item.span(), format!("is {}", article(item.get_ref()))).allowed = Some(kind());
                continue;
            };
            if let Some(Ok(value)) = self.word(&path, words, text, item) {
                if good.contains(&value) {
                    self.wrong(&path, &item.span(), "stands here twice");
                }
                good.push(value);
            }
        }
        (good.len() == items.len()).then_some(toml::Value::Array(good))
    }

    fn texts(
        &mut self,
        path: &str,
        kind: &Kind,
        (check, most): (schema::Check, usize),
        items: &[Spanned<DeValue<'_>>],
        whole: &Spanned<DeValue<'_>>,
    ) -> Option<toml::Value> {
        let before = self.out.findings.len();
        if items.is_empty() || items.len() > most {
            self.wrong(path, &whole.span(), format!("has {} entries", items.len())).allowed = Some(kind.allowed());
        }
        let mut good = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let checked = match item.get_ref() {
                DeValue::String(text) => check(text).map(|()| text_value(text)),
                other => Err(format!("is {}", article(other))),
            };
            let checked = checked
                .and_then(|value| if good.contains(&value) { Err("stands here twice".into()) } else { Ok(value) });
            match checked {
                Ok(value) => good.push(value),
                Err(problem) => {
                    self.wrong(&format!("{path}[{index}]"), &item.span(), problem).allowed = Some(kind.allowed());
                }
            }
        }
        (self.out.findings.len() == before).then_some(toml::Value::Array(good))
    }

    fn tables(&mut self, path: &str, keys: &[Key], items: &[Spanned<DeValue<'_>>]) -> Option<toml::Value> {
        let before = self.out.findings.len();
        let good =
            items.iter().enumerate().filter_map(|(index, item)| self.table(&format!("{path}[{index}]"), keys, item));
        let good = toml::Value::Array(good.collect());
        (self.out.findings.len() == before).then_some(good)
    }

    fn table(&mut self, path: &str, keys: &[Key], item: &Spanned<DeValue<'_>>) -> Option<toml::Value> {
        let Some(table) = item.get_ref().as_table() else {
            self.wrong(path, &item.span(), format!("is {}, must be a table", article(item.get_ref())));
            return None;
        };
        let place = self.place(&item.span());
        self.out.places.push((path.to_owned(), place));
        let mut good = toml::Table::new();
        for entry in table {
            if let Some(value) = self.entry(&format!("{path}.{}", entry.0.get_ref()), keys, entry) {
                good.insert(entry.0.get_ref().to_string(), value);
            }
        }
        for key in keys.iter().filter(|key| key.required && !table.contains_key(key.name)) {
            self.wrong(&format!("{path}.{}", key.name), &item.span(), "is missing").allowed = Some(key.kind.allowed());
        }
        Some(toml::Value::Table(good))
    }
}

fn whole_number(number: &toml::de::DeInteger<'_>, min: i64, max: i64, step: i64) -> Result<i64, String> {
    let value = i64::from_str_radix(number.as_str(), number.radix()).map_err(|_| "is too large".to_owned())?;
    if value < min || value > max || value % step != 0 { Err(format!("is {value}")) } else { Ok(value) }
}

fn text_value(text: &str) -> toml::Value {
    toml::Value::String(text.to_owned())
}

/// The key of that name in another section.
fn elsewhere(word: &str) -> Option<String> {
    let mut holders = schema::SECTIONS.iter().filter(|section| section.keys.iter().any(|key| key.name == word));
    holders.next().map(|section| format!("{}.{word}", section.name))
}

fn article(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a decimal point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date or time",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}
