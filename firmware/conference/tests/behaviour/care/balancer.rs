//! The video balancer (spec section 7).

use roombox_conference::api::{BalancerCommand, Command, MediaFact, MediaRequest};
use roombox_conference::catalogue::{Event, MainCamCommand, MediaCommand, MediaOutcome, VideoBalancerEvent};
use roombox_conference::vendor::VendorMessage;
use roombox_sip::api as sip;
use serde_json::json;

use super::in_call_with;
use crate::bench::{Bench, seconds};

fn wants(main_cam: MainCamCommand, resolution: Option<&str>) -> VendorMessage {
    let resolution = resolution.map(str::to_owned);
    VendorMessage::MainCamControl { main_cam: Some(main_cam), resolution, sync: None }
}

fn balancing() -> (Bench, roombox_conference::api::CallId, sip::SessionId) {
    let (mut bench, call, session) = Bench::in_call();
    bench.camera_is(call, 1920, 1080);
    bench.pass(seconds(10));
    assert_eq!(bench.encoded(), [(1000, 2_000_000)]);
    bench.forget();
    (bench, call, session)
}

#[test]
fn balancing_begins_ten_seconds_after_the_call_stands() {
    let (mut bench, call, _) = in_call_with(|_| ());
    assert_eq!(bench.told("video-balancer:"), ["video-balancer:balancing-scheduled"]);
    bench.camera_is(call, 1280, 720);
    bench.pass(seconds(9));
    assert_eq!(bench.encoded(), []);
    bench.forget();
    bench.pass(seconds(1));
    assert_eq!(bench.encoded(), [(1000, 1_000_000)]);
    let events = ["video-balancer:parameters-updated", "video-balancer:balancing-started"];
    assert_eq!(bench.told("video-balancer:"), events);
}

#[test]
fn what_the_server_wants_in_the_first_ten_seconds_is_remembered() {
    let (mut bench, call, session) = Bench::in_call();
    bench.camera_is(call, 1920, 1080);
    bench.server_says(session, &wants(MainCamCommand::MaxMainCamResolution, Some("640x360")));
    assert_eq!(bench.encoded(), []);
    bench.pass(seconds(10));
    assert_eq!(bench.encoded(), [(3000, 500_000)]);
}

#[test]
fn the_last_command_of_the_server_counts() {
    let (mut bench, _, session) = balancing();
    bench.server_says(session, &wants(MainCamCommand::PauseMainCam, None));
    bench.server_says(session, &wants(MainCamCommand::MaxMainCamResolution, Some("1280x720")));
    bench.server_says(session, &wants(MainCamCommand::MaxMainCamResolution, Some("1280x")));
    bench.server_says(session, &wants(MainCamCommand::ResumeMainCam, None));
    assert_eq!(bench.encoded(), [(200_000, 60_000), (1500, 1_000_000), (1000, 2_000_000)]);
}

#[test]
fn another_size_of_the_picture_is_balanced_at_once_and_the_same_changes_nothing() {
    let (mut bench, call, _) = balancing();
    bench.camera_is(call, 1920, 1080);
    bench.media(MediaFact::CameraReplaced { call, track: "other".into() });
    assert_eq!((bench.encoded().len(), bench.told("video-balancer:").len()), (0, 0));
    bench.camera_is(call, 640, 480);
    assert_eq!(bench.encoded(), [(1000, 500_000)]);
    assert_eq!(bench.told("video-balancer:"), ["video-balancer:parameters-updated"]);
}

#[test]
fn av1_gets_less_as_soon_as_it_is_measured_and_keeps_it_when_a_sample_has_no_codec() {
    let (mut bench, call, _) = balancing();
    let codec = json!({ "type": "codec", "id": "c", "mimeType": "video/AV1" });
    let stream = json!({ "type": "outbound-rtp", "kind": "video", "mid": "1", "codecId": "c" });
    bench.pass(seconds(10));
    bench.second_with(call, &[codec, stream.clone()]);
    bench.second_with(call, &[stream]);
    assert_eq!(bench.encoded(), [(1000, 1_200_000)]);
}

#[test]
fn a_codec_that_is_to_be_left_alone_is_left_alone_in_any_case() {
    let (mut bench, call, session) = in_call_with(|config| config.media.ignore_for_codec = Some("h264".into()));
    let codec = json!({ "type": "codec", "id": "c", "mimeType": "video/H264" });
    bench.second_with(call, &[codec, json!({ "type": "outbound-rtp", "kind": "video", "codecId": "c" })]);
    bench.pass(seconds(20));
    bench.server_says(session, &wants(MainCamCommand::PauseMainCam, None));
    assert_eq!(bench.encoded(), []);
}

#[test]
fn a_limit_holds_from_the_first_second_and_while_balancing() {
    let limit = "1280x720".parse().ok();
    let (mut bench, call, _) = in_call_with(|config| config.media.max_resolution = limit);
    bench.camera_is(call, 1920, 1080);
    assert_eq!(bench.encoded(), [(1500, 0)]);
    bench.pass(seconds(10));
    assert_eq!(bench.encoded(), [(1500, 0), (1500, 1_000_000)]);
}

#[test]
fn by_hand_it_starts_before_its_time_and_stops_at_what_the_size_asks_for() {
    let (mut bench, call, session) = Bench::in_call();
    bench.camera_is(call, 1920, 1080);
    bench.server_says(session, &wants(MainCamCommand::PauseMainCam, None));
    bench.command(Command::Balance { call, command: BalancerCommand::Start });
    bench.command(Command::Balance { call, command: BalancerCommand::Stop });
    assert_eq!(bench.encoded(), [(200_000, 60_000), (1000, 2_000_000)]);
    bench.forget();
    bench.pass(seconds(60));
    bench.camera_is(call, 640, 480);
    assert_eq!(bench.encoded(), []);
    bench.command(Command::Balance { call, command: BalancerCommand::Balance });
    assert_eq!(bench.encoded(), [(1000, 500_000)]);
}

#[test]
fn it_never_says_what_gives_way_first_nor_touches_the_presentation() {
    let (mut bench, call, session) = balancing();
    bench.server_says(session, &wants(MainCamCommand::PauseMainCam, None));
    bench.camera_is(call, 320, 240);
    let quiet = |request: &MediaRequest| match request {
        MediaRequest::SetEncoding { stream, encoding, .. } => {
            *stream == roombox_conference::api::Stream::Camera && encoding.hint.is_none()
        }
        _ => true,
    };
    assert!(bench.requests().all(quiet));
}

#[test]
fn the_end_of_the_call_stops_it() {
    let (mut bench, _, session) = balancing();
    bench.end(session, sip::Cause::Bye, None);
    assert_eq!(bench.told("video-balancer:"), ["video-balancer:balancing-stopped"]);
    assert_eq!(bench.encoded(), []);
}

#[test]
fn a_spectator_with_a_connection_of_its_own_is_not_balanced_until_it_takes_part_again() {
    let (mut bench, call, session) = crate::receive::running();
    bench.camera_is(call, 640, 480);
    bench.pass(seconds(60));
    assert_eq!(bench.told("video-balancer:").len(), 0);
    bench.server_says(session, &VendorMessage::MoveToParticipants {});
    assert_eq!(bench.told("video-balancer:"), ["video-balancer:balancing-scheduled"]);
    assert_eq!(bench.told("stats:"), ["stats:stopped"]);
    bench.pass(seconds(10));
    assert!(bench.told("video-balancer:").contains(&"video-balancer:balancing-started"));
}

#[test]
fn a_balance_before_the_call_stands_does_nothing_and_is_told() {
    let mut bench = Bench::registered();
    bench.command(Command::Join { target: crate::bench::TARGET.into(), keep: false });
    let call = bench.offer_asked().unwrap();
    for command in [BalancerCommand::Balance, BalancerCommand::Start, BalancerCommand::Stop] {
        bench.command(Command::Balance { call, command });
    }
    assert_eq!(
        bench.outcomes(),
        [
            (MediaCommand::Balance, MediaOutcome::NotReady),
            (MediaCommand::Balance, MediaOutcome::NotReady),
            (MediaCommand::Balance, MediaOutcome::NotReady)
        ]
    );
    assert_eq!((bench.encoded(), bench.told("video-balancer:").len()), (vec![], 0));
}

#[test]
fn a_call_that_ends_in_its_first_ten_seconds_is_never_balanced() {
    for cause in [sip::Cause::Bye, sip::Cause::ConnectionError] {
        let (mut bench, call, session) = Bench::in_call();
        bench.camera_is(call, 1920, 1080);
        bench.pass(seconds(9));
        bench.end(session, cause, None);
        bench.pass(seconds(60));
        assert_eq!(
            (bench.told("video-balancer:"), bench.encoded()),
            (vec!["video-balancer:balancing-stopped"], vec![])
        );
    }
}

#[test]
fn a_camera_whose_size_nobody_tells_gets_the_most_and_is_not_scaled() {
    let (mut bench, ..) = Bench::in_call();
    bench.pass(seconds(10));
    assert_eq!(bench.encoded(), [(1000, 4_000_000)]);
}

#[test]
fn started_twice_by_hand_it_balances_once_and_stopped_twice_it_stops_once() {
    let (mut bench, call, _) = balancing();
    for command in [BalancerCommand::Start, BalancerCommand::Stop, BalancerCommand::Stop] {
        bench.command(Command::Balance { call, command });
    }
    let told = bench.told("video-balancer:");
    assert_eq!(told, ["video-balancer:balancing-started", "video-balancer:balancing-stopped"]);
    assert_eq!(bench.encoded(), [], "what is in force already is not told again");
}

#[test]
fn another_quality_of_a_spectator_leaves_balancing_stopped() {
    let (mut bench, call, _) = crate::receive::running();
    let quality = roombox_conference::api::ReceiveQuality::Low;
    bench.command(Command::ReceiveQuality { call, quality });
    crate::receive::complete(&mut bench, call);
    bench.pass(seconds(60));
    assert_eq!(bench.told("video-balancer:").len(), 0);
}

#[test]
fn new_parameters_are_told_as_media_gets_them() {
    let (mut bench, _, session) = balancing();
    bench.server_says(session, &wants(MainCamCommand::MaxMainCamResolution, Some("640x360")));
    let told = bench.catalogue().find_map(|event| match event {
        Event::VideoBalancerEvent(VideoBalancerEvent::ParametersUpdated { stream, encoding, .. }) => {
            Some((*stream, encoding.scale_down_millis, encoding.max_bitrate))
        }
        _ => None,
    });
    assert_eq!(told, Some((roombox_conference::api::Stream::Camera, Some(3000), Some(500_000))));
    assert_eq!(bench.encoded(), [(3000, 500_000)]);
}
