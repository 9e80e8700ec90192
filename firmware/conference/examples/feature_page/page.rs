//! The page of features, made of its table.

use std::fmt::Write;

use crate::tables;

const HEAD: &str = "\
# Features and events of sip-connector, and where they are here

Made of `conference-features.tsv` by `cargo run -p roombox-conference --example feature_page`; a test compares the two, and
looks for every place and every test that is named. *Section* is the section of the protocol description; *v19*, *v20*, *v31*
are versions of sip-connector, *ours* is what none of them has. Places are below `firmware/`.
";

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row<'a> {
    pub(crate) section: &'a str,
    pub(crate) versions: &'a str,
    pub(crate) name: &'a str,
    pub(crate) place: &'a str,
    pub(crate) tests: &'a str,
    pub(crate) difference: &'a str,
}

/// The rows below the heading.
pub(crate) fn rows(table: &str) -> Vec<Row<'_>> {
    tables::rows(table).into_iter().map(Row::of).collect()
}

impl<'a> Row<'a> {
    const fn of([section, versions, name, place, tests, difference]: [&'a str; 6]) -> Self {
        Self { section, versions, name, place, tests, difference }
    }
}

/// The whole page.
pub(crate) fn page(table: &str) -> String {
    let rows = rows(table);
    let mut page = format!("{HEAD}\n{} rows.\n", rows.len());
    page.push_str(
        "\n| Section | Versions | Feature or event | Place | Tests | Difference |\n|---|---|---|---|---|---|\n",
    );
    for Row { section, versions, name, place, tests, difference } in &rows {
        let tests = tables::named(tests);
        // Writing to a String cannot fail.
        let _ = writeln!(page, "| {section} | {versions} | {name} | `{place}` | {tests} | {difference} |");
    }
    page
}
