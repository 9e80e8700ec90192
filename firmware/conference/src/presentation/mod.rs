//! Our presentation, the second video stream (spec section 4).
//!
//! Permission by INFO, the picture put on its sender by media, a new offer where that made a new m-line. Better than the
//! library of old, with the same messages:
//!
//! * Whatever fails, the call goes on. `presentation:failed` tells each failure with its kind, refusals too, and tells the
//!   failure itself where the library says that a limit is reached.
//! * A stop takes the picture away at once, also while the start is still under way.
//! * A start that failed after the server had permitted it is taken back (INFO), so that nobody waits for a picture.
//! * Attempts are counted together: `failed` is told when the last one has failed.
//!
//! Two messages of version 20 are not sent: `YOUMUSTSTOPSENDCONTENT` before and after a presentation to a single peer (spec
//! section 3.2, row 11).

mod change;
mod failure;
mod picture;
mod start;
mod stop;

use std::time::{Duration, Instant};

use roombox_sip::api::{self as sip, RequestId};

use crate::again::Again;
use crate::api::{CallId, Command, ContentHint, MediaFact, PresentCommand};
use crate::call::{Call, OfferTicket};
use crate::catalogue::{
    CallPhase, MediaCommand, MediaEvent, MediaOutcome, PresentationEvent, PresentationFault, PresentationPhase,
};
use crate::context::Context;
use crate::vendor::ClientMessage;
use crate::vendor::outgoing::{Outcome, Outgoing};
use failure::{Failure, refusal};
use picture::Picture;

/// Between two attempts (spec section 4.1).
const RETRY_AFTER: Duration = Duration::from_millis(300);

/// How far the presentation is.
#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    #[default]
    Idle,
    /// The last one failed.
    Failed,
    Starting(Start),
    Active(Change),
    /// The other side is being told.
    Stopping,
}

/// Steps of an attempt to start.
#[derive(Debug, PartialEq, Eq)]
enum Start {
    /// The permission INFO is on its way.
    Asking(RequestId),
    /// Media puts the picture on its sender, until `deadline` at most.
    Attaching { deadline: Instant },
    /// The offer with the new m-line is under way.
    Offering(OfferTicket),
    /// The next attempt begins at `until`.
    Resting { until: Instant },
}

/// Another picture source on the running presentation (spec section 4.2).
#[derive(Debug, PartialEq, Eq)]
enum Change {
    None,
    /// The permission INFO is on its way.
    Asking(RequestId),
    /// Media changes the source, until `deadline` at most.
    Attaching {
        deadline: Instant,
    },
}

/// What was wished at the start.
#[derive(Clone, Copy, Debug)]
struct Wish {
    hint: ContentHint,
    max_bitrate: Option<u32>,
    /// Attempts that are left.
    attempts: u32,
}

/// The presentation of one call.
#[derive(Debug, Default)]
pub(crate) struct Presentation {
    stage: Stage,
    outgoing: Outgoing,
    picture: Picture,
    wish: Option<Wish>,
    /// To a single peer (true) or to a conference: decides the words.
    to_peer: bool,
    /// A farewell on its way, and when to say it again.
    farewell: Option<RequestId>,
    again: Again,
    /// The stop INFO on its way.
    stopping: Option<RequestId>,
    /// The server wants the stop.
    by_server: bool,
    /// Another source was wished while something else was under way.
    update_wished: bool,
    /// A start was wished while the stop was under way.
    start_wished: Option<Wish>,
}

impl Presentation {
    /// Its phase, as the snapshot names it.
    pub(crate) const fn phase(&self) -> PresentationPhase {
        match self.stage {
            Stage::Idle => PresentationPhase::Idle,
            Stage::Failed => PresentationPhase::Failed,
            Stage::Starting(_) => PresentationPhase::Starting,
            Stage::Active(_) => PresentationPhase::Active,
            Stage::Stopping => PresentationPhase::Stopping,
        }
    }

    pub(crate) fn command(&mut self, context: &mut Context, now: Instant, call: &mut Call, command: &Command) {
        let Command::Present { command, .. } = command else { return };
        match *command {
            PresentCommand::Start { hint, max_bitrate, attempts } => {
                self.start(context, call, Wish { hint, max_bitrate, attempts: attempts.max(1) });
            }
            PresentCommand::Stop => self.stop(context, call),
            PresentCommand::Update => self.update(context, call),
        }
        self.follow_up(context, now, call);
    }

    /// What became of an INFO; does nothing for those of others.
    pub(crate) fn response(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        request: RequestId,
        outcome: &Result<sip::FinalResponse, sip::Failure>,
    ) {
        let Some(reply) = self.outgoing.handle_response(request, outcome) else { return };
        // Without an answer nobody knows whether the other side waits for our picture.
        if matches!(reply.outcome, Outcome::Failed(_)) {
            self.again.plan(now);
        } else if self.farewell == Some(request) {
            self.again.forget();
        }
        self.farewell.take_if(|farewell| *farewell == request);
        match self.stage {
            Stage::Starting(Start::Asking(asked)) if asked == request => {
                self.start_answered(context, now, call, reply.outcome);
            }
            Stage::Active(Change::Asking(asked)) if asked == request => {
                self.change_answered(context, now, call, reply.outcome);
            }
            Stage::Stopping if self.stopping == Some(request) => self.stop_answered(context, call, reply.outcome),
            _ => {}
        }
        self.follow_up(context, now, call);
    }

    pub(crate) fn media_fact(&mut self, context: &mut Context, now: Instant, call: &mut Call, fact: &MediaFact) {
        let outcome = match fact {
            MediaFact::PresentationReady { renegotiate, .. } => Ok(*renegotiate),
            MediaFact::PresentationFailed { reason, .. } | MediaFact::PresentationSourceFailed { reason, .. } => {
                Err(reason.as_str())
            }
            _ => {
                self.picture_fact(context, fact);
                return self.follow_up(context, now, call);
            }
        };
        if self.picture.is_last_answer() {
            match (&self.stage, fact) {
                // It would not open the next time: further attempts are for answers that were lost.
                (Stage::Starting(Start::Attaching { .. }), MediaFact::PresentationSourceFailed { .. }) => {
                    self.lost(context, call, outcome);
                }
                (Stage::Starting(Start::Attaching { .. }), _) => self.attached(context, now, call, outcome),
                (Stage::Active(_), MediaFact::PresentationSourceFailed { reason, .. }) => {
                    self.not_changed(context, call, reason);
                }
                (Stage::Active(Change::Attaching { .. }), _) => self.changed(context, call, outcome),
                // Media gives the running presentation up by itself.
                (Stage::Active(_), _) if outcome.is_err() => self.lost(context, call, outcome),
                _ => {}
            }
        }
        self.follow_up(context, now, call);
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: &mut Call) {
        if self.next_deadline().is_some_and(|deadline| deadline <= now) {
            let late = Err("media did not answer");
            match self.stage {
                Stage::Starting(Start::Attaching { .. }) => self.attached(context, now, call, late),
                Stage::Starting(Start::Resting { .. }) => self.ask(context, call),
                Stage::Active(Change::Attaching { .. }) => self.changed(context, call, late),
                Stage::Idle | Stage::Failed if self.again.due(now) => drop(self.take_leave(context, call)),
                _ => {}
            }
        }
        self.follow_up(context, now, call);
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Starting(Start::Attaching { deadline } | Start::Resting { until: deadline })
            | Stage::Active(Change::Attaching { deadline }) => Some(deadline),
            Stage::Idle | Stage::Failed => self.again.deadline(),
            _ => None,
        }
    }

    /// The call is over, and the presentation with it. Nothing can be sent any more.
    pub(crate) fn call_ended(&mut self, context: &mut Context, call: &Call, failure: &sip::Failure) {
        match self.stage {
            Stage::Idle | Stage::Failed => {}
            Stage::Starting(_) => {
                let kind = PresentationFault::NoCall;
                context.tell(PresentationEvent::Failed { call: call.id(), kind, error: failure.into() });
            }
            Stage::Active(_) | Stage::Stopping => {
                context.tell(PresentationEvent::Ended { call: call.id(), track: None });
            }
        }
        self.stage = Stage::Idle;
    }

    /// After every occasion: has our offer ended, and is something wished that had to wait?
    pub(crate) fn follow_up(&mut self, context: &mut Context, now: Instant, call: &mut Call) {
        if let Stage::Starting(Start::Offering(ticket)) = self.stage
            && let Some(outcome) = call.offer_outcome(ticket).cloned()
        {
            self.offered(context, now, call, outcome);
        }
        match self.stage {
            Stage::Active(Change::None) if std::mem::take(&mut self.update_wished) => self.update(context, call),
            Stage::Idle | Stage::Failed => {
                if let Some(wish) = self.start_wished.take() {
                    self.start(context, call, wish);
                }
            }
            _ => {}
        }
    }

    /// Says it inside the call; `None` when there is no session to say it in.
    fn say(&mut self, context: &mut Context, call: &Call, message: ClientMessage) -> Option<RequestId> {
        let session = call.standing_session()?;
        Some(self.outgoing.say(context, session, message))
    }

    const fn permission(&self) -> ClientMessage {
        if self.to_peer { ClientMessage::ContentStarts } else { ClientMessage::AskToPresent }
    }

    /// Says that there is no picture of ours any more.
    fn take_leave(&mut self, context: &mut Context, call: &Call) -> Option<RequestId> {
        let message = if self.to_peer { ClientMessage::ContentEnded } else { ClientMessage::PresentationStopped };
        self.farewell = self.say(context, call, message);
        self.farewell
    }

    /// The picture is on its sender, or may be.
    const fn is_attached(&self) -> bool {
        matches!(self.stage, Stage::Starting(Start::Offering(_)) | Stage::Active(_))
    }
}

/// A command came where it has no meaning; nothing changed.
fn tell_refused(context: &mut Context, call: CallId, reason: &str) {
    let outcome = MediaOutcome::Failed { reason: reason.to_owned() };
    context.tell(MediaEvent::CommandFinished { call, command: MediaCommand::Present, outcome });
}

/// A room for two, or a call that only shows a presentation (spec section 4.1).
const fn is_to_peer(phase: CallPhase) -> bool {
    matches!(phase, CallPhase::DirectP2pRoom | CallPhase::PresentationCall)
}
