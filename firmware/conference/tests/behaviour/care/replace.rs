//! Another camera, and the proof that it is sent (spec section 2.7).

use roombox_conference::api::{CallId, Command, MediaFact, MediaRequest, Strictness};
use roombox_conference::catalogue::{MediaCommand, MediaOutcome};
use serde_json::{Value, json};

use crate::bench::{Bench, TARGET, seconds};

fn sent(track: &str, packets: u64) -> [Value; 2] {
    [
        json!({ "type": "outbound-rtp", "kind": "video", "mid": "1", "packetsSent": packets,
            "bytesSent": packets * 1000, "framesEncoded": packets, "mediaSourceId": "s" }),
        json!({ "type": "media-source", "id": "s", "kind": "video", "trackIdentifier": track }),
    ]
}

fn replacing(verify: Option<Strictness>) -> (Bench, CallId) {
    let (mut bench, call, _) = Bench::in_call();
    bench.second_with(call, &sent("old", 100));
    bench.command(Command::ReplaceCamera { call, verify });
    assert!(bench.requests().any(|request| *request == MediaRequest::ReplaceCamera { call }));
    (bench, call)
}

fn failed(reason: &str) -> [(MediaCommand, MediaOutcome); 1] {
    [(MediaCommand::ReplaceCamera, MediaOutcome::Failed { reason: reason.into() })]
}

const DONE: [(MediaCommand, MediaOutcome); 1] = [(MediaCommand::ReplaceCamera, MediaOutcome::Done)];

#[test]
fn without_proof_it_is_done_when_media_says_so() {
    let (mut bench, call) = replacing(None);
    bench.media(MediaFact::CameraReplaced { call, track: "new".into() });
    assert_eq!(bench.outcomes(), DONE);
}

#[test]
fn with_proof_it_is_done_when_enough_of_the_new_track_went_out() {
    let (mut bench, call) = replacing(Some(Strictness::Normal));
    bench.media(MediaFact::CameraReplaced { call, track: "new".into() });
    bench.second_with(call, &sent("old", 200));
    bench.second_with(call, &sent("new", 104));
    assert_eq!(bench.outcomes(), []);
    bench.second_with(call, &sent("new", 110));
    assert_eq!(bench.outcomes(), DONE);
}

#[test]
fn a_proof_is_measured_every_second_however_slow_samples_are() {
    let (mut bench, call) = replacing(Some(Strictness::Strict));
    bench.media(MediaFact::CameraReplaced { call, track: "new".into() });
    for packets in [120, 130] {
        bench.pass(seconds(1));
        bench.measured(call, 500, &sent("new", packets));
    }
    assert_eq!(bench.outcomes(), DONE);
}

#[test]
fn a_proof_that_does_not_come_fails_after_five_seconds_with_the_words_of_the_library() {
    let (mut bench, call) = replacing(Some(Strictness::Fast));
    bench.media(MediaFact::CameraReplaced { call, track: "new".into() });
    bench.pass(seconds(4));
    assert_eq!(bench.outcomes(), []);
    bench.pass(seconds(1));
    assert_eq!(bench.outcomes(), failed("Timed out waiting for outbound-rtp packets with video track new"));
    assert!(bench.in_call_now());
}

#[test]
fn a_source_without_picture_cannot_be_proved() {
    let (mut bench, call) = replacing(Some(Strictness::Fast));
    bench.media(MediaFact::CameraReplaced { call, track: String::new() });
    assert_eq!(bench.outcomes(), failed("waitForOutboundVideoPackets requires a video track in mediaStream"));
}

#[test]
fn a_camera_that_media_cannot_take_or_never_takes_is_told_and_the_call_goes_on() {
    let (mut bench, call) = replacing(None);
    bench.media(MediaFact::CameraReplaceFailed { call, reason: "no such device".into() });
    assert_eq!(bench.outcomes(), failed("no such device"));
    let (mut bench, _) = replacing(None);
    bench.pass(seconds(15));
    assert_eq!(bench.outcomes(), failed("the camera did not come"));
    assert!(bench.in_call_now());
}

#[test]
fn a_newer_wish_ends_the_wait_for_an_older_one() {
    let (mut bench, call) = replacing(None);
    bench.command(Command::ReplaceCamera { call, verify: None });
    bench.media(MediaFact::CameraReplaced { call, track: "new".into() });
    let [first, second] = &bench.outcomes()[..] else { panic!() };
    assert!(matches!(first.1, MediaOutcome::Failed { .. }));
    assert_eq!(second.1, MediaOutcome::Done);
}

#[test]
fn before_the_call_stands_it_is_not_ready() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: TARGET.into(), keep: false });
    let call = bench.offer_asked().unwrap();
    bench.command(Command::ReplaceCamera { call, verify: None });
    assert_eq!(bench.outcomes(), [(MediaCommand::ReplaceCamera, MediaOutcome::NotReady)]);
}
