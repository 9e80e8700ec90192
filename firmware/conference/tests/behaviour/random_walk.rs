//! Whatever happens in whatever order: no panic, the same seed gives the same run, and once everything is healthy the
//! kept call stands again.

use rand::RngExt;
use roombox_conference::api::{CallId, Command, Input, MediaFact};
use roombox_sip::api as sip;

use crate::bench::{OFFER, TARGET, failed, millis, seconds};
use crate::world::World;

fn disturb(world: &mut World) {
    let call = CallId(world.random.random_range(0..12));
    let session = sip::SessionId(world.random.random_range(0..12));
    match world.random.random_range(0..19) {
        0 => world.kill_server(),
        1 | 2 => world.return_server(),
        3 => world.lose_connection(),
        4 => world.cut_media(),
        5 => world.hang_up(),
        6 => world.deaf = !world.deaf,
        7 => world.refusal = Some(failed(sip::Cause::NotFound, Some(404))),
        8 => world.refusal = None,
        9 => world.input(Input::Command(Command::Leave)),
        10 => world.input(Input::Command(Command::Join { target: TARGET.into(), keep: true })),
        11 => world.input(Input::Command(Command::Join { target: "sip:7@x".into(), keep: false })),
        12 => world.input(Input::Media(MediaFact::Failed { call, reason: "broken".into() })),
        13 => world.input(Input::Media(MediaFact::OfferReady { call, sdp: OFFER.into() })),
        14 => world.input(Input::Media(MediaFact::Disconnected { call })),
        15 => {
            world.input(Input::Sip(sip::Event::Offer { session, body: Some(sip::Body::sdp(OFFER)), by_update: false }));
        }
        16 => world.input(Input::Sip(sip::Event::Ended { session, failure: failed(sip::Cause::Bye, None) })),
        17 => ring(world),
        _ => world.input(Input::Command(Command::Answer { call })),
    }
}

fn ring(world: &mut World) {
    let session = sip::SessionId(1 << 63 | world.random.random_range(0..1000));
    world.input(Input::Sip(sip::Event::Incoming {
        session,
        flow: sip::FlowId(1),
        from_uri: "sip:9@x".into(),
        from_display: None,
        to_uri: String::new(),
        request_uri: String::new(),
        offer: Some(sip::Body::sdp(OFFER)),
        headers: vec![],
        replaces: None,
    }));
}

fn walk(seed: u64) -> World {
    let mut world = World::new(seed);
    world.start();
    for _ in 0..80 {
        disturb(&mut world);
        let pause = world.random.random_range(0..4000);
        world.run(millis(pause));
    }
    world
}

#[test]
fn after_any_disturbance_a_healthy_world_has_the_kept_call_again() {
    for seed in 0..150 {
        let mut world = walk(seed);
        world.return_server();
        (world.deaf, world.refusal) = (false, None);
        world.input(Input::Command(Command::Join { target: TARGET.into(), keep: true }));
        world.run(seconds(180));
        assert!(world.in_call_with_media(), "seed {seed}: {:?}", world.call());
    }
}

#[test]
fn the_same_seed_gives_the_same_run() {
    for seed in [1, 2, 3] {
        assert_eq!(walk(seed).trace, walk(seed).trace);
    }
    assert_ne!(walk(1).trace, walk(2).trace);
}
