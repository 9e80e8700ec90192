//! SIP user agent core (RFC 3261 and friends).
//!
//! No sockets, no clock, no threads: bytes and the current time go in, bytes, events and the next deadline come out.
//! [`endpoint::Endpoint`] is the transaction and dialog machine shared by client and server; [`agent::UserAgent`] adds a
//! connection that is kept up and a registration that is kept fresh.

pub mod api;
pub mod machine;
