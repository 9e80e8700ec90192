//! What the examples share: a room with the client in it, and a conference server, on a network in memory.
//!
//! A program for real does the same three things with sockets, a clock and a media engine: it hands news to
//! `handle_input`, calls `handle_timeout` at `next_deadline`, and carries out what `poll_output` gives.
#![allow(dead_code, reason = "no example uses all of it")]
#![allow(clippy::disallowed_methods, reason = "any moment does as the start of virtual time")]

mod room;
mod server;

use std::time::{Duration, Instant};

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallState, Command};
use roombox_conference::machine::Machine;
use roombox_conference::subscription::Subscriptions;
use roombox_conference::vendor::VendorMessage;
use roombox_sip::virtual_network::VirtualNetwork;

pub(crate) use room::{Room, RoomInput};
pub(crate) use server::{Server, ServerInput};

/// The host part of every address.
pub(crate) const DOMAIN: &str = "meet.example";

/// A room, a server, and the network between them.
pub(crate) struct World(VirtualNetwork<Room, Server>);

impl World {
    /// A room with this client, and a server for it.
    pub(crate) fn new(config: ConferenceConfig) -> Self {
        let (start, seed) = (Instant::now(), 1);
        Self(VirtualNetwork::new(start, seed, vec![Room::new(config, start)], Server::new(start)))
    }

    /// The owner of the room wants this.
    pub(crate) fn command(&mut self, command: Command) {
        self.0.tell_client(0, RoomInput::Command(command));
    }

    /// The server says this to the room, in the call.
    pub(crate) fn server_says(&mut self, message: VendorMessage) {
        self.0.tell_server(ServerInput::Say(message));
    }

    /// The server calls the room.
    pub(crate) fn server_calls(&mut self, from: &str) {
        self.0.tell_server(ServerInput::Call { from: from.to_owned() });
    }

    /// The server hangs up.
    pub(crate) fn server_hangs_up(&mut self) {
        self.0.tell_server(ServerInput::HangUp);
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, seconds: u64) {
        self.0.run_for(Duration::from_secs(seconds));
    }

    /// Who listens in the room.
    pub(crate) fn events(&mut self) -> &mut Subscriptions {
        &mut self.0.clients[0].events
    }

    /// The call as the room knows it.
    pub(crate) fn call(&self) -> CallState {
        self.0.clients[0].status().call
    }
}

/// One line of what happens.
fn say(start: Instant, now: Instant, who: &str, what: &str) {
    println!("{:8.3} s  {who:<6}  {what}", (now - start).as_secs_f64());
}
