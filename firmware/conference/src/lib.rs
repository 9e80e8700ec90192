//! The auto-connecting conference client: pure state machines, no socket, no clock, no thread.
//!
//! [`ConferenceClient`] stands between a SIP user agent, a media engine and whoever owns the room. It keeps the connection
//! checked, makes and takes calls, brings lost calls back, presents, watches what arrives, and translates the dialect of a
//! Vinteo conference server. It is the complete counterpart of the JavaScript library sip-connector; which feature of it
//! lives where is listed in `docs/developer/conference-features.md`.
//!
//! # Writing another client
//!
//! This crate and `roombox-sip` are enough; what is left to you are sockets, a clock and media.
//!
//! 1. Make a client: [`ConferenceClient::new`] with a [`ConferenceConfig`] and a seed. The same seed and inputs give the
//!    same outputs.
//! 2. Hand it news by [`machine::Machine::handle_input`]: commands of the owner, events of the
//!    [user agent](roombox_sip::agent::UserAgent), facts of media, answers of HTTP, changes of the network
//!    ([`api::Input`]).
//! 3. Carry out what [`machine::Machine::poll_output`] gives, until it gives nothing ([`api::Output`]): requests to the user
//!    agent, to media and to an HTTP client, and events.
//! 4. Call [`machine::Machine::handle_timeout`] at [`machine::Machine::next_deadline`].
//!
//! ```
//! use std::time::Instant;
//!
//! use roombox_conference::api::{Command, Input, Output, SipRequest};
//! use roombox_conference::machine::Machine;
//! use roombox_conference::{ConferenceClient, ConferenceConfig};
//!
//! let mut client = ConferenceClient::new(ConferenceConfig::new("room1", "meet.example", true), 1);
//! let now = Instant::now();
//! client.handle_input(now, Input::Command(Command::Start));
//! client.handle_input(now, Input::Command(Command::Join { target: "sip:100@meet.example".into(), keep: true }));
//! while let Some(output) = client.poll_output() {
//!     match output {
//!         Output::AskParameters { .. } => {} // only when asked to resolve them on each attempt
//!         Output::Sip(SipRequest::Start) => { /* tell the user agent to connect and to register */ }
//!         Output::Sip(_) | Output::Media(_) | Output::Http(_) => { /* carry it out */ }
//!         Output::Event(event) => println!("{event:?}"),
//!     }
//! }
//! ```
//!
//! What media must do stands at [`api::MediaRequest`]; what it must tell at [`api::MediaFact`], and what it must measure at
//! [`STATISTICS_FIELDS`].
//!
//! # What becomes of a command
//!
//! Commands give nothing back; each is followed by events. A command that cannot be carried out at all changes nothing and
//! is told by `command:refused` with its reason.
//!
//! | Command | Followed by |
//! |---|---|
//! | `Start`, `Restart`, `Stop`, `CheckTelephony`, `Ping` | [`api::Event::Operation`], exactly one each |
//! | `Register`, `TryRegister`, `Unregister` | `connection:registered`, `connection:unregistered`, `connection:registrationFailed` |
//! | `Join`, `Leave`, `Call`, `Answer`, `HangUp` | `call:…`, [`api::Event::Call`], [`api::Event::CallEnded`] |
//! | `Decline`, `Reject` | `incoming-call:…`, `call:failed` |
//! | `ConnectAndCall` | [`api::Event::ConnectAndCall`] |
//! | `Redial` | `call-reconnect:…` |
//! | `Hold` | [`api::Event::CallHold`]: what is asked, what is agreed, what the other side does |
//! | `Transfer` | [`api::Event::Answered`], then [`api::Event::Transfer`] |
//! | `AskForCamera`, `RefuseDevice`, `SendChannels`, `Dtmf` | `api:answered` |
//! | `MediaState` | `call:muted`, `call:unmuted`, [`api::Event::Answered`] |
//! | `Present` | `presentation:…` |
//! | `Balance` | `video-balancer:…` |
//! | `Renegotiate`, `RestartIce`, `ReplaceCamera` | `media:command-finished` |
//! | `ReceiveQuality` | `call:recv-quality-changed` |
//!
//! # Everything else is optional
//!
//! * [`catalogue`]: every event by its name, with a JSON Schema (`docs/developer/conference-events.schema.json`).
//! * [`subscription`]: `on`, `once`, `once_race`, `wait`, `off`.
//! * [`vendor`]: the dialect for both ends of the wire; a server can be written with it, too.
//!
//! Three programs run the client in virtual time against a server in memory and print what happens: the examples
//! `join_room`, `present` and `auto_answer`.

mod again;
pub mod api;
mod auto_connect;
mod balancer;
mod call;
mod care;
pub mod catalogue;
mod client;
mod codecs;
mod config;
mod connection;
mod content;
mod context;
mod encodings;
mod health;
pub mod identity;
mod incoming;
mod media_policy;
mod parts;
mod presentation;
mod queue;
mod receive;
mod redial;
mod renegotiate;
mod replace;
mod resolution;
mod roles;
pub mod session;
mod statistics;
pub mod subscription;
pub mod vendor;

pub use auto_connect::{AutoConnectPolicy, ConnectPolicy, NetworkPolicy, NetworkReaction, TelephonyPolicy};
pub use client::{ConferenceClient, ConferenceStatus};
pub use config::{CallPolicy, CallWaiting, ConferenceConfig, Jitter, RedialPolicy, SessionPolicy};
pub use incoming::AllowList;
pub use media_policy::{HealthPolicy, KeyTransport, MediaPolicy};
pub use resolution::{NotAResolution, Resolution};
pub use roombox_sip::machine;
pub use statistics::fields::{STATISTICS_FIELDS, StatisticsField};
