//! The server dies in a call: everything comes back without a person, except what a person left.

use std::time::Duration;

use roombox_tests::checks::{LAB_SOURCE, sees};
use roombox_tests::lab::{Lab, PASSWORD};
use roombox_tests::room::RoomBox;
use roombox_tests::setup::Setup;
use serde_json::Value;

fn dialling(lab: &Lab, user: &str) -> RoomBox {
    RoomBox::start(&Setup::new(&lab.url(), user, PASSWORD).trusting(&lab.identity.authority).dialling("100"))
}

/// Kills the lab for `outage` and waits until the box is in the call again; the events tell the story in order.
fn survive(lab: &mut Lab, room: &RoomBox, outage: Duration) {
    let from = room.events.len();
    lab.kill();
    let (_, next) = room.event_from(from, "the lost connection", |event| connection(event, "disconnected"));
    std::thread::sleep(outage);
    lab.restart();
    let (_, next) = room.event_from(next, "the registration", |event| (event["event"] == "registered").then_some(()));
    room.event_from(next, "the call", |event| (event["event"] == "call" && event["data"]["state"] == "in-call").then_some(()));
    room.until_in_call();
}

fn connection(event: &Value, state: &str) -> Option<()> {
    (event["event"] == "connection" && event["data"]["state"] == state).then_some(())
}

#[test]
fn after_a_server_death_the_call_returns_and_what_was_left_stays_left() {
    let mut lab = Lab::start();
    let (room, left) = (dialling(&lab, "room-a"), dialling(&lab, "room-b"));
    room.until_in_call();
    left.until_in_call();
    left.press("join");
    left.until_idle();
    let from = left.events.len();
    survive(&mut lab, &room, Duration::from_secs(5));
    sees(&room, LAB_SOURCE);
    left.event_from(from, "the other registration", |event| (event["event"] == "registered").then_some(()));
    assert!(left.events.all()[from..].iter().all(|event| event["event"] != "call"), "{}", left.story());
    assert_eq!(left.status()["call"]["state"], "idle");
    room.assert_no_panic();
    left.assert_no_panic();
}

#[test]
#[ignore = "about five minutes: make recovery"]
fn twenty_server_deaths_in_a_row_are_survived() {
    let mut lab = Lab::start();
    let room = dialling(&lab, "room-a");
    room.until_in_call();
    for cycle in 1..=20 {
        survive(&mut lab, &room, Duration::from_secs(5));
        sees(&room, LAB_SOURCE);
        println!("cycle {cycle}: in the call again");
    }
    room.assert_no_panic();
}
