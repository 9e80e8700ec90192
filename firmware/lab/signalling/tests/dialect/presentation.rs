//! Who may present, and who is told.

use std::time::Duration;

use roombox_conference::api::{Command, ContentHint, MediaRequest as BoxMedia, PresentCommand};
use roombox_conference::catalogue::PresentationPhase;
use roombox_conference::vendor::VendorMessage;
use roombox_lab_signalling::{Form, LabEvent, MediaNews, MediaRequest, Order, Presenting, Rules};
use roombox_sip::virtual_network::Faults;

use crate::world::{USER, World};

fn start(world: &mut World, number: usize) {
    let call = world.call(number);
    let command = PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 1 };
    world.command(number, Command::Present { call, command });
}

fn presenting(world: &mut World, number: usize) {
    start(world, number);
    world.until_box("the presentation", number, |snapshot| snapshot.presentation == PresentationPhase::Active);
}

fn forbid(world: &mut World, presentation: Presenting) {
    world.order(Order::Rules(Rules { presentation, ..Rules::default() }));
}

#[test]
fn a_granted_presentation_is_told_to_the_others_and_its_end_too() {
    let mut world = World::in_room(2);
    presenting(&mut world, 0);
    assert!(world.participants()[0].presents);
    world.until("content", |world| world.has_told(1, "api:contented-stream:available"));
    let call = world.call(0);
    world.command(0, Command::Present { call, command: PresentCommand::Stop });
    world.until("the end", |world| world.has_told(1, "api:contented-stream:not-available"));
    world.until_reported("the end", |event| matches!(event, LabEvent::PresentationStopped { .. }));
    assert!(!world.participants()[0].presents);
}

#[test]
fn the_picture_of_a_presentation_is_offered_to_the_others_once_it_comes() {
    let mut world = World::in_room(2);
    presenting(&mut world, 0);
    world.media(1, MediaNews::Content("VP8".into()));
    world.until_reported("the answer to the offer", |event| {
        matches!(event, LabEvent::Offered { accepted: true, call: 2, .. })
    });
    assert!(world.box_asked_of_media(1).iter().any(|request| matches!(request, BoxMedia::CreateAnswer { .. })));
    let shown = |request: &&MediaRequest| matches!(request, MediaRequest::Content { call: 2, shown: true });
    assert_eq!(world.asked_of_media().iter().filter(shown).count(), 1);
}

#[test]
fn a_refused_presentation_leaves_the_call_alone() {
    for (status, reason) in [(603, "Decline"), (200, "Not allowed"), (500, "Oops")] {
        let mut world = World::in_room(1);
        forbid(&mut world, Presenting::Refused { status, reason: reason.into() });
        start(&mut world, 0);
        world.until_box("the refusal", 0, |snapshot| snapshot.presentation == PresentationPhase::Failed);
        world.run(Duration::from_secs(2));
        assert_eq!(world.participants().len(), 1);
        assert!(!world.participants()[0].presents);
        assert!(world.reported().iter().any(|event| matches!(event, LabEvent::Permission { granted: false, .. })));
    }
}

#[test]
fn a_presenter_is_told_to_stop_and_says_that_it_has() {
    let mut world = World::in_room(1);
    presenting(&mut world, 0);
    let (user, message) = (USER.to_owned(), VendorMessage::PresentationMustStop {});
    world.order(Order::Say { user, message, form: Form::OldInfo });
    world.until_box("the end", 0, |snapshot| snapshot.presentation == PresentationPhase::Idle);
    world.until_reported("the end", |event| matches!(event, LabEvent::PresentationStopped { .. }));
}

#[test]
fn whoever_presents_takes_over_and_the_other_stops() {
    let mut world = World::in_room(2);
    presenting(&mut world, 0);
    presenting(&mut world, 1);
    world.until_box("the end of the first", 0, |snapshot| snapshot.presentation == PresentationPhase::Idle);
    world.run(Duration::from_secs(1));
    let presents: Vec<_> = world.participants().iter().map(|participant| participant.presents).collect();
    assert_eq!(presents, [false, true]);
}

#[test]
fn who_could_not_hear_that_it_must_stop_is_told_again() {
    let mut world = World::in_room(2);
    presenting(&mut world, 0);
    world.network.client_faults.insert(0, Faults { partitioned: true, ..Faults::NONE });
    world.network.cut_client(0);
    presenting(&mut world, 1);
    let unheard = |event: &LabEvent| matches!(event, LabEvent::Told { status: None, .. });
    world.until_reported("nobody has heard it", unheard);
    assert_eq!(world.snapshot(0).presentation, PresentationPhase::Active);
    world.network.client_faults.clear();
    world.until_box("the end of the first", 0, |snapshot| snapshot.presentation == PresentationPhase::Idle);
    world.run(Duration::from_secs(20));
    let presents: Vec<_> = world.participants().iter().map(|participant| participant.presents).collect();
    assert_eq!(presents, [false, true]);
}

#[test]
fn a_second_presenter_is_refused_where_only_a_free_room_is_presented_in() {
    let mut world = World::in_room(2);
    forbid(&mut world, Presenting::WhenFree);
    presenting(&mut world, 0);
    start(&mut world, 1);
    world.until_box("the refusal", 1, |snapshot| snapshot.presentation == PresentationPhase::Failed);
    assert_eq!(world.snapshot(0).presentation, PresentationPhase::Active);
}
