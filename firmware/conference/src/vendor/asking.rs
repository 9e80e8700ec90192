//! What the owner wants the server to know or to allow, in one call: camera, declined devices, channels, telephone keys.
//! Each ends with one `api:answered`.

use roombox_sip::api::{Failure, FinalResponse, RequestId, SessionId};

use super::keys::Keys;
use super::outgoing::{Outcome, Outgoing, Reply};
use super::{ClientMessage, VendorMessage};
use crate::api::{CallId, Command, MediaFact};
use crate::catalogue::{Answer, ApiEvent, Asked, Fault};
use crate::context::Context;

/// What one call has asked.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    outgoing: Outgoing,
    keys: Keys,
}

impl Asking {
    /// `session` is there once the call stands; without it the answer is no, at once.
    pub(crate) fn command(
        &mut self,
        context: &mut Context,
        call: CallId,
        session: Option<SessionId>,
        command: &Command,
    ) {
        if let Command::Dtmf { tones, .. } = command {
            return match session {
                Some(session) => self.keys.press(context, call, session, tones),
                None => unsaid(context, call, Asked::Dtmf),
            };
        }
        let Some(message) = message(command) else { return };
        match session {
            Some(session) => {
                self.outgoing.say(context, session, message);
            }
            None => unsaid(context, call, asked(&message)),
        }
    }

    /// The outcome of a message or of the keys.
    pub(crate) fn response(
        &mut self,
        context: &mut Context,
        call: CallId,
        request: RequestId,
        outcome: &Result<FinalResponse, Failure>,
    ) {
        if self.keys.response(context, call, request, outcome) {
            return;
        }
        if let Some(reply) = self.outgoing.handle_response(request, outcome) {
            replied(context, call, reply);
        }
    }

    /// A message of the other side.
    pub(crate) fn hear(&mut self, context: &mut Context, call: CallId, message: &VendorMessage) {
        self.keys.hear(context, call, message);
    }

    /// A fact about the call's media.
    pub(crate) fn media_fact(
        &mut self,
        context: &mut Context,
        call: CallId,
        session: Option<SessionId>,
        fact: &MediaFact,
    ) {
        self.keys.media_fact(context, call, session, fact);
    }

    /// The call is over: nothing is answered any more.
    pub(crate) fn call_ended(&mut self, context: &mut Context, call: CallId, session: Option<SessionId>) {
        for reply in session.map(|session| self.outgoing.session_ended(session)).unwrap_or_default() {
            replied(context, call, reply);
        }
        for _ in 0..self.keys.take() {
            unsaid(context, call, Asked::Dtmf);
        }
    }
}

fn message(command: &Command) -> Option<ClientMessage> {
    match command {
        Command::AskForCamera { .. } => Some(ClientMessage::AskForCamera),
        Command::RefuseDevice { device, .. } => Some(ClientMessage::Refusal { device: *device }),
        Command::SendChannels { input, output, .. } => {
            Some(ClientMessage::Channels { input: input.clone(), output: output.clone() })
        }
        _ => None,
    }
}

const fn asked(message: &ClientMessage) -> Asked {
    match message {
        ClientMessage::Channels { .. } => Asked::Channels,
        ClientMessage::Refusal { .. } => Asked::Refusal,
        _ => Asked::Camera,
    }
}

fn unsaid(context: &mut Context, call: CallId, asked: Asked) {
    let error = Fault::new("there is no call that stands");
    context.tell(ApiEvent::Answered { call, asked, answer: Answer::Failed { error } });
}

fn replied(context: &mut Context, call: CallId, reply: Reply) {
    let asked = asked(&reply.message);
    context.tell(ApiEvent::Answered { call, asked, answer: answer(reply.outcome) });
}

fn answer(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Failed(failure) => Answer::Failed { error: Fault::from(&failure) },
        Outcome::Granted => Answer::Granted {},
        Outcome::Refused { status, reason } => Answer::Refused { status, reason },
    }
}
