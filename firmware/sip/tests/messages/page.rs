//! The tables of docs/developer/sip-messages.md.

use std::fmt::Write as _;

use super::manifest::Entry;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/developer/sip-messages.md");

/// The text between the marks of this table.
fn bounds<'a>(page: &'a str, table: &str) -> (&'a str, &'a str, &'a str) {
    let (before, rest) = page.split_once(&format!("<!-- {table}: begin -->\n")).expect("the mark of its begin");
    let (inside, after) = rest.split_once(&format!("<!-- {table}: end -->\n")).expect("the mark of its end");
    (before, inside, after)
}

/// Compares a table of the page with what it has to be, or writes it.
pub(crate) fn compare(table: &str, wanted: &str) {
    let page = std::fs::read_to_string(PAGE).expect("the page");
    let (before, inside, after) = bounds(&page, table);
    if std::env::var_os("ROOMBOX_RENEW").is_some() {
        let mark = |word| format!("<!-- {table}: {word} -->\n");
        let page = format!("{before}{}{wanted}{}{after}", mark("begin"), mark("end"));
        return std::fs::write(PAGE, page).expect("written");
    }
    assert!(
        inside == wanted,
        "renew with ROOMBOX_RENEW=1 cargo test -p roombox-sip --test messages -- --test-threads=1"
    );
}

/// What one verdict of the manifest is in the table.
fn short(verdict: &str) -> (String, &str) {
    let (verdict, reason) = verdict.split_once(": ").unwrap_or((verdict, ""));
    match verdict.split(' ').collect::<Vec<_>>()[..] {
        ["accept", ..] => ("taken".into(), reason),
        ["reject", _, status] => (format!("**{status}**"), reason),
        _ => ("dropped".into(), reason),
    }
}

/// The messages of our own.
pub(crate) fn messages(entries: &[Entry]) -> String {
    let mut table = String::from("\n| message | RFC | WebSocket | UDP | TCP | why |\n|---|---|---|---|---|---|\n");
    for entry in entries {
        let told = entry.verdicts.each_ref().map(|verdict| short(verdict));
        let mut reasons: Vec<_> =
            told.iter().map(|(_, reason)| reason.replace('|', "\\|").replace('<', "\\<")).collect();
        reasons.dedup();
        reasons.retain(|reason| !reason.is_empty());
        let why =
            reasons.into_iter().chain(entry.why.clone().map(|why| format!("*{why}*"))).collect::<Vec<_>>().join("; ");
        let [ws, udp, tcp] = told.map(|(verdict, _)| verdict);
        writeln!(table, "| `{}`: {} | {} | {ws} | {udp} | {tcp} | {why} |", entry.name, entry.shows, entry.rfc)
            .expect("a string takes all");
    }
    table.push('\n');
    table
}
