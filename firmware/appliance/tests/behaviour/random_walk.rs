//! Whatever people press and whatever breaks: no panic, the shown mute is the last verified fact, the same seed gives the
//! same run, and a healthy box with auto-dial that was told to join ends in the call.

use std::time::Duration;

use rand::RngExt;
use roombox_appliance::api::{CommandId, Input, MediaFact, SoundDevice};
use roombox_appliance::tree::{CallState, Command, MicrophoneFact};
use roombox_conference::machine::Machine;
use roombox_hal::buttons::ButtonAction;
use roombox_hal::leds::Pattern;
use roombox_sip::api as sip;

use crate::house::House;

const ACTIONS: [ButtonAction; 6] = [
    ButtonAction::Camera,
    ButtonAction::JoinLeave,
    ButtonAction::Mute,
    ButtonAction::Present,
    ButtonAction::VolumeDown,
    ButtonAction::VolumeUp,
];

fn command(number: u32) -> Command {
    match number {
        0 => Command::Join { target: None },
        1 => Command::Join { target: Some("sales".into()) },
        2 => Command::Leave,
        3 => Command::Answer,
        4 => Command::Reject,
        5 => Command::Mute { on: None },
        6 => Command::Volume { level: 130 },
        7 => Command::Hold,
        8 => Command::Resume,
        9 => Command::Redial,
        10 => Command::Dtmf { digits: "1#".into() },
        _ => Command::Press { button: "join".into() },
    }
}

fn fact(number: u32, flag: bool) -> MediaFact {
    let (name, reason) = (String::new(), None);
    match number {
        0 => MediaFact::Microphone { muted: flag },
        1 => MediaFact::CameraSending { sending: flag },
        2 => MediaFact::Camera { working: flag, name, reason },
        3 => MediaFact::Sound { device: SoundDevice::Speaker, working: flag, name, reason },
        4 => MediaFact::RemoteVideo { flowing: flag },
        5 => MediaFact::FirstFrame,
        6 => MediaFact::FirstAudio,
        _ => MediaFact::Disconnected,
    }
}

fn disturb(house: &mut House) {
    let (number, flag) = (house.random.random_range(0..8), house.random.random());
    match house.random.random_range(0..7) {
        0 => {
            let action = ACTIONS[house.random.random_range(0..ACTIONS.len())];
            house.room_input(Input::Press { button: "b".into(), action, at: house.now() });
        }
        1 => {
            let number = house.random.random_range(0..12);
            house.room_input(Input::Command(CommandId(1), command(number)));
        }
        2 | 3 => house.room_input(Input::Media(fact(number, flag))),
        4 => {
            house.server_up = false;
            house.lose_connection();
        }
        5 => house.server_up = true,
        _ => {
            let session = sip::SessionId(1 << 63 | u64::from(number));
            house.conference_told(sip::Event::Incoming {
                session,
                flow: sip::FlowId(1),
                from_uri: "sip:9@x".into(),
                from_display: None,
                to_uri: String::new(),
                request_uri: String::new(),
                offer: None,
                headers: vec![],
                replaces: None,
            });
        }
    }
}

fn shown_mute_is_the_fact(house: &House, seed: u64) {
    let status = house.room.status();
    let fact = match house.muted {
        None => MicrophoneFact::Unknown,
        Some(true) => MicrophoneFact::Muted,
        Some(false) => MicrophoneFact::On,
    };
    assert_eq!(status.microphone.fact, fact, "seed {seed}");
    assert_eq!(status.leds.mute == Pattern::On, house.muted == Some(true), "seed {seed}");
}

fn walk(seed: u64) -> House {
    let mut house = House::new(seed);
    house.room_input(Input::Started);
    for _ in 0..80 {
        disturb(&mut house);
        shown_mute_is_the_fact(&house, seed);
        let pause = house.random.random_range(0..3000);
        house.run(Duration::from_millis(pause));
        shown_mute_is_the_fact(&house, seed);
    }
    house
}

#[test]
fn after_any_disturbance_a_healthy_box_is_in_the_call_again() {
    for seed in 0..100 {
        let mut house = walk(seed);
        house.server_up = true;
        house.run(Duration::from_mins(3));
        house.room_input(Input::Command(CommandId(2), Command::Join { target: None }));
        house.run(Duration::from_mins(2));
        let state = house.room.status().call.state;
        assert!(matches!(state, CallState::InCall { media_connected: true, .. }), "seed {seed}: {state:?}");
    }
}

#[test]
fn a_healthy_box_with_auto_dial_is_in_the_call_by_itself() {
    let mut house = House::new(1);
    house.room_input(Input::Started);
    house.run(Duration::from_secs(2));
    assert!(matches!(house.room.status().call.state, CallState::InCall { media_connected: true, .. }));
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in [1, 2, 3] {
        assert_eq!(walk(seed).trace, walk(seed).trace);
    }
    assert_ne!(walk(1).trace, walk(2).trace);
}
