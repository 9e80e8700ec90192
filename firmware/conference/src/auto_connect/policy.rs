//! Settings of the connection that comes back by itself; defaults from spec sections 1.4, 5.1 and 5.4.

use std::time::Duration;

/// How the connection is kept and brought back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoConnectPolicy {
    /// Fast attempts in a row before the slow phase (spec: 30); 1..=1000.
    pub attempts: u32,
    /// Slow attempts follow the fast ones, for ever. Without them a client rests after the last fast one until it is started
    /// again.
    pub slow_phase: bool,
    /// Between two fast attempts (spec: 3 s), half to one and a half of it by chance; 1 s..=10 min.
    pub pause: Duration,
    /// Failed tries of the user agent's own recovery before a client without call connects anew with fresh parameters;
    /// 1..=1000.
    pub recovery_tries: u32,
    /// Between two looks at the server in the slow phase (spec: 15 s), half to one and a half of it by chance; 1 s..=1 h.
    pub check: Duration,
    /// First back-off of what is asked for after failed checks (spec: 1 s).
    pub backoff: Duration,
    /// Longest back-off (spec: 30 s); up to 1 h.
    pub backoff_max: Duration,
    /// Failed checks in a row for a warning (spec: 3).
    pub warning: u32,
    /// Failed checks in a row for the highest level (spec: 5).
    pub critical: u32,
}

impl Default for AutoConnectPolicy {
    fn default() -> Self {
        Self {
            attempts: 30,
            slow_phase: true,
            pause: Duration::from_secs(3),
            recovery_tries: 10,
            check: Duration::from_secs(15),
            backoff: Duration::from_secs(1),
            backoff_max: Duration::from_secs(30),
            warning: 3,
            critical: 5,
        }
    }
}

/// How one connect is made (spec section 1.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectPolicy {
    /// Tries before it has failed (spec: 3); 1..=10.
    pub tries: u32,
    /// Between two tries (spec: 300 ms), once to twice that by chance.
    pub pause: Duration,
}

impl Default for ConnectPolicy {
    fn default() -> Self {
        Self { tries: 3, pause: Duration::from_millis(300) }
    }
}

/// What follows from a change of the network (spec section 5.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NetworkReaction {
    /// Nothing.
    Ignore,
    /// Ask the server for a sign of life; without one, connect anew.
    #[default]
    Probe,
    /// Connect anew.
    Reconnect,
}

/// What changes of the network lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NetworkPolicy {
    /// Another link, address or route.
    pub changed: NetworkReaction,
    /// Without network for this long, a client without call rests (spec: 2 s); up to 1 min.
    pub grace: Duration,
    /// The network is back.
    pub online: NetworkReaction,
}

impl Default for NetworkPolicy {
    fn default() -> Self {
        Self { changed: NetworkReaction::Probe, grace: Duration::from_secs(2), online: NetworkReaction::Probe }
    }
}

/// How a deaf server is found out: OPTIONS to our own address (spec sections 1.8 and 5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TelephonyPolicy {
    /// Failures in a row before the connection is opened anew.
    pub failures: u32,
    /// Between the end of a check and the next.
    pub interval: Duration,
    /// For the answer.
    pub timeout: Duration,
}

impl Default for TelephonyPolicy {
    fn default() -> Self {
        Self { failures: 2, interval: Duration::from_secs(15), timeout: Duration::from_secs(10) }
    }
}
