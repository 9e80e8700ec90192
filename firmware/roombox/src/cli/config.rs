//! `roombox config`.

use std::path::Path;

use roombox_settings::{Finding, Layer, Loaded, Origin, load};
use serde_json::{Value, json};

use super::{arguments::ConfigCommand, ask::say};
use crate::{
    exit::{Exit, Outcome, Refusal},
    run::configuration,
};

pub(crate) fn config(command: &ConfigCommand) -> Outcome {
    match command {
        ConfigCommand::Check { files, output } => {
            let checked: Vec<_> = files.iter().map(|file| (file.display().to_string(), check(file))).collect();
            if output.json { tell_json(&checked) } else { tell(&checked) }
        }
        ConfigCommand::Show { config, origin, overrides, output } => {
            let loaded = configuration::load_settings(config, &overrides.set)?;
            if output.json { say(&shown_json(&loaded, *origin)) } else { say(&shown(&loaded, *origin)?) }
        }
    }
}

/// Errors, or warnings.
type Checked = Result<Vec<Finding>, Vec<Finding>>;

fn check(file: &Path) -> Checked {
    let name = file.display().to_string();
    let text = std::fs::read_to_string(file).map_err(|error| vec![unreadable(&name, &error)])?;
    load(&[Layer::new(Origin::LocalFile, name, text)]).map(|loaded| loaded.warnings)
}

fn unreadable(name: &str, error: &std::io::Error) -> Finding {
    Finding {
        file: name.into(),
        line: 0,
        column: 0,
        key: String::new(),
        problem: format!("cannot be read: {error}"),
        allowed: None,
        suggestion: None,
    }
}

fn tell(checked: &[(String, Checked)]) -> Outcome {
    let mut errors = Vec::new();
    for (file, outcome) in checked {
        match outcome {
            Ok(warnings) => {
                warnings.iter().try_for_each(|warning| say(&format!("warning: {warning}")))?;
                say(&format!("{file}: in order"))?;
            }
            Err(findings) => errors.extend(findings.iter().map(ToString::to_string)),
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal::usage(errors.join("\n"))) }
}

fn tell_json(checked: &[(String, Checked)]) -> Outcome {
    let files: Vec<Value> = checked
        .iter()
        .map(|(file, outcome)| match outcome {
            Ok(warnings) => json!({ "file": file, "valid": true, "errors": [], "warnings": warnings }),
            Err(errors) => json!({ "file": file, "valid": false, "errors": errors, "warnings": [] }),
        })
        .collect();
    say(&json!({ "files": files }).to_string())?;
    let all_valid = checked.iter().all(|(_, outcome)| outcome.is_ok());
    if all_valid { Ok(()) } else { Err(Refusal { exit: Exit::Usage, message: String::new() }) }
}

fn shown(loaded: &Loaded, origin: bool) -> Result<String, Refusal> {
    if !origin {
        return toml::to_string(&loaded.settings).map_err(|error| Refusal::refused(error.to_string()));
    }
    let values = serde_json::to_value(&loaded.settings).unwrap_or_default();
    let lines = loaded.origins.iter().map(|(path, source)| {
        let value = path.split('.').try_fold(&values, |at, key| at.get(key)).unwrap_or(&Value::Null);
        let place = if source.line > 0 { format!("{}:{}", source.name, source.line) } else { source.name.clone() };
        format!("{path} = {value}  # {place}")
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn shown_json(loaded: &Loaded, origin: bool) -> String {
    let settings = serde_json::to_value(&loaded.settings).unwrap_or_default();
    let shown = if origin { json!({ "settings": settings, "origins": loaded.origins }) } else { settings };
    shown.to_string()
}
