//! The page of causes is made from the catalogue.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "a test, and the page is a file")]

use std::fmt::Write;

use roombox_appliance::tree::{CauseCode, Mender};

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/owner/causes.md");

#[test]
fn the_page_of_causes_tells_the_whole_catalogue() {
    let page = page();
    if std::env::var_os("ROOMBOX_RENEW").is_some() {
        std::fs::write(PAGE, &page).unwrap();
    }
    let kept = std::fs::read_to_string(PAGE).unwrap();
    assert!(kept == page, "renew with ROOMBOX_RENEW=1 cargo test -p roombox-appliance --test catalogue");
}

fn page() -> String {
    let mut page = String::from(
        "# What went wrong, and who can mend it\n\nWhat is wrong now stands on the status display, on the panel and in \
         `roombox status causes`. A refused command\ntells its cause too. Every cause has a fixed code, one sentence and \
         somebody who can mend it; where there is more\nto say (host name, device, SIP status) it stands behind the \
         sentence.\n\n| code | what it says | who can mend it |\n|---|---|---|\n",
    );
    for code in CauseCode::ALL {
        let name = serde_json::to_value(code).unwrap();
        let name = name.as_str().unwrap();
        writeln!(page, "| `{name}` | {} | {} |", code.sentence(), person(code.mender())).unwrap();
    }
    page
}

const fn person(mender: Mender) -> &'static str {
    match mender {
        Mender::Administrator => "administrator of the conference server",
        Mender::Installer => "whoever put the box and its cables there",
        Mender::Itself => "the box itself",
        Mender::Owner => "the person at the box or the panel",
    }
}
