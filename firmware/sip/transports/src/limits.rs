//! Times and sizes, with the reason for each.

use std::time::Duration;

/// The whole way to an open flow: name, connection, TLS, upgrade. Two round trips of the slowest satellite path take
/// 3 s; a person in front of the box waits no longer than this for the next server to be tried.
pub(crate) const OPEN: Duration = Duration::from_secs(10);
/// One address of several: half of [`OPEN`], so that an address that swallows packets leaves time for the others.
pub(crate) const ADDRESS: Duration = Duration::from_secs(5);
/// Head start of one address over the next (RFC 8305 section 5, connection attempt delay).
pub(crate) const STAGGER: Duration = Duration::from_millis(250);
/// A server gives a new connection this long for TLS and upgrade, so that silent ones cannot pile up.
pub(crate) const ACCEPT: Duration = Duration::from_secs(10);
/// A peer that takes no bytes for this long is gone (the same wait as RFC 5626 section 4.4.1 has for an answer).
pub(crate) const WRITE: Duration = Duration::from_secs(10);
/// Time for what is queued and the closing handshake after the owner closed a flow.
pub(crate) const CLOSE: Duration = Duration::from_secs(2);
/// Silence before the kernel asks the peer. The SIP keep-alive works at 15 s; this finds the dead when that is off.
pub(crate) const KEEP_ALIVE_IDLE: Duration = Duration::from_secs(30);
/// Between two questions of the kernel.
pub(crate) const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Questions without an answer before the kernel gives up: dead after 30 s + 3 * 5 s.
pub(crate) const KEEP_ALIVE_RETRIES: u32 = 3;
/// Messages waiting in one flow. A call has a handful under way; a queue this long means that the peer does not read.
pub(crate) const QUEUE: usize = 256;
/// Connections a server holds at once: each costs a task and some buffers.
pub(crate) const ACCEPTED: usize = 1024;
/// Largest piece read from a stream, and the largest UDP payload.
pub(crate) const READ: usize = 64 * 1024;
