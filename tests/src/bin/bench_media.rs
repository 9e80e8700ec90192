//! The same call by the box and by its rivals, as a table with ratios and as one JSON object:
//! `bench_media [--engine NAME]… [--alone]`.
//!
//! Without a name the usual engine for peer connections is measured; `--alone` leaves the rivals out.

use std::process::ExitCode;

use roombox_tests::bench::{Figures, ROWS, Stage, baresip, boxes, browsers};
use serde_json::{Map, Value, json};

fn main() -> ExitCode {
    let Some((engines, alone)) = arguments() else {
        eprintln!("usage: bench_media [--engine NAME]… [--alone]");
        return ExitCode::from(2);
    };
    let stage = Stage::start();
    let mut columns: Vec<(String, Figures)> = Vec::new();
    let mut measure = |name: &str, of: &dyn Fn() -> Figures| {
        eprintln!("{name}");
        columns.push((name.to_owned(), of()));
    };
    for engine in &engines {
        let name = engine.as_ref().map_or("roombox".to_owned(), |engine| format!("roombox, {engine}"));
        measure(&name, &|| boxes(&stage, engine.as_deref()));
    }
    if !alone {
        measure("baresip", &|| baresip(&stage));
        measure("Chromium", &|| browsers(&stage));
    }
    print(&columns);
    ExitCode::SUCCESS
}

/// Engines, and whether the rivals stay out.
fn arguments() -> Option<(Vec<Option<String>>, bool)> {
    let (mut engines, mut alone) = (Vec::new(), false);
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--engine" => engines.push(Some(words.next()?)),
            "--alone" => alone = true,
            _ => return None,
        }
    }
    if engines.is_empty() {
        engines.push(None);
    }
    Some((engines, alone))
}

/// Behind each figure of others in brackets: how many times that of the first column it is.
fn print(columns: &[(String, Figures)]) {
    let row = |words: &str, cells: Vec<String>| {
        let cells: Vec<String> = cells.into_iter().map(|cell| format!("{cell:>20}")).collect();
        println!("{words:<44}{}", cells.concat());
    };
    row("", columns.iter().map(|(name, _)| name.clone()).collect());
    let mut report = Map::new();
    for (key, words, of) in ROWS {
        let first = of(&columns[0].1);
        let reference = std::iter::once(None).chain(std::iter::repeat(first));
        row(
            words,
            columns.iter().zip(reference).map(|((_, figures), reference)| cell(of(figures), reference)).collect(),
        );
        let values = columns.iter().map(|(name, figures)| (name.clone(), json!(of(figures))));
        report.insert(key.to_owned(), Value::Object(values.collect()));
    }
    println!("{}", Value::Object(report));
}

fn cell(value: Option<f64>, reference: Option<f64>) -> String {
    let ratio = |value: f64| reference.filter(|first| *first > 0.0).map(|first| format!(" ({:.2})", value / first));
    value.map_or_else(|| "–".into(), |value| format!("{value:.1}{}", ratio(value).unwrap_or_default()))
}
