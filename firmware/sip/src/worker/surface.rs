//! What goes into a worker and what comes out.

use std::collections::BTreeMap;

use super::candidates::CandidateKind;
use super::{Command, MediaRequest, SessionState, SessionStatus, WorkerEvent};
use crate::api::{self, FlowError, FlowId, FlowInput, LocateId, ServerTarget};

/// What goes into a [`super::Worker`].
#[derive(Clone, Debug)]
pub enum Input {
    /// A candidate was found for this session.
    Candidate {
        /// Which.
        session_id: String,
        /// Where it comes from.
        kind: CandidateKind,
    },
    /// A command.
    Command(Command),
    /// The description that [`MediaRequest::Offer`] or [`MediaRequest::Answer`] asked for, or why there is none.
    Description {
        /// Which.
        session_id: String,
        /// The SDP.
        description: Result<String, String>,
    },
    /// Something happened to a flow.
    Flow {
        /// The flow.
        flow: FlowId,
        /// What happened.
        input: FlowInput,
    },
    /// No more candidates will be found for this session.
    Gathered {
        /// Which.
        session_id: String,
    },
    /// What became of a question where a domain is served.
    Located {
        /// The question.
        locate: LocateId,
        /// The places.
        places: Result<Vec<ServerTarget>, FlowError>,
    },
    /// Media could not use the other side's description: the call cannot go on.
    MediaFailed {
        /// Which.
        session_id: String,
        /// Why.
        reason: String,
    },
    /// Media has stopped or begun to send sound.
    Muted {
        /// Which.
        session_id: String,
        /// Stopped?
        muted: bool,
    },
}

/// What comes out of a [`super::Worker`].
#[derive(Clone, Debug)]
pub enum Output {
    /// Tell whoever listens.
    Event(Box<WorkerEvent>),
    /// Something for media to do.
    Media {
        /// Which session.
        session_id: String,
        /// What.
        request: MediaRequest,
    },
    /// For the network; never [`api::Output::Event`].
    Network(api::Output),
    /// A command was not done.
    Refused(Refusal),
}

/// Why a command was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// `LOGIN` when everything stands.
    #[error("already connected and registered")]
    AlreadyLoggedIn,
    /// `sipServer` holds this.
    #[error("not a WebSocket address: {0}")]
    BadServer(String),
    /// `CALL` to this.
    #[error("not an address that can be called: {0}")]
    BadTarget(String),
    /// `uri` is this.
    #[error("not an address of record: {0}")]
    BadUri(String),
    /// `LOGIN` without this setting.
    #[error("the setting `{0}` is missing")]
    Missing(&'static str),
    /// `CALL`, `UNREGISTER` and the like need a registration (a guest: a connection).
    #[error("not registered")]
    NotRegistered,
    /// `LOGOUT` and the like without `LOGIN`.
    #[error("not logged in")]
    NotLoggedIn,
    /// There is no session of this id.
    #[error("there is no session {0}")]
    NoSession(String),
    /// There are [`super::MAX_SESSIONS`] already.
    #[error("too many sessions")]
    TooManySessions,
    /// The session is not in a state for that.
    #[error("session {session_id} is {state:?}")]
    WrongState {
        /// Which.
        session_id: String,
        /// How it stands.
        state: SessionState,
    },
}

/// What an onlooker may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkerStatus {
    /// The WebSocket is up.
    pub connected: bool,
    /// Registered.
    pub registered: bool,
    /// The sessions by their ids.
    pub sessions: BTreeMap<String, SessionStatus>,
}
