//! What the tables in `docs/developer/` and their pages have in common.

/// The rows below the heading, each as its `N` cells; a missing cell is an empty one.
pub(crate) fn rows<const N: usize>(table: &str) -> Vec<[&str; N]> {
    table.lines().skip(1).map(row).collect()
}

fn row<const N: usize>(line: &str) -> [&str; N] {
    let mut cells = line.split('\t');
    std::array::from_fn(|_| cells.next().unwrap_or_default())
}

/// Names of tests, one below the other in their cell.
pub(crate) fn named(tests: &str) -> String {
    if tests.is_empty() {
        return String::new();
    }
    format!("`{}`", tests.replace(' ', "`<br>`"))
}
