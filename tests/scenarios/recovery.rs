//! The server dies in a call: everything comes back without a person, except what a person left.

use std::thread::sleep;
use std::time::{Duration, Instant};

use roombox_tests::checks::{LAB_SOURCE, sees};
use roombox_tests::lab::Lab;
use roombox_tests::room::RoomBox;
use serde_json::Value;

/// How long the server is away.
const OUTAGE: Duration = Duration::from_secs(5);

fn dialling(lab: &Lab, user: &str) -> RoomBox {
    RoomBox::start(&lab.setup(user).dialling("100"))
}

fn is_state(event: &Value, name: &str, state: &str) -> bool {
    event["event"] == name && event["data"]["state"] == state
}

/// Kills the lab for `outage` and waits until the box is in the call again; the events tell the story in order.
/// Gives the time from the return of the lab to the call.
fn survive(lab: &mut Lab, room: &RoomBox, outage: Duration) -> Duration {
    let from = room.events.len();
    lab.kill();
    let next = room.event_from(from, "the loss", |event| is_state(event, "connection", "disconnected"));
    sleep(outage);
    lab.restart();
    let back = Instant::now();
    let next = room.event_from(next, "the registration", |event| event["event"] == "registered");
    room.event_from(next, "the call", |event| is_state(event, "call", "in-call"));
    room.until_in_call();
    back.elapsed()
}

#[test]
fn after_a_server_death_the_call_returns_and_what_was_left_stays_left() {
    let mut lab = Lab::start();
    let (room, left) = (dialling(&lab, "room-a"), dialling(&lab, "room-b"));
    room.until_in_call();
    left.until_in_call();
    left.press("join");
    let from = left.event_from(0, "the end of its call", |event| is_state(event, "call", "idle"));
    survive(&mut lab, &room, OUTAGE);
    sees(&room, LAB_SOURCE);
    left.event_from(from, "the other registration", |event| event["event"] == "registered");
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
        let took = survive(&mut lab, &room, OUTAGE);
        sees(&room, LAB_SOURCE);
        println!("cycle {cycle}: in the call {took:?} after the server came back");
    }
    room.assert_no_panic();
}
