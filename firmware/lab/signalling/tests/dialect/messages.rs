//! Everything else that is said, in both directions.

use roombox_conference::api::{Command, Device, MediaRequest as BoxMedia};
use roombox_conference::catalogue::{License, MainCamCommand};
use roombox_conference::vendor::{ClientMessage, MediaState, VendorMessage};
use roombox_lab_signalling::{Form, LabEvent, Order, Permission, Rules};

use crate::world::{USER, World};

fn say(world: &mut World, message: &VendorMessage, form: Form) {
    world.order(Order::Say { user: USER.into(), message: message.clone(), form });
}

fn said(world: &mut World, wanted: &ClientMessage) {
    world
        .until_reported(&format!("{wanted:?}"), |event| matches!(event, LabEvent::Said { said, .. } if said == wanted));
}

#[test]
fn a_licence_is_told_and_taken() {
    let mut world = World::in_room(1);
    say(&mut world, &VendorMessage::UseLicense { license: License::Audio }, Form::Info);
    world.until_box("the licence", 0, |snapshot| snapshot.call_session_state.license == License::Audio);
}

#[test]
fn a_restart_makes_the_box_offer_anew_with_new_credentials() {
    let mut world = World::in_room(1);
    let restart = VendorMessage::Restart { tracks_direction: None, audio_tracks: Some(1), video_tracks: Some(1) };
    say(&mut world, &restart, Form::OldInfo);
    world.until_reported("the offer", |event| matches!(event, LabEvent::Renegotiated { .. }));
    let anew = |request: &BoxMedia| matches!(request, BoxMedia::CreateOffer { restart_ice: true, .. });
    assert!(world.box_asked_of_media(0).iter().any(anew));
}

#[test]
fn a_lab_offers_anew_by_order() {
    let mut world = World::in_room(1);
    world.order(Order::Renegotiate { user: USER.into(), restart_ice: true });
    world.until_reported("the answer", |event| matches!(event, LabEvent::Offered { accepted: true, .. }));
}

#[test]
fn account_moderators_webcast_and_requests_to_speak_are_told_outside_and_inside_the_call() {
    let conference = || "Board Room".to_owned();
    let kind = || "hls".to_owned();
    let messages = [
        VendorMessage::AccountChanged {},
        VendorMessage::AccountDeleted {},
        VendorMessage::AddedToModerators { conference: conference() },
        VendorMessage::RemovedFromModerators { conference: conference() },
        VendorMessage::ChannelsNotify { input: "1".into(), output: "2".into() },
        VendorMessage::MovedToStream { conference: conference() },
        VendorMessage::WebcastStarted { conference: conference(), kind: kind() },
        VendorMessage::WebcastStopped { conference: conference(), kind: kind() },
        VendorMessage::WordRequestAccepted { conference: conference() },
        VendorMessage::WordRequestRejected { conference: conference() },
    ];
    let mut world = World::in_room(1);
    for message in &messages {
        let name = message.events()[0].name();
        for (form, times) in [(Form::Notify, 1), (Form::Info, 2), (Form::OldInfo, 3)] {
            say(&mut world, message, form);
            world.until(name, |world| world.told(0).iter().filter(|told| *told == name).count() == times);
        }
    }
}

#[test]
fn commands_for_devices_channels_and_keys_reach_the_box() {
    let messages = [
        VendorMessage::AdminStartMainCam { is_sync_forced: true },
        VendorMessage::AdminStopMainCam { is_sync_forced: false },
        VendorMessage::AdminStartMic { is_sync_forced: true },
        VendorMessage::AdminStopMic { is_sync_forced: false },
        VendorMessage::ChannelsAll { input: "1".into(), output: "2".into() },
        VendorMessage::Dtmf { tone: '5', duration_ms: 120 },
        VendorMessage::MainCamControl {
            main_cam: Some(MainCamCommand::MaxMainCamResolution),
            resolution: Some("640x360".into()),
            sync: None,
        },
    ];
    let mut world = World::in_room(1);
    for message in &messages {
        let name = message.events()[0].name();
        say(&mut world, message, Form::Info);
        world.until(name, |world| world.has_told(0, name));
    }
}

#[test]
fn what_the_box_says_is_reported_and_kept() {
    let mut world = World::in_room(1);
    let call = world.call(0);
    world.command(0, Command::MediaState { microphone: false, camera: true });
    let state = MediaState { microphone: false, camera: true };
    said(&mut world, &ClientMessage::MediaState(state));
    assert_eq!(world.participants()[0].media_state, state);
    world.command(0, Command::RefuseDevice { call, device: Device::Camera });
    said(&mut world, &ClientMessage::Refusal { device: Device::Camera });
    world.command(0, Command::SendChannels { call, input: "1".into(), output: "2".into() });
    said(&mut world, &ClientMessage::Channels { input: "1".into(), output: "2".into() });
    world.command(0, Command::Dtmf { call, tones: "7".into() });
    world.until_reported("the key", |event| {
        matches!(event, LabEvent::Said { said: ClientMessage::Dtmf { tone: '7', .. }, .. })
    });
}

#[test]
fn a_camera_is_permitted_or_not() {
    for (camera, permitted) in
        [(Permission::Granted, true), (Permission::Refused { status: 603, reason: "Decline".into() }, false)]
    {
        let mut world = World::in_room(1);
        world.order(Order::Rules(Rules { camera, ..Rules::default() }));
        let call = world.call(0);
        world.command(0, Command::AskForCamera { call });
        world.until_reported(
            "the answer",
            |event| matches!(event, LabEvent::Permission { granted, .. } if *granted == permitted),
        );
    }
}

#[test]
fn a_message_of_any_content_reaches_the_box_as_it_stands() {
    let mut world = World::in_room(1);
    let headers = vec![("x-webrtc-mic".to_owned(), "DANCE".to_owned())];
    let content_type = "application/vinteo.webrtc.mic".to_owned();
    world.order(Order::Info { user: USER.into(), content_type, headers });
    world.until("the unknown message", |world| world.has_told(0, "api:unknown"));
}
