//! The board files of this repository, and what is told about wrong ones.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "board files are files; helpers may fail a test")]

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use roombox_hal::board::{BUILTIN_NAMES, Board, CameraSource, GpioBackend, builtin, load};
use roombox_hal::buttons::ButtonAction;

fn no_files(_: &str) -> io::Result<String> {
    Err(io::ErrorKind::NotFound.into())
}

fn inside(name: &str) -> Board {
    load(name, &no_files).unwrap_or_else(|findings| panic!("{name}: {findings:#?}"))
}

/// Loads `a.toml` out of the given files; gives the findings as text.
fn findings(files: &[(&str, &str)]) -> Vec<String> {
    let files: BTreeMap<_, _> = files.iter().copied().collect();
    let read = |path: &str| files.get(path).map(|text| (*text).to_owned()).ok_or(io::ErrorKind::NotFound.into());
    load("a.toml", &read).unwrap_err().iter().map(ToString::to_string).collect()
}

#[test]
fn every_board_file_loads_from_its_folder_and_from_inside_the_program_alike() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../board-configs");
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".toml")?.to_owned()))
        .collect();
    names.sort();
    assert_eq!(names, BUILTIN_NAMES, "a board file is missing in the program");
    for name in names {
        let path = folder.join(&name).with_extension("toml");
        let from_file = load(path.to_str().unwrap(), &|path: &str| std::fs::read_to_string(path)).unwrap();
        assert_eq!(from_file, inside(&name), "{name}");
        assert!(!from_file.name.is_empty(), "{name}");
        assert!(!from_file.codecs.h264_encoders.is_empty() && !from_file.codecs.h264_decoders.is_empty(), "{name}");
    }
}

#[test]
fn every_board_but_the_base_can_join_mute_and_switch_the_camera() {
    for name in &BUILTIN_NAMES[1..] {
        let actions: Vec<_> = inside(name).buttons.iter().map(|button| button.action).collect();
        for action in [ButtonAction::JoinLeave, ButtonAction::Mute, ButtonAction::Camera] {
            assert!(actions.contains(&action), "{name} lacks {action:?}");
        }
    }
}

#[test]
fn the_virtual_board_has_what_the_panel_shows() {
    let board = inside("virtual");
    assert!(board.virtual_board);
    assert_eq!(
        board.buttons.iter().map(|button| button.name.as_str()).collect::<Vec<_>>(),
        ["join", "mute", "camera", "present"]
    );
    assert_eq!(board.leds.iter().map(|led| led.name.as_str()).collect::<Vec<_>>(), ["call", "mute", "network"]);
    assert_eq!(board.camera.source, CameraSource::TestPicture);
    assert_eq!(board.audio.microphone.as_deref(), Some("speech"));
    assert_eq!(board.screen.output.as_deref(), Some("none"));
    assert_eq!(board.codecs.h264_encoders, ["x264enc", "openh264enc"]);
}

#[test]
fn hardware_encoders_stand_first_where_there_are_any_and_nowhere_else() {
    let encoders = |name| inside(name).codecs.h264_encoders[0].clone();
    assert_eq!(encoders("raspberrypi4"), "v4l2h264enc");
    assert_eq!(encoders("raspberrypi-cm4"), "v4l2h264enc");
    assert_eq!(encoders("raspberrypi5"), "x264enc");
    assert_eq!(encoders("jetson-agx-orin"), "nvv4l2h264enc");
    assert!(!inside("jetson-orin-nano").codecs.h264_encoders.iter().any(|element| element.starts_with("nvv4l2")));
}

#[test]
fn tables_merge_and_lists_are_replaced() {
    let pi5 = inside("raspberrypi5");
    assert_eq!(pi5.screen.kms_driver.as_deref(), Some("vc4"));
    assert_eq!(pi5.screen.output.as_deref(), Some("kms"));
    assert_eq!(pi5.codecs.h264_decoders, ["avdec_h264", "openh264dec"]);
    assert_eq!(pi5.codecs.vp8_decoders, ["vp8dec"]);
    assert_eq!(pi5.buttons[0].gpio.as_deref(), Some("GPIO17"));
    assert_eq!(pi5.gpio_backend, GpioBackend::Cdev);
}

#[test]
fn an_own_file_extends_a_board_inside_the_program() {
    let text = "extends = \"raspberrypi5.toml\"\nname = \"Our carrier\"\ngpio_backend = \"rppal\"\n";
    let read = |path: &str| if path == "/etc/a.toml" { Ok(text.to_owned()) } else { no_files(path) };
    let board = load("/etc/a.toml", &read).unwrap();
    assert_eq!((board.name.as_str(), board.gpio_backend), ("Our carrier", GpioBackend::Rppal));
    assert_eq!(board.leds.len(), 3);
}

#[test]
fn a_name_is_taken_with_and_without_toml() {
    assert_eq!(inside("virtual"), inside("virtual.toml"));
    assert_eq!(builtin("nonsense"), None);
}

#[test]
fn an_unknown_board_lists_the_known_ones() {
    assert_eq!(
        findings(&[]),
        ["a.toml: there is no board file a.toml; boards inside the program: generic-x86, jetson-agx-orin, \
          jetson-orin-nano, raspberrypi-cm4, raspberrypi4, raspberrypi5, virtual"]
    );
}

#[test]
fn an_unknown_key_is_told_with_file_and_line_of_the_file_that_holds_it() {
    let found =
        findings(&[("a.toml", "extends = \"b.toml\"\n"), ("b.toml", "name = \"B\"\n[camera]\nsorce = \"v4l2\"\n")]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("b.toml:3: unknown field `sorce`, expected"), "{found:?}");
}

#[test]
fn a_missing_parent_is_told_where_it_is_named() {
    let found = findings(&[("a.toml", "name = \"A\"\nextends = \"gone.toml\"\n")]);
    assert!(found[0].starts_with("a.toml:2: there is no board file gone.toml"), "{found:?}");
}

#[test]
fn a_circle_of_files_ends_with_a_finding() {
    let found = findings(&[("a.toml", "extends = \"b.toml\"\n"), ("b.toml", "extends = \"a.toml\"\n")]);
    assert!(found[0].contains("is there a circle?"), "{found:?}");
}

#[test]
fn one_line_for_two_things_is_told_with_file_and_line() {
    let base = "[[buttons]]\nname = \"join\"\naction = \"join-leave\"\ngpio = \"GPIO17\"\n";
    let own = "extends = \"b.toml\"\n[[leds]]\nname = \"call\"\ngpio = \"GPIO17\"\n";
    assert_eq!(
        findings(&[("a.toml", own), ("b.toml", base)]),
        ["a.toml:4: leds[0].gpio: GPIO line GPIO17 is taken by buttons[0].gpio already"]
    );
}

#[test]
fn a_line_of_the_display_bus_is_not_for_buttons() {
    let own = "extends = \"raspberrypi4.toml\"\n[[leds]]\nname = \"call\"\ngpio = \"GPIO2\"\n";
    assert_eq!(
        findings(&[("a.toml", own)]),
        ["a.toml:4: leds[0].gpio: GPIO line GPIO2 belongs to I2C 1 data on this board"]
    );
}

#[test]
fn one_key_for_two_buttons_and_a_name_twice_and_a_slow_button_are_told() {
    let button = "[[buttons]]\nname = \"join\"\naction = \"mute\"\nkey = \"KEY_A\"\n";
    let found = findings(&[("a.toml", &format!("{button}{button}debounce_ms = 900\n"))]);
    assert_eq!(
        found,
        [
            "a.toml:8: buttons[1].key: key KEY_A is taken by buttons[0].key already",
            "a.toml:6: buttons[1].name: button name join is taken by buttons[0].name already",
            "a.toml:9: buttons[1].debounce_ms: is 900, allowed are 0 to 200",
        ]
    );
}

#[test]
fn values_that_nobody_would_serve_are_told_with_what_is_allowed() {
    let text = "[[leds]]\nname = \"cal\"\n[[buttons]]\nname = \"join\"\naction = \"join-leave\"\n[status_display]\n\
                driver = \"st7789\"\n[screen]\noutput = \"hdmi\"\n[audio]\nmicrophone = \"tone:5\"\nspeaker = \"alsa:\"\n\
                [camera]\nsource = \"file\"\n[[other_cameras]]\nsource = \"test-picture\"\ndevice = \"300\"\n";
    assert_eq!(
        findings(&[("a.toml", text)]),
        [
            "a.toml:4: buttons[0].name: the button has neither `gpio` nor `key`",
            "a.toml:2: leds[0].name: is \"cal\", allowed are call, mute, network",
            "a.toml:7: status_display.driver: is \"st7789\", allowed are ssd1306, virtual",
            "a.toml:9: screen.output: is \"hdmi\", allowed are kms, window, none",
            "a.toml:11: audio.microphone: is \"tone:5\", allowed are alsa:NAME, speech, tone:HZ, beeps, silence, room:MS",
            "a.toml:12: audio.speaker: is \"alsa:\", allowed are alsa:NAME, virtual",
            "a.toml:14: camera.source: is `file`, and camera.device names none",
            "a.toml:17: other_cameras[0].device: of a test picture is a number from 0 to 255",
        ]
    );
}

#[test]
fn an_echo_cannot_come_later_than_half_a_second() {
    let found = findings(&[("a.toml", "[audio]\necho_delay_ms = 501\n")]);
    assert!(found[0].contains("audio.echo_delay_ms"), "{found:?}");
}
