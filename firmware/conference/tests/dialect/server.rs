//! What a server says: written by one end, read by the other, in both spellings and any case.

use roombox_conference::catalogue::{ApiEvent, License, MainCamCommand, TracksDirection};
use roombox_conference::vendor::{Info, Room, Secret, VendorMessage, parse_info, parse_notify};
use roombox_sip::api::HeaderLine;

/// One of each, and of each form.
pub(crate) fn every_message() -> Vec<VendorMessage> {
    let text = |text: &str| text.to_owned();
    let conference = || text("Große Runde");
    let mut messages = vec![
        VendorMessage::AccountChanged {},
        VendorMessage::AccountDeleted {},
        VendorMessage::AddedToModerators { conference: conference() },
        VendorMessage::ChannelsAll { input: text("1,2"), output: text("A,b") },
        VendorMessage::ChannelsNotify { input: text("1"), output: text("2") },
        VendorMessage::ContentAvailable { codec: None },
        VendorMessage::ContentAvailable { codec: Some(text("VP9")) },
        VendorMessage::ContentGone {},
        VendorMessage::Dtmf { tone: '#', duration_ms: 120 },
        VendorMessage::EnterRoom(room("Board Room", Some("eyJ.aB.c"), false)),
        VendorMessage::EnterRoom(room("p2p100to200", None, true)),
        VendorMessage::MoveToParticipants {},
        spectator(None, false),
        spectator(Some("aBc-1"), true),
        VendorMessage::MovedToStream { conference: conference() },
        VendorMessage::PresentationMustStop {},
        VendorMessage::RemovedFromModerators { conference: conference() },
        VendorMessage::Restart {
            tracks_direction: Some(TracksDirection::RecvOnly),
            audio_tracks: Some(1),
            video_tracks: Some(2),
        },
        VendorMessage::Restart { tracks_direction: None, audio_tracks: None, video_tracks: None },
        VendorMessage::TokenIssued { conference: conference(), participant: text("Room A"), token: Secret::new("eyJ") },
        VendorMessage::WebcastStarted { conference: conference(), kind: text("hls") },
        VendorMessage::WebcastStopped { conference: conference(), kind: text("hls") },
        VendorMessage::WordRequestAccepted { conference: conference() },
        VendorMessage::WordRequestRejected { conference: conference() },
    ];
    messages.extend(
        [License::Audio, License::AudioPlusPresentation, License::Video]
            .map(|license| VendorMessage::UseLicense { license }),
    );
    for is_sync_forced in [false, true] {
        messages.extend([
            VendorMessage::AdminStartMainCam { is_sync_forced },
            VendorMessage::AdminStopMainCam { is_sync_forced },
            VendorMessage::AdminStartMic { is_sync_forced },
            VendorMessage::AdminStopMic { is_sync_forced },
        ]);
    }
    for (command, resolution, sync) in [
        (Some(MainCamCommand::MaxMainCamResolution), Some("1280x720"), None),
        (Some(MainCamCommand::PauseMainCam), None, Some(true)),
        (Some(MainCamCommand::ResumeMainCam), None, Some(false)),
        (None, None, None),
    ] {
        let resolution = resolution.map(str::to_owned);
        messages.push(VendorMessage::MainCamControl { main_cam: command, resolution, sync });
    }
    messages
}

fn room(name: &str, token: Option<&str>, is_direct_peer_to_peer: bool) -> Room {
    Room { name: name.into(), participant: "Room A".into(), token: token.map(Secret::new), is_direct_peer_to_peer }
}

fn spectator(audio_id: Option<&str>, is_available_sending_media: bool) -> VendorMessage {
    VendorMessage::MoveToSpectators {
        is_available_sending_media,
        is_synthetic: audio_id.is_none(),
        audio_id: audio_id.map(str::to_owned),
    }
}

/// The headers as they arrive: with the type among them.
pub(crate) fn lines(info: &Info) -> Vec<HeaderLine> {
    let kind = info.content_type.iter().map(|kind| HeaderLine::new("Content-Type", kind.clone()));
    kind.chain(info.headers.iter().cloned()).collect()
}

fn read(info: &Info) -> Vec<VendorMessage> {
    parse_info(&lines(info), info.body.as_ref())
}

#[test]
fn every_message_is_read_as_it_was_written_in_both_spellings() {
    for message in every_message() {
        let info = message.info().expect("every message of the tables can be written");
        assert_eq!(read(&info), std::slice::from_ref(&message));
        assert_eq!(read(&info.in_old_spelling()), [message]);
    }
}

#[test]
fn the_old_spelling_differs_only_in_the_names_of_headers() {
    let names = |info: Info| info.headers.into_iter().map(|line| line.name).collect::<Vec<_>>();
    let message = VendorMessage::EnterRoom(room("a", None, false)).info().unwrap();
    assert_eq!(names(message.clone()), ["x-webrtc-enter-room", "x-webrtc-participant-name"]);
    assert_eq!(names(message.in_old_spelling()), ["x-webrtc-enter-room", "X-WEBRTC-PARTICIPANT-NAME"]);
}

#[test]
fn names_and_listed_values_are_read_in_any_case() {
    for message in every_message() {
        let info = message.info().unwrap();
        let shouted = lines(&info).into_iter().map(|line| {
            let listed = ["maincam", "mic", "share-state", "partstate", "use-license", "direction", "is-direct-p2p"];
            let value = if listed.iter().any(|name| line.name.ends_with(name)) || line.name == "Content-Type" {
                line.value.to_ascii_uppercase()
            } else {
                line.value.clone()
            };
            HeaderLine::new(line.name.to_ascii_uppercase(), format!("  {value} "))
        });
        assert_eq!(parse_info(&shouted.collect::<Vec<_>>(), info.body.as_ref()), [message]);
    }
}

#[test]
fn one_info_brings_the_room_and_its_channels_in_this_order() {
    let mut info = VendorMessage::EnterRoom(room("Hall", None, false)).info().unwrap();
    let channels = VendorMessage::ChannelsAll { input: "1".into(), output: "2".into() };
    info.headers.extend(channels.info().unwrap().headers);
    assert_eq!(read(&info), [VendorMessage::EnterRoom(room("Hall", None, false)), channels]);
}

#[test]
fn half_a_room_and_half_the_channels_are_told_as_unknown() {
    for (name, value) in [("x-webrtc-enter-room", "Hall"), ("x-webrtc-input-channels", "1")] {
        let headers =
            [HeaderLine::new("Content-Type", "application/vinteo.webrtc.roomname"), HeaderLine::new(name, value)];
        assert!(matches!(parse_info(&headers, None)[..], [VendorMessage::Unknown { .. }]), "{name}");
    }
}

#[test]
fn notifications_are_the_same_by_info_and_by_notify_outside_a_call() {
    let notified: Vec<_> =
        every_message().into_iter().filter_map(|message| Some((message.notify()?, message))).collect();
    assert_eq!(notified.len(), 11, "one for each row of the table");
    for (line, message) in notified {
        assert_eq!(parse_notify(&[line]), Some(message));
    }
}

#[test]
fn a_notification_with_something_missing_is_unknown_and_keeps_its_text_for_itself() {
    for json in [
        r#"{"cmd":"ConferenceParticipantTokenIssued","body":{"conference":"c","participant":" ","jwt":"s3cret"}}"#,
        r#"{"cmd":"ConferenceParticipantTokenIssued","body":"s3cret"}"#,
        r#"{"cmd":"ConferenceParticipantTokenIssued","body":{"conference":"c","participant":5,"jwt":"s3cret"}}"#,
        r#"{"cmd":"s0mething","s3cret":1}"#,
        "s3cret",
        r#"["s3cret"]"#,
        r#"{"cmd":["s3cret"]}"#,
    ] {
        let message = parse_notify(&[HeaderLine::new("x-vinteo-notify", json)]).expect("the header is there");
        assert!(matches!(message, VendorMessage::Unknown { .. }), "{json}");
        assert!(!format!("{message:?} {:?}", message.events()).contains("s3cret"), "{json}");
    }
}

#[test]
fn no_token_is_in_any_event_or_debug_output() {
    for message in every_message() {
        let events = serde_json::to_string(&message.events()).unwrap();
        assert!(!format!("{message:?}{events}").contains("eyJ"), "{message:?}");
    }
}

#[test]
fn a_forced_sync_comes_before_the_command_and_only_with_pause_or_resume() {
    let names = |main_cam, sync| {
        let message = VendorMessage::MainCamControl { main_cam: Some(main_cam), resolution: None, sync };
        message.events().iter().map(ApiEvent::name).collect::<Vec<_>>()
    };
    let both = ["api:admin:force-sync-media-state", "api:main-cam-control"];
    assert_eq!(names(MainCamCommand::PauseMainCam, Some(false)), both);
    assert_eq!(names(MainCamCommand::ResumeMainCam, Some(true)), both);
    assert_eq!(names(MainCamCommand::PauseMainCam, None), both[1..]);
    assert_eq!(names(MainCamCommand::MaxMainCamResolution, Some(true)), both[1..]);
}

#[test]
fn a_move_to_the_spectators_tells_its_kind_first() {
    let names = |message: VendorMessage| message.events().iter().map(ApiEvent::name).collect::<Vec<_>>();
    let any = "api:participant:move-request-to-spectators";
    assert_eq!(names(spectator(None, true)), [format!("{any}-synthetic"), any.to_owned()]);
    assert_eq!(names(spectator(Some("a"), true)), [format!("{any}-with-audio-id"), any.to_owned()]);
}

#[test]
fn only_spectator_mode_1_lets_media_be_sent() {
    for (mode, sends) in [("0", false), ("1", true), ("2", false), ("yes", false)] {
        let headers = [
            HeaderLine::new("Content-Type", "application/vinteo.webrtc.partstate"),
            HeaderLine::new("x-webrtc-partstate", "SPECTATOR"),
            HeaderLine::new("x-webrtc-spectator-mode", mode),
        ];
        assert_eq!(parse_info(&headers, None), [spectator(None, sends)]);
    }
}

#[test]
fn a_line_break_in_a_name_does_not_make_a_header() {
    let info = VendorMessage::EnterRoom(room("a\r\nX-Evil: 1", None, false)).info().unwrap();
    assert_eq!(info.headers[0].value, "a  X-Evil: 1");
}

#[test]
fn an_unknown_message_cannot_be_written() {
    let unknown = VendorMessage::Unknown { kind: "mic".into(), value: String::new() };
    assert!(unknown.info().is_none());
    assert!(unknown.notify().is_none());
}

#[test]
fn every_message_tells_the_event_of_its_row() {
    let told: std::collections::BTreeSet<_> =
        every_message().iter().flat_map(VendorMessage::events).map(|event| event.name()).collect();
    // What a server does not say, or what no row describes.
    let ours = ["api:answered", "api:failed-send-room-direct-p2p", "api:unknown"];
    let silent: Vec<_> = ApiEvent::NAMES.iter().filter(|name| !told.contains(*name) && !ours.contains(name)).collect();
    assert_eq!(silent, Vec::<&&str>::new());
    let name = |message: VendorMessage| message.events().last().map(ApiEvent::name);
    assert_eq!(name(VendorMessage::PresentationMustStop {}), Some("api:presentation:must-stop"));
    assert_eq!(name(VendorMessage::ContentGone {}), Some("api:contented-stream:not-available"));
    let conference = String::from("c");
    assert_eq!(name(VendorMessage::MovedToStream { conference }), Some("api:participant:move-request-to-stream"));
}
