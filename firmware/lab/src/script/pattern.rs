//! Which events a script waits for.

use roombox_lab_signalling::LabEvent;
use serde::Deserialize;
use serde_json::Value as Json;
use toml::{Table, Value};

/// An event by its name and the values that it must have.
#[derive(Clone, Debug)]
pub struct Pattern {
    event: String,
    values: Table,
}

impl Pattern {
    /// `values` are compared with those of the event; what is not among them may be anything. Err: there is no such event.
    pub(super) fn new(event: String, values: Table) -> Result<Self, String> {
        let probe = serde_json::json!({ "event": event, "data": {} });
        match LabEvent::deserialize(probe) {
            Err(error) if error.to_string().starts_with("unknown variant") => Err(error.to_string()),
            _ => Ok(Self { event, values }),
        }
    }

    /// Whether an event fits, as it is serialised.
    pub(super) fn fits(&self, event: &Json) -> bool {
        event["event"] == self.event.as_str() && table_fits(&self.values, &event["data"])
    }
}

fn table_fits(table: &Table, found: &Json) -> bool {
    table.iter().all(|(key, wanted)| found.get(key).is_some_and(|found| fits(wanted, found)))
}

fn fits(wanted: &Value, found: &Json) -> bool {
    match wanted {
        Value::Table(table) if is_range(table) => in_range(table, found),
        Value::Table(table) => table_fits(table, found),
        Value::Array(all) => found.as_array().is_some_and(|found| {
            found.len() == all.len() && all.iter().zip(found).all(|(wanted, found)| fits(wanted, found))
        }),
        Value::Boolean(wanted) => found.as_bool() == Some(*wanted),
        Value::String(wanted) => found.as_str() == Some(wanted),
        number => found.as_f64().is_some() && found.as_f64() == as_number(number),
    }
}

fn is_range(table: &Table) -> bool {
    !table.is_empty() && table.keys().all(|key| key == "min" || key == "max")
}

fn in_range(table: &Table, found: &Json) -> bool {
    let bound = |name: &str| table.get(name).and_then(as_number);
    found.as_f64().is_some_and(|found| {
        bound("min").is_none_or(|least| found >= least) && bound("max").is_none_or(|most| found <= most)
    })
}

#[allow(clippy::cast_precision_loss, reason = "numbers of events are small")]
fn as_number(value: &Value) -> Option<f64> {
    value.as_float().or_else(|| value.as_integer().map(|whole| whole as f64))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pattern(text: &str) -> Pattern {
        let mut values: Table = text.parse().unwrap();
        let Some(Value::String(event)) = values.remove("event") else { panic!("{text}") };
        Pattern::new(event, values).unwrap()
    }

    #[test]
    fn an_event_fits_by_its_name_and_the_values_asked_for() {
        let event = json!({"event": "media", "data": {"user": "a", "frames_decoded": 30,
            "presentation": {"frame_code": {"source": 7, "frame": 1}}}});
        for (text, fits) in [
            ("event = 'media'", true),
            ("event = 'media'\nuser = 'a'", true),
            ("event = 'media'\nuser = 'b'", false),
            ("event = 'role'", false),
            ("event = 'media'\nframes_decoded = { min = 30 }", true),
            ("event = 'media'\nframes_decoded = { min = 31 }", false),
            ("event = 'media'\nframes_decoded = { max = 29.5 }", false),
            ("event = 'media'\nframes_decoded = 30", true),
            ("event = 'media'\npresentation.frame_code.source = 7", true),
            ("event = 'media'\npresentation.frame_code.source = 8", false),
            ("event = 'media'\nnothing = 1", false),
        ] {
            assert_eq!(pattern(text).fits(&event), fits, "{text}");
        }
    }

    #[test]
    fn an_event_that_does_not_exist_is_named_with_those_that_do() {
        let error = Pattern::new("meda".into(), Table::new()).unwrap_err();
        assert!(error.contains("`meda`") && error.contains("`media`"), "{error}");
    }
}
