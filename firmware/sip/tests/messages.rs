//! The project's own messages for every point of RFC 4475 and RFC 5118: their verdict, the page made from them, and that a
//! live endpoint does what the check says.
#![allow(clippy::disallowed_methods, reason = "reads files of the project; virtual time needs some first instant")]
#![allow(clippy::doc_markdown, reason = "CSeq and the like are names of the field, not code")]

#[path = "messages/bad_input.rs"]
mod bad_input;
#[path = "messages/manifest.rs"]
mod manifest;
#[path = "messages/page.rs"]
mod page;
#[path = "messages/peer.rs"]
mod peer;

use bad_input::rows;
use manifest::{Entry, TRANSPORTS, entries};
use peer::Peer;
use roombox_sip::check::{Decision, Kind, Verdict, check_message};

/// Verdict, kind, status and reason as the manifest writes them.
fn told(verdict: &Verdict) -> String {
    let kind = match verdict.kind {
        Kind::Request => "request",
        Kind::Response => "response",
        Kind::Unparsable => "unparsable",
    };
    match (verdict.verdict, verdict.status) {
        (Decision::Accept, None) => format!("accept {kind}"),
        (Decision::Reject, Some(status)) => format!("reject {kind} {status}: {}", verdict.reason),
        (Decision::Reject, None) => format!("reject {kind}: {}", verdict.reason),
        (Decision::Accept, Some(status)) => panic!("taken and refused with {status}"),
    }
}

/// Runs `look` on every message and transport, and tells everything that it finds wrong.
fn of_each(look: impl Fn(&Entry, usize) -> Option<String>) {
    let entries = entries();
    let wrong = entries.iter().flat_map(|entry| {
        let look = &look;
        (0..TRANSPORTS.len()).filter_map(move |at| {
            look(entry, at).map(|wrong| format!("{} over {:?}: {wrong}", entry.name, TRANSPORTS[at]))
        })
    });
    let wrong: Vec<_> = wrong.collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_message_gets_the_verdict_of_the_manifest() {
    of_each(|entry, at| {
        let got = told(&check_message(&entry.bytes, TRANSPORTS[at]));
        (got != entry.verdicts[at]).then(|| format!("{got}\n    not {}", entry.verdicts[at]))
    });
}

#[test]
fn every_message_of_the_folder_is_in_the_manifest() {
    let named: Vec<_> = entries().into_iter().map(|entry| entry.name).collect();
    for file in std::fs::read_dir(manifest::FOLDER).expect("the folder") {
        let file = file.expect("entry").path();
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        assert!(file.extension().is_none_or(|kind| kind != "sip") || named.contains(&name), "{name}");
    }
}

#[test]
fn a_live_endpoint_does_what_the_check_says() {
    of_each(|entry, at| {
        let verdict = check_message(&entry.bytes, TRANSPORTS[at]);
        Peer::new(TRANSPORTS[at]).disagrees(&entry.bytes, &verdict)
    });
}

#[test]
fn the_torture_messages_of_the_rfcs_are_treated_alike_by_check_and_endpoint() {
    let Ok(folder) = std::env::var("ROOMBOX_TORTURE_DIR") else {
        eprintln!("skipped: ROOMBOX_TORTURE_DIR names no folder with rfc4475 and rfc5118 in it");
        return;
    };
    for file in std::fs::read_dir(format!("{folder}/rfc4475")).expect("the folder of the RFC") {
        let file = file.expect("entry").path();
        let bytes = std::fs::read(&file).expect("readable");
        for transport in TRANSPORTS {
            let wrong = Peer::new(transport).disagrees(&bytes, &check_message(&bytes, transport));
            assert_eq!(wrong, None, "{} over {transport:?}", file.display());
        }
    }
}

#[test]
fn the_page_of_messages_tells_the_manifest() {
    page::compare("messages", &page::messages(&entries()));
}

#[test]
fn every_kind_of_bad_input_gets_what_the_table_says() {
    let wrong: Vec<_> = rows().iter().filter_map(bad_input::Row::wrong).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_page_of_bad_input_tells_the_rows() {
    page::compare("bad input", &bad_input::table(&rows()));
}
