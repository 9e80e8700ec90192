//! The configuration page is made from the schema: it cannot tell anything else than what is checked.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test, and the page is a file")]

use std::fmt::Write;

use roombox_settings::schema::{Key, Kind, SECTIONS};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/owner/configuration.md");
const EXAMPLE: &str = include_str!("../examples/roombox.toml");

#[test]
fn the_configuration_page_tells_every_key() {
    let page = page();
    if std::env::var_os("ROOMBOX_RENEW").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap();
    assert!(kept == page, "renew with ROOMBOX_RENEW=1 cargo test -p roombox-settings --test reference");
}

fn page() -> String {
    let mut page = String::from(
        "# Configuration\n\nOne file, `roombox.toml`, is enough; every key has a default. Later layers win: defaults, a\n\
         distributor's `/usr/share/roombox/site.toml`, this file, environment, `--set` on the command line.\n\n\
         - `roombox config check FILE` tells every mistake at once, with line, column and what is allowed.\n\
         - `roombox config show --origin` tells every value that counts and which layer it comes from.\n\
         - `ROOMBOX_SECTION_KEY=value` in the environment and `--set section.key=value` set a single key.\n\n\
         Changes take effect at the next start.\n",
    );
    for section in SECTIONS {
        writeln!(page, "\n## `[{}]`\n\n{}\n", section.name, section.about).unwrap();
        table(&mut page, "", section.keys);
    }
    write!(page, "\n## Example\n\n```toml\n{EXAMPLE}```\n").unwrap();
    page
}

fn table(page: &mut String, prefix: &str, keys: &[Key]) {
    if prefix.is_empty() {
        page.push_str("| key | allowed | meaning |\n|---|---|---|\n");
    }
    for key in keys {
        let must = if key.required { " Required." } else { "" };
        let allowed = key.kind.allowed().replace('|', "\\|");
        writeln!(page, "| `{prefix}{}` | {allowed} | {}{must} |", key.name, key.about).unwrap();
        if let Kind::Tables(inner) = &key.kind {
            table(page, &format!("{prefix}{}[].", key.name), inner);
        }
    }
}
