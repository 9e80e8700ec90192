//! One call, from the first offer to its end.

mod admission;
mod asking;
mod ending;
mod incoming;
mod media_watch;
mod negotiation;
mod outgoing;
mod signalling;
mod state;
mod ticket;
mod told;
mod waits;

use std::ops::ControlFlow;
use std::time::Instant;

use roombox_sip::api::{Cause, Command, Event as SipEvent, Failure, HoldState, RequestId, SessionId};

use crate::api::{CallId, Command as Wish, MediaFact, MediaRequest};
use crate::codecs;
use crate::context::Context;
use crate::vendor::{MediaState, VendorMessage};

use admission::Admission;
use asking::Asking;
use ending::failure;
pub(crate) use incoming::Caller;
use media_watch::MediaWatch;
use negotiation::Negotiation;
pub(crate) use negotiation::OfferForm;
pub(crate) use outgoing::Dialled;
use signalling::Signalling;
use state::user_part;
pub(crate) use ticket::{OfferOutcome, OfferTicket};

/// Whether the call goes on; `Break` tells why it is over. The caller then closes its media.
pub(crate) type Step = ControlFlow<Failure>;

/// How far the call is.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Phase {
    /// Incoming: nobody has answered yet.
    Ringing { offer: Option<String> },
    /// Incoming: media makes the answer (or the offer, where the caller left that to us).
    Answering { offerless: bool },
    /// Incoming: 200 sent, no ACK yet.
    AwaitingAck,
    /// Outgoing: media makes the offer.
    Offering,
    /// Outgoing: INVITE sent.
    Calling,
    /// Outgoing: 200 received.
    Accepted,
    /// Confirmed both ways.
    Up { since: Instant },
}

/// One call.
#[derive(Debug)]
pub(crate) struct Call {
    id: CallId,
    incoming: bool,
    session: Option<SessionId>,
    /// Address of the other side.
    peer: String,
    /// How the other side names itself.
    name: String,
    phase: Phase,
    /// When the present phase has taken too long.
    deadline: Option<Instant>,
    negotiation: Negotiation,
    media: MediaWatch,
    /// The network changed while the peer could not be reached.
    has_other_path: bool,
    signalling: Signalling,
    admission: Admission,
    asking: Asking,
    hold: HoldState,
    /// It only shows a presentation.
    presentation: bool,
    /// The transfer that it is made for.
    follows: Option<RequestId>,
    /// What the server was last told about microphone and camera.
    announced: Option<MediaState>,
}

impl Call {
    fn new(context: &mut Context, peer: String, name: String, phase: Phase) -> Self {
        Self {
            id: context.next_call(),
            incoming: matches!(phase, Phase::Ringing { .. }),
            session: None,
            peer,
            name,
            phase,
            deadline: None,
            negotiation: Negotiation::default(),
            media: MediaWatch::default(),
            has_other_path: false,
            signalling: Signalling::default(),
            admission: Admission::default(),
            asking: Asking::default(),
            hold: HoldState::default(),
            presentation: false,
            follows: None,
            announced: None,
        }
    }

    /// An event of this call's session.
    pub(crate) fn handle_sip(&mut self, context: &mut Context, now: Instant, event: &SipEvent) -> Step {
        self.tell_session(context, event);
        match event {
            SipEvent::Accepted { body, .. } => self.accepted(context, now, body.as_ref()),
            SipEvent::Confirmed { .. } => self.confirmed(context, now),
            SipEvent::Ended { failure, .. } => Step::Break(failure.clone()),
            SipEvent::Offer { body, .. } => {
                self.peer_offers(context, now, body.as_ref());
                Step::Continue(())
            }
            SipEvent::OfferAnswered { body, .. } => self.offer_answered(context, now, body.as_ref()),
            SipEvent::OfferFailed { failure, .. } => self.offer_failed(context, now, failure),
            _ => Step::Continue(()),
        }
    }

    /// A fact about this call's media.
    pub(crate) fn handle_media(&mut self, context: &mut Context, now: Instant, fact: &MediaFact) -> Step {
        match fact {
            MediaFact::OfferReady { sdp, .. } => {
                let sdp = codecs::arrange(sdp, &context.config.media);
                self.offer_ready(context, now, &sdp)
            }
            MediaFact::AnswerReady { sdp, .. } => self.answer_ready(context, now, sdp),
            MediaFact::Connected { .. } => {
                self.media.connected();
                Step::Continue(())
            }
            MediaFact::Disconnected { .. } => {
                if self.media.lost(now, &context.config.call) {
                    self.ask_for_life(context);
                }
                Step::Continue(())
            }
            MediaFact::Failed { reason, .. } => self.media_failed(context, now, reason),
            MediaFact::MediaSeen { flowing, .. } => {
                if let Some(session) = self.session {
                    context.sip(Command::MediaSeen { session, flowing: *flowing });
                }
                Step::Continue(())
            }
            MediaFact::AnswerAccepted { .. } => {
                self.answer_set(context, now);
                Step::Continue(())
            }
            _ => Step::Continue(()),
        }
    }

    /// A command for this call.
    pub(crate) fn handle_command(&mut self, context: &mut Context, now: Instant, command: &Wish) -> Step {
        match command {
            Wish::Answer { .. } => self.answer(context, now),
            Wish::HangUp { .. } => return Step::Break(self.leave(context)),
            Wish::MediaState { .. } => self.announce_media_state(context),
            Wish::Decline { status, .. } if self.is_ringing() => {
                let status = status.unwrap_or(context.config.sessions.decline_status).clamp(300, 699);
                return Step::Break(self.refuse(context, status, Cause::Rejected));
            }
            Wish::Reject { .. } if self.is_ringing() => {
                return Step::Break(self.refuse(context, 603, Cause::Rejected));
            }
            _ => {}
        }
        Step::Continue(())
    }

    /// The other side is put on hold, or back, once it agrees; told by the facts that come back.
    pub(crate) fn ask_hold(&self, context: &mut Context, hold: bool) {
        if let (true, Some(session)) = (self.is_up() && self.hold.asked != hold, self.session) {
            context.sip(Command::Hold { session, hold });
        }
    }

    fn confirmed(&mut self, context: &mut Context, now: Instant) -> Step {
        if matches!(self.phase, Phase::Accepted | Phase::AwaitingAck) {
            self.phase = Phase::Up { since: now };
            self.deadline = None;
            self.media.call_is_up(now);
            self.tell_confirmed(context);
            self.announce_room(context);
            self.announce_media_state(context);
        }
        Step::Continue(())
    }

    /// The server says this by INFO.
    pub(crate) fn hear(&mut self, context: &mut Context, message: &VendorMessage) {
        self.note(message);
        message.tell(context);
    }

    /// What the server says about where the call is.
    pub(crate) fn note(&mut self, message: &VendorMessage) {
        self.admission.hear(message, self.is_up());
    }

    fn ask_for_offer(&self, context: &mut Context, restart_ice: bool) {
        context.media(MediaRequest::CreateOffer { call: self.id, restart_ice });
    }
}
