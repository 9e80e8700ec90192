//! The webrtc-stats entries of a call: complete where the box knows, silent where it does not.

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

    let transport = entry(&entries, "transport", |_| true);
    let pair = named(&entries, transport, "selectedCandidatePairId");
    assert_eq!(named(&entries, pair, "localCandidateId")["type"], "local-candidate");
    assert!(pair.get("availableIncomingBitrate").is_none(), "nobody estimates it");

    let track = caller.engine.replace_camera(CALL).await.unwrap();
    let entries = caller.engine.statistics(CALL).await.unwrap().entries;
    entry(&entries, "media-source", |entry| entry["trackIdentifier"] == track.as_str());
}
