//! Roles, and the HTTP interface for spectators.

use std::time::Duration;

use roombox_conference::api::{Command, ReceiveQuality};
use roombox_conference::catalogue::Role;
use roombox_conference::vendor::{Room, Secret, VendorMessage};
use roombox_lab_signalling::{Form, HttpRequest, LabEvent, MediaRequest, Order, Quality, Role as LabRole};

use crate::world::{OFFER, USER, World};

fn to_spectators(audio_id: Option<&str>) -> VendorMessage {
    let audio_id = audio_id.map(str::to_owned);
    VendorMessage::MoveToSpectators { is_available_sending_media: true, is_synthetic: audio_id.is_none(), audio_id }
}

fn say(world: &mut World, message: VendorMessage, form: Form) {
    world.order(Order::Say { user: USER.into(), message, form });
}

fn watching(world: &mut World) {
    say(world, to_spectators(Some("aB-1")), Form::Info);
    world.until("the receive session", |world| world.has_told(0, "call:recv-session-started"));
}

#[test]
fn a_synthetic_spectator_is_fed_by_the_call_in_both_spellings() {
    for form in [Form::Info, Form::OldInfo] {
        let mut world = World::in_room(1);
        say(&mut world, to_spectators(None), form);
        world.until_box("the role", 0, |s| s.call_session_state.role == Role::SpectatorSynthetic);
        assert_eq!(world.participants()[0].role, LabRole::Synthetic);
        say(&mut world, VendorMessage::MoveToParticipants {}, form);
        world.until_box("the old role", 0, |s| s.call_session_state.role == Role::Participant);
        assert!(!world.asked_of_media().iter().any(|request| matches!(request, MediaRequest::Watch { .. })));
    }
}

#[test]
fn a_spectator_with_an_audio_id_receives_by_a_connection_of_its_own_until_it_is_back() {
    let mut world = World::in_room(1);
    watching(&mut world);
    assert_eq!(world.participants()[0].role, LabRole::Spectator { audio_id: "aB-1".into() });
    let high = |event: &LabEvent| matches!(event, LabEvent::ReceiveOffered { quality: Quality::High, .. });
    assert!(world.reported().iter().any(high));
    say(&mut world, VendorMessage::MoveToParticipants {}, Form::Info);
    world.until("the end of the receive session", |world| world.has_told(0, "call:recv-session-ended"));
    assert!(matches!(world.asked_of_media().last(), Some(MediaRequest::Unwatch { .. })));
}

#[test]
fn another_quality_is_another_offer() {
    let mut world = World::in_room(1);
    watching(&mut world);
    let call = world.call(0);
    world.command(0, Command::ReceiveQuality { call, quality: ReceiveQuality::Low });
    world.until_reported("the other quality", |e| matches!(e, LabEvent::ReceiveOffered { quality: Quality::Low, .. }));
}

#[test]
fn only_who_is_a_spectator_and_has_the_token_gets_an_answer() {
    let mut world = World::in_room(1);
    watching(&mut world);
    let good = "/api/v2/rtp2webrtc/offer/Board?quality=high&audio=aB-1";
    let body = format!("{{\"type\":\"offer\",\"sdp\":{OFFER:?}}}");
    let ask = |id, method: &str, target: &str, authorization: Option<&str>| HttpRequest {
        id,
        method: method.into(),
        target: target.into(),
        authorization: authorization.map(str::to_owned),
        body: body.clone(),
    };
    let cases = [
        ("POST", "/", Some("Bearer x"), 404),
        ("GET", good, Some("Bearer x"), 405),
        ("POST", good, None, 401),
        ("POST", good, Some("Basic x"), 401),
        ("POST", good, Some("Bearer wrong"), 401),
        ("POST", "/api/v2/rtp2webrtc/offer/Board?quality=best&audio=aB-1", Some("Bearer x"), 400),
        ("POST", "/api/v2/rtp2webrtc/offer/Board?quality=low", Some("Bearer x"), 400),
        ("POST", "/api/v2/rtp2webrtc/offer/%FF?quality=low&audio=aB-1", Some("Bearer x"), 404),
    ];
    for (id, (method, target, authorization, status)) in (1000..).zip(cases) {
        world.post(ask(id, method, target, authorization));
        assert_eq!(world.answered(id), Some(status), "{method} {target} {authorization:?}");
    }
}

#[test]
fn room_and_audio_may_be_asked_for_in_small_letters() {
    let mut world = World::in_room(1);
    let (name, participant) = ("Hall-A".to_owned(), "Box".to_owned());
    let room = Room { name, participant, token: Some(Secret::new("t")), is_direct_peer_to_peer: false };
    say(&mut world, VendorMessage::EnterRoom(room), Form::Info);
    say(&mut world, to_spectators(Some("aB-1")), Form::Info);
    let before = world.asked_of_media().len();
    for (id, (target, status)) in (1000..).zip([("hall-a?audio=ab-1", None), ("hall-b?audio=ab-1", Some(403))]) {
        world.post(HttpRequest {
            id,
            method: "POST".into(),
            target: format!("/api/v2/rtp2webrtc/offer/{target}&quality=high"),
            authorization: Some("Bearer t".into()),
            body: format!("{{\"type\":\"offer\",\"sdp\":{OFFER:?}}}"),
        });
        assert!(status.is_none() || world.answered(id) == status, "{target}: {:?}", world.answered(id));
    }
    let offered = |request: &MediaRequest| matches!(request, MediaRequest::Watch { request: 1000, .. });
    assert!(world.asked_of_media()[before..].iter().any(offered));
}

#[test]
fn a_spectator_that_hangs_up_leaves_nothing_behind() {
    let mut world = World::in_room(1);
    watching(&mut world);
    world.command(0, Command::Leave);
    world.until_reported("the end", |event| matches!(event, LabEvent::CallEnded { .. }));
    world.run(Duration::from_secs(1));
    assert!(world.participants().is_empty());
}
