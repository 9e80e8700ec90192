//! The torture messages of RFC 4475 and RFC 5118, byte for byte from the folder that `ROOMBOX_TORTURE_DIR` names (with
//! `rfc4475` and `rfc5118` in it), each with the verdict it has to get.
#![allow(clippy::disallowed_methods, reason = "reads a folder named by the environment")]

use std::collections::BTreeMap;
use std::path::Path;

use roombox_sip::api::Transport;
use roombox_sip::check::{Decision, Kind, check_message};

/// File, then what WebSocket, UDP and TCP get where they differ from the first: `ok`, `drop`, or a status; a response is
/// marked `<`, what is no SIP `?`.
const EXPECTED: &str = include_str!("torture_expected.txt");

fn expected() -> BTreeMap<&'static str, [&'static str; 3]> {
    let rows = EXPECTED.lines().filter(|line| !line.trim().is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        let words: Vec<_> = line.split_whitespace().collect();
        let verdict = |at: usize| *words.get(at).or(words.get(1)).expect("a verdict");
        (words[0], [verdict(1), verdict(2), verdict(3)])
    })
    .collect()
}

/// The verdict in the words of the table.
fn told(bytes: &[u8], transport: Transport) -> String {
    let verdict = check_message(bytes, transport);
    let mark = match verdict.kind {
        Kind::Request => "",
        Kind::Response => "<",
        Kind::Unparsable => "?",
    };
    match (verdict.verdict, verdict.status) {
        (Decision::Accept, None) => format!("{mark}ok"),
        (Decision::Reject, Some(status)) => format!("{mark}{status}"),
        (Decision::Reject, None) => format!("{mark}drop"),
        (Decision::Accept, Some(status)) => panic!("taken and refused with {status}"),
    }
}

fn read(file: &Path, bare_line_ends: bool) -> Vec<u8> {
    let bytes = std::fs::read(file).expect("readable");
    if !bare_line_ends {
        return bytes;
    }
    // This archive has bare LF, and leaves out the last empty line here and there.
    let mut text = String::from_utf8(bytes).expect("text").replace('\n', "\r\n");
    while !text.ends_with("\r\n\r\n") {
        text.push_str("\r\n");
    }
    text.into_bytes()
}

fn check_folder(folder: &Path, bare_line_ends: bool, left: &mut BTreeMap<&str, [&str; 3]>, wrong: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder of an RFC") {
        let file = entry.expect("entry").path();
        let name = file.file_name().expect("a name").to_string_lossy().into_owned();
        let bytes = read(&file, bare_line_ends);
        let Some(wanted) = left.remove(name.as_str()) else {
            wrong.push(format!("{name}: not in the table"));
            continue;
        };
        for (transport, wanted) in [Transport::Ws, Transport::Udp, Transport::Tcp].into_iter().zip(wanted) {
            let got = told(&bytes, transport);
            if got != wanted {
                wrong.push(format!("{name} over {transport:?}: {got}, not {wanted}"));
            }
        }
    }
}

#[test]
fn every_torture_message_gets_the_verdict_of_the_table() {
    let Ok(folder) = std::env::var("ROOMBOX_TORTURE_DIR") else {
        eprintln!("skipped: ROOMBOX_TORTURE_DIR names no folder with rfc4475 and rfc5118 in it");
        return;
    };
    let (mut left, mut wrong) = (expected(), Vec::new());
    check_folder(&Path::new(&folder).join("rfc4475"), false, &mut left, &mut wrong);
    check_folder(&Path::new(&folder).join("rfc5118"), true, &mut left, &mut wrong);
    wrong.extend(left.into_keys().map(|name| format!("{name}: not in the folder")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_last_empty_line_changes_no_verdict() {
    let Ok(folder) = std::env::var("ROOMBOX_TORTURE_DIR") else {
        eprintln!("skipped: ROOMBOX_TORTURE_DIR names no folder with rfc4475 and rfc5118 in it");
        return;
    };
    let bytes = read(&Path::new(&folder).join("rfc4475/baddn.dat"), false);
    let bare = bytes.trim_ascii_end();
    for (transport, end) in
        [(Transport::Ws, "\r\n"), (Transport::Udp, "\r\n"), (Transport::Ws, ""), (Transport::Udp, "")]
    {
        let (with, without) = (told(&bytes, transport), told(&[bare, end.as_bytes()].concat(), transport));
        assert_eq!((with.as_str(), without.as_str()), ("400", "400"));
    }
    assert_eq!(told(bare, Transport::Tcp), "drop", "a stream may still bring the rest");
}
