//! A box and its conference: joining by itself, by button and by command; leaving; muting.

use roombox_tests::checks::{LAB_SOURCE, hears, sees};
use roombox_tests::lab::{Lab, TONE};
use roombox_tests::room::RoomBox;
use roombox_tests::wait::PATIENCE;

#[test]
fn a_box_joins_by_itself_and_both_ends_see_and_hear_each_other() {
    let lab = Lab::start();
    let room = RoomBox::start(&lab.setup("room-a").dialling("100"));
    room.until_in_call();
    sees(&room, LAB_SOURCE);
    hears(&room, TONE);
    lab.sees("room-a");
    lab.hears("room-a", 880.0);
    room.assert_no_panic();
}

#[test]
fn a_button_joins_mutes_and_leaves() {
    let lab = Lab::start();
    let room = RoomBox::start(&lab.setup("room-a").with_target("100"));
    room.until_registered();
    assert_eq!(room.status()["call"]["state"], "idle");
    room.press("join");
    room.until_in_call();
    lab.hears("room-a", 880.0);
    room.press("mute");
    room.until_status("the muted microphone", PATIENCE, |status| {
        (status["microphone"]["fact"] == "muted" && status["leds"]["mute"] == "on").then_some(())
    });
    lab.hears_nothing("room-a");
    room.press("mute");
    room.until_status("the open microphone", PATIENCE, |status| {
        (status["microphone"]["fact"] == "on" && status["leds"]["mute"] == "off").then_some(())
    });
    lab.hears("room-a", 880.0);
    room.press("join");
    room.until_idle();
    lab.left("room-a");
    room.assert_no_panic();
}

#[test]
fn the_command_line_joins_and_leaves() {
    let lab = Lab::start();
    let room = RoomBox::start(&lab.setup("room-a"));
    room.until_registered();
    assert_eq!(room.command_line(&["join", "100"]).status.code(), Some(0));
    room.until_in_call();
    let shown = room.command_line(&["status", "--json", "call"]);
    let call: serde_json::Value = serde_json::from_slice(&shown.stdout).unwrap();
    assert_eq!(call["state"], "in-call");
    assert!(call["target"].as_str().unwrap().contains("100"), "{call}");
    let again = room.command_line(&["join", "200"]);
    assert_eq!(again.status.code(), Some(1), "{again:?}");
    assert_eq!(room.command_line(&["leave"]).status.code(), Some(0));
    room.until_idle();
    let refused = room.command_line(&["leave"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("no call"), "{refused:?}");
}
