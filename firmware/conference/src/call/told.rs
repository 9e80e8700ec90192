//! What a call tells of itself by the names of the catalogue (spec sections 2 and 9).

use roombox_sip::api::{Event as SipEvent, Failure, HoldState, Originator};

use super::{Call, Phase, user_part};
use crate::api::{CallId, Event};
use crate::catalogue::{CallEvent, EndEvent, Side};
use crate::context::Context;
use crate::vendor::MediaState;

impl Call {
    /// A call is made, or answered.
    pub(super) fn tell_start(&self, context: &mut Context) {
        let (call, number) = (self.id, user_part(&self.peer).to_owned());
        context.tell(CallEvent::StartCall { call, number, answer: self.incoming });
        context.tell(CallEvent::Connecting { call });
    }

    /// Media has made the first description of the call.
    pub(super) fn tell_media_ready(&self, context: &mut Context, sdp: &str) {
        context.tell(CallEvent::PeerConnection { call: self.id });
        let candidates = sdp.lines().filter(|line| line.starts_with("a=candidate:")).count();
        if let Ok(candidates @ 1..) = u32::try_from(candidates) {
            context.tell(CallEvent::IceCandidate { call: self.id, candidates });
        }
    }

    pub(super) fn tell_sdp(&self, context: &mut Context, originator: Side, kind: &str) {
        context.tell(CallEvent::Sdp { call: self.id, originator, kind: kind.to_owned() });
    }

    /// It stands: whoever sends the ACK confirms it.
    pub(super) fn tell_confirmed(&self, context: &mut Context) {
        let originator = if self.incoming { Side::Remote } else { Side::Local };
        context.tell(CallEvent::Confirmed { call: self.id, originator });
        context.tell(CallEvent::PeerConnectionConfirmed { call: self.id });
    }

    /// What the session tells that changes nothing in the call.
    pub(super) fn tell_session(&mut self, context: &mut Context, event: &SipEvent) {
        let call = self.id;
        match event {
            SipEvent::Hold { hold, .. } => self.hold_changed(context, *hold),
            SipEvent::Info { headers, body, .. } => {
                let line = headers.iter().find(|line| line.name.eq_ignore_ascii_case("content-type"));
                let in_body = body.as_ref().map(|body| body.content_type.clone());
                let content_type = line.map(|line| line.value.clone()).or(in_body);
                context.tell(CallEvent::NewInfo { call, originator: Side::Remote, content_type });
            }
            SipEvent::Offer { by_update: true, .. } => context.tell(CallEvent::Update { call }),
            SipEvent::Offer { .. } => context.tell(CallEvent::Reinvite { call }),
            SipEvent::Progress { status, .. } => {
                context.tell(CallEvent::Progress { call, originator: Side::Remote, status: Some(*status) });
            }
            _ => {}
        }
    }

    /// Asked and agreed are two things: `call:hold` tells the second, the facts tell both.
    fn hold_changed(&mut self, context: &mut Context, hold: HoldState) {
        let before = std::mem::replace(&mut self.hold, hold);
        for (side, was, is) in
            [(Side::Local, before.confirmed, hold.confirmed), (Side::Remote, before.by_peer, hold.by_peer)]
        {
            match (was, is) {
                (false, true) => context.tell(CallEvent::Hold { call: self.id, originator: side }),
                (true, false) => context.tell(CallEvent::Unhold { call: self.id, originator: side }),
                _ => {}
            }
        }
        if before != hold {
            context.event(Event::CallHold { call: self.id, hold });
        }
    }

    /// Microphone and camera changed while the call stands.
    pub(super) fn tell_muting(&self, context: &mut Context, before: MediaState, now: MediaState) {
        let call = self.id;
        let (audio, video) = (before.microphone && !now.microphone, before.camera && !now.camera);
        if audio || video {
            context.tell(CallEvent::Muted { call, audio, video });
        }
        let (audio, video) = (!before.microphone && now.microphone, !before.camera && now.camera);
        if audio || video {
            context.tell(CallEvent::Unmuted { call, audio, video });
        }
    }

    /// Media could not do what the call asked for.
    pub(super) fn tell_media_failed(&self, context: &mut Context, reason: &str) {
        let (call, reason) = (self.id, reason.to_owned());
        let event = match self.phase {
            Phase::Offering | Phase::Answering { offerless: true } => CallEvent::CreateOfferFailed { call, reason },
            Phase::Answering { offerless: false } => CallEvent::CreateAnswerFailed { call, reason },
            _ => match self.negotiation.failed_at() {
                Some(event) => event(call, reason),
                None => return,
            },
        };
        context.tell(event);
    }

    /// It is over: `call:ended` after it stood, `call:failed` before.
    pub(crate) fn tell_end(&self, context: &mut Context, failure: &Failure) {
        let end = EndEvent::new(self.id, failure);
        if self.is_up() {
            context.tell(CallEvent::Ended(end.clone()));
        } else {
            context.tell(CallEvent::Failed(end.clone()));
        }
        if failure.originator == Originator::Remote {
            context.tell(CallEvent::EndedFromServer(end));
        }
    }
}

/// Makes the event of a failed step.
pub(super) type FailedStep = fn(CallId, String) -> CallEvent;
