//! Joins a conference room, is lost, and is back: `cargo run -p roombox-conference --example join_room`.

mod world;

use roombox_conference::ConferenceConfig;
use roombox_conference::api::Command;
use roombox_conference::subscription::{Notice, UnknownName};
use world::{DOMAIN, World};

fn main() -> Result<(), UnknownName> {
    let mut world = World::new(ConferenceConfig::new("room1", DOMAIN, true));
    let entered = world.events().on(&["api:enter-room"])?;
    world.command(Command::Start);
    world.command(Command::Join { target: format!("sip:100@{DOMAIN}"), keep: true });
    world.run(2);
    world.report();
    println!("            ==> the server ends the call; the room wants to be in it and calls again");
    world.server_hangs_up();
    world.run(10);
    let mut times = 0;
    while let Some(Notice::Event(_)) = world.events().take(entered) {
        times += 1;
    }
    println!("            ==> entered {times} times");
    world.report();
    world.command(Command::Leave);
    world.command(Command::Stop);
    world.run(5);
    Ok(())
}
