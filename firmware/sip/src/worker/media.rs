//! What media is asked for, and what it says.

use std::time::Instant;

use serde_json::Value;

use super::candidates::{Candidates, Policy};
use super::event::Why;
use super::session::Waiting;
use super::{EventName, MediaConstraints, Output, SessionState, Worker};
use crate::agent;
use crate::api::{Body, Cause, Command, Originator};

/// Something for media to do in a session.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaRequest {
    /// Answer this offer; the outcome is [`super::Input::Description`].
    Answer {
        /// The peer's offer.
        offer: String,
        /// What we want to send and receive.
        constraints: MediaConstraints,
        /// ICE servers in the form of the W3C.
        ice_servers: Vec<Value>,
    },
    /// The session is over.
    Close,
    /// Stop sending sound, or begin again; the fact is [`super::Input::Muted`].
    Mute {
        /// Stop?
        muted: bool,
    },
    /// Make an offer; the outcome is [`super::Input::Description`].
    Offer {
        /// What we want to send and receive.
        constraints: MediaConstraints,
        /// ICE servers in the form of the W3C.
        ice_servers: Vec<Value>,
    },
    /// Use this description of the peer. A `provisional` one may change until the call is answered.
    Remote {
        /// The peer's answer.
        description: String,
        /// Came before the call was answered.
        provisional: bool,
    },
    /// Enough candidates: give the description as it is now.
    TakeDescription,
}

impl Worker {
    pub(super) fn ask_media(&mut self, session_id: &str, request: MediaRequest) {
        self.outputs.push_back(Output::Media { session_id: session_id.into(), request });
    }

    /// Asks for an answer to `offer`, or for an offer, and watches over its candidates.
    pub(super) fn ask_description(
        &mut self,
        now: Instant,
        session_id: &str,
        waiting: Waiting,
        offer: Option<String>,
        ice_servers: Option<Vec<Value>>,
    ) {
        let ice_servers = ice_servers.or_else(|| self.options.sip_ice.clone()).unwrap_or_default();
        let stop_at_server_reflexive = self.options.stop_at_server_reflexive.unwrap_or(false);
        let Some(session) = self.sessions.get_mut(session_id) else { return };
        session.waiting = Some(waiting);
        session.candidates = Some(Candidates::start(now, Policy { stop_at_server_reflexive, ..Policy::default() }));
        let constraints = session.constraints;
        let request = match offer {
            Some(offer) => MediaRequest::Answer { offer, constraints, ice_servers },
            None => MediaRequest::Offer { constraints, ice_servers },
        };
        self.ask_media(session_id, request);
    }

    pub(super) fn description(&mut self, now: Instant, session_id: &str, description: Result<String, String>) {
        let Some(session) = self.sessions.get_mut(session_id) else { return };
        let Some(waiting) = session.waiting.take() else { return };
        session.candidates = None;
        let sip = session.sip;
        let body = match description {
            Ok(text) => Body::sdp(&text),
            Err(reason) => return self.no_description(now, session_id, &waiting, reason),
        };
        let command = match waiting {
            Waiting::Invite { target, headers, options } => {
                Command::Invite { session: sip, target, body: Some(body), headers, options }
            }
            Waiting::Accept => {
                session.established = true;
                Command::Accept { session: sip, body: Some(body), headers: Vec::new() }
            }
            Waiting::Reoffer => Command::AnswerOffer { session: sip, answer: Ok(body) },
        };
        let accepted = matches!(command, Command::Accept { .. });
        self.tell_agent(now, agent::Input::Command(command));
        if accepted {
            self.tell_session(now, session_id, EventName::SessionAccepted, Why::default());
        }
    }

    fn no_description(&mut self, now: Instant, session_id: &str, waiting: &Waiting, reason: String) {
        let Some(session) = self.sessions.get(session_id) else { return };
        let sip = session.sip;
        let command = match waiting {
            Waiting::Invite { .. } => None,
            // As for a microphone that may not be used (spec section 14.7).
            Waiting::Accept => Some(Command::Reject { session: sip, status: 480, headers: Vec::new() }),
            Waiting::Reoffer => Some(Command::AnswerOffer { session: sip, answer: Err(488) }),
        };
        if !matches!(waiting, Waiting::Reoffer) {
            self.end_session(now, session_id, EventName::SessionFailed, media_error(reason));
        }
        if let Some(command) = command {
            self.tell_agent(now, agent::Input::Command(command));
        }
    }

    pub(super) fn media_failed(&mut self, now: Instant, session_id: &str, reason: String) {
        let Some(session) = self.sessions.get(session_id) else { return };
        let sip = session.sip;
        let name = match session.state() {
            SessionState::Established => EventName::SessionAnswerFailed,
            SessionState::InProgress => EventName::SessionFailed,
        };
        self.end_session(now, session_id, name, media_error(reason));
        let command = Command::Terminate { session: sip, cause: Cause::WebrtcError };
        self.tell_agent(now, agent::Input::Command(command));
    }

    pub(super) fn muted(&mut self, now: Instant, session_id: &str, muted: bool) {
        let Some(session) = self.sessions.get_mut(session_id) else { return };
        if std::mem::replace(&mut session.muted, muted) != muted {
            let name = if muted { EventName::Mute } else { EventName::Unmute };
            self.tell_session(now, session_id, name, Why { originator: Some(Originator::Local), ..Why::default() });
        }
    }
}

fn media_error(reason: String) -> Why {
    let cause = Some(Cause::WebrtcError.to_string());
    Why { originator: Some(Originator::Local), cause, status: None, reason: Some(reason) }
}
