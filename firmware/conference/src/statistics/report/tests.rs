use serde_json::json;

use super::*;

fn sample() -> Vec<Value> {
    vec![
        json!({"type": "codec", "id": "c1", "mimeType": "audio/opus"}),
        json!({"type": "codec", "id": "c2", "mimeType": "video/VP8"}),
        json!({"type": "codec", "id": "c3", "mimeType": "video/H264"}),
        json!({"type": "outbound-rtp", "id": "o3", "kind": "video", "mid": "2", "ssrc": 3, "codecId": "c3", "remoteId": "r3"}),
        json!({"type": "outbound-rtp", "id": "o1", "kind": "audio", "mid": "0", "ssrc": 1, "codecId": "c1"}),
        json!({"type": "outbound-rtp", "id": "o2", "kind": "video", "mid": "1", "ssrc": 2, "codecId": "c2", "mediaSourceId": "m2"}),
        json!({"type": "media-source", "id": "m2", "kind": "video", "trackIdentifier": "cam"}),
        json!({"type": "media-source", "id": "m9", "kind": "video", "trackIdentifier": "other"}),
        json!({"type": "remote-inbound-rtp", "id": "r3", "ssrc": 3}),
        json!({"type": "remote-inbound-rtp", "id": "r2", "ssrc": 2, "localId": "o2"}),
        json!({"type": "inbound-rtp", "id": "i1", "kind": "audio", "mid": "0", "ssrc": 11, "remoteId": "ro"}),
        json!({"type": "remote-outbound-rtp", "id": "ro", "ssrc": 11}),
        json!({"type": "inbound-rtp", "id": "i2", "kind": "video", "mid": "1", "ssrc": 12, "trackIdentifier": "main"}),
        json!({"type": "candidate-pair", "id": "p1", "localCandidateId": "l1", "remoteCandidateId": "x1"}),
        json!({"type": "candidate-pair", "id": "p2", "nominated": true, "state": "succeeded"}),
        json!({"type": "local-candidate", "id": "l1"}),
        json!({"type": "local-candidate", "id": "l2"}),
        json!({"type": "remote-candidate", "id": "x1"}),
        json!({"type": "certificate", "id": "f1"}),
        json!({"type": "transport", "id": "t1", "selectedCandidatePairId": "p1"}),
    ]
}

fn id(entry: Option<&Value>) -> Option<&str> {
    field::ID.text(entry?)
}

#[test]
fn camera_and_presentation_are_told_apart_by_their_lines_and_keep_what_belongs_to_them() {
    let Report { outbound, .. } = report(CallId(1), &sample());
    let [video, second, audio] = [&outbound.video, &outbound.second_video, &outbound.audio];
    assert_eq!([video, second, audio].map(|leaf| id(leaf.outbound_rtp.as_ref())), [Some("o2"), Some("o3"), Some("o1")]);
    assert_eq!([video, second, audio].map(|leaf| id(leaf.codec.as_ref())), [Some("c2"), Some("c3"), Some("c1")]);
    assert_eq!(id(video.media_source.as_ref()), Some("m2"));
    assert_eq!([video, second, audio].map(|leaf| id(leaf.remote_inbound_rtp.as_ref())), [Some("r2"), Some("r3"), None]);
}

#[test]
fn what_is_received_has_its_source_and_the_path_in_use_wins_over_the_last_one() {
    let Report { inbound, .. } = report(CallId(1), &sample());
    assert_eq!(id(inbound.video.inbound_rtp.as_ref()), Some("i2"));
    assert_eq!(inbound.second_video, InboundVideo::default());
    assert_eq!(id(inbound.audio.remote_outbound_rtp.as_ref()), Some("ro"));
    let sources = inbound.video.synchronization_sources.unwrap();
    assert_eq!(sources.track_identifier.as_deref(), Some("main"));
    assert_eq!(sources.item.unwrap()["source"], 12);
    assert_eq!(id(inbound.additional.candidate_pair.as_ref()), Some("p1"));
    assert_eq!(id(inbound.additional.local_candidate.as_ref()), Some("l1"));
    assert_eq!(id(inbound.additional.certificate.as_ref()), Some("f1"));
}

#[test]
fn without_a_named_pair_the_nominated_one_counts_and_without_that_the_last() {
    let mut entries = sample();
    entries.retain(|entry| entry["type"] != "transport");
    let pair = |entries: &[Value]| report(CallId(1), entries).inbound.additional.candidate_pair.unwrap()["id"].clone();
    entries.push(json!({"type": "candidate-pair", "id": "p3"}));
    assert_eq!(pair(&entries), "p2");
    entries.retain(|entry| entry["id"] != "p2");
    assert_eq!(pair(&entries), "p3");
}

#[test]
fn of_several_encodings_of_one_stream_the_last_counts() {
    let entries = [1, 2, 3].map(|ssrc| json!({"type": "outbound-rtp", "kind": "video", "mid": "1", "ssrc": ssrc}));
    let Report { outbound, .. } = report(CallId(1), &entries);
    assert_eq!(outbound.video.outbound_rtp.unwrap()["ssrc"], 3);
    assert_eq!(outbound.second_video.outbound_rtp, None);
}

#[test]
fn streams_without_line_numbers_keep_the_order_they_came_in() {
    let entries = [7, 8].map(|ssrc| json!({"type": "inbound-rtp", "mediaType": "video", "ssrc": ssrc}));
    let Report { inbound, .. } = report(CallId(1), &entries);
    assert_eq!(inbound.video.inbound_rtp.unwrap()["ssrc"], 7);
    assert_eq!(inbound.second_video.inbound_rtp.unwrap()["ssrc"], 8);
}

#[test]
fn the_names_on_the_wire_are_those_of_the_catalogue() {
    let written = serde_json::to_value(report(CallId(1), &sample())).unwrap();
    assert_eq!(written["outbound"]["secondVideo"]["outboundRtp"]["id"], "o3");
    assert_eq!(written["inbound"]["audio"]["synchronizationSources"]["item"]["source"], 11);
    assert_eq!(written["outbound"]["additional"]["candidatePair"]["id"], "p1");
}

#[test]
fn a_connection_without_streams_gives_a_report_without_leaves() {
    for entries in
        [vec![], vec![json!({}), Value::Null], vec![json!({"type": "inbound-rtp"}), json!({"type": "peer-connection"})]]
    {
        let Report { outbound, inbound, .. } = report(CallId(1), &entries);
        assert_eq!((outbound, inbound), (Outbound::default(), Inbound::default()));
    }
}

#[test]
fn sound_without_pictures_fills_its_own_leaves_only() {
    let mut entries = sample();
    entries.retain(|entry| entry["kind"] != "video");
    let Report { outbound, inbound, .. } = report(CallId(1), &entries);
    assert_eq!((&outbound.video, &outbound.second_video), (&OutboundMedia::default(), &OutboundMedia::default()));
    assert_eq!((&inbound.video, &inbound.second_video), (&InboundVideo::default(), &InboundVideo::default()));
    assert_eq!(
        [id(outbound.audio.outbound_rtp.as_ref()), id(inbound.audio.inbound_rtp.as_ref())],
        [Some("o1"), Some("i1")]
    );
}
