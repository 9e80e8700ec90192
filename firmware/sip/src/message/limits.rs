//! Sizes beyond which a message is refused, with the reason for each.

/// A stream or WebSocket message: the largest SDP with all ICE candidates stays under 32 KiB; eight times that is attack
/// or error.
pub const MAX_MESSAGE: usize = 256 * 1024;
/// The header section: RFC 4475 section 3.1.1.7 uses lines of a few hundred octets; tokens and identity headers add a few KiB.
pub const MAX_HEAD: usize = 64 * 1024;
/// Header lines: a request that has crossed 70 proxies (Max-Forwards) carries 70 Via and 70 Record-Route.
pub const MAX_HEADERS: usize = 256;
/// CSeq numbers are below 2^31 (RFC 3261 section 8.1.1.5).
pub const MAX_CSEQ: u32 = (1 << 31) - 1;
/// Delta-seconds saturate here (RFC 3261 section 25.1 gives no bound; section 20.19 names 2^32 - 1).
pub const MAX_DELTA_SECONDS: u32 = u32::MAX;
