//! The auto-connecting conference client: pure state machines, no socket, no clock, no thread.
//!
//! [`ConferenceClient`] stands between the SIP user agent, the media engine and the brain of the room. It keeps the
//! connection checked, makes and takes calls, brings lost calls back and translates the conference server's dialect.

pub mod api;
mod call;
pub mod catalogue;
mod client;
mod config;
mod connection;
mod context;
mod encodings;
pub mod identity;
mod parts;
mod redial;
pub mod subscription;
mod telephony;
pub mod vendor;

pub use client::{ConferenceClient, ConferenceStatus};
pub use config::{CallPolicy, ConferenceConfig, RedialPolicy, TelephonyPolicy};
pub use roombox_sip::machine;
