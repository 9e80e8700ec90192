//! The webrtc-stats entries of a call: complete where the box knows, silent where it does not.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a test, with the page of names and the clock of its thread as files"
)]

mod support;

use roombox_media::api::{MediaCall, MediaEvent};
use serde_json::Value;
use support::{Box, code_of, config, connect};

const CALL: MediaCall = MediaCall(7);

fn entry<'a>(entries: &'a [Value], kind: &str, fits: impl Fn(&Value) -> bool) -> &'a Value {
    entries
        .iter()
        .find(|entry| entry["type"] == kind && fits(entry))
        .unwrap_or_else(|| panic!("no {kind}: {entries:#?}"))
}

/// The entry that another one names.
fn named<'a>(entries: &'a [Value], by: &Value, field: &str) -> &'a Value {
    entries.iter().find(|entry| entry["id"] == by[field]).unwrap_or_else(|| panic!("{field} of {by} names nothing"))
}

/// The page of figures: by entry, each name and whether it is there.
fn page() -> Vec<(String, Vec<(String, String)>)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/developer/media-statistics.md");
    let text = std::fs::read_to_string(path).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split('|');
        Some((cells.next()?.trim_end().trim_end_matches('`').to_owned(), cells.next()?.trim().to_owned()))
    };
    let section =
        |section: &str| (section.lines().next().unwrap().to_owned(), section.lines().filter_map(row).collect());
    text.split("\n## ").skip(1).map(section).collect()
}

/// Where the page tells of an entry.
fn section(entry: &Value) -> String {
    let kind = entry["type"].as_str().unwrap();
    match kind {
        "inbound-rtp" | "outbound-rtp" | "media-source" => {
            format!("{kind} ({})", if entry["kind"] == "audio" { "sound" } else { "picture" })
        }
        _ => kind.to_owned(),
    }
}

/// What is wrong with the page by these entries.
fn differences(entries: &[Value]) -> Vec<String> {
    let page = page();
    let mut wrong = Vec::new();
    for (name, rows) in &page {
        let found: Vec<&Value> = entries.iter().filter(|entry| section(entry) == *name).collect();
        if found.is_empty() {
            wrong.push(format!("no {name}"));
        }
        for entry in found {
            for (field, there) in rows {
                match (there.as_str(), entry.get(field)) {
                    ("yes", None) => wrong.push(format!("{name} has no {field}")),
                    ("no", Some(value)) => wrong.push(format!("{name} has {field}: {value}")),
                    _ => {}
                }
            }
            let untold = entry.as_object().unwrap().keys().filter(|field| !rows.iter().any(|(told, _)| told == *field));
            wrong.extend(untold.map(|field| format!("{name} has {field}, which is not on the page")));
        }
    }
    let untold = entries.iter().map(section).filter(|name| !page.iter().any(|(told, _)| told == name));
    wrong.extend(untold.map(|name| format!("{name} is not on the page")));
    wrong.sort();
    wrong.dedup();
    wrong
}

/// The age of the picture by the sender's clock, which is ours here, is what the parts of the way make.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_age_of_the_picture_is_known_by_its_parts_and_by_its_stamps() {
    let (mut caller, answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    connect(&caller, &answerer, CALL).await;
    caller.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    caller.screen_until("later frames", |p| code_of(p).is_some_and(|code| code.frame > 60)).await;
    let statistics = caller.engine.statistics(CALL).await.unwrap();
    let delay = statistics.picture_delay.unwrap();
    let stamps = delay.by_stamps_ms.expect("sender reports have come");
    eprintln!("{delay:?}");
    let parts = delay.network_ms.unwrap_or_default() + delay.jitter_buffer_ms + delay.decode_ms;
    // A loaded machine stretches both; what the encoder took is in the stamps alone.
    assert!(parts > 0.0 && stamps > 0.0 && stamps < 10_000.0, "{delay:?}");
    let received = entry(&statistics.entries, "inbound-rtp", |entry| entry["kind"] == "video");
    let since_1900 = received["timestamp"].as_f64().unwrap() + 2_208_988_800_000.0;
    let age = since_1900 - received["estimatedPlayoutTimestamp"].as_f64().unwrap();
    assert!((age - stamps).abs() < 1_000.0, "{age} ms at the entry, {stamps} ms at the frame");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn entries_name_each_other_and_carry_what_encoders_and_decoders_counted() {
    let (mut caller, answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    connect(&caller, &answerer, CALL).await;
    caller.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    caller.screen_until("later frames", |p| code_of(p).is_some_and(|code| code.frame > 60)).await;
    let entries = caller.engine.statistics(CALL).await.unwrap().entries;

    let sent = entry(&entries, "outbound-rtp", |entry| entry["kind"] == "video");
    assert!(sent["framesEncoded"].as_u64() > Some(5) && sent["keyFramesEncoded"].as_u64() > Some(0), "{sent}");
    assert!(sent["packetsSent"].as_u64() > Some(5) && sent["bytesSent"].as_u64() > Some(1000), "{sent}");
    assert_eq!(sent["frameWidth"], 640);
    // What is configured, or less where the path is not yet known to carry it.
    let target = sent["targetBitrate"].as_u64().unwrap();
    assert!((100_000..=1_500_000).contains(&target), "{target}");
    let source = named(&entries, sent, "mediaSourceId");
    assert_eq!((&source["type"], &source["trackIdentifier"]), (&"media-source".into(), &"camera-1".into()));
    assert!(source["frames"].as_u64() >= sent["framesEncoded"].as_u64());
    assert_eq!(named(&entries, sent, "codecId")["mimeType"], "video/H264");
    assert_eq!(named(&entries, sent, "remoteId")["type"], "remote-inbound-rtp");

    let received = entry(&entries, "inbound-rtp", |entry| entry["kind"] == "video");
    assert!(received["framesDecoded"].as_u64() > Some(5) && received["packetsReceived"].as_u64() > Some(5));
    assert_eq!((&received["frameWidth"], &received["frameHeight"]), (&640.into(), &360.into()));
    let sound = entry(&entries, "inbound-rtp", |entry| entry["kind"] == "audio");
    assert!(sound["bytesReceived"].as_u64() > Some(0) && sound.get("framesDecoded").is_none());
    assert_eq!(named(&entries, sound, "playoutId")["type"], "media-playout");
    assert_eq!(named(&entries, received, "remoteId")["type"], "remote-outbound-rtp");
    assert_eq!(named(&entries, named(&entries, received, "remoteId"), "localId")["id"], received["id"]);

    let transport = entry(&entries, "transport", |_| true);
    assert_eq!((&transport["dtlsState"], &transport["tlsVersion"]), (&"connected".into(), &"FEFD".into()));
    for field in ["dtlsCipher", "srtpCipher"] {
        assert!(transport[field].as_str().is_some_and(|name| !name.is_empty()), "{field} of {transport}");
    }
    for field in ["localCertificateId", "remoteCertificateId"] {
        assert!(named(&entries, transport, field)["base64Certificate"].is_string());
    }
    let pair = named(&entries, transport, "selectedCandidatePairId");
    assert_eq!(named(&entries, pair, "localCandidateId")["type"], "local-candidate");

    // Reports of the other side come within seconds.
    let mut wrong = differences(&entries);
    for _ in 0..100 {
        if wrong.is_empty() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        wrong = differences(&caller.engine.statistics(CALL).await.unwrap().entries);
    }
    assert!(wrong.is_empty(), "{wrong:#?}");

    let track = caller.engine.replace_camera(CALL).await.unwrap();
    let entries = caller.engine.statistics(CALL).await.unwrap().entries;
    entry(&entries, "media-source", |entry| entry["trackIdentifier"] == track.as_str());
}

/// Processor time of this thread so far, which is the test's alone.
fn thread_seconds() -> f64 {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    spent.split_whitespace().next().unwrap().parse::<f64>().unwrap() / 1e9
}

/// Figures are taken every second in every call: what that costs of a processor.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_snapshot_of_all_figures_costs_next_to_nothing() {
    let (mut caller, answerer) = (Box::start(config(2, "tone:440")), Box::start(config(3, "tone:880")));
    connect(&caller, &answerer, CALL).await;
    caller.wait("first picture", |event| *event == MediaEvent::FirstFrame { call: CALL }).await;
    let (count, before) = (500, thread_seconds());
    for _ in 0..count {
        assert!(!caller.engine.statistics(CALL).await.unwrap().entries.is_empty());
    }
    let each_ms = (thread_seconds() - before) * 1000.0 / f64::from(count);
    println!("a snapshot takes {each_ms:.2} ms of processor time");
    assert!(each_ms > 0.0, "nothing was measured");
    // A debug build takes several times what a release build does; above the bound the client would ask less often.
    assert!(each_ms < 16.0, "{each_ms} ms");
}
