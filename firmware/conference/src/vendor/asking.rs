//! What the owner wants the server to know or to allow, in one call: camera, declined devices, channels, telephone keys.
//! Each ends with one `api:answered`.

use std::collections::BTreeMap;

use roombox_sip::api::{Command as SipCommand, Failure, FinalResponse, RequestId, SessionId};

use super::outgoing::{Outcome, Outgoing, Reply};
use super::{ClientMessage, VendorMessage};
use crate::api::{CallId, Command};
use crate::catalogue::{Answer, ApiEvent, Asked, CallEvent, Fault, Side};
use crate::context::Context;

/// How long a key sounds, and the pause after it, in milliseconds (spec section 3.2, row 28).
const TONE_MS: u32 = 120;
const TONE_GAP_MS: u32 = 600;

/// What one call has asked.
#[derive(Debug, Default)]
pub(crate) struct Asking {
    outgoing: Outgoing,
    /// Telephone keys on their way.
    tones: BTreeMap<RequestId, String>,
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
            return self.dial(context, call, session, tones);
        }
        let Some(message) = message(command) else { return };
        match session {
            Some(session) => {
                self.outgoing.say(context, session, message);
            }
            None => unsaid(context, call, asked(&message)),
        }
    }

    fn dial(&mut self, context: &mut Context, call: CallId, session: Option<SessionId>, tones: &str) {
        let Some(session) = session else { return unsaid(context, call, Asked::Dtmf) };
        let (request, tones) = (context.next_request(), tones.to_owned());
        self.tones.insert(request, tones.clone());
        context.sip(SipCommand::Dtmf { session, request, tones, duration_ms: TONE_MS, gap_ms: TONE_GAP_MS });
    }

    /// The outcome of a message or of the keys.
    pub(crate) fn response(
        &mut self,
        context: &mut Context,
        call: CallId,
        request: RequestId,
        outcome: &Result<FinalResponse, Failure>,
    ) {
        if let Some(tones) = self.tones.remove(&request) {
            return dialled(context, call, &tones, outcome);
        }
        if let Some(reply) = self.outgoing.handle_response(request, outcome) {
            replied(context, call, reply);
        }
    }

    /// A key of the other side is an event of the call, too.
    pub(crate) fn hear(context: &mut Context, call: CallId, message: &VendorMessage) {
        if let VendorMessage::Dtmf { tone, duration_ms } = *message {
            context.tell(CallEvent::NewDtmf { call, originator: Side::Remote, tone, duration: duration_ms });
        }
    }

    /// The call is over: nothing is answered any more.
    pub(crate) fn call_ended(&mut self, context: &mut Context, call: CallId, session: Option<SessionId>) {
        for reply in session.map(|session| self.outgoing.session_ended(session)).unwrap_or_default() {
            replied(context, call, reply);
        }
        for _ in std::mem::take(&mut self.tones) {
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

fn dialled(context: &mut Context, call: CallId, tones: &str, outcome: &Result<FinalResponse, Failure>) {
    let answer = match outcome {
        Ok(response) if response.status < 300 => Answer::Granted {},
        Ok(response) => Answer::Refused { status: response.status, reason: response.reason.clone() },
        Err(failure) => Answer::Failed { error: failure.into() },
    };
    if answer == (Answer::Granted {}) {
        for tone in tones.chars().filter(|tone| *tone != ',') {
            context.tell(CallEvent::NewDtmf { call, originator: Side::Local, tone, duration: TONE_MS });
        }
    }
    context.tell(ApiEvent::Answered { call, asked: Asked::Dtmf, answer });
}

fn answer(outcome: Outcome) -> Answer {
    match outcome {
        Outcome::Failed(failure) => Answer::Failed { error: Fault::from(&failure) },
        Outcome::Granted => Answer::Granted {},
        Outcome::Refused { status, reason } => Answer::Refused { status, reason },
    }
}
