//! The tables of spec sections 3.2 and 3.3, row by row, as they stand on the wire: headers in both spellings in, events out,
//! and what we send, letter by letter.

use roombox_conference::api::Device;
use roombox_conference::catalogue::ApiEvent;
use roombox_conference::vendor::{ClientMessage, MediaState, VendorMessage, parse_info, parse_notify};
use roombox_sip::api::HeaderLine;
use serde_json::{Value, json};

type Headers = &'static [(&'static str, &'static str)];

fn lines(family: &str, headers: &[(&str, &str)]) -> Vec<HeaderLine> {
    let kind = HeaderLine::new("Content-Type", format!("application/vinteo.webrtc.{family}"));
    let headers = headers.iter().map(|(name, value)| HeaderLine::new(*name, *value));
    std::iter::once(kind).chain(headers).collect()
}

fn events(messages: &[VendorMessage]) -> Vec<Value> {
    let events = messages.iter().flat_map(VendorMessage::events);
    events.map(|event| serde_json::to_value(event).unwrap()).collect()
}

fn told(name: &str, data: Value) -> Value {
    let mut event = json!({"event": format!("api:{name}")});
    event["data"] = data;
    event
}

/// One row: family, headers as version 31 spells them, as version 20 does, and what is told.
fn row(family: &str, new: Headers, old: Headers, wanted: &[Value]) {
    for headers in [new, old] {
        assert_eq!(events(&parse_info(&lines(family, headers), None)), wanted, "{family} {headers:?}");
        let shouted: Vec<_> = lines(family, headers)
            .into_iter()
            .map(|line| HeaderLine::new(line.name.to_ascii_uppercase(), line.value))
            .collect();
        assert_eq!(events(&parse_info(&shouted, None)), wanted, "{family} {headers:?}");
    }
}

#[test]
fn rooms_and_channels_are_read_row_by_row_with_their_case() {
    let room = |direct: bool, token: bool| {
        told(
            "enter-room",
            json!({
                "room": "Große Runde", "participantName": "Zimmer A",
                "isDirectPeerToPeer": direct, "hasBearerToken": token,
            }),
        )
    };
    row(
        "roomname",
        &[("x-webrtc-enter-room", "Große Runde"), ("x-webrtc-participant-name", "Zimmer A")],
        &[("x-webrtc-enter-room", "Große Runde"), ("X-WEBRTC-PARTICIPANT-NAME", "Zimmer A")],
        &[room(false, false)],
    );
    for (direct, is_direct) in [("true", true), ("1", true), ("FALSE", false), ("0", false), ("perhaps", false)] {
        let headers = [
            ("x-webrtc-enter-room", "Große Runde"),
            ("x-webrtc-participant-name", "Zimmer A"),
            ("x-bearer-token", "eyJ.aB"),
            ("x-webrtc-is-direct-p2p", direct),
        ];
        assert_eq!(events(&parse_info(&lines("roomname", &headers), None)), [room(is_direct, true)], "{direct}");
    }
    row(
        "roomname",
        &[("x-webrtc-input-channels", "1,a"), ("x-webrtc-output-channels", "B")],
        &[("X-WEBRTC-INPUT-CHANNELS", "1,a"), ("X-WEBRTC-OUTPUT-CHANNELS", "B")],
        &[told("channels:all", json!({"inputChannels": "1,a", "outputChannels": "B"}))],
    );
}

#[test]
fn content_and_presentation_are_read_row_by_row() {
    for (codec, wanted) in [("H264", "H264"), ("vp8", "VP8"), ("Vp9", "VP9"), ("AV1", "AV1")] {
        let headers = [("x-webrtc-share-state", "youCanReceiveContent"), ("x-webrtc-share-codec", codec)];
        let wanted = told("contented-stream:available", json!({ "codec": wanted }));
        assert_eq!(events(&parse_info(&lines("sharedesktop", &headers), None)), [wanted]);
    }
    for (state, event, data) in [
        ("YOUCANRECEIVECONTENT", "contented-stream:available", json!({"codec": null})),
        ("CONTENTEND", "contented-stream:not-available", json!({})),
        ("YOUMUSTSTOPSENDCONTENT", "presentation:must-stop", json!({})),
    ] {
        let headers = [("x-webrtc-share-state", state)];
        assert_eq!(events(&parse_info(&lines("sharedesktop", &headers), None)), [told(event, data)], "{state}");
    }
}

#[test]
fn camera_and_microphone_of_a_moderator_are_read_row_by_row() {
    let control = |command: &str, size: Option<&str>| {
        told("main-cam-control", json!({"mainCam": command, "resolutionMainCam": size}))
    };
    row(
        "maincam",
        &[("x-webrtc-maincam", "MAXMAINCAMRESOLUTION"), ("x-webrtc-maincam-resolution", "1280X720")],
        &[("X-WEBRTC-MAINCAM", "maxMainCamResolution"), ("X-WEBRTC-MAINCAM-RESOLUTION", "1280x720")],
        &[control("MAXMAINCAMRESOLUTION", Some("1280x720"))],
    );
    for command in ["PAUSEMAINCAM", "RESUMEMAINCAM"] {
        let alone = [("x-webrtc-maincam", command)];
        assert_eq!(events(&parse_info(&lines("maincam", &alone), None)), [control(command, None)]);
        for (sync, is_forced) in [("1", true), ("0", false)] {
            let headers = [("X-WEBRTC-MAINCAM", command), ("X-WEBRTC-SYNC", sync)];
            let forced = told("admin:force-sync-media-state", json!({ "isSyncForced": is_forced }));
            assert_eq!(events(&parse_info(&lines("maincam", &headers), None)), [forced, control(command, None)]);
        }
    }
    for (family, command, event) in [
        ("maincam", "ADMINSTARTMAINCAM", "admin:start-main-cam"),
        ("maincam", "ADMINSTOPMAINCAM", "admin:stop-main-cam"),
        ("mic", "ADMINSTARTMIC", "admin:start-mic"),
        ("mic", "ADMINSTOPMIC", "admin:stop-mic"),
    ] {
        for (sync, is_forced) in [(Some("1"), true), (Some("0"), false), (None, false)] {
            let name = format!("x-webrtc-{family}");
            let headers: Vec<_> =
                [(name.as_str(), command)].into_iter().chain(sync.map(|sync| ("x-webrtc-sync", sync))).collect();
            let wanted = told(event, json!({ "isSyncForced": is_forced }));
            assert_eq!(events(&parse_info(&lines(family, &headers), None)), [wanted], "{command} {sync:?}");
        }
    }
}

#[test]
fn licences_and_moves_are_read_row_by_row() {
    for (value, wanted) in [("AUDIO", "AUDIO"), ("video", "VIDEO"), ("AudioPlusPresentation", "AUDIOPLUSPRESENTATION")]
    {
        let headers = [("X-WEBRTC-USE-LICENSE", value)];
        assert_eq!(events(&parse_info(&lines("uselic", &headers), None)), [told("use-license", json!(wanted))]);
    }
    let any = "participant:move-request-to-spectators";
    row(
        "partstate",
        &[("x-webrtc-partstate", "SPECTATOR")],
        &[("X-WEBRTC-PARTSTATE", "spectator")],
        &[
            told(&format!("{any}-synthetic"), json!({"isAvailableSendingMedia": false})),
            told(any, json!({"isAvailableSendingMedia": false, "isSynthetic": true, "audioId": null})),
        ],
    );
    row(
        "partstate",
        &[("x-webrtc-partstate", "SPECTATOR"), ("x-webrtc-audioid", "aB1"), ("x-webrtc-spectator-mode", "1")],
        &[("X-WEBRTC-PARTSTATE", "SPECTATOR"), ("X-WEBRTC-AUDIOID", "aB1"), ("X-WEBRTC-SPECTATOR-MODE", "1")],
        &[
            told(&format!("{any}-with-audio-id"), json!({"isAvailableSendingMedia": true, "audioId": "aB1"})),
            told(any, json!({"isAvailableSendingMedia": true, "isSynthetic": false, "audioId": "aB1"})),
        ],
    );
    row(
        "partstate",
        &[("x-webrtc-partstate", "PARTICIPANT")],
        &[("X-WEBRTC-PARTSTATE", "Participant")],
        &[told("participant:move-request-to-participants", json!({}))],
    );
}

#[test]
fn the_restart_of_version_19_is_read_with_its_counts() {
    let headers = [
        ("X-WEBRTC-TRACKS-DIRECTION", "sendrecv"),
        ("X-WEBRTC-AUDIO-TRACK-COUNT", "1"),
        ("X-WEBRTC-VIDEO-TRACK-COUNT", "2"),
    ];
    let wanted = json!({"tracksDirection": "SENDRECV", "audioTrackCount": 1, "videoTrackCount": 2});
    assert_eq!(events(&parse_info(&lines("restart", &headers), None)), [told("restart", wanted)]);
}

/// Each row of spec section 3.3: what arrives and what is told.
fn notifications() -> Vec<(Value, Value)> {
    let body = |command: &str| json!({"cmd": command, "body": {"conference": "Hall"}});
    let plain = |command: &str| json!({"cmd": command, "conference": "Hall"});
    let webcast = |command: &str| json!({"cmd": command, "body": {"conference": "Hall", "type": "hls"}});
    let hall = || json!({"conference": "Hall"});
    vec![
        (
            json!({"cmd": "channels", "input": "1", "output": "B"}),
            told("channels:notify", json!({"inputChannels": "1", "outputChannels": "B"})),
        ),
        (webcast("WebcastStarted"), told("webcast:started", json!({"conference": "Hall", "type": "hls"}))),
        (webcast("WebcastStopped"), told("webcast:stopped", json!({"conference": "Hall", "type": "hls"}))),
        (plain("addedToListModerators"), told("participant:added-to-list-moderators", hall())),
        (plain("removedFromListModerators"), told("participant:removed-from-list-moderators", hall())),
        (body("ParticipationRequestAccepted"), told("participation:accepting-word-request", hall())),
        (body("ParticipationRequestRejected"), told("participation:cancelling-word-request", hall())),
        (body("ParticipantMovedToWebcast"), told("participant:move-request-to-stream", hall())),
        (json!({"cmd": "accountChanged"}), told("account:changed", json!({}))),
        (json!({"cmd": "accountDeleted"}), told("account:deleted", json!({}))),
        (
            json!({
                "cmd": "ConferenceParticipantTokenIssued",
                "body": {"conference": "Hall", "participant": "Room A", "jwt": "eyJ"},
            }),
            told("conference:participant-token-issued", json!({"conference": "Hall", "participant": "Room A"})),
        ),
    ]
}

#[test]
fn every_notification_is_read_from_its_json_by_notify_and_by_info() {
    for (json, wanted) in notifications().iter().map(|(json, wanted)| (json, std::slice::from_ref(wanted))) {
        for name in ["x-vinteo-notify", "X-VINTEO-NOTIFY"] {
            let header = [(name, json.to_string())];
            let header = header.each_ref().map(|(name, json)| (*name, json.as_str()));
            let outside: Vec<_> = parse_notify(&lines("notify", &header)[1..]).into_iter().collect();
            assert_eq!(events(&outside), wanted);
            assert_eq!(events(&parse_info(&lines("notify", &header), None)), wanted);
        }
    }
}

#[test]
fn every_request_goes_out_with_the_type_and_the_headers_of_its_row() {
    let share = |state| ("sharedesktop", vec![("x-webrtc-share-state", state)]);
    let state = MediaState { microphone: true, camera: false };
    for (request, (family, headers)) in [
        (ClientMessage::AskToPresent, share("LETMESTARTPRESENTATION")),
        (ClientMessage::PresentationStopped, share("STOPPRESENTATION")),
        (ClientMessage::ContentStarts, share("YOUCANRECEIVECONTENT")),
        (ClientMessage::ContentEnded, share("CONTENTEND")),
        (ClientMessage::ContentMustStop, share("YOUMUSTSTOPSENDCONTENT")),
        (ClientMessage::AskForCamera, ("maincam", vec![("x-webrtc-request-enable-media-device", "LETMESTARTMAINCAM")])),
        (
            ClientMessage::Channels { input: "1,a".into(), output: "B".into() },
            ("channels", vec![("x-webrtc-input-channels", "1,a"), ("x-webrtc-output-channels", "B")]),
        ),
        (
            ClientMessage::MediaState(state),
            (
                "mediastate",
                vec![
                    ("x-webrtc-media-state", "currentstate"),
                    ("x-vinteo-maincam-state", "0"),
                    ("x-vinteo-mic-state", "1"),
                ],
            ),
        ),
        (ClientMessage::Refusal { device: Device::Microphone }, ("refusal", vec![("x-vinteo-media-type", "0")])),
        (ClientMessage::Refusal { device: Device::Camera }, ("refusal", vec![("x-vinteo-media-type", "1")])),
        (
            ClientMessage::AvailableIncomingBitrate { bits_per_second: 2_500_000 },
            ("stats", vec![("x-webrtc-available-incoming-bitrate", "2500000")]),
        ),
        (
            ClientMessage::RoomName { room: "p2pAtoB".into(), participant: "B".into() },
            (
                "roomname",
                vec![
                    ("x-webrtc-enter-room", "p2pAtoB"),
                    ("x-webrtc-participant-name", "B"),
                    ("x-webrtc-is-direct-p2p", "true"),
                ],
            ),
        ),
    ] {
        let info = request.info().unwrap();
        assert_eq!(info.content_type, Some(format!("application/vinteo.webrtc.{family}")));
        let written: Vec<_> = info.headers.iter().map(|line| (line.name.as_str(), line.value.as_str())).collect();
        assert_eq!(written, headers, "{request:?}");
        assert!(info.body.is_none(), "{request:?}");
    }
}

#[test]
fn a_value_that_no_row_knows_is_told_as_unknown_and_a_blank_one_counts_as_absent() {
    for (family, name) in [
        ("mic", "x-webrtc-mic"),
        ("partstate", "x-webrtc-partstate"),
        ("sharedesktop", "x-webrtc-share-state"),
        ("uselic", "x-webrtc-use-license"),
    ] {
        for value in ["DANCE", "", "  ", "ÄÖÜ", "-1"] {
            let told = events(&parse_info(&lines(family, &[(name, value)]), None));
            assert_eq!(told[0]["event"], "api:unknown", "{family} {value:?}");
            assert_eq!(told[0]["data"]["kind"], family);
            assert_eq!(told.len(), 1);
        }
        let absent = parse_info(&lines(family, &[]), None);
        assert!(matches!(absent[..], [VendorMessage::Unknown { .. }]), "{family}");
    }
    let blank_token = [("x-webrtc-enter-room", "Hall"), ("x-webrtc-participant-name", "A"), ("x-bearer-token", " ")];
    let told = events(&parse_info(&lines("roomname", &blank_token), None));
    assert_eq!(told[0]["data"]["hasBearerToken"], json!(false));
}

#[test]
fn an_unknown_command_for_the_camera_is_a_control_without_command() {
    for headers in [vec![], vec![("x-webrtc-maincam", "SHAKE")]] {
        let told = events(&parse_info(&lines("maincam", &headers), None));
        assert_eq!(told[0]["event"], "api:main-cam-control");
        assert_eq!(told[0]["data"]["mainCam"], Value::Null);
    }
}

#[test]
fn what_is_not_of_the_vendor_says_nothing_and_a_new_family_is_told_as_unknown() {
    let typed =
        |kind: &str| vec![HeaderLine::new("Content-Type", kind), HeaderLine::new("x-webrtc-mic", "ADMINSTOPMIC")];
    assert_eq!(parse_info(&typed("text/plain"), None), []);
    assert_eq!(parse_info(&typed(""), None), []);
    assert_eq!(parse_info(&[HeaderLine::new("x-webrtc-mic", "ADMINSTOPMIC")], None), []);
    assert_eq!(parse_notify(&[HeaderLine::new("x-webrtc-mic", "ADMINSTOPMIC")]), None);
    let told = parse_info(&typed("application/vinteo.webrtc.teleport"), None);
    assert!(matches!(told[..], [VendorMessage::Unknown { .. }]));
    assert_eq!(told[0].events().iter().map(ApiEvent::name).collect::<Vec<_>>(), ["api:unknown"]);
}
