//! The tables of scenarios: each row of `docs/developer/conference-scenarios/` is true.

#[path = "../../examples/scenario_page/page.rs"]
mod page;
#[path = "../../examples/scenario_page/sections.rs"]
mod sections;

use std::collections::BTreeSet;

use page::{Scenario, files, scenarios};
use sections::{FILES, SECTIONS};

use crate::sources;

const PAGE: &str = include_str!("../../../../docs/developer/conference-scenarios.md");

fn all() -> impl Iterator<Item = (&'static str, Scenario<'static>)> {
    SECTIONS.iter().flat_map(|section| scenarios(section.table).into_iter().map(|row| (section.name, row)))
}

#[test]
fn every_scenario_has_a_test_or_says_why_not() {
    for (section, row) in all() {
        let explained = !row.tests.is_empty() || !row.note.is_empty();
        assert!(explained && !row.what.is_empty(), "{section}: {row:?}");
    }
}

#[test]
fn no_scenario_is_there_twice() {
    let mut seen = BTreeSet::new();
    for (section, row) in all() {
        assert!(seen.insert((section, row.file, row.what)), "{section}: {row:?}");
    }
}

#[test]
fn every_scenario_belongs_to_a_file_of_its_section() {
    let files = files(FILES);
    for (section, row) in all() {
        let known =
            files.iter().any(|file| (file.section, file.name, file.declared) == (section, row.file, row.declared));
        assert!(known, "{section}: {row:?}");
    }
    for file in &files {
        assert!(SECTIONS.iter().any(|section| section.name == file.section), "{file:?}");
        assert!(file.declared.parse::<usize>().is_ok(), "{file:?}");
    }
}

#[test]
fn every_file_of_tests_upstream_has_its_scenarios() {
    let there: BTreeSet<_> = all().map(|(section, row)| (section, row.file)).collect();
    let missing = |file: &page::File| !there.contains(&(file.section, file.name));
    assert_eq!(files(FILES).into_iter().filter(missing).collect::<Vec<_>>(), []);
}

#[test]
fn every_test_that_a_scenario_names_exists() {
    let tests = sources::tests();
    for (section, row) in all() {
        let unknown: Vec<_> = row.tests.split_whitespace().filter(|test| !tests.contains(*test)).collect();
        assert!(unknown.is_empty(), "{section}, {}, {}: {unknown:?}", row.file, row.what);
    }
}

#[test]
fn the_page_is_made_of_the_tables() {
    let anew = "write it anew: cargo run -p roombox-conference --example scenario_page";
    assert!(PAGE == page::page(FILES, &SECTIONS), "{anew}");
}
