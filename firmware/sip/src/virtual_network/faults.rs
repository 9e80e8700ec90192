//! What a network does wrong.

/// What the network does to what it carries. Loss, doubling and reordering happen to UDP only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Faults {
    /// Of 100 datagrams, how many come twice.
    pub doubled: u64,
    /// Least and greatest time on the way, in milliseconds; with a spread, datagrams overtake each other.
    pub latency_ms: (u64, u64),
    /// Of 100 datagrams, how many are lost.
    pub lost: u64,
    /// No way through for now: datagrams are lost, streams go on where they stopped once there is a way again.
    pub partitioned: bool,
    /// Connections are refused.
    pub refused: bool,
    /// Nothing gets through and nobody is told: a half-open connection. A stream that lost something meanwhile never comes
    /// back: whoever sends on it later is told that it is gone.
    pub silent: bool,
}

impl Faults {
    /// A good local network.
    pub const NONE: Self =
        Self { doubled: 0, latency_ms: (5, 5), lost: 0, partitioned: false, refused: false, silent: false };
}
