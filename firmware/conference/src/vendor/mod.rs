//! The dialect of a Vinteo conference server: INFO and NOTIFY whose meaning is in their headers (spec section 3).
//!
//! One vocabulary for both ends of the wire:
//!
//! | | a client | a server |
//! |---|---|---|
//! | what the server says | [`parse_info`], [`parse_notify`] read it | [`VendorMessage::info`], [`VendorMessage::notify`] write it |
//! | what the client says | [`ClientMessage::info`] writes it | [`ClientMessage::parse`] reads it |
//! | headers of INVITE | [`InviteHeaders::lines`] writes them | [`InviteHeaders::parse`] reads them |
//!
//! Readers take header names and listed values in any case, and both spellings; writers give the spelling of version 31,
//! and that of version 20 by [`Info::in_old_spelling`]. Names of rooms and people keep their case (the library of old lowers
//! them). Nothing that arrives is an error: what no row of the tables describes is [`VendorMessage::Unknown`] or
//! [`ClientMessage::Unknown`].
//!
//! A client sends by [`outgoing::Outgoing`], which tells once what became of each message.
#![allow(missing_docs, reason = "the sentence above a variant tells its fields")]

mod asking;
mod client_read;
mod client_write;
mod header;
mod info;
mod invite;
mod keys;
mod message;
mod message_read;
mod message_write;
mod notify;
pub mod outgoing;
mod report;
mod room;
mod secret;

pub(crate) use asking::Asking;
pub use client_read::ClientMessage;
pub use info::Info;
pub(crate) use invite::invite_headers;
pub use invite::{InviteHeaders, MediaState};
pub use message::VendorMessage;
pub use message_read::parse_info;
pub use notify::parse_notify;
pub use room::{Room, is_peer_to_peer, is_purgatory};
pub use secret::Secret;

/// Every vendor content type starts so (spec section 3.2).
const CONTENT_TYPE_PREFIX: &str = "application/vinteo.webrtc.";
