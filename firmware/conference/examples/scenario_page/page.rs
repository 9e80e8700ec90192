//! The page of scenarios, made of its tables.

use std::collections::BTreeSet;
use std::fmt::Write;

use crate::tables;

const HEAD: &str = "\
# Scenarios that sip-connector tests, and where they are rebuilt

Made of the tables in `conference-scenarios/` by `cargo run -p roombox-conference --example scenario_page`; a test compares
the two, and looks for every test that is named. *Declared* counts the declarations of tests in the public suite of
sip-connector 31.0.0; one of ours often proves several of them, and several scenarios may share one. A scenario without a
test says why.
";

/// The scenarios of one section.
pub(crate) struct Section<'a> {
    pub(crate) name: &'a str,
    pub(crate) table: &'a str,
}

/// A file of tests upstream.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct File<'a> {
    pub(crate) section: &'a str,
    pub(crate) name: &'a str,
    pub(crate) declared: &'a str,
}

/// One scenario.
#[derive(Debug)]
pub(crate) struct Scenario<'a> {
    pub(crate) file: &'a str,
    pub(crate) declared: &'a str,
    pub(crate) what: &'a str,
    pub(crate) tests: &'a str,
    pub(crate) note: &'a str,
}

/// The files of tests upstream.
pub(crate) fn files(table: &str) -> Vec<File<'_>> {
    tables::rows(table).into_iter().map(|[section, name, declared]| File { section, name, declared }).collect()
}

/// The scenarios of a table.
pub(crate) fn scenarios(table: &str) -> Vec<Scenario<'_>> {
    tables::rows(table).into_iter().map(Scenario::of).collect()
}

impl<'a> Scenario<'a> {
    const fn of([file, declared, what, tests, note]: [&'a str; 5]) -> Self {
        Self { file, declared, what, tests, note }
    }
}

/// What a section, or all of them, come to.
#[derive(Default)]
struct Sum<'a> {
    files: usize,
    /// A number that cannot be read counts as none; a test looks at them.
    declared: usize,
    scenarios: usize,
    rebuilt: usize,
    tests: BTreeSet<&'a str>,
}

impl<'a> Sum<'a> {
    fn add(&mut self, files: &[File], name: &str, scenarios: &[Scenario<'a>]) {
        let ours = || files.iter().filter(|file| file.section == name);
        self.files += ours().count();
        self.declared += ours().filter_map(|file| file.declared.parse::<usize>().ok()).sum::<usize>();
        self.scenarios += scenarios.len();
        self.rebuilt += scenarios.iter().filter(|scenario| !scenario.tests.is_empty()).count();
        self.tests.extend(scenarios.iter().flat_map(|scenario| scenario.tests.split_whitespace()));
    }

    fn line(&self, name: &str) -> String {
        let Self { files, declared, scenarios, rebuilt, tests } = self;
        let without = scenarios - rebuilt;
        format!("| {name} | {files} | {declared} | {scenarios} | {rebuilt} | {without} | {} |\n", tests.len())
    }
}

/// The whole page.
pub(crate) fn page(files_table: &str, sections: &[Section]) -> String {
    let files = files(files_table);
    let mut page = format!("{HEAD}\n");
    page.push_str(
        "| Section | Upstream files | Declared upstream | Scenarios | Rebuilt | Without meaning here | Our tests |\n\
         |---|---|---|---|---|---|---|\n",
    );
    let (mut all, mut below) = (Sum::default(), String::new());
    for Section { name, table } in sections {
        let scenarios = scenarios(table);
        let mut sum = Sum::default();
        sum.add(&files, name, &scenarios);
        page.push_str(&sum.line(name));
        all.add(&files, name, &scenarios);
        below.push_str(&details(name, &scenarios));
    }
    page.push_str(&all.line("**all**"));
    page + &below
}

fn details(name: &str, scenarios: &[Scenario]) -> String {
    let mut text = format!("\n## {name}\n\n| File | Declared | Scenario | Tests | Note |\n|---|---|---|---|---|\n");
    for Scenario { file, declared, what, tests, note } in scenarios {
        let tests = tables::named(tests);
        // Writing to a String cannot fail.
        let _ = writeln!(text, "| `{file}` | {declared} | {what} | {tests} | {note} |");
    }
    text
}
