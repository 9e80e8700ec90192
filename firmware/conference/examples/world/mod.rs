//! What the examples and the tests of the wire share: a room with the client in it, and a conference server, on a network
//! in memory.
//!
//! A program for real does the same three things with sockets, a clock and a media engine: it hands news to
//! `handle_input`, calls `handle_timeout` at `next_deadline`, and carries out what `poll_output` gives.
#![allow(dead_code, reason = "nobody uses all of it")]
#![allow(clippy::disallowed_methods, reason = "any moment does as the start of virtual time")]

mod journal;
mod room;
mod server;

use std::time::{Duration, Instant};

use roombox_conference::ConferenceConfig;
use roombox_conference::api::{CallState, Command};
use roombox_conference::machine::Machine;
use roombox_conference::subscription::Subscriptions;
use roombox_conference::vendor::VendorMessage;
use roombox_sip::agent::Recovery;
use roombox_sip::virtual_network::VirtualNetwork;

use journal::Journal;
pub(crate) use room::{Room, RoomInput};
pub(crate) use server::{Server, ServerInput};

/// The host part of every address.
pub(crate) const DOMAIN: &str = "meet.example";

/// A room, a server, and the network between them.
pub(crate) struct World {
    pub(crate) network: VirtualNetwork<Room, Server>,
    journal: Journal,
}

impl World {
    /// A room with this client, and a server for it; what happens is printed.
    pub(crate) fn new(config: ConferenceConfig) -> Self {
        Self::with(config, 1, Recovery::default(), Journal { start: Instant::now(), silent: false })
    }

    /// As [`World::new`], without a word; the same seed gives the same messages.
    pub(crate) fn silent(config: ConferenceConfig, seed: u64) -> Self {
        Self::recovering(config, seed, Recovery::default())
    }

    /// As [`World::silent`], with a lost connection tried again at this pace.
    pub(crate) fn recovering(config: ConferenceConfig, seed: u64, recovery: Recovery) -> Self {
        Self::with(config, seed, recovery, Journal { start: Instant::now(), silent: true })
    }

    fn with(config: ConferenceConfig, seed: u64, recovery: Recovery, journal: Journal) -> Self {
        let (room, server) = (Room::new(config, seed, recovery, journal), Server::new(seed + 1, journal));
        Self { network: VirtualNetwork::new(journal.start, seed, vec![room], server), journal }
    }

    /// The owner of the room wants this.
    pub(crate) fn command(&mut self, command: Command) {
        self.network.tell_client(0, RoomInput::Command(command));
    }

    /// The server says this to the room, in the call.
    pub(crate) fn server_says(&mut self, message: VendorMessage) {
        self.network.tell_server(ServerInput::Say(message));
    }

    /// The server calls the room.
    pub(crate) fn server_calls(&mut self) {
        self.network.tell_server(ServerInput::Call);
    }

    /// The server hangs up.
    pub(crate) fn server_hangs_up(&mut self) {
        self.network.tell_server(ServerInput::HangUp);
    }

    /// The server dies, and one that knows nothing takes its place.
    pub(crate) fn server_dies(&mut self, seed: u64) {
        self.network.replace_server(Server::new(seed, self.journal));
    }

    /// Lets time pass.
    pub(crate) fn run(&mut self, seconds: u64) {
        self.network.run_for(Duration::from_secs(seconds));
    }

    /// Who listens in the room.
    pub(crate) fn events(&mut self) -> &mut Subscriptions {
        &mut self.network.clients[0].events
    }

    /// The call as the room knows it.
    pub(crate) fn call(&self) -> CallState {
        self.network.clients[0].status().call
    }

    /// Says how things stand, in one sentence.
    pub(crate) fn report(&self) {
        let sentence = match self.call() {
            CallState::Idle => "the room is in no call".to_owned(),
            CallState::Waiting { target } => format!("the room waits for its connection to call {target}"),
            CallState::Ringing { from, .. } => format!("{from} is calling the room"),
            CallState::Connecting { target, .. } => format!("the room is calling {target}"),
            CallState::Redialling { attempt, retry_in_ms, reason, .. } => {
                format!("the call was lost ({reason}); attempt {attempt} in {retry_in_ms} ms")
            }
            CallState::InCall { call, room, participant, .. } => {
                let (room, participant) = (room.unwrap_or_default(), participant.unwrap_or_default());
                format!("the room is in call {}: \"{room}\", as \"{participant}\"", call.0)
            }
        };
        println!("            ==> {sentence}");
    }
}
