//! Telephone keys of one call, both ways: as RTP events beside the sound or by INFO.

use std::collections::BTreeMap;

use roombox_sip::api::{Command as SipCommand, Failure, FinalResponse, RequestId, SessionId};

use super::VendorMessage;
use crate::api::{CallId, MediaFact, MediaRequest};
use crate::catalogue::{Answer, ApiEvent, Asked, CallEvent, Side};
use crate::context::Context;
use crate::media_policy::KeyTransport;

/// How long a key sounds, and the pause after it, in milliseconds (spec section 3.2, row 28).
const DURATION_MS: u32 = 120;
const GAP_MS: u32 = 600;

/// The keys of one call.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Keys on their way.
    sent: BTreeMap<RequestId, String>,
    /// The other side takes them beside the sound.
    agreed: bool,
    /// The other side spoke as only the vendor's servers do.
    vendor: bool,
}

impl Keys {
    /// Sends keys in a standing call.
    pub(super) fn press(&mut self, context: &mut Context, call: CallId, session: SessionId, keys: &str) {
        let beside_sound = match context.config.media.keys {
            KeyTransport::Auto => self.agreed && !self.vendor,
            KeyTransport::Info => false,
            KeyTransport::Rtp => self.agreed,
        };
        if !beside_sound {
            return self.inform(context, session, keys.to_owned());
        }
        let (request, keys) = (context.next_request(), keys.to_owned());
        self.sent.insert(request, keys.clone());
        context.media(MediaRequest::SendKeys { call, request, keys, duration_ms: DURATION_MS, gap_ms: GAP_MS });
    }

    fn inform(&mut self, context: &mut Context, session: SessionId, tones: String) {
        let request = context.next_request();
        self.sent.insert(request, tones.clone());
        context.sip(SipCommand::Dtmf { session, request, tones, duration_ms: DURATION_MS, gap_ms: GAP_MS });
    }

    /// The outcome of a request; false when it was about something else.
    pub(super) fn response(
        &mut self,
        context: &mut Context,
        call: CallId,
        request: RequestId,
        outcome: &Result<FinalResponse, Failure>,
    ) -> bool {
        let Some(keys) = self.sent.remove(&request) else { return false };
        let answer = match outcome {
            Ok(response) if response.status < 300 => Answer::Granted {},
            Ok(response) => Answer::Refused { status: response.status, reason: response.reason.clone() },
            Err(failure) => Answer::Failed { error: failure.into() },
        };
        sent(context, call, &keys, answer);
        true
    }

    /// A message of the other side; a key is an event of the call, too.
    pub(super) fn hear(&mut self, context: &mut Context, call: CallId, message: &VendorMessage) {
        match *message {
            VendorMessage::Dtmf { tone, duration_ms } => {
                context.tell(CallEvent::NewDtmf { call, originator: Side::Remote, tone, duration: duration_ms });
            }
            // An INFO that nobody knows may be anybody's.
            VendorMessage::Unknown { .. } => {}
            _ => self.vendor = true,
        }
    }

    /// A fact about the call's media. What could not go beside the sound goes by INFO.
    pub(super) fn media_fact(
        &mut self,
        context: &mut Context,
        call: CallId,
        session: Option<SessionId>,
        fact: &MediaFact,
    ) {
        match *fact {
            MediaFact::KeysAgreed { agreed, .. } => self.agreed = agreed,
            MediaFact::KeyPressed { key: tone, duration_ms: duration, .. } => {
                let key = VendorMessage::Dtmf { tone, duration_ms: duration };
                self.hear(context, call, &key);
                key.tell(context);
            }
            MediaFact::KeysSent { request, .. } => {
                if let Some(keys) = self.sent.remove(&request) {
                    sent(context, call, &keys, Answer::Granted {});
                }
            }
            MediaFact::KeysRefused { request, .. } => {
                if let Some((keys, session)) = self.sent.remove(&request).zip(session) {
                    self.inform(context, session, keys);
                }
            }
            _ => {}
        }
    }

    /// Nothing is answered any more; how many requests were open.
    pub(super) fn take(&mut self) -> usize {
        std::mem::take(&mut self.sent).len()
    }
}

fn sent(context: &mut Context, call: CallId, keys: &str, answer: Answer) {
    if answer == (Answer::Granted {}) {
        for tone in keys.chars().filter(|key| *key != ',') {
            context.tell(CallEvent::NewDtmf { call, originator: Side::Local, tone, duration: DURATION_MS });
        }
    }
    context.tell(ApiEvent::Answered { call, asked: Asked::Dtmf, answer });
}
