//! Where settings come from, lowest first.

use serde::Serialize;

use crate::finding::Finding;
use crate::schema::{self, Kind};
use crate::similar::closest;

/// Kind of layer; a later variant wins over an earlier one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Built into the program.
    Default,
    /// Settings that come with a board.
    Board,
    /// Defaults of a site or a distributor (`/usr/share/roombox`).
    Site,
    /// A provisioning document.
    Provisioning,
    /// The owner's file.
    LocalFile,
    /// `ROOMBOX_SECTION_KEY` variables.
    Environment,
    /// `--set section.key=value`.
    CommandLine,
}

/// One text of settings with its name.
#[derive(Clone, PartialEq, Eq)]
pub struct Layer {
    /// Rank of this layer.
    pub origin: Origin,
    /// What findings call it: a file name, a variable, an option.
    pub name: String,
    /// TOML.
    pub text: String,
}

impl Layer {
    /// A layer from its parts.
    pub fn new(origin: Origin, name: impl Into<String>, text: impl Into<String>) -> Self {
        Self { origin, name: name.into(), text: text.into() }
    }
}

/// The text may hold a password.
impl std::fmt::Debug for Layer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Layer").field("origin", &self.origin).field("name", &self.name).finish_non_exhaustive()
    }
}

/// One layer for each `ROOMBOX_SECTION_KEY` variable (`ROOMBOX_ACCOUNT_SERVER=…`). Variables whose second word is no
/// section of ours are left alone; an unknown key in one of our sections is a finding.
pub fn environment_layers(variables: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Layer>, Vec<Finding>> {
    let mut found: Vec<_> = variables.into_iter().filter_map(|(name, value)| variable(&name, &value)).collect();
    found.sort_by_key(|entry| entry.as_ref().map_or_else(|finding| finding.file.clone(), |layer| layer.name.clone()));
    let (layers, findings): (Vec<_>, Vec<_>) = found.into_iter().partition(Result::is_ok);
    if findings.is_empty() {
        Ok(layers.into_iter().filter_map(Result::ok).collect())
    } else {
        Err(findings.into_iter().filter_map(Result::err).collect())
    }
}

fn variable(name: &str, value: &str) -> Option<Result<Layer, Finding>> {
    let words = name.strip_prefix("ROOMBOX_")?.to_ascii_lowercase();
    let (section, key) = words.split_once('_')?;
    schema::section(section)?;
    Some(assignment(Origin::Environment, name, section, key, value))
}

/// A layer from `section.key=value`, as `--set` gives it. Text needs no quotes.
#[allow(clippy::result_large_err, reason = "a few at start, and a box would only burden the reader")]
pub fn command_line_layer(argument: &str) -> Result<Layer, Finding> {
    let unusable = |problem: &str| {
        Finding::without_place(format!("--set {}", argument.split('=').next().unwrap_or_default()), problem)
            .allowed("section.key=value, for example audio.volume=40")
    };
    let (path, value) = argument.split_once('=').ok_or_else(|| unusable("has no ="))?;
    let (section, key) = path.trim().split_once('.').ok_or_else(|| unusable("names no section"))?;
    assignment(Origin::CommandLine, &format!("--set {path}"), section, key, value.trim())
}

#[allow(clippy::result_large_err, reason = "as above")]
fn assignment(origin: Origin, name: &str, section: &str, key: &str, value: &str) -> Result<Layer, Finding> {
    let unknown = |wrong: &str, known: Vec<&str>| {
        let nearest = closest(wrong, known.iter().copied()).map(str::to_owned);
        Finding::without_place(name, "unknown key")
            .key(format!("{section}.{key}"))
            .allowed(known.join(", "))
            .suggestion(nearest)
    };
    let keys = schema::section(section)
        .ok_or_else(|| unknown(section, schema::SECTIONS.iter().map(|section| section.name).collect()))?;
    let Some(found) = keys.iter().find(|candidate| candidate.name == key) else {
        return Err(unknown(key, keys.iter().map(|candidate| candidate.name).collect()));
    };
    Ok(Layer::new(origin, name, format!("{section}.{key} = {}", literal(&found.kind, value))))
}

/// The value as TOML: text gets quotes, everything else is TOML already.
fn literal(kind: &Kind, value: &str) -> String {
    match kind {
        Kind::Text { .. } | Kind::Choice(_) => toml::Value::String(value.into()).to_string(),
        Kind::Flag | Kind::Number { .. } | Kind::Choices(_) | Kind::Tables(_) | Kind::Texts { .. } => value.into(),
    }
}
