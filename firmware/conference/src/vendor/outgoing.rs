//! Sending vendor INFO and learning what became of each, once (spec sections 3.1 and 3.2).
//!
//! Each part that asks a server for something holds an [`Outgoing`] of its own:
//!
//! 1. [`Outgoing::send`] with a fresh request id gives the command for the user agent (inside the client,
//!    `Outgoing::say` takes the id from the context and queues the command).
//! 2. Every `Event::Response` goes through [`Outgoing::handle_response`]; the one that is meant comes out as a [`Reply`].
//! 3. When the session ends, [`Outgoing::session_ended`] gives the replies of what was still unanswered.
//!
//! The verdict follows the response itself, not a library's opinion of it:
//!
//! * A question for permission is granted by a 2xx with the phrase `OK` in any case, or without a phrase; refused by a 2xx
//!   with any other phrase, and by an error response. The exception is the camera: only 603 (and the phrase) refuses;
//!   servers that do not know the question answer something else, and the vendor's client goes on then.
//! * Anything else is granted by every 2xx: the server has it.
//! * 408, 481 and everything that is no response is a failure: nobody knows what the server thinks.

use std::collections::BTreeMap;

use roombox_sip::api::{Cause, Command, Failure, FinalResponse, Originator, RequestId, SessionId};

use super::ClientMessage;
use crate::context::Context;

/// What became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// No answer from the server, or none that tells anything.
    Failed(Failure),
    /// The server has it and, where it was a question, says yes.
    Granted,
    /// The server says no.
    Refused { status: u16, reason: String },
}

/// What became of which message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Where it was sent.
    pub session: SessionId,
    /// What was said.
    pub message: ClientMessage,
    /// What became of it.
    pub outcome: Outcome,
}

/// Messages on their way, by their request.
#[derive(Debug, Default)]
pub struct Outgoing {
    waiting: BTreeMap<RequestId, (SessionId, ClientMessage)>,
}

impl Outgoing {
    /// The command that says it; `request` must be fresh. `None` for a message that cannot be written.
    pub fn send(&mut self, session: SessionId, request: RequestId, message: ClientMessage) -> Option<Command> {
        let command = message.info()?.command(session, request);
        self.waiting.insert(request, (session, message));
        Some(command)
    }

    /// Says it inside `session`.
    pub(crate) fn say(&mut self, context: &mut Context, session: SessionId, message: ClientMessage) -> RequestId {
        let request = context.next_request();
        if let Some(command) = self.send(session, request, message) {
            context.sip(command);
        }
        request
    }

    /// The reply to a message of ours; `None` when the response is to something else.
    pub fn handle_response(&mut self, request: RequestId, outcome: &Result<FinalResponse, Failure>) -> Option<Reply> {
        let (session, message) = self.waiting.remove(&request)?;
        let outcome = verdict(&message, outcome);
        Some(Reply { session, message, outcome })
    }

    /// The session is over: what was unanswered has failed.
    pub fn session_ended(&mut self, session: SessionId) -> Vec<Reply> {
        let over = self.waiting.extract_if(.., |_, (of, _)| *of == session);
        over.map(|(_, (session, message))| Reply { session, message, outcome: Outcome::Failed(call_over()) }).collect()
    }

    /// Nothing is unanswered.
    pub fn is_idle(&self) -> bool {
        self.waiting.is_empty()
    }
}

fn verdict(message: &ClientMessage, outcome: &Result<FinalResponse, Failure>) -> Outcome {
    let (status, reason) = match outcome {
        Ok(response) => (response.status, response.reason.trim()),
        Err(Failure { status: Some(status), reason, .. }) => (*status, reason.trim()),
        Err(failure) => return Outcome::Failed(failure.clone()),
    };
    let refused = || Outcome::Refused { status, reason: reason.to_owned() };
    let says_yes = reason.is_empty() || reason.eq_ignore_ascii_case("OK");
    match status {
        200..=299 if message.asks_permission() && !says_yes => refused(),
        200..=299 => Outcome::Granted,
        408 | 481 => Outcome::Failed(no_answer(outcome, status, reason)),
        603 => refused(),
        _ if *message == ClientMessage::AskForCamera => Outcome::Failed(no_answer(outcome, status, reason)),
        _ => refused(),
    }
}

fn no_answer(outcome: &Result<FinalResponse, Failure>, status: u16, reason: &str) -> Failure {
    if let Err(failure) = outcome {
        return failure.clone();
    }
    let cause = match status {
        408 => Cause::RequestTimeout,
        481 => Cause::DialogError,
        _ => Cause::SipFailureCode,
    };
    Failure { status: Some(status), ..failure(Originator::Remote, cause, reason) }
}

fn call_over() -> Failure {
    failure(Originator::System, Cause::DialogError, "the call ended before the answer")
}

fn failure(originator: Originator, cause: Cause, reason: &str) -> Failure {
    Failure { originator, cause, status: None, reason: reason.to_owned(), retry_after: None, peer_reason: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SESSION: SessionId = SessionId(3);
    const REQUEST: RequestId = RequestId(5);

    fn answered(message: ClientMessage, status: u16, reason: &str) -> Outcome {
        let mut outgoing = Outgoing::default();
        outgoing.send(SESSION, REQUEST, message).unwrap();
        let response = FinalResponse { status, reason: reason.into(), headers: Vec::new(), body: None };
        outgoing.handle_response(REQUEST, &Ok(response)).unwrap().outcome
    }

    #[test]
    fn a_permission_is_refused_inside_a_2xx_by_its_phrase() {
        for message in [ClientMessage::AskToPresent, ClientMessage::AskForCamera, ClientMessage::ContentStarts] {
            assert_eq!(answered(message.clone(), 200, "OK"), Outcome::Granted);
            assert_eq!(answered(message.clone(), 200, ""), Outcome::Granted);
            let refused = Outcome::Refused { status: 200, reason: "Not allowed".into() };
            assert_eq!(answered(message, 200, "Not allowed"), refused);
        }
        assert_eq!(answered(ClientMessage::PresentationStopped, 202, "Accepted"), Outcome::Granted);
    }

    #[test]
    fn only_603_refuses_the_camera_and_every_error_refuses_the_presentation() {
        assert!(matches!(answered(ClientMessage::AskForCamera, 603, "Decline"), Outcome::Refused { status: 603, .. }));
        assert!(matches!(answered(ClientMessage::AskForCamera, 500, "Oops"), Outcome::Failed(_)));
        assert!(matches!(answered(ClientMessage::AskToPresent, 500, "Oops"), Outcome::Refused { status: 500, .. }));
    }

    #[test]
    fn no_answer_is_a_failure_with_its_cause() {
        for (status, cause) in [(408, Cause::RequestTimeout), (481, Cause::DialogError)] {
            let Outcome::Failed(failure) = answered(ClientMessage::AskToPresent, status, "") else { panic!() };
            assert_eq!((failure.cause, failure.status), (cause, Some(status)));
        }
    }

    #[test]
    fn every_message_is_told_once() {
        let mut outgoing = Outgoing::default();
        outgoing.send(SESSION, REQUEST, ClientMessage::AskToPresent).unwrap();
        let lost = Err(failure(Originator::System, Cause::ConnectionError, "there is no connection"));
        assert!(outgoing.handle_response(RequestId(99), &lost).is_none());
        let reply = outgoing.handle_response(REQUEST, &lost).unwrap();
        assert!(matches!(reply.outcome, Outcome::Failed(_)));
        assert!(outgoing.handle_response(REQUEST, &lost).is_none());
        assert!(outgoing.is_idle());
    }

    #[test]
    fn the_end_of_a_session_ends_its_messages_only() {
        let mut outgoing = Outgoing::default();
        outgoing.send(SESSION, REQUEST, ClientMessage::AskToPresent).unwrap();
        outgoing.send(SessionId(4), RequestId(6), ClientMessage::AskForCamera).unwrap();
        let replies = outgoing.session_ended(SESSION);
        assert_eq!(replies.len(), 1);
        assert_eq!(replies[0].message, ClientMessage::AskToPresent);
        assert!(!outgoing.is_idle());
    }
}
