//! What a user agent is told.

use std::time::Duration;

use crate::api::{HeaderLine, Server};
use crate::endpoint::EndpointConfig;

/// Settings of a [`super::UserAgent`]; [`AgentConfig::new`] gives the defaults of spec section 1.2.
#[derive(Clone, Debug)]
pub struct AgentConfig {
    /// Address, identity and credentials.
    pub endpoint: EndpointConfig,
    /// How a silent connection is found out.
    pub keep_alive: KeepAlive,
    /// How fast a lost connection is tried again.
    pub recovery: Recovery,
    /// How to register; `None` = guest: being connected is enough (spec section 1.3).
    pub registration: Option<RegistrationConfig>,
    /// Flows kept up at the same time, each to a server of its own and registered with a `reg-id` of its own (RFC 5626
    /// section 4.2); 1..=2.
    pub outbound_flows: u8,
    /// Where to connect, tried in this order, at least one.
    pub servers: Vec<Server>,
}

impl AgentConfig {
    /// A guest at these servers; set `registration` to become a registered user.
    pub fn new(endpoint: EndpointConfig, servers: impl IntoIterator<Item = impl Into<Server>>) -> Self {
        let keep_alive = KeepAlive::default();
        let servers = servers.into_iter().map(Into::into).collect();
        Self { endpoint, keep_alive, outbound_flows: 1, recovery: Recovery::default(), registration: None, servers }
    }
}

/// How to register (RFC 3261 section 10, RFC 5626).
#[derive(Clone, Debug)]
pub struct RegistrationConfig {
    /// Seconds asked for, 60..=86400. The server may grant less.
    pub expires: u32,
    /// Added to REGISTER only (`X-Vinteo-Remote` and the like).
    pub headers: Vec<HeaderLine>,
    /// Request-URI of REGISTER, `sip:host`.
    pub registrar: String,
}

impl RegistrationConfig {
    /// A registration at `registrar` (`sip:host`) for 300 s (spec section 1.2).
    pub fn at(registrar: impl Into<String>) -> Self {
        Self { expires: 300, headers: Vec::new(), registrar: registrar.into() }
    }
}

/// Wait before attempt n: a whole number of seconds, uniform in 1..=2^n, clamped (spec section 14.2), and a random
/// part so that a hall of boxes does not knock in step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Recovery {
    /// Longest wait.
    pub max: Duration,
    /// Shortest wait.
    pub min: Duration,
    /// Largest random part on top; up to 1 min. The default is enough for some dozens of boxes at one server: after a
    /// restart shorter than `min` all of them come back within it.
    pub spread: Duration,
}

impl Default for Recovery {
    fn default() -> Self {
        Self { max: Duration::from_secs(6), min: Duration::from_secs(2), spread: Duration::from_millis(500) }
    }
}

/// A flow silent for `interval` is asked for a sign of life; silent for `timeout` more, it is closed and opened anew.
/// The sum of the defaults stays under 30 s.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeepAlive {
    /// Silence before the question.
    pub interval: Duration,
    /// Time for the answer (RFC 5626 section 4.4.1: 10 s).
    pub timeout: Duration,
}

impl Default for KeepAlive {
    fn default() -> Self {
        Self { interval: Duration::from_secs(15), timeout: Duration::from_secs(10) }
    }
}
