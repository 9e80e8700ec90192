//! Offers and answers inside a standing call, from either side (RFC 3264, RFC 6337; spec section 2.6).
//!
//! Unlike the vendor's client, a refused offer does not end the call: it goes on as it was (RFC 3261 section 14.1).

use std::time::Instant;

use roombox_sip::api::{Body, Cause, Command, Failure};

use super::ticket::{OfferOutcome, OfferTicket, Offers};
use super::told::FailedStep;
use super::{Call, Phase, Step};
use crate::api::MediaRequest;
use crate::catalogue::{CallEvent, Side};
use crate::codecs;
use crate::context::Context;

/// Final answers after which the dialog is gone (RFC 5057 section 5.1).
const DIALOG_GONE: [u16; 12] = [404, 408, 410, 416, 480, 481, 482, 483, 484, 485, 502, 604];

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Idle,
    /// Media makes our offer.
    MakingOffer,
    /// Our offer is with the endpoint, which repeats it after a collision (RFC 3261 section 14.1).
    OfferSent,
    /// Media makes our answer.
    MakingAnswer,
    /// Media makes the offer that an offerless re-INVITE asks for.
    MakingOfferForPeer,
    /// Our offer went out in a 200; the ACK brings the answer.
    AwaitingAck,
    /// Media sets the peer's answer.
    SettingAnswer,
}

/// How we offer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OfferForm {
    /// With new ICE credentials.
    pub(crate) restart_ice: bool,
    /// By UPDATE where the peer allows it, else by re-INVITE.
    pub(crate) by_update: bool,
}

/// A re-INVITE of the peer; without a body it asks for our offer.
#[derive(Debug)]
struct PeerOffer {
    body: Option<Body>,
}

/// What is being negotiated.
#[derive(Debug, Default)]
pub(super) struct Negotiation {
    stage: Stage,
    /// An offer of ours waits for its turn.
    wished: Option<OfferForm>,
    /// The offer of ours that is under way goes by UPDATE.
    by_update: bool,
    /// The peer's next offer (or its wish for one of ours) came while its answer was being set.
    peer_waits: Option<PeerOffer>,
    /// When media has taken too long.
    deadline: Option<Instant>,
    /// Ours, and how they ended.
    offers: Offers,
}

impl Negotiation {
    /// Our offer was in the 200 to an offerless INVITE.
    pub(super) const fn expect_answer(&mut self) {
        self.stage = Stage::AwaitingAck;
    }

    /// The event of the step that media could not take; `None` when it was asked for nothing.
    pub(super) fn failed_at(&self) -> Option<FailedStep> {
        match self.stage {
            Stage::MakingOffer | Stage::MakingOfferForPeer => {
                Some(|call, reason| CallEvent::CreateOfferFailed { call, reason })
            }
            Stage::MakingAnswer => Some(|call, reason| CallEvent::CreateAnswerFailed { call, reason }),
            Stage::SettingAnswer => Some(|call, reason| CallEvent::SetRemoteDescriptionFailed { call, reason }),
            Stage::Idle | Stage::OfferSent | Stage::AwaitingAck => None,
        }
    }

    pub(super) const fn deadline(&self) -> Option<Instant> {
        self.deadline
    }
}

impl Call {
    /// We want to offer: at once, or as soon as what is under way has ended. Several wishes may share one offer.
    pub(crate) fn wish_offer(&mut self, context: &mut Context, now: Instant, restart_ice: bool) -> OfferTicket {
        self.wish_offer_in_form(context, now, OfferForm { restart_ice, by_update: false })
    }

    /// As [`Call::wish_offer`]. The shared offer restarts ICE where one wish does, and goes as the last one says.
    pub(crate) fn wish_offer_in_form(&mut self, context: &mut Context, now: Instant, form: OfferForm) -> OfferTicket {
        let restart_ice = form.restart_ice || self.negotiation.wished.is_some_and(|wished| wished.restart_ice);
        self.negotiation.wished = Some(OfferForm { restart_ice, ..form });
        let ticket = self.negotiation.offers.next();
        if self.negotiation.stage == Stage::Idle {
            self.begin_wished_offer(context, now);
        }
        ticket
    }

    /// How the offer that carried a wish ended; `None` while it waits or is under way.
    pub(crate) fn offer_outcome(&self, ticket: OfferTicket) -> Option<&OfferOutcome> {
        self.negotiation.offers.outcome(ticket)
    }

    /// An offer would go out at once: the call stands, the peer can be reached and nothing is being negotiated.
    pub(crate) fn is_ready_to_offer(&self) -> bool {
        self.is_up() && self.negotiation.stage == Stage::Idle && self.signalling.lost_since().is_none()
    }

    /// Media has made our offer.
    pub(super) fn send_offer(&mut self, context: &mut Context, sdp: &str) {
        let Some(session) = self.session else { return };
        let body = Body::sdp(sdp);
        self.negotiation.deadline = None;
        match self.negotiation.stage {
            Stage::MakingOffer => {
                self.negotiation.stage = Stage::OfferSent;
                self.tell_sdp(context, Side::Local, "offer");
                let headers = Vec::new();
                context.sip(if self.negotiation.by_update {
                    Command::Update { session, body, headers }
                } else {
                    Command::Reinvite { session, body, headers }
                });
            }
            Stage::MakingOfferForPeer => {
                self.negotiation.stage = Stage::AwaitingAck;
                context.sip(Command::AnswerOffer { session, answer: Ok(body) });
            }
            _ => {}
        }
    }

    /// The peer offers again. While anything of ours is under way it has to wait (491, RFC 3261 section 14.2).
    pub(super) fn peer_offers(&mut self, context: &mut Context, now: Instant, body: Option<&Body>) {
        let standing = matches!(self.phase, Phase::Up { .. });
        match self.negotiation.stage {
            Stage::Idle if standing => self.take_peer_offer(context, now, body),
            Stage::SettingAnswer if standing => self.negotiation.peer_waits = Some(PeerOffer { body: body.cloned() }),
            _ => self.refuse_peer_offer(context, 491),
        }
    }

    /// Media has made the answer to the peer's offer.
    pub(super) fn answer_peer(&mut self, context: &mut Context, now: Instant, sdp: &str) {
        if self.negotiation.stage != Stage::MakingAnswer {
            return;
        }
        if let Some(session) = self.session {
            self.tell_sdp(context, Side::Local, "answer");
            context.sip(Command::AnswerOffer { session, answer: Ok(Body::sdp(sdp)) });
        }
        self.negotiation_over(context, now, OfferOutcome::Agreed);
    }

    /// The peer answered our offer.
    pub(super) fn offer_answered(&mut self, context: &mut Context, now: Instant, body: Option<&Body>) -> Step {
        if !matches!(self.negotiation.stage, Stage::OfferSent | Stage::AwaitingAck) {
            return Step::Continue(());
        }
        let Some(sdp) = body.and_then(Body::text) else {
            return self.give_up(context, Cause::BadMediaDescription, "the answer has no session description");
        };
        self.signalling.verified();
        self.set_answer(context, now, sdp);
        Step::Continue(())
    }

    /// Hands the peer's answer to media; nothing else is negotiated until it is set.
    pub(super) fn set_answer(&mut self, context: &mut Context, now: Instant, sdp: &str) {
        self.tell_sdp(context, Side::Remote, "answer");
        context.media(MediaRequest::AcceptAnswer { call: self.id, sdp: sdp.to_owned() });
        self.media_works(context, now, Stage::SettingAnswer);
    }

    /// Media has set the peer's answer.
    pub(super) fn answer_set(&mut self, context: &mut Context, now: Instant) {
        if self.negotiation.stage == Stage::SettingAnswer {
            self.negotiation_over(context, now, OfferOutcome::Agreed);
        }
    }

    /// The peer refused our offer, or did not get it.
    pub(super) fn offer_failed(&mut self, context: &mut Context, now: Instant, failure: &Failure) -> Step {
        if self.negotiation.stage != Stage::OfferSent {
            return Step::Continue(());
        }
        if is_dialog_gone(failure) {
            self.hang_up(context, Cause::DialogError, &failure.reason);
            return Step::Break(failure.clone());
        }
        if failure.cause != Cause::ConnectionError {
            self.signalling.verified();
        }
        self.negotiation_over(context, now, OfferOutcome::Refused(failure.clone()));
        Step::Continue(())
    }

    /// Media could not do what a renegotiation needs; true when there was one and it is refused now.
    pub(super) fn negotiation_refused(&mut self, context: &mut Context, now: Instant, reason: &str) -> bool {
        if self.negotiation.stage == Stage::Idle {
            return false;
        }
        if matches!(self.negotiation.stage, Stage::MakingAnswer | Stage::MakingOfferForPeer) {
            self.refuse_peer_offer(context, 488);
        }
        self.negotiation_over(context, now, OfferOutcome::MediaFailed(reason.to_owned()));
        true
    }

    fn take_peer_offer(&mut self, context: &mut Context, now: Instant, body: Option<&Body>) {
        match body.map(Body::text) {
            None => {
                self.media_works(context, now, Stage::MakingOfferForPeer);
                self.ask_for_offer(context, false);
            }
            Some(Some(offer)) => {
                self.tell_sdp(context, Side::Remote, "offer");
                self.media_works(context, now, Stage::MakingAnswer);
                let offer = codecs::arrange(offer, &context.config.media);
                context.media(MediaRequest::CreateAnswer { call: self.id, offer });
            }
            Some(None) => self.refuse_peer_offer(context, 488),
        }
    }

    fn refuse_peer_offer(&self, context: &mut Context, status: u16) {
        if let Some(session) = self.session {
            context.sip(Command::AnswerOffer { session, answer: Err(status) });
        }
    }

    /// What the peer has been waiting for goes before what we wish.
    fn negotiation_over(&mut self, context: &mut Context, now: Instant, outcome: OfferOutcome) {
        self.negotiation.offers.end(outcome);
        self.negotiation.stage = Stage::Idle;
        self.negotiation.deadline = None;
        match self.negotiation.peer_waits.take() {
            Some(offer) => self.take_peer_offer(context, now, offer.body.as_ref()),
            None => self.begin_wished_offer(context, now),
        }
    }

    fn begin_wished_offer(&mut self, context: &mut Context, now: Instant) {
        if let (Phase::Up { .. }, Some(form)) = (&self.phase, self.negotiation.wished.take()) {
            self.negotiation.offers.begin();
            self.negotiation.by_update = form.by_update;
            self.media_works(context, now, Stage::MakingOffer);
            self.ask_for_offer(context, form.restart_ice);
        }
    }

    fn media_works(&mut self, context: &Context, now: Instant, stage: Stage) {
        self.negotiation.stage = stage;
        self.negotiation.deadline = Some(now + context.config.call.media_answer);
    }
}

fn is_dialog_gone(failure: &Failure) -> bool {
    failure.status.is_some_and(|status| DIALOG_GONE.contains(&status))
        || matches!(failure.cause, Cause::DialogError | Cause::RequestTimeout)
}
