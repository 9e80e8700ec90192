//! How the way to the server is kept.

use serde::{Deserialize, Serialize};

/// `[network]`
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(default, deny_unknown_fields)]
pub struct Network {
    /// Which ways picture and sound may take; default `all`.
    pub ice_policy: IcePolicy,
    /// How what is sent in a call is marked for routers; default `together`.
    pub dscp: Dscp,
    /// What another link, address or route leads to; default `probe`.
    pub on_change: NetworkReaction,
    /// What the return of the network leads to; default `probe`.
    pub on_return: NetworkReaction,
    /// Seconds without network after which a box without call rests, 0..=60, default 2.
    pub grace: u32,
    /// Attempts to connect in a row before the slow phase, 1..=1000, default 30.
    pub fast_attempts: u32,
    /// Seconds between two of them, 1..=600, default 3.
    pub fast_pause: u32,
    /// Seconds between two attempts of the slow phase, which never ends, 1..=3600, default 15.
    pub slow_pause: u32,
}

impl Default for Network {
    fn default() -> Self {
        Self {
            ice_policy: IcePolicy::All,
            dscp: Dscp::Together,
            on_change: NetworkReaction::Probe,
            on_return: NetworkReaction::Probe,
            grace: 2,
            fast_attempts: 30,
            fast_pause: 3,
            slow_pause: 15,
        }
    }
}

/// Which ways picture and sound may take (W3C `RTCIceTransportPolicy`).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum IcePolicy {
    /// Any that works.
    All,
    /// Through the TURN servers of `account.ice_servers` only.
    Relay,
}

/// How what is sent in a call is marked, so that routers that care let it go first (DSCP, RFC 8837 section 5).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Dscp {
    /// Not at all.
    Off,
    /// Everything as multimedia conferencing (AF41).
    Together,
    /// Sound as expedited forwarding (EF), the rest as multimedia conferencing (AF41).
    Apart,
}

/// What follows from a change of the network (spec section 5.1).
#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum NetworkReaction {
    /// Nothing.
    Ignore,
    /// Ask the server for a sign of life; without one, connect anew.
    Probe,
    /// Connect anew.
    Reconnect,
}
