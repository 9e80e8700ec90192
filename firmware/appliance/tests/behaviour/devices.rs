//! Microphone, camera and speaker: intents are pending until they are verified.

use roombox_appliance::api::{Input, MediaFact, MediaSetting, Output};
use roombox_appliance::tree::{CameraFact, CauseCode, Command, Event, MicrophoneFact, MicrophoneWanted};
use roombox_conference::api as conference;
use roombox_hal::buttons::ButtonAction;
use roombox_hal::leds::Pattern;

use crate::bench::{Bench, settings};

#[test]
fn the_start_tells_media_everything_that_is_wanted() {
    let mut settings = settings();
    settings.audio.start_muted = true;
    settings.audio.volume = 40;
    let mut bench = Bench::with(&settings);
    bench.input(Input::Started);
    let wanted = [MediaSetting::Microphone(false), MediaSetting::Camera(true), MediaSetting::Volume(40)];
    assert_eq!(bench.set(), wanted);
}

#[test]
fn muted_is_shown_when_it_is_verified_and_not_before() {
    let mut bench = Bench::ready();
    bench.media(MediaFact::Microphone { muted: false });
    bench.command(Command::Mute { on: Some(true) });
    let asked = bench.status();
    assert_eq!((asked.microphone.wanted, asked.microphone.fact), (MicrophoneWanted::Muted, MicrophoneFact::On));
    assert!(asked.microphone.pending);
    assert_eq!(asked.leds.mute, Pattern::Breathe);
    bench.media(MediaFact::Microphone { muted: true });
    let verified = bench.status();
    assert!(!verified.microphone.pending);
    assert_eq!(verified.leds.mute, Pattern::On);
}

#[test]
fn a_microphone_that_stays_open_is_shown_open() {
    let mut bench = Bench::ready();
    bench.media(MediaFact::Microphone { muted: true });
    bench.media(MediaFact::Microphone { muted: false });
    assert_eq!(bench.status().leds.mute, Pattern::Off);
    assert_eq!(bench.status().microphone.fact, MicrophoneFact::On);
}

#[test]
fn two_quick_presses_of_mute_end_where_they_began() {
    let mut bench = Bench::ready();
    bench.press("mute", ButtonAction::Mute);
    bench.press("mute", ButtonAction::Mute);
    assert_eq!(bench.set(), [MediaSetting::Microphone(false), MediaSetting::Microphone(true)]);
}

#[test]
fn the_conference_learns_the_fact_and_not_the_intent() {
    let mut bench = Bench::ready();
    bench.media(MediaFact::Microphone { muted: false });
    bench.media(MediaFact::CameraSending { sending: true });
    bench.command(Command::Mute { on: Some(true) });
    let told = |bench: &Bench| {
        bench.outputs.iter().rev().find_map(|output| match output {
            Output::Conference(conference::Command::MediaState { microphone, camera }) => Some((*microphone, *camera)),
            _ => None,
        })
    };
    assert_ne!(told(&bench), Some((false, true)));
    bench.media(MediaFact::Microphone { muted: true });
    assert_eq!(told(&bench), Some((false, true)));
}

#[test]
fn the_camera_follows_command_and_fact() {
    let mut bench = Bench::ready();
    bench.command(Command::Camera { on: None });
    assert_eq!(bench.set(), [MediaSetting::Camera(false)]);
    bench.media(MediaFact::CameraSending { sending: false });
    assert_eq!(bench.status().camera.fact, CameraFact::Off);
}

#[test]
fn volume_stays_within_its_bounds() {
    let mut bench = Bench::ready();
    assert_eq!(bench.refused(Command::Volume { level: 101 }), Some(CauseCode::ValueNotAllowed));
    bench.command(Command::Volume { level: 98 });
    bench.press("louder", ButtonAction::VolumeUp);
    assert_eq!(bench.status().volume, 100);
    assert!(bench.events().contains(&Event::Volume { level: 100 }));
}

#[test]
fn the_administrator_can_silence_the_room_but_not_open_its_microphone() {
    let mut bench = Bench::in_call();
    let vendor = |name: &str| conference::Event::Vendor { name: name.into(), data: serde_json::json!({}) };
    bench.conference(vendor("admin:stop-mic"));
    assert_eq!(bench.set(), [MediaSetting::Microphone(false)]);
    bench.conference(vendor("admin:start-mic"));
    assert_eq!(bench.status().microphone.wanted, MicrophoneWanted::Muted);
}

#[test]
fn who_speaks_to_a_muted_microphone_is_told_on_the_display_and_in_the_status() {
    let mut bench = Bench::in_call();
    bench.media(MediaFact::Microphone { muted: true });
    bench.media(MediaFact::SpeakingMuted { speaking: true });
    assert!(bench.status().microphone.speaking_muted);
    assert!(bench.status().display.lines.contains(&"You speak while muted".to_owned()), "{:?}", bench.status().display);
    bench.media(MediaFact::SpeakingMuted { speaking: false });
    assert!(!bench.status().display.lines.contains(&"You speak while muted".to_owned()));
}
