//! Layers in, settings or findings out.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::finding::Finding;
use crate::layers::{Layer, Origin};
use crate::model::Settings;
use crate::rules;
use crate::schema;
use crate::walk::{Walked, walk};

/// Settings that passed every check.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// What works but is not wise.
    pub warnings: Vec<Finding>,
    /// Which layer each `section.key` came from.
    pub origins: BTreeMap<String, Source>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Kind of layer.
    pub origin: Origin,
    /// Name of the layer.
    pub name: String,
    /// Line from 1; 0 for a built-in default.
    pub line: usize,
}

/// Merges the layers and checks everything. Layers of a higher [`Origin`] win; among equals the later one does. Lists
/// are replaced as a whole. On failure every error of every layer is there, in the order of layers and lines.
pub fn load(layers: &[Layer]) -> Result<Loaded, Vec<Finding>> {
    let mut ranked: Vec<&Layer> = layers.iter().collect();
    ranked.sort_by_key(|layer| layer.origin);
    let mut merge = Merge::default();
    for layer in ranked {
        merge.add(layer, walk(layer));
    }
    merge.finish()
}

/// Where each key seen stands: name of the layer, line and column.
pub(crate) type Places = BTreeMap<String, (String, (usize, usize))>;

#[derive(Default)]
struct Merge {
    values: BTreeMap<String, toml::Value>,
    places: Places,
    origins: BTreeMap<String, Source>,
    findings: Vec<Finding>,
    order: Vec<String>,
}

impl Merge {
    fn add(&mut self, layer: &Layer, walked: Walked) {
        self.order.push(layer.name.clone());
        for (path, _) in &walked.values {
            self.forget(path, &walked);
        }
        self.findings.extend(walked.findings);
        for (path, place) in walked.places {
            self.places.insert(path, (layer.name.clone(), place));
        }
        for (path, value) in walked.values {
            let line = self.places.get(&path).map_or(0, |(_, (line, _))| *line);
            self.origins.insert(path.clone(), Source { origin: layer.origin, name: layer.name.clone(), line });
            self.values.insert(path, value);
        }
    }

    /// A higher layer replaces a list as a whole, and a password by a password file or the other way round.
    fn forget(&mut self, path: &str, walked: &Walked) {
        let entries = format!("{path}[");
        self.places.retain(|known, _| !known.starts_with(&entries));
        let twin = match path {
            "account.password" => "account.password_file",
            "account.password_file" => "account.password",
            _ => return,
        };
        if !walked.places.iter().any(|(known, _)| known == twin) {
            self.values.remove(twin);
            self.places.remove(twin);
            self.origins.remove(twin);
        }
    }

    fn finish(mut self) -> Result<Loaded, Vec<Finding>> {
        let settings = match self.settings() {
            Ok(settings) => settings,
            Err(finding) => {
                self.findings.push(*finding);
                return Err(self.sorted());
            }
        };
        let checked = rules::check(&settings, &self.places);
        self.findings.extend(checked.errors);
        if !self.findings.is_empty() {
            return Err(self.sorted());
        }
        for section in schema::SECTIONS {
            for key in section.keys {
                let built_in = Source { origin: Origin::Default, name: "built-in default".into(), line: 0 };
                self.origins.entry(format!("{}.{}", section.name, key.name)).or_insert(built_in);
            }
        }
        Ok(Loaded { settings, warnings: checked.warnings, origins: self.origins })
    }

    fn settings(&self) -> Result<Settings, Box<Finding>> {
        let mut document = toml::Table::new();
        for (path, value) in &self.values {
            let Some((section, key)) = path.split_once('.') else { continue };
            let table = document.entry(section).or_insert_with(|| toml::Table::new().into());
            if let Some(table) = table.as_table_mut() {
                table.insert(key.to_owned(), value.clone());
            }
        }
        // The schema let the values pass, so a failure here means that schema and model differ; a test compares them.
        Settings::deserialize(document)
            .map_err(|error| Box::new(Finding::without_place("settings", error.message().to_owned())))
    }

    fn sorted(mut self) -> Vec<Finding> {
        let rank = |name: &str| self.order.iter().position(|known| known == name);
        self.findings.sort_by_key(|finding| (rank(&finding.file), finding.line, finding.column));
        self.findings
    }
}
