//! `roombox demo`: a whole room in one process that ends by itself with a summary.

use roombox_tests::binary;
use roombox_tests::process::{Program, Stream};
use roombox_tests::wait::PATIENCE;
use serde_json::Value;

#[test]
fn a_demo_of_twenty_seconds_reaches_picture_and_sound_and_sums_up() {
    let folder = tempfile::tempdir().unwrap();
    let socket = folder.path().join("control.sock").display().to_string();
    let words = ["demo", "--for", "20", "--json", "--listen", "127.0.0.1:0", "--socket", &socket].map(str::to_owned);
    let mut demo = Program::start(&binary::roombox().display().to_string(), &words);
    assert_eq!(demo.ended(PATIENCE).code(), Some(0), "{}", demo.tail());
    let [summary] = &demo.lines(Stream::Out)[..] else { panic!("one line expected: {}", demo.tail()) };
    let summary: Value = serde_json::from_str(summary).unwrap();
    let stages = ["registered_ms", "accepted_ms", "first_frame_ms"].map(|stage| summary[stage].as_f64());
    assert!(stages.iter().all(Option::is_some) && stages.is_sorted(), "{summary}");
    assert!(summary["first_audio_ms"].is_number(), "{summary}");
    assert!(summary["frames_decoded"].as_u64() > Some(20), "{summary}");
    assert!(summary["panel"].as_str().unwrap().starts_with("http://127.0.0.1:"), "{summary}");
    assert!(!demo.errors().contains("panicked"), "{}", demo.errors());
}
