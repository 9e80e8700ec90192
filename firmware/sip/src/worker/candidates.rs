//! When gathering ICE candidates is good enough (spec sections 12.5, 13.9 and 14.8).
//!
//! One of these for each session: unlike in the library, two calls that gather at once do not disturb each other. And a
//! session that never finds a candidate does not wait for ever.

use std::time::{Duration, Instant};

/// Where a candidate comes from (RFC 8839 section 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CandidateKind {
    /// An address of this box.
    Host,
    /// Found by the peer's checks.
    PeerReflexive,
    /// A relay's address.
    Relay,
    /// Our address as a STUN server sees it.
    ServerReflexive,
}

/// What is good enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Silence after the last candidate (spec section 12.5: 2 s).
    pub quiet: Duration,
    /// All of gathering, with or without candidates (SIP.js: 5 s).
    pub limit: Duration,
    /// The first server-reflexive candidate ends it (`iceStopWaitingOnServerReflexive`).
    pub stop_at_server_reflexive: bool,
}

impl Default for Policy {
    fn default() -> Self {
        let (quiet, limit) = (Duration::from_secs(2), Duration::from_secs(5));
        Self { quiet, limit, stop_at_server_reflexive: false }
    }
}

/// The gathering of one session.
#[derive(Clone, Copy, Debug)]
pub struct Candidates {
    policy: Policy,
    end: Instant,
    quiet: Option<Instant>,
    ready: bool,
}

impl Candidates {
    /// Gathering starts.
    pub fn start(now: Instant, policy: Policy) -> Self {
        Self { policy, end: now + policy.limit, quiet: None, ready: false }
    }

    /// One was found.
    pub fn found(&mut self, now: Instant, kind: CandidateKind) {
        self.quiet = Some(now + self.policy.quiet);
        self.ready |= self.policy.stop_at_server_reflexive && kind == CandidateKind::ServerReflexive;
    }

    /// Nothing more will be found.
    pub fn complete(&mut self) {
        self.ready = true;
    }

    /// Is it time to take the description as it is?
    pub fn is_ready(&self, now: Instant) -> bool {
        self.ready || self.deadline() <= now
    }

    /// When it becomes ready by itself.
    pub fn deadline(&self) -> Instant {
        self.quiet.map_or(self.end, |quiet| quiet.min(self.end))
    }
}
