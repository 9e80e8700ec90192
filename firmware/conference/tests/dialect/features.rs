//! The table of features: each row of `docs/developer/conference-features.tsv` is true, and every event has one.

#[path = "../../examples/feature_page/page.rs"]
mod page;

use std::collections::BTreeSet;

use page::{Row, rows};
use roombox_conference::catalogue::{Event, RENAMES};

use crate::sources;

const TABLE: &str = include_str!("../../../../docs/developer/conference-features.tsv");
const PAGE: &str = include_str!("../../../../docs/developer/conference-features.md");

#[test]
fn no_cell_is_empty_and_no_row_is_there_twice() {
    let rows = rows(TABLE);
    for row in &rows {
        assert!(
            [row.section, row.versions, row.name, row.place, row.tests, row.difference]
                .iter()
                .all(|cell| !cell.is_empty()),
            "{row:?}"
        );
    }
    let keys: BTreeSet<_> = rows.iter().map(|row| (row.section, row.versions, row.name)).collect();
    assert_eq!(keys.len(), rows.len());
}

#[test]
fn every_event_of_today_and_of_version_20_has_a_row() {
    let rows = rows(TABLE);
    let there: BTreeSet<_> = rows.iter().map(|row| row.name).collect();
    let missing: Vec<_> = Event::names()
        .chain(RENAMES.iter().map(|(old, _)| *old))
        .filter(|name| !there.contains(format!("event {name}").as_str()))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn every_place_and_every_test_exists() {
    let tests = sources::tests();
    let untrue = |row: &Row| {
        let place = sources::firmware().join(row.place).exists();
        let proven = row.tests.split(' ').all(|test| tests.contains(test));
        !(place && proven)
    };
    let untrue: Vec<_> = rows(TABLE).into_iter().filter(untrue).collect();
    assert!(untrue.is_empty(), "{untrue:#?}");
}

#[test]
fn the_page_is_made_of_the_table() {
    assert!(PAGE == page::page(TABLE), "write it anew: cargo run -p roombox-conference --example feature_page");
}
