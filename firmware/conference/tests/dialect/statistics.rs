//! What is read of statistics is written down.

#[path = "../../examples/statistics_page/page.rs"]
mod page;

use std::collections::BTreeSet;

use roombox_conference::STATISTICS_FIELDS;

const PAGE: &str = include_str!("../../../../docs/developer/conference-statistics.md");

#[test]
fn the_page_is_made_of_the_table_in_the_code() {
    assert!(PAGE == page::page(), "write it anew: cargo run -p roombox-conference --example statistics_page");
}

#[test]
fn no_field_is_there_twice() {
    let names: BTreeSet<_> = STATISTICS_FIELDS.iter().map(|field| field.name).collect();
    assert_eq!(names.len(), STATISTICS_FIELDS.len());
}
