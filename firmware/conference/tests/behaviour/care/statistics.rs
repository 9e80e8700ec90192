//! Statistics, again and again (spec sections 8.1 to 8.3).

use roombox_conference::STATISTICS_FIELDS;
use roombox_conference::api::{Command, MediaFact, MediaRequest, Output, ReceiveQuality, Strictness, TrackSource};
use roombox_conference::catalogue::{Event, StatsEvent, StopReason};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;
use serde_json::{Value, json};

use super::in_call_with;
use crate::bench::{Bench, millis, seconds};

fn bandwidth(rate: u64) -> [Value; 1] {
    [json!({ "type": "candidate-pair", "availableIncomingBitrate": rate })]
}

#[test]
fn the_first_sample_is_taken_a_second_after_the_call_stands() {
    let (mut bench, ..) = Bench::in_call();
    bench.pass(millis(999));
    assert_eq!(bench.samples_asked(), 0);
    bench.pass(millis(1));
    assert_eq!(bench.samples_asked(), 1);
}

#[test]
fn slow_samples_are_taken_less_often() {
    let (mut bench, call, _) = Bench::in_call();
    bench.pass(seconds(1));
    for (took, wait) in [(16, 1), (17, 2), (33, 3), (49, 4), (1, 1)] {
        bench.measured(call, took, &bandwidth(1));
        bench.forget();
        bench.pass(millis(wait * 1000 - 1));
        assert_eq!(bench.samples_asked(), 0, "{took}");
        bench.pass(millis(1));
        assert_eq!(bench.samples_asked(), 1, "{took}");
    }
}

#[test]
fn a_sample_that_does_not_come_or_is_empty_does_not_end_measuring() {
    let (mut bench, call, _) = Bench::in_call();
    bench.pass(seconds(12));
    assert_eq!(bench.samples_asked(), 2);
    bench.measured(call, 5, &[]);
    assert_eq!(bench.told("stats:").len(), 0);
    bench.second_with(call, &bandwidth(1));
    assert_eq!(bench.told("stats:"), ["stats:collected"]);
}

#[test]
fn a_sample_that_nobody_asked_for_is_not_told() {
    let (mut bench, call, _) = Bench::in_call();
    bench.measured(call, 5, &bandwidth(1));
    assert_eq!(bench.told("stats:").len(), 0);
}

#[test]
fn the_server_learns_of_a_bandwidth_that_changed_by_a_quarter() {
    let (mut bench, call, _) = Bench::in_call();
    for rate in [1_000_000, 1_100_000, 1_400_000, 1_400_000] {
        bench.second_with(call, &bandwidth(rate));
    }
    let infos = bench.infos("stats");
    assert_eq!(infos.len(), 1);
    let header = &infos[0].1[0];
    assert!(header.name.eq_ignore_ascii_case("x-webrtc-available-incoming-bitrate") && header.value == "1400000");
}

#[test]
fn the_end_of_the_call_ends_measuring_and_is_told() {
    let (mut bench, _, session) = Bench::in_call();
    bench.end(session, sip::Cause::Rejected, Some(403));
    assert_eq!(bench.told("stats:"), ["stats:stopped"]);
    bench.forget();
    bench.pass(seconds(10));
    assert_eq!(bench.samples_asked(), 0);
}

/// Everything that is looked at, and more, as it is after so many seconds.
fn full_sample(second: u64) -> Vec<Value> {
    let counted = second.min(4);
    vec![
        json!({"type": "codec", "id": "c", "mimeType": "video/AV1", "payloadType": 96}),
        json!({"type": "inbound-rtp", "id": "i", "kind": "video", "mid": "1", "ssrc": 1, "packetsReceived": 600 * counted,
            "bytesReceived": 9000 * counted, "framesReceived": 30, "framesDecoded": 30, "jitter": 0.1, "nackCount": 3}),
        json!({"type": "inbound-rtp", "id": "i2", "kind": "video", "mid": "2", "ssrc": 2, "packetsReceived": 1}),
        json!({"type": "outbound-rtp", "id": "o", "kind": "video", "mid": "1", "ssrc": 3, "codecId": "c", "mediaSourceId": "s",
            "remoteId": "r", "packetsSent": 20 * second, "bytesSent": 20_000 * second, "framesEncoded": 10 * second}),
        json!({"type": "media-source", "id": "s", "kind": "video", "trackIdentifier": "new", "frames": 9 * second, "width": 1920}),
        json!({"type": "remote-inbound-rtp", "id": "r", "ssrc": 3, "localId": "o", "roundTripTime": 0.03}),
        json!({"type": "transport", "id": "t", "selectedCandidatePairId": "p", "dtlsState": "connected"}),
        json!({"type": "candidate-pair", "id": "p", "nominated": true, "state": "succeeded", "localCandidateId": "l",
            "availableIncomingBitrate": 1_000_000 * second, "currentRoundTripTime": 0.03}),
        json!({"type": "local-candidate", "id": "l", "candidateType": "host"}),
        json!({"type": "data-channel", "id": "d", "label": "x"}),
    ]
}

/// Without all that the table does not name.
fn stripped(mut entries: Vec<Value>) -> Vec<Value> {
    for entry in &mut entries {
        let kind = entry["type"].as_str().unwrap().to_owned();
        let read = |name: &str| {
            let of_kind = |entries: &[&str]| entries.contains(&"*") || entries.contains(&kind.as_str());
            STATISTICS_FIELDS.iter().any(|field| field.name == name && of_kind(field.entries))
        };
        entry.as_object_mut().unwrap().retain(|name, _| read(name));
    }
    entries
}

/// All that comes out while such samples are taken, but the samples themselves: of them the names of their leaves.
fn consequences(sample: impl Fn(u64) -> Vec<Value>) -> Vec<String> {
    let (mut bench, call, _) = in_call_with(|config| config.media.balancing_delay = seconds(1));
    bench.camera_is(call, 1920, 1080);
    bench.forget();
    bench.command(Command::ReplaceCamera { call, verify: Some(Strictness::Strict) });
    bench.media(MediaFact::CameraReplaced { call, track: "new".into() });
    (1..12).for_each(|second| bench.second_with(call, &sample(second)));
    let told = |output: &Output| match output {
        Output::Event(roombox_conference::api::Event::Catalogue(Event::StatsEvent(StatsEvent::Collected(report)))) => {
            let [sent, received] = [&report.outbound.video.codec, &report.inbound.second_video.inbound_rtp];
            let pair = &report.inbound.additional.candidate_pair;
            format!("{:?}", [sent, received, pair].map(|leaf| leaf.as_ref().map(|leaf| leaf["id"].clone())))
        }
        other => format!("{other:?}"),
    };
    bench.outputs().iter().map(told).collect()
}

#[test]
fn nothing_is_read_of_a_sample_but_what_the_table_names() {
    let full = consequences(full_sample);
    assert_eq!(consequences(|second| stripped(full_sample(second))), full);
    for consequence in ["Detected", "ParametersUpdated", "CommandFinished", "Info", "RequestKeyFrame"] {
        assert!(full.iter().any(|line| line.contains(consequence)), "the sample shows too little: {consequence}");
    }
}

fn sources(bench: &Bench) -> Vec<TrackSource> {
    bench
        .requests()
        .filter_map(|request| match request {
            MediaRequest::SampleStatistics { source, .. } => Some(*source),
            _ => None,
        })
        .collect()
}

#[test]
fn what_brings_the_conference_is_measured() {
    let (mut bench, call, session) = crate::receive::running();
    bench.second_with(call, &bandwidth(1));
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    bench.pass(seconds(1));
    assert_eq!(sources(&bench), [TrackSource::Receive, TrackSource::Call]);
    assert_eq!(bench.told("stats:"), ["stats:collected", "stats:stopped"]);
}

#[test]
fn a_proof_of_what_a_spectator_sends_is_measured_where_it_is_sent_and_says_nothing_of_what_it_receives() {
    let (mut bench, call, _) = crate::receive::running();
    bench.second_with(call, &bandwidth(1_000_000));
    bench.command(Command::ReplaceCamera { call, verify: Some(Strictness::Fast) });
    bench.media(MediaFact::CameraReplaced { call, track: "new".into() });
    bench.forget();
    bench.second_with(call, &full_sample(1));
    bench.second_with(call, &bandwidth(1_000_000));
    assert_eq!(sources(&bench), [TrackSource::Call, TrackSource::Receive]);
    assert_eq!(bench.outcomes().len(), 1);
    assert_eq!((bench.told("main-stream-health:").len(), bench.infos("stats").len()), (1, 0));
}

#[test]
fn a_report_that_the_server_refuses_or_does_not_answer_changes_nothing() {
    for outcome in [Ok(500), Err(sip::Cause::RequestTimeout)] {
        let (mut bench, call, _) = Bench::in_call();
        for rate in [1_000_000, 2_000_000] {
            bench.second_with(call, &bandwidth(rate));
        }
        let (request, _) = bench.infos("stats").pop().unwrap();
        match outcome {
            Ok(status) => bench.respond(request, status, "No"),
            Err(cause) => {
                let outcome = Err(crate::bench::failed(cause, None));
                bench.sip(sip::Event::Response { request, outcome });
            }
        }
        bench.second_with(call, &bandwidth(4_000_000));
        assert_eq!(bench.infos("stats").len(), 2);
        assert!(bench.in_call_now());
    }
}

#[test]
fn the_next_call_is_measured_and_remembers_no_bandwidth() {
    let (mut bench, call, session) = Bench::in_call();
    bench.second_with(call, &bandwidth(1_000_000));
    bench.end(session, sip::Cause::Bye, None);
    bench.pass(seconds(10));
    let (next, _) = bench.confirm_call();
    bench.media(MediaFact::Connected { call: next });
    bench.forget();
    bench.second_with(next, &bandwidth(9_000_000));
    assert_eq!((bench.told("stats:"), bench.infos("stats").len()), (vec!["stats:collected"], 0));
}

#[test]
fn every_end_of_measuring_is_told_with_its_reason() {
    let (mut bench, call, session) = Bench::in_call();
    bench.enter(session, "Hall", Some("t0ken"), false);
    bench.server_says(session, &crate::roles::to_spectators(Some("7")));
    crate::receive::complete(&mut bench, call);
    bench.command(Command::ReceiveQuality { call, quality: ReceiveQuality::Low });
    crate::receive::complete(&mut bench, call);
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    bench.end(session, sip::Cause::Bye, None);
    let reasons = bench.catalogue().filter_map(|event| match event {
        Event::StatsEvent(StatsEvent::Stopped { reason, .. }) => Some(*reason),
        _ => None,
    });
    let expected = [
        StopReason::RecvSessionStarted,
        StopReason::RecvQualityChanged,
        StopReason::RecvSessionEnded,
        StopReason::CallEnded,
    ];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
}

#[test]
fn what_was_measured_is_told_entry_for_entry() {
    let (mut bench, call, _) = Bench::in_call();
    let entries = full_sample(1);
    bench.second_with(call, &entries);
    let report = bench.catalogue().find_map(|event| match event {
        Event::StatsEvent(StatsEvent::Collected(report)) => Some(report),
        _ => None,
    });
    let report = report.expect("a sample is told");
    assert_eq!(report.call, call);
    assert_eq!(report.inbound.video.inbound_rtp.as_ref(), Some(&entries[1]));
    assert_eq!(report.outbound.video.outbound_rtp.as_ref(), Some(&entries[3]));
    assert_eq!(report.outbound.additional.local_candidate.as_ref(), Some(&entries[8]));
}
