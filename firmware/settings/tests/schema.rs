//! The schema table and the model say the same.
#![allow(clippy::unwrap_used, reason = "a helper of tests may fail a test")]

use std::collections::BTreeSet;

use roombox_settings::model::Settings;
use roombox_settings::schema::{Key, Kind, SECTIONS};
use serde_json::Value;

const FULL: &str = r#"
account = { server = "a.b", domain = "a.b", user = "u", password = "p", password_file = "f", register = true, register_expires = 300, display_name = "n", ca_file = "c", certificate_pin = "p", client_certificate = "c", client_key = "k", tls_min_version = "1.2", tls_server_name = "n", outbound_flows = 1, ice_servers = [{ url = "turn:a.b", user = "u", password = "p" }] }
conference = { http_server = "a.b", target = "1", auto_dial = true, auto_answer = true, entries = [{ name = "n", target = "1" }] }
presentation = { source = "s", picture = "p", sources = [{ name = "s", kind = "pdf", place = "p", interval = 1, user = "u", password = "p" }] }
screen = { output = "none" }
"#;

fn model_keys(value: &Value) -> BTreeSet<String> {
    value.as_object().unwrap().keys().cloned().collect()
}

fn schema_keys(keys: &[Key]) -> BTreeSet<String> {
    keys.iter().map(|key| key.name.to_owned()).collect()
}

#[test]
fn every_key_of_the_model_is_in_the_schema_and_the_other_way_round() {
    let settings: Settings = toml::from_str(FULL).unwrap();
    let model = serde_json::to_value(settings).unwrap();
    assert_eq!(model_keys(&model), SECTIONS.iter().map(|section| section.name.to_owned()).collect());
    for section in SECTIONS {
        let fields = &model[section.name];
        assert_eq!(model_keys(fields), schema_keys(section.keys), "[{}]", section.name);
        for key in section.keys {
            if let Kind::Tables(inner) = &key.kind {
                assert_eq!(model_keys(&fields[key.name][0]), schema_keys(inner), "{}.{}", section.name, key.name);
            }
        }
    }
}

#[test]
fn every_word_and_every_limit_of_the_schema_is_taken_by_the_model() {
    for section in SECTIONS {
        for key in section.keys {
            let values: Vec<String> = match &key.kind {
                Kind::Choice(words) => words.iter().map(|word| format!("\"{word}\"")).collect(),
                Kind::Choices(words) => words.iter().map(|word| format!("[\"{word}\"]")).collect(),
                Kind::Number { min, max, .. } => vec![min.to_string(), max.to_string()],
                Kind::Flag => vec!["true".into()],
                Kind::Text { .. } | Kind::Texts { .. } | Kind::Tables(_) => continue,
            };
            for value in values {
                let text = format!("{}.{} = {value}", section.name, key.name);
                assert!(toml::from_str::<Settings>(&text).is_ok(), "{text}");
            }
        }
    }
}

#[test]
fn the_defaults_of_the_model_pass_the_schema() {
    let defaults = serde_json::to_value(Settings::default()).unwrap();
    for section in SECTIONS {
        for key in section.keys {
            let value = &defaults[section.name][key.name];
            match &key.kind {
                Kind::Number { min, max, step } => {
                    if let Some(number) = value.as_i64() {
                        assert!((*min..=*max).contains(&number) && number % step == 0, "{}.{}", section.name, key.name);
                    }
                }
                Kind::Choice(words) => {
                    if let Some(word) = value.as_str() {
                        assert!(words.contains(&word), "{}.{}", section.name, key.name);
                    }
                }
                _ => {}
            }
        }
    }
}
