//! Names of the things both sides talk about.

use serde::{Deserialize, Serialize};

/// One connection (WebSocket, TLS, TCP) or one UDP peer. Numbered by the agent for connections it opens and by the
/// driver (from the top half of the range, see [`FlowId::accepted`]) for connections it accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FlowId(pub u64);

impl FlowId {
    /// The `n`-th connection a server accepted; never clashes with a flow opened by an agent.
    pub const fn accepted(n: u64) -> Self {
        Self(n | 1 << 63)
    }
}

/// One INVITE session (the dialog and its INVITE usage). Never reused within one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SessionId(pub u64);

impl SessionId {
    /// The `n`-th call that came in; the owner numbers its outgoing sessions in the lower half of the range.
    pub const fn incoming(n: u64) -> Self {
        Self(n | 1 << 63)
    }
}

/// One request outside the life of a session, or one INFO inside it, awaiting its final response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RequestId(pub u64);

impl RequestId {
    /// The `n`-th request of a peer; the owner numbers its own requests in the lower half of the range.
    pub const fn incoming(n: u64) -> Self {
        Self(n | 1 << 63)
    }
}

/// One subscription of ours (RFC 6665). Never reused within one endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SubscriptionId(pub u64);

/// One question where a SIP domain is served (RFC 3263).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LocateId(pub u64);
