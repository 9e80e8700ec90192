//! Takes an incoming call by itself and asks for the camera: `cargo run -p roombox-conference --example auto_answer`.

mod world;

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallState, Command};
use roombox_conference::vendor::VendorMessage;
use world::{DOMAIN, World};

fn main() {
    let mut config = ConferenceConfig::new("room1", DOMAIN, true);
    config.auto_answer = true;
    let mut world = World::new(config);
    world.command(Command::Start);
    world.run(1);
    world.server_calls();
    world.run(2);
    let CallState::InCall { call, .. } = world.call() else { return };
    println!("            ==> in the call; a moderator switches the camera off, and the room asks for it");
    world.server_says(VendorMessage::AdminStopMainCam { is_sync_forced: true });
    world.run(1);
    world.command(Command::AskForCamera { call });
    world.run(1);
    world.server_hangs_up();
    world.run(1);
    world.report();
}
