//! Asks to present, presents, and stops because the server wants it: `cargo run -p roombox-conference --example present`.

mod world;

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallState, Command, ContentHint, PresentCommand};
use roombox_conference::subscription::{Notice, UnknownName};
use roombox_conference::vendor::VendorMessage;
use world::{DOMAIN, World};

fn main() -> Result<(), UnknownName> {
    let mut world = World::new(ConferenceConfig::new("room1", DOMAIN, true));
    world.command(Command::Start);
    world.command(Command::Join { target: format!("sip:100@{DOMAIN}"), keep: false });
    world.run(2);
    let CallState::InCall { call, .. } = world.call() else { return Ok(()) };
    let outcome = world.events().once_race(&["presentation:started", "presentation:failed"])?;
    let command = PresentCommand::Start { hint: ContentHint::Detail, max_bitrate: None, attempts: 1 };
    world.command(Command::Present { call, command });
    world.run(2);
    match world.events().take(outcome) {
        Some(Notice::Event(event)) => println!("            ==> {}", event.name()),
        _ => println!("            ==> no answer yet"),
    }
    world.server_says(VendorMessage::PresentationMustStop {});
    world.run(2);
    world.report();
    Ok(())
}
