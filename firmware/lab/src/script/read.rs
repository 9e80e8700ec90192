//! Reading a script.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use roombox_conference::vendor::VendorMessage;
use roombox_lab_signalling::{Faults, Form, Order, Rules};
use serde::Deserialize;
use toml::{Spanned, Table, Value};

use super::{Act, Action, Pattern, Script, Step};

/// A wait lasts so long at most unless the script says otherwise.
const PATIENCE: Duration = Duration::from_secs(30);

/// A script that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// The file cannot be read.
    #[error("{file}: {source}")]
    Read {
        /// The file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// Something in it is wrong.
    #[error("{file}:{line}: {problem}")]
    Wrong {
        /// The file.
        file: PathBuf,
        /// Line number from 1.
        line: usize,
        /// What.
        problem: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    end: bool,
    #[serde(default)]
    rules: Rules,
    #[serde(default)]
    step: Vec<Spanned<RawStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawStep {
    wait: Option<Table>,
    #[serde(rename = "do")]
    act: Option<Table>,
}

#[derive(Deserialize)]
#[serde(tag = "order", rename_all = "kebab-case", deny_unknown_fields)]
enum RawOrder {
    Admit {
        user: String,
    },
    DropConnections {},
    Faults {
        #[serde(default)]
        faults: String,
    },
    HangUp {
        user: String,
    },
    Info {
        user: String,
        content_type: String,
        #[serde(default)]
        headers: BTreeMap<String, String>,
    },
    IssueToken {
        user: String,
    },
    Kill {
        time: String,
    },
    Purgatory {
        user: String,
    },
    Renegotiate {
        user: String,
        #[serde(default)]
        restart_ice: bool,
    },
    Rules {
        rules: Rules,
    },
    Say {
        user: String,
        message: VendorMessage,
        #[serde(default)]
        form: Form,
    },
}

impl Script {
    /// Reads a script file.
    pub fn from_file(file: &Path) -> Result<Self, ScriptError> {
        let text = std::fs::read_to_string(file).map_err(|source| ScriptError::Read { file: file.into(), source })?;
        Self::from_text(file, &text)
    }

    /// Reads a script; `file` is for error messages.
    pub fn from_text(file: &Path, text: &str) -> Result<Self, ScriptError> {
        let wrong = |offset: usize, problem: String| ScriptError::Wrong {
            file: file.into(),
            line: text.get(..offset).unwrap_or_default().matches('\n').count() + 1,
            problem,
        };
        let raw: File = toml::from_str(text)
            .map_err(|error| wrong(error.span().map_or(0, |span| span.start), error.message().replace('\n', " ")))?;
        let steps = raw.step.into_iter().map(|step| {
            let offset = step.span().start;
            let line = text.get(..offset).unwrap_or_default().matches('\n').count() + 1;
            read_step(step.into_inner(), line).map_err(|problem| wrong(offset, problem))
        });
        Ok(Self { end: raw.end, rules: raw.rules, steps: steps.collect::<Result<_, _>>()? })
    }
}

fn read_step(step: RawStep, line: usize) -> Result<Step, String> {
    let (word, table) = match (step.wait, step.act) {
        (Some(wait), None) => ("wait", wait),
        (None, Some(act)) => ("do", act),
        _ => return Err("a step has either wait or do".into()),
    };
    let words = format!("{word} = {}", inline(&Value::Table(table.clone())));
    let action = if word == "wait" { read_wait(table)? } else { Action::Do(read_act(table)?) };
    Ok(Step { line, action, words })
}

fn read_wait(mut table: Table) -> Result<Action, String> {
    let within = match table.remove("within") {
        Some(Value::String(text)) => duration(&text)?,
        Some(other) => return Err(format!("within = {other} is no duration like \"10s\"")),
        None => PATIENCE,
    };
    match table.remove("event") {
        Some(Value::String(event)) => Ok(Action::Wait { pattern: Pattern::new(event, table)?, within }),
        _ => Err("wait needs an event by its name".into()),
    }
}

fn read_act(table: Table) -> Result<Act, String> {
    let order =
        RawOrder::deserialize(Value::Table(table)).map_err(|error| error.to_string().trim().replace('\n', " "))?;
    Ok(Act::Order(match order {
        RawOrder::Kill { time } => return Ok(Act::Kill(duration(&time)?)),
        RawOrder::Admit { user } => Order::Admit(user),
        RawOrder::DropConnections {} => Order::DropConnections,
        RawOrder::Faults { faults } => Order::Faults(faults.parse::<Faults>().map_err(|error| error.to_string())?),
        RawOrder::HangUp { user } => Order::HangUp(user),
        RawOrder::Info { user, content_type, headers } => {
            Order::Info { user, content_type, headers: headers.into_iter().collect() }
        }
        RawOrder::IssueToken { user } => Order::IssueToken(user),
        RawOrder::Purgatory { user } => Order::Purgatory(user),
        RawOrder::Renegotiate { user, restart_ice } => Order::Renegotiate { user, restart_ice },
        RawOrder::Rules { rules } => Order::Rules(rules),
        RawOrder::Say { message, form: Form::Notify, .. } if message.notify().is_none() => {
            return Err("this message cannot be said by NOTIFY".into());
        }
        RawOrder::Say { message, .. } if message.info().is_none() => return Err("this message cannot be said".into()),
        RawOrder::Say { user, message, form } => Order::Say { user, message, form },
    }))
}

fn duration(text: &str) -> Result<Duration, String> {
    humantime::parse_duration(text).map_err(|error| format!("{text:?} is no duration like \"10s\": {error}"))
}

/// On one line, as it may stand in a script.
fn inline(value: &Value) -> String {
    match value {
        Value::Table(table) => {
            let fields: Vec<_> = table.iter().map(|(key, value)| format!("{key} = {}", inline(value))).collect();
            format!("{{ {} }}", fields.join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Script, ScriptError> {
        Script::from_text("room.toml".as_ref(), text)
    }

    #[test]
    fn every_kind_of_step_of_the_page_is_understood() {
        let page = include_str!("../../../../docs/developer/lab-scripts.md");
        let scripts: Vec<_> = page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
        assert!(scripts.len() > 10, "{}", scripts.len());
        for script in scripts {
            let read = read(script);
            assert!(read.as_ref().is_ok_and(|read| !read.steps.is_empty() || read.end), "{script}\n{read:?}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let says = |text: &str| read(text).unwrap_err().to_string();
        assert!(says("end = 5").starts_with("room.toml:1: "), "{}", says("end = 5"));
        let step = |inside: &str| says(&format!("end = true\n\n[[step]]\n{inside}\n"));
        for (inside, words) in [
            ("wait = { event = 'meda' }", "`meda`"),
            ("wait = { user = 'a' }", "by its name"),
            ("wait = { event = 'media', within = 'soon' }", "\"soon\" is no duration"),
            ("do = { order = 'dance' }", "`dance`"),
            ("do = { order = 'admit' }", "user"),
            ("do = { order = 'admit', user = 'a', now = true }", "now"),
            (
                "do = { order = 'say', user = 'a', message = { message = 'unknown', kind = 'a', value = 'b' } }",
                "cannot",
            ),
            ("do = { order = 'faults', faults = 'explode' }", "explode"),
            ("do = { order = 'kill', time = 'long' }", "long"),
            ("", "either wait or do"),
        ] {
            let said = step(inside);
            let named = said.starts_with("room.toml:3: ") || said.starts_with("room.toml:4: ");
            assert!(named && said.contains(words), "{inside}: {said}");
        }
    }
}
