//! The virtual board as a user of the box sees it.
#![allow(clippy::disallowed_methods, clippy::unwrap_used, reason = "presses carry real time; helpers may fail a test")]

use roombox_hal::board::{self, Board};
use roombox_hal::buttons::ButtonAction;
use roombox_hal::leds::Pattern;
use roombox_hal::status_display::Picture;
use roombox_hal::status_display::render::{StatusPicture, render};
use roombox_hal::virtual_board::PressError;
use roombox_hal::{DeviceProblem, Hardware, Part, VirtualBoard, open};

fn board() -> Board {
    board::load("virtual", &|_| Err(std::io::ErrorKind::NotFound.into())).unwrap()
}

fn opened() -> (Hardware, VirtualBoard) {
    let hardware = open(&board());
    assert_eq!(hardware.findings, []);
    let handle = hardware.virtual_board.clone().unwrap();
    (hardware, handle)
}

fn some_picture() -> Picture {
    render(&StatusPicture { title: "Ready".into(), ..StatusPicture::default() })
}

#[tokio::test]
async fn a_press_arrives_with_its_action_and_time() {
    let (mut hardware, handle) = opened();
    let before = std::time::Instant::now();
    handle.press("mute").unwrap();
    let press = hardware.buttons.recv().await.unwrap();
    assert_eq!((press.button.as_str(), press.action), ("mute", ButtonAction::Mute));
    assert!(press.at >= before && press.at <= std::time::Instant::now());
}

#[test]
fn presses_from_many_threads_all_arrive() {
    let (mut hardware, handle) = opened();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..8).for_each(|_| handle.press("join").unwrap()));
        }
    });
    assert_eq!(std::iter::from_fn(|| hardware.buttons.try_recv().ok()).count(), 32);
}

#[test]
fn an_unknown_button_names_the_known_ones() {
    let (_hardware, handle) = opened();
    assert_eq!(
        handle.press("joln").unwrap_err().to_string(),
        "there is no button `joln`; the board has join, mute, camera, present"
    );
}

#[test]
fn a_press_nobody_reads_is_refused() {
    let (hardware, handle) = opened();
    drop(hardware.buttons);
    assert_eq!(handle.press("join"), Err(PressError::NotRead));
}

#[test]
fn lights_and_display_can_be_looked_at() {
    let (mut hardware, handle) = opened();
    assert_eq!(
        handle.leds().into_iter().collect::<Vec<_>>(),
        [("call".to_owned(), Pattern::Off), ("mute".to_owned(), Pattern::Off), ("network".to_owned(), Pattern::Off),]
    );
    hardware.leds.get_mut("call").unwrap().show(Pattern::Blink);
    hardware.status_display.as_mut().unwrap().show(&some_picture()).unwrap();
    assert_eq!(handle.leds()["call"], Pattern::Blink);
    assert_eq!(handle.display(), some_picture());
}

#[test]
fn changes_are_announced_once_and_repetitions_are_not() {
    let (mut hardware, handle) = opened();
    let mut changes = handle.changes();
    let light = hardware.leds.get_mut("call").unwrap();
    light.show(Pattern::On);
    assert!(changes.has_changed().unwrap());
    changes.mark_unchanged();
    light.show(Pattern::On);
    assert!(!changes.has_changed().unwrap());
    handle.unplug(Part::Camera);
    handle.unplug(Part::Camera);
    assert_eq!(*changes.borrow_and_update(), 2);
}

#[test]
fn an_unplugged_display_is_dark_refuses_pictures_and_comes_back() {
    let (mut hardware, handle) = opened();
    let display = hardware.status_display.as_mut().unwrap();
    display.show(&some_picture()).unwrap();
    handle.unplug(Part::StatusDisplay);
    assert_eq!(handle.display(), Picture::default());
    assert!(display.show(&some_picture()).is_err());
    handle.plug(Part::StatusDisplay);
    display.show(&some_picture()).unwrap();
    assert_eq!(handle.display(), some_picture());
}

#[test]
fn unplugged_buttons_and_lights_do_nothing() {
    let (mut hardware, handle) = opened();
    hardware.leds.get_mut("mute").unwrap().show(Pattern::On);
    handle.unplug(Part::Button);
    handle.unplug(Part::Led);
    assert_eq!(handle.press("join"), Err(PressError::Unplugged));
    hardware.leds.get_mut("mute").unwrap().show(Pattern::Blink);
    assert_eq!(handle.leds()["mute"], Pattern::Off);
    assert!(handle.is_plugged(Part::Camera) && !handle.is_plugged(Part::Led));
}

#[test]
fn a_real_display_on_a_virtual_board_is_a_finding() {
    let mut board = board();
    board.status_display.as_mut().unwrap().driver = "ssd1306".into();
    let findings = open(&board).findings;
    assert_eq!((findings[0].part, findings[0].problem), (Part::StatusDisplay, DeviceProblem::Unsupported));
}
