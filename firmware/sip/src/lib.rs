//! SIP user agent core (RFC 3261 and friends).
//!
//! No sockets, no clock, no threads: bytes and the current time go in, bytes, events and the next deadline come out.
//! [`endpoint::Endpoint`] is the transaction and dialog machine shared by client and server; [`agent::UserAgent`] adds a
//! connection that is kept up and a registration that is kept fresh.
//!
//! # What the driver does with each output
//!
//! | output | what to do |
//! |---|---|
//! | [`api::Output::OpenFlow`] | connect; answer with `Opened` or `Closed` for the same flow, exactly once, then `Received` and at most one `Closed` |
//! | [`api::Output::Send`] | WebSocket: exactly one text message; UDP: exactly one datagram; stream: these bytes next, in order |
//! | [`api::Output::Locate`] | run a [`locate::Locator`] against the DNS; answer with [`agent::Input::Located`] |
//! | [`api::Output::CloseFlow`] | send what is queued, close; no `Closed` needs to follow, and one that does is ignored |
//! | [`api::Output::Event`] | hand to the owner, in order |
//!
//! Outputs come in the order in which they are to be done. `Received` takes one WebSocket message, one datagram, or any
//! piece of a stream: framing is done here.

#![allow(clippy::doc_markdown, reason = "CSeq, JsSIP and the like are names of the field, not code")]

pub mod agent;
pub mod api;
pub mod causes;
pub mod check;
pub mod dialog;
pub mod digest;
pub mod dtmf;
pub mod endpoint;
pub mod ident;
pub mod locate;
pub mod machine;
pub mod message;
mod replaces;
pub mod sdp;
mod session;
mod subscription_state;
pub mod transaction;
pub mod virtual_network;
pub mod worker;
