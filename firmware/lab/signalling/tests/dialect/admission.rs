//! Purgatory and tokens.

use roombox_conference::catalogue::CallPhase;
use roombox_lab_signalling::{LabEvent, MediaRequest, Order, Purgatory, Rules};

use crate::world::{ROOM, USER, World};

fn everybody_waits() -> Rules {
    Rules { purgatory: Purgatory::Everybody, ..Rules::default() }
}

#[test]
fn a_box_waits_in_purgatory_until_it_is_admitted_with_a_token() {
    let mut world = World::new(1, everybody_waits());
    world.until_box("purgatory", 0, |snapshot| snapshot.call.value == CallPhase::Purgatory);
    assert_eq!(world.participants()[0].room, "purgatory");
    world.order(Order::Admit(USER.into()));
    world.until_box("the room", 0, |snapshot| snapshot.call.value == CallPhase::InRoom);
    assert_eq!(world.snapshot(0).call.room.as_deref(), Some(ROOM));
    let moved = |request: &MediaRequest| matches!(request, MediaRequest::Move { room, .. } if room == ROOM);
    assert!(world.asked_of_media().iter().any(moved));
    world.until_reported(
        "the answer to the message",
        |event| matches!(event, LabEvent::Told { message, status: Some(200), .. } if message == "api:enter-room"),
    );
}

#[test]
fn a_registered_box_does_not_wait_where_only_guests_do() {
    let mut world = World::new(1, Rules { purgatory: Purgatory::Guests, ..Rules::default() });
    world.until_box("the room", 0, |snapshot| snapshot.call.value == CallPhase::InRoom);
}

#[test]
fn a_participant_is_put_back_into_purgatory_and_its_presentation_ends() {
    let mut world = World::in_room(1);
    world.order(Order::Purgatory(USER.into()));
    world.until_box("purgatory", 0, |snapshot| snapshot.call.value == CallPhase::Purgatory);
    let entered: Vec<_> = world.reported().iter().filter(|event| matches!(event, LabEvent::Entered { .. })).collect();
    assert_eq!(entered.len(), 2);
}

#[test]
fn a_token_issued_by_notify_is_the_one_that_counts() {
    let mut world = World::in_room(1);
    world.order(Order::IssueToken(USER.into()));
    world.until("the token", |world| world.has_told(0, "api:conference:participant-token-issued"));
    world.until_reported("the answer to NOTIFY", |event| {
        matches!(event, LabEvent::Told { message, status: Some(200), .. }
            if message == "api:conference:participant-token-issued")
    });
    assert_eq!(world.snapshot(0).call.value, CallPhase::InRoom);
}
