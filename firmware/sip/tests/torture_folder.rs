//! Prints what the user agent would do with every message of a folder.
#![allow(clippy::disallowed_methods, reason = "reads a folder named by the environment")]

use roombox_sip::api::Transport;
use roombox_sip::check::{Decision, check_message};

#[test]
fn messages_of_a_folder_get_a_verdict() {
    let Ok(folder) = std::env::var("ROOMBOX_SIP_MESSAGES") else {
        eprintln!("skipped: ROOMBOX_SIP_MESSAGES names no folder of raw SIP messages");
        return;
    };
    let mut files: Vec<_> = std::fs::read_dir(folder).expect("folder").map(|f| f.expect("entry").path()).collect();
    files.sort();
    for file in files.into_iter().filter(|f| f.is_file()) {
        let bytes = std::fs::read(&file).expect("readable");
        for transport in [Transport::Udp, Transport::Tcp, Transport::Ws] {
            let verdict = check_message(&bytes, transport);
            assert!(verdict.status.is_none() || verdict.verdict == Decision::Reject, "{}", file.display());
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            eprintln!(
                "{name:24} {transport:?} {:?} {:?} {:?} {}",
                verdict.verdict, verdict.kind, verdict.status, verdict.reason
            );
        }
    }
}
