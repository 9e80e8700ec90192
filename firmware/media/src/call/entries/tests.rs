use super::*;

fn known() -> Known {
    let camera = SentFigures { came: (30, 15), size: Some((640, 360)), encoded: (29, 15), ..SentFigures::default() };
    let main = PictureFigures { decoded: 50, size: (1280, 720), ..PictureFigures::default() };
    let content = PictureFigures { decoded: 7, ..PictureFigures::default() };
    Known { camera_track: "camera-2".into(), camera, main, content, ..Known::default() }
}

fn of_type<'a>(entries: &'a [Value], kind: &str) -> Vec<&'a Value> {
    entries.iter().filter(|entry| entry["type"] == kind).collect()
}

fn picture(kind: &str, mid: &str) -> Value {
    json!({ "type": kind, "id": format!("line{mid}"), "kind": "video", "mid": mid })
}

fn line<'a>(entries: &'a [Value], mid: &str) -> &'a Value {
    entries.iter().find(|entry| entry["mid"] == mid).unwrap()
}

#[test]
fn the_camera_is_the_lower_line_and_names_its_source() {
    let entries = complete(vec![picture("outbound-rtp", "10"), picture("outbound-rtp", "2")], &known());
    let camera = line(&entries, "2");
    assert_eq!((&camera["framesEncoded"], &camera["mediaSourceId"]), (&json!(29), &json!("RTCMediaSource_camera-2")));
    let sources = of_type(&entries, "media-source");
    assert_eq!(sources.len(), 2);
    assert!(sources.iter().any(|s| s["trackIdentifier"] == "camera-2" && s["frames"] == 30 && s["width"] == 640));
}

#[test]
fn the_conference_is_the_lower_line_and_content_the_next() {
    let entries = complete(vec![picture("inbound-rtp", "2"), picture("inbound-rtp", "1")], &known());
    let (main, content) = (line(&entries, "1"), line(&entries, "2"));
    assert_eq!((&main["framesDecoded"], &main["frameWidth"]), (&json!(50), &json!(1280)));
    assert_eq!((&content["framesDecoded"], content.get("frameWidth")), (&json!(7), None));
}

#[test]
fn what_limits_the_picture_is_told_with_the_time_of_every_reason() {
    let entries = complete(vec![picture("outbound-rtp", "1")], &known());
    let sent = line(&entries, "1");
    assert_eq!(sent["qualityLimitationReason"], "none");
    let durations = sent["qualityLimitationDurations"].as_object().unwrap();
    assert_eq!(durations.keys().collect::<Vec<_>>(), ["bandwidth", "cpu", "none", "other"]);
}

#[test]
fn what_nobody_knows_is_left_out() {
    let entries = complete(
        vec![
            json!({ "type": "candidate-pair", "id": "p", "availableIncomingBitrate": 0.0, "availableOutgoingBitrate": 5.0 }),
            json!({ "type": "inbound-rtp", "id": "i", "kind": "audio", "decoderImplementation": "" }),
        ],
        &known(),
    );
    assert!(entries[0].get("availableIncomingBitrate").is_none() && entries[0]["availableOutgoingBitrate"] == 5.0);
    assert!(entries[1].get("decoderImplementation").is_none() && entries[1].get("framesDecoded").is_none());
    assert!(entries[1].get("estimatedPlayoutTimestamp").is_none());
}

#[test]
fn received_sound_names_the_speaker() {
    let known = Known { playout: Playout { samples: 96_000, delay: Duration::from_secs(3) }, ..Known::default() };
    let entries = complete(vec![json!({ "type": "inbound-rtp", "id": "i", "kind": "audio" })], &known);
    let playout = of_type(&entries, "media-playout")[0];
    assert_eq!(entries[0]["playoutId"], playout["id"]);
    assert_eq!((&playout["totalSamplesDuration"], &playout["totalPlayoutDelay"]), (&json!(2.0), &json!(3.0)));
}

#[test]
fn a_pair_names_its_candidates_as_they_name_themselves() {
    let entries = complete(
        vec![
            json!({ "type": "candidate-pair", "id": "RTCIceCandidatePair_a_b", "localCandidateId": "a", "remoteCandidateId": "b" }),
            json!({ "type": "local-candidate", "id": "RTCLocalIceCandidate_a" }),
        ],
        &known(),
    );
    assert_eq!(entries[0]["localCandidateId"], "RTCLocalIceCandidate_a");
    assert_eq!(entries[0]["remoteCandidateId"], "b");
}

#[test]
fn hardware_is_known_by_its_name() {
    for (element, hardware) in [("H264 v4l2h264dec", true), ("nvv4l2h264enc", true), ("x264enc", false), ("", false)] {
        assert_eq!(is_hardware(element), hardware, "{element}");
    }
}

#[test]
fn whatever_an_entry_is_nothing_breaks() {
    let odd = vec![
        json!(null),
        json!([1]),
        json!({ "type": 5, "id": [] }),
        json!({ "type": "outbound-rtp", "kind": "video" }),
    ];
    assert_eq!(complete(odd, &Known::default()).len(), 4);
}
