//! One call of the worker.

use super::candidates::Candidates;
use super::{MediaConstraints, SessionOrigin};
use crate::api::{HeaderLine, HoldState, InviteOptions, SessionId};

/// How a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionState {
    /// Ours: called or about to be. Theirs: rings.
    InProgress,
    /// Answered.
    Established,
}

/// What an onlooker may see of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionStatus {
    /// Who began it.
    pub origin: SessionOrigin,
    /// How it stands.
    pub state: SessionState,
    /// We hold the peer, and it has agreed.
    pub held_by_us: bool,
    /// The peer holds us.
    pub held_by_peer: bool,
    /// No sound of ours is sent.
    pub muted: bool,
}

/// What the description is for that media was asked for.
#[derive(Clone, Debug)]
pub(super) enum Waiting {
    /// Our call.
    Invite { target: String, headers: Vec<HeaderLine>, options: InviteOptions },
    /// The answer to the peer's call, or the offer in it.
    Accept,
    /// The answer to a new offer of the peer, or the offer it asks for.
    Reoffer,
}

/// One call.
#[derive(Debug)]
pub(super) struct Session {
    pub(super) candidates: Option<Candidates>,
    pub(super) constraints: MediaConstraints,
    pub(super) established: bool,
    pub(super) from_uri: String,
    pub(super) hold: HoldState,
    pub(super) muted: bool,
    /// The offer of a call that rings.
    pub(super) offer: Option<String>,
    pub(super) origin: SessionOrigin,
    pub(super) sip: SessionId,
    pub(super) timed_out: bool,
    pub(super) waiting: Option<Waiting>,
}

impl Session {
    pub(super) fn new(sip: SessionId, origin: SessionOrigin, from_uri: String) -> Self {
        Self {
            candidates: None,
            constraints: MediaConstraints::default(),
            established: false,
            from_uri,
            hold: HoldState::default(),
            muted: false,
            offer: None,
            origin,
            sip,
            timed_out: false,
            waiting: None,
        }
    }

    pub(super) fn state(&self) -> SessionState {
        if self.established { SessionState::Established } else { SessionState::InProgress }
    }

    pub(super) fn status(&self) -> SessionStatus {
        SessionStatus {
            origin: self.origin,
            state: self.state(),
            held_by_us: is_held_by_us(self.hold),
            held_by_peer: self.hold.by_peer,
            muted: self.muted,
        }
    }
}

/// Asked for and agreed.
pub(super) fn is_held_by_us(hold: HoldState) -> bool {
    hold.asked && hold.confirmed
}
