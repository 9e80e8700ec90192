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
/// Silence of a WebSocket before a ping, as for the keep-alive of SIP.
pub(crate) const PING: Duration = Duration::from_secs(15);
/// Time for the pong (RFC 5626 section 4.4.1: 10 s). With [`PING`] a dead peer is found within 25 s.
pub(crate) const PONG: Duration = Duration::from_secs(10);
/// Silence before the kernel asks the peer; finds the dead where SIP's own keep-alive is off.
pub(crate) const KEEP_ALIVE_IDLE: Duration = Duration::from_secs(15);
/// Between two questions of the kernel.
pub(crate) const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(5);
/// Questions without an answer before the kernel gives up, where [`UNACKNOWLEDGED`] does not come first.
pub(crate) const KEEP_ALIVE_RETRIES: u32 = 3;
/// Data that the peer's kernel does not acknowledge for this long ends a connection (RFC 5482); Linux alone would repeat it
/// for 15 minutes. Counts for the questions above as well: a dead peer is found within 25 s whether or not we sent.
pub(crate) const UNACKNOWLEDGED: Duration = Duration::from_secs(25);
/// Peers that a UDP listener knows at once: each costs a task and a queue.
pub(crate) const PEERS: usize = 512;
/// Datagrams of one UDP peer waiting to be taken; more are dropped, as a network would.
pub(crate) const DATAGRAMS: usize = 64;
/// A UDP peer heard and answered nothing for this long is forgotten. Longer than any session interval in use (RFC 4028:
/// 1800 s): a call in which nobody speaks SIP for so long has lost its peer.
pub(crate) const PEER_IDLE: Duration = Duration::from_hours(1);
/// Where the table of peers is full, one that was idle this long makes room: 64 * T1, no transaction of it is left
/// (RFC 3261 section 17).
pub(crate) const PEER_YIELDS: Duration = Duration::from_secs(32);
/// Messages waiting in one flow. A call has a handful under way; a queue this long means that the peer does not read.
pub(crate) const QUEUE: usize = 256;
/// News of all flows together waiting for their owner, who does nothing but take them: the longest burst is one message of
/// every accepted connection.
pub(crate) const EVENTS: usize = 1024;
/// Connections a server holds at once: each costs a task and some buffers.
pub(crate) const ACCEPTED: usize = 1024;
/// The most that one UDP datagram carries over IPv4 (RFC 768: 16 bits of length, less the headers).
pub(crate) const LARGEST_DATAGRAM: usize = 65_507;
/// Largest piece read from a stream, and the largest UDP payload.
pub(crate) const READ: usize = 64 * 1024;
