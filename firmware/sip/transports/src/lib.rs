//! Sockets for the SIP core: WebSocket, secure WebSocket, TLS, TCP and UDP, as client and as server.
#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "this crate owns the sockets")]
