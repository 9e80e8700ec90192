//! What display, lights and screen show.

use roombox_appliance::api::{Input, MediaFact};
use roombox_appliance::display::Icon;
use roombox_appliance::tree::{CallId, CallState, CauseCode, ConnectionState, ScreenPicture};
use roombox_conference::api::{self as conference, ConnectionFailure, FlowError};
use roombox_hal::buttons::ButtonAction;
use roombox_hal::leds::Pattern;

use crate::bench::{Bench, TARGET, in_call_state, minutes, ringing, settings};

fn title(bench: &Bench) -> String {
    bench.status().display.title
}

#[test]
fn the_display_follows_the_box_from_the_start_into_the_call() {
    let mut bench = Bench::with(&settings());
    assert_eq!(title(&bench), "Starting");
    bench.input(Input::Started);
    bench.connection(ConnectionState::Connecting { attempt: 1 });
    assert_eq!(title(&bench), "Connecting");
    bench.connection(ConnectionState::Established);
    assert_eq!(bench.status().display.lines, ["100", "Press to join"]);
    bench.call(CallState::Connecting { call: CallId(1), target: TARGET.into() });
    assert_eq!(title(&bench), "Joining");
    bench.call(in_call_state(false));
    assert_eq!(bench.status().display.lines, ["100", "0 min", "Waiting for picture"]);
    bench.call(in_call_state(true));
    bench.pass(minutes(2));
    assert_eq!(bench.status().display.lines, ["100", "2 min"]);
    assert_eq!(bench.status().display.corner, "Board room");
}

#[test]
fn the_room_that_the_server_names_is_shown() {
    let mut bench = Bench::in_call();
    let room = Some("Big Hall".to_owned());
    bench.call(CallState::InCall {
        call: CallId(1),
        target: TARGET.into(),
        room,
        participant: None,
        media_connected: true,
    });
    assert_eq!(bench.status().display.lines[0], "Big Hall");
}

#[test]
fn a_ringing_call_shows_who_calls_and_what_to_do() {
    let mut bench = Bench::ready();
    bench.call(ringing());
    let display = bench.status().display;
    assert_eq!(display.title, "Incoming call");
    assert_eq!(display.lines, ["Reception", "Press to answer"]);
    assert!(display.icons.contains(&Icon::Ringing));
}

#[test]
fn trouble_is_shown_in_plain_words() {
    let mut bench = Bench::ready();
    let refused = ConnectionFailure::Flow(FlowError::Refused("10.0.0.1:443".into()));
    bench.conference(conference::Event::ConnectionFailed(refused));
    bench.connection(ConnectionState::Disconnected { reason: "r".into(), retry_in_ms: Some(1), needs_person: false });
    let display = bench.status().display;
    assert_eq!(display.title, "Trouble");
    assert!(display.lines.join(" ").starts_with("The conference server does not answer"));
    assert!(display.icons.contains(&Icon::NetworkBad));
}

#[test]
fn a_press_that_cannot_be_followed_says_why_for_a_moment() {
    let mut settings = settings();
    settings.conference.target = None;
    let mut bench = Bench::ready_with(&settings);
    bench.press("join", ButtonAction::JoinLeave);
    assert_eq!(title(&bench), "Sorry");
    bench.pass(minutes(1));
    assert_eq!(title(&bench), "Ready");
}

#[test]
fn muted_and_camera_off_have_their_symbols_only_when_verified() {
    let mut bench = Bench::in_call();
    bench.press("mute", ButtonAction::Mute);
    bench.press("camera", ButtonAction::Camera);
    assert!(!bench.status().display.icons.contains(&Icon::Muted));
    bench.media(MediaFact::Microphone { muted: true });
    bench.media(MediaFact::CameraSending { sending: false });
    assert_eq!(bench.status().display.icons, [Icon::NetworkOk, Icon::InCall, Icon::Muted, Icon::CameraOff]);
}

#[test]
fn the_call_light_breathes_on_the_way_and_is_steady_in_the_call() {
    let mut bench = Bench::ready();
    let light = |bench: &Bench| bench.status().leds.call;
    assert_eq!(light(&bench), Pattern::Off);
    bench.call(CallState::Waiting { target: TARGET.into() });
    assert_eq!(light(&bench), Pattern::Breathe);
    bench.call(in_call_state(false));
    assert_eq!(light(&bench), Pattern::On);
    bench.call(ringing());
    assert_eq!(light(&bench), Pattern::Blink);
}

#[test]
fn the_network_light_blinks_in_trouble_and_is_steady_when_the_server_is_reached() {
    let mut bench = Bench::ready();
    assert_eq!(bench.status().leds.network, Pattern::On);
    bench.connection(ConnectionState::Disconnected { reason: "r".into(), retry_in_ms: None, needs_person: true });
    assert_eq!(bench.status().leds.network, Pattern::Blink);
}

#[test]
fn the_screen_tells_a_moving_picture_from_a_frozen_one() {
    let mut bench = Bench::in_call();
    let picture = |bench: &Bench| bench.status().screen.picture;
    assert_eq!(picture(&bench), ScreenPicture::Waiting);
    bench.media(MediaFact::FirstFrame);
    assert_eq!(picture(&bench), ScreenPicture::Conference);
    bench.media(MediaFact::RemoteVideo { flowing: false });
    assert_eq!(picture(&bench), ScreenPicture::Frozen);
    assert!(bench.raised().contains(&CauseCode::NoPictureFromConference));
    bench.call(CallState::Idle);
    assert_eq!(picture(&bench), ScreenPicture::Idle);
}

#[test]
fn a_broken_camera_does_not_hide_that_the_box_is_ready() {
    let mut bench = Bench::ready();
    bench.media(MediaFact::Camera { working: false, name: "cam".into(), reason: None });
    let display = bench.status().display;
    assert_eq!(display.title, "Ready");
    assert_eq!(display.lines, ["100", "Press to join", "Camera does not work"]);
}
