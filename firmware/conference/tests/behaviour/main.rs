//! How the conference client behaves, in virtual time.
#![allow(clippy::disallowed_methods, reason = "a test takes one moment of the clock as the start of its virtual time")]
#![allow(clippy::unwrap_used, reason = "a broken expectation is a failed test")]
#![allow(missing_docs, reason = "test names are sentences")]

mod again;
mod asking;
mod auto_connect;
mod bench;
mod care;
mod connecting;
mod connection;
mod content;
mod incoming;
mod losses;
mod network;
mod operations;
mod outgoing;
mod outside;
mod presentation;
mod presentation_phases;
mod presentation_walk;
mod presented_picture;
mod random_walk;
mod receive;
mod redial;
mod redial_events;
mod refusals;
mod renegotiation;
mod roles;
mod rooms;
mod sessions;
mod slow_phase;
mod snapshot;
mod stampede;
mod steering_walk;
mod told;
mod transfers;
mod vendor_talk;
mod wire;
#[path = "../../examples/world/mod.rs"]
mod wire_world;
mod world;
