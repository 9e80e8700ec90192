//! Real boards on a machine that has none of their parts: everything absent is a finding, nothing panics.
#![cfg(feature = "linux")]
#![allow(clippy::unwrap_used, reason = "a helper of tests may fail a test")]

use roombox_hal::DeviceProblem::{self, Missing, Unsupported};
use roombox_hal::board::{self, Board, Button, GpioBackend};
use roombox_hal::buttons::ButtonAction;
use roombox_hal::{Part, open};

/// A board whose parts no machine has.
fn nowhere() -> Board {
    let text = r#"
        [[buttons]]
        name = "chip"
        action = "mute"
        gpio = "gpiochip250:3"

        [[buttons]]
        name = "line"
        action = "camera"
        gpio = "NO-SUCH-LINE"

        [[buttons]]
        name = "number"
        action = "volume-up"
        gpio = "gpiochip0:many"

        [[buttons]]
        name = "key"
        action = "join-leave"
        key = "KEY_NONSENSE"

        [[leds]]
        name = "call"
        gpio = "NO-SUCH-LINE-2"

        [[leds]]
        name = "mute"

        [status_display]
        driver = "ssd1306"
        i2c = "/dev/i2c-250"

        [camera]
        source = "v4l2"
        device = "/dev/video250"

        [audio]
        microphone = "alsa:hw:CARD=Nowhere"
        speaker = "alsa:hw:CARD=Nowhere"
    "#;
    board::load("nowhere.toml", &|_| Ok(text.to_owned())).unwrap()
}

#[test]
fn what_is_absent_is_told_part_by_part() {
    let hardware = open(&nowhere());
    let told: Vec<_> =
        hardware.findings.iter().map(|finding| (finding.part, finding.name.as_str(), finding.problem)).collect();
    for expected in [
        (Part::Button, "chip", Missing),
        (Part::Button, "line", Missing),
        (Part::Button, "number", Unsupported),
        (Part::Button, "key", Unsupported),
        (Part::Led, "call", Missing),
        (Part::Led, "mute", Unsupported),
        (Part::StatusDisplay, "/dev/i2c-250", Missing),
        (Part::Camera, "/dev/video250", Missing),
        (Part::Microphone, "hw:CARD=Nowhere", Missing),
        (Part::Speaker, "hw:CARD=Nowhere", Missing),
    ] {
        assert!(told.contains(&expected), "{expected:?} is not in {:#?}", hardware.findings);
    }
    assert_eq!(told.len(), 10);
    assert!(hardware.leds.is_empty() && hardware.status_display.is_none() && hardware.virtual_board.is_none());
}

#[test]
fn every_finding_is_a_sentence_without_debug_output() {
    for finding in open(&nowhere()).findings {
        assert!(!finding.detail.contains('{') && !finding.detail.is_empty(), "{finding}");
    }
}

#[tokio::test]
async fn without_any_button_the_presses_end() {
    let mut board = nowhere();
    board.buttons.retain(|button| button.name != "key");
    assert!(open(&board).buttons.recv().await.is_none());
}

#[test]
fn keys_are_awaited_though_no_keyboard_is_there() {
    let mut board = Board::default();
    board.buttons.push(Button {
        name: "join".into(),
        action: ButtonAction::JoinLeave,
        gpio: None,
        key: Some("KEY_F1".into()),
        active_low: true,
        debounce_ms: 10,
    });
    let mut hardware = open(&board);
    assert!(!hardware.findings.iter().any(|finding| finding.part == Part::Button));
    assert_eq!(hardware.buttons.try_recv().unwrap_err(), tokio::sync::mpsc::error::TryRecvError::Empty);
}

#[test]
fn rppal_off_a_raspberry_pi_is_missing() {
    if std::path::Path::new("/proc/device-tree/model").exists() {
        return;
    }
    let mut board = nowhere();
    board.gpio_backend = GpioBackend::Rppal;
    board.buttons.truncate(1);
    board.buttons[0].gpio = Some("GPIO17".into());
    let findings = open(&board).findings;
    let button = findings.iter().find(|finding| finding.part == Part::Button).unwrap();
    assert_eq!(button.problem, DeviceProblem::Missing, "{button}");
}
