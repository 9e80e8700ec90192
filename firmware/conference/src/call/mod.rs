//! One call, from the first offer to its end.

mod admission;
mod asking;
mod incoming;
mod media_watch;
mod negotiation;
mod outgoing;
mod signalling;
mod ticket;
mod told;

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use roombox_sip::api::{Cause, Command, Event as SipEvent, Failure, HoldState, Originator, RequestId, SessionId};

use crate::api::{CallId, CallState, Command as Wish, MediaFact, MediaRequest};
use crate::catalogue::{CallEvent, CallPhase};
use crate::codecs;
use crate::connection::Link;
use crate::context::Context;
use crate::vendor::{MediaState, Room, Secret, VendorMessage};

use admission::Admission;
use asking::Asking;
pub(crate) use incoming::Caller;
use media_watch::{MediaWatch, WatchAction};
use negotiation::Negotiation;
pub(crate) use negotiation::OfferForm;
pub(crate) use outgoing::Dialled;
use signalling::Signalling;
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

    pub(crate) const fn id(&self) -> CallId {
        self.id
    }

    pub(crate) fn is_ringing(&self) -> bool {
        matches!(self.phase, Phase::Ringing { .. })
    }

    /// Confirmed both ways.
    pub(crate) const fn is_up(&self) -> bool {
        matches!(self.phase, Phase::Up { .. })
    }

    /// The session, once the call stands.
    pub(crate) fn standing_session(&self) -> Option<SessionId> {
        self.session.filter(|_| self.is_up())
    }

    pub(crate) fn is_session(&self, session: SessionId) -> bool {
        self.session == Some(session)
    }

    pub(crate) const fn session(&self) -> Option<SessionId> {
        self.session
    }

    /// The room the server let us into.
    pub(crate) const fn room(&self) -> Option<&Room> {
        self.admission.room()
    }

    /// Our token for the HTTP interface of the conference we are in.
    pub(crate) fn token(&self) -> Option<&Secret> {
        self.admission.token()
    }

    /// Where the call is, by the names of the catalogue (spec section 2.9).
    pub(crate) fn phase(&self) -> CallPhase {
        self.admission.phase(self.is_up())
    }

    /// Address of the other side.
    pub(crate) fn peer(&self) -> &str {
        &self.peer
    }

    /// What is known about its hold.
    pub(crate) const fn hold(&self) -> HoldState {
        self.hold
    }

    /// User and host of the other side.
    pub(crate) fn peer_parts(&self) -> (String, String) {
        let user = user_part(&self.peer).to_owned();
        let host = self.peer.split_once('@').map_or("", |(_, host)| host);
        (user, host.split([';', '?', ':']).next().unwrap_or_default().to_owned())
    }

    /// How the other side names itself.
    pub(crate) fn display_name(&self) -> &str {
        if self.name == self.peer { "" } else { &self.name }
    }

    pub(crate) fn is_to(&self, target: &str) -> bool {
        self.peer == target && !self.is_ringing()
    }

    /// How long the call has stood.
    pub(crate) fn stood(&self, now: Instant) -> Option<Duration> {
        match self.phase {
            Phase::Up { since } => Some(now.saturating_duration_since(since)),
            _ => None,
        }
    }

    pub(crate) fn state(&self) -> CallState {
        let (call, target) = (self.id, self.peer.clone());
        match &self.phase {
            Phase::Ringing { .. } => CallState::Ringing { call, from: self.name.clone() },
            Phase::Up { .. } => CallState::InCall {
                call,
                target,
                room: self.room().map(|room| room.name.clone()),
                participant: self.room().map(|room| room.participant.clone()),
                media_connected: self.media.flowing(),
            },
            _ => CallState::Connecting { call, target },
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
                self.media.lost(now);
                Step::Continue(())
            }
            MediaFact::Failed { reason, .. } => self.media_failed(context, now, reason),
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
            Wish::Hold { hold, .. } => self.ask_hold(context, *hold),
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

    /// The connection under the call changed.
    pub(crate) fn handle_link(&mut self, context: &mut Context, now: Instant, link: Link) -> Step {
        match (&self.phase, link) {
            (Phase::Up { .. }, _) => {
                if self.signalling.link_changed(now, link) {
                    let restart_ice = !self.media.flowing() || std::mem::take(&mut self.has_other_path);
                    self.wish_offer(context, now, restart_ice);
                }
                Step::Continue(())
            }
            (_, Link::Down) => self.give_up(context, Cause::ConnectionError, "the connection to the server was lost"),
            _ => Step::Continue(()),
        }
    }

    /// The network under the call changed: ICE is restarted, now or as soon as the peer can be reached again.
    pub(crate) fn path_changed(&mut self, context: &mut Context, now: Instant) {
        if !self.is_up() {
            return;
        }
        if self.signalling.lost_since().is_some() {
            self.has_other_path = true;
        } else {
            self.wish_offer(context, now, true);
        }
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant) -> Step {
        let deadlines = [self.deadline, self.negotiation.deadline()];
        if deadlines.iter().flatten().any(|deadline| *deadline <= now) {
            return self.phase_took_too_long(context);
        }
        if let Some(lost) = self.signalling.lost_since() {
            return if self.unreachable_until(context, lost) <= now {
                self.give_up(context, Cause::ConnectionError, "the connection to the server was lost")
            } else {
                Step::Continue(())
            };
        }
        match self.media.handle_timeout(now, &context.config.call) {
            WatchAction::Nothing => Step::Continue(()),
            WatchAction::RestartIce => {
                self.wish_offer(context, now, true);
                Step::Continue(())
            }
            WatchAction::GiveUp => self.give_up(context, Cause::WebrtcError, "picture and sound did not get through"),
        }
    }

    pub(crate) fn next_deadline(&self, context: &Context) -> Option<Instant> {
        let watch = match self.signalling.lost_since() {
            Some(lost) => Some(self.unreachable_until(context, lost)),
            None => self.media.next_deadline(&context.config.call),
        };
        [self.deadline, self.negotiation.deadline(), watch].into_iter().flatten().min()
    }

    /// The other side is put on hold, or back, once it agrees; told by the facts that come back.
    pub(crate) fn ask_hold(&self, context: &mut Context, hold: bool) {
        if let (true, Some(session)) = (self.is_up() && self.hold.asked != hold, self.session) {
            context.sip(Command::Hold { session, hold });
        }
    }

    /// Somebody here ends it.
    pub(crate) fn leave(&self, context: &mut Context) -> Failure {
        if self.is_ringing() {
            return self.refuse(context, 486, Cause::Busy);
        }
        context.tell(CallEvent::EndCall { call: self.id });
        self.hang_up(context, Cause::Canceled, "left")
    }

    /// Ends it from this side in the way its phase asks for.
    pub(crate) fn hang_up(&self, context: &mut Context, cause: Cause, reason: &str) -> Failure {
        if let Some(session) = self.session {
            context.sip(Command::Terminate { session, cause });
        }
        failure(Originator::Local, cause, reason)
    }

    /// Ends it because it cannot go on.
    pub(crate) fn give_up(&self, context: &mut Context, cause: Cause, reason: &str) -> Step {
        let failure = self.hang_up(context, cause, reason);
        Step::Break(Failure { originator: Originator::System, ..failure })
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

    fn media_failed(&mut self, context: &mut Context, now: Instant, reason: &str) -> Step {
        self.tell_media_failed(context, reason);
        if self.media.flowing() && self.negotiation_refused(context, now, reason) {
            return Step::Continue(());
        }
        if let (Phase::Answering { .. }, Some(session)) = (&self.phase, self.session) {
            context.sip(Command::Reject { session, status: 488, headers: Vec::new() });
            return Step::Break(failure(Originator::System, Cause::IncompatibleSdp, reason));
        }
        self.give_up(context, Cause::WebrtcError, reason)
    }

    fn phase_took_too_long(&mut self, context: &mut Context) -> Step {
        match self.phase {
            Phase::Calling => self.give_up(context, Cause::NoAnswer, "the call was not answered"),
            _ => self.give_up(context, Cause::WebrtcError, "picture and sound could not be made ready"),
        }
    }

    /// Until when a call without connection is kept: long while media flows, short without.
    fn unreachable_until(&self, context: &Context, connection_lost: Instant) -> Instant {
        let policy = &context.config.call;
        match self.media.lost_since() {
            None => connection_lost + policy.without_connection,
            Some(media_lost) => connection_lost.max(media_lost) + policy.without_both,
        }
    }

    fn ask_for_offer(&self, context: &mut Context, restart_ice: bool) {
        context.media(MediaRequest::CreateOffer { call: self.id, restart_ice });
    }
}

fn failure(originator: Originator, cause: Cause, reason: &str) -> Failure {
    Failure { originator, cause, status: None, reason: reason.to_owned(), retry_after: None, peer_reason: None }
}

/// `100` of `sip:100@host;param`.
fn user_part(uri: &str) -> &str {
    let rest = uri.split_once(':').map_or(uri, |(_, rest)| rest);
    rest.split(['@', ';', '?']).next().unwrap_or(rest)
}
