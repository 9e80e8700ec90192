//! The receive session of a spectator: a second connection that only receives, agreed by HTTP (spec section 2.8).
//!
//! Media makes an offer, the offer goes to the conference server by POST, its answer goes to media. Better than the library
//! of old, with the same exchange:
//!
//! * A failure closes the receive session only; the call and the role stay. `call:recv-session-ended` tells why, and after
//!   a pause it is tried again for ever, as on a box nobody attends.
//! * The offer is what media gives when its candidates are gathered, so the server learns them.
//! * Whatever changes during an exchange (quality, sound, token, conference) is taken in by the next step or by a new
//!   exchange; there is never more than one, and the answer to an older one is dropped.

mod credentials;
mod exchange;

use std::time::{Duration, Instant};

use crate::api::{CallId, Command, HttpId, HttpResponse, MediaFact, MediaRequest, ReceiveQuality};
use crate::call::Call;
use crate::catalogue::{CallEvent, Fault, Role};
use crate::context::Context;
use credentials::Target;

/// Attempts of one exchange (spec section 2.8).
const ATTEMPTS: u32 = 10;
/// Between two of them (spec section 2.8).
const RETRY_AFTER: Duration = Duration::from_millis(500);
/// For the connection to be ready after the answer (spec section 2.8).
const READY_WITHIN: Duration = Duration::from_secs(5);
/// Between a session that was given up for the first time and the next: those of the library end for ever here. Doubled
/// each time, up to [`START_AGAIN_AT_MOST`]; half of it is left to chance, so that many boxes do not come at once.
const START_AGAIN_AFTER: Duration = Duration::from_secs(30);
/// Longest pause between two sessions.
const START_AGAIN_AT_MOST: Duration = Duration::from_mins(5);

/// How far the session is.
#[derive(Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Not a spectator with a connection of its own.
    #[default]
    Off,
    /// No token for the room yet.
    Deferred,
    /// Media makes the offer, until `deadline` at most.
    Offering {
        deadline: Instant,
    },
    /// The offer is with the server.
    Posting {
        request: HttpId,
        offer: String,
    },
    /// The POST failed; the next goes out at `until`.
    Resting {
        until: Instant,
        offer: String,
    },
    /// Media sets the answer and connects, until `deadline` at most.
    Connecting {
        deadline: Instant,
    },
    Running,
    /// Media failed; a new connection is made at `until`.
    Reopening {
        until: Instant,
    },
    /// Given up; tried again at `until`.
    Failed {
        until: Instant,
    },
}

/// The connection that the conference comes by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Feed {
    pub(crate) quality: ReceiveQuality,
    /// It stands; else it is being made anew.
    pub(crate) is_running: bool,
}

/// The receive session of one call.
#[derive(Debug, Default)]
pub(crate) struct Receive {
    stage: Stage,
    quality: ReceiveQuality,
    /// What the present exchange is for.
    target: Option<Target>,
    /// Failures of the present exchange.
    failures: u32,
    /// Exchanges given up since the last one that ran.
    given_up: u32,
    /// `recv-session-started` has been told and not ended.
    told_started: bool,
}

impl Receive {
    /// The role, the token, the room or the quality may be others now.
    pub(crate) fn follow(&mut self, context: &mut Context, now: Instant, call: &Call, role: &Role) {
        let Role::Spectator { audio_id } = role else { return self.leave(context, call.id()) };
        let Some(target) = Target::of(call, audio_id, self.quality) else {
            if self.stage == Stage::Off {
                self.stage = Stage::Deferred;
            }
            return;
        };
        let present = self.target.as_ref();
        let goes_on = match self.stage {
            Stage::Off | Stage::Deferred => false,
            // The offer that is being made fits every target.
            Stage::Offering { .. } => true,
            // Another token may be what was missing.
            Stage::Failed { .. } => present == Some(&target),
            _ => present.is_some_and(|present| present.is_same_place(&target)),
        };
        if !goes_on {
            self.begin(context, now, call.id());
        }
        self.target = Some(target);
    }

    /// The connection of its own that the conference comes by, while there is one.
    pub(crate) fn feed(&self) -> Option<Feed> {
        self.told_started.then(|| Feed { quality: self.quality, is_running: self.stage == Stage::Running })
    }

    /// The running connection brings no picture: another is made (spec section 8.4).
    pub(crate) fn renew(&mut self, context: &mut Context, now: Instant, call: CallId) {
        if self.stage == Stage::Running {
            self.begin(context, now, call);
        }
    }

    pub(crate) fn command(&mut self, context: &mut Context, now: Instant, call: &Call, role: &Role, command: &Command) {
        match *command {
            Command::ReceiveQuality { quality, .. } if quality != self.quality => {
                self.change_quality(context, call.id(), quality);
                self.follow(context, now, call, role);
            }
            Command::ReceiveQuality { .. } => context.refuse(command, "the quality is this one already"),
            Command::Renegotiate { .. } => self.renew(context, now, call.id()),
            _ => {}
        }
    }

    fn change_quality(&mut self, context: &mut Context, call: CallId, quality: ReceiveQuality) {
        let previous_quality = std::mem::replace(&mut self.quality, quality);
        let effective_quality = effective(quality);
        context.tell(CallEvent::RecvQualityChanged { call, previous_quality, quality, effective_quality });
    }

    pub(crate) fn media_fact(&mut self, context: &mut Context, now: Instant, call: CallId, fact: &MediaFact) {
        match (fact, &self.stage) {
            (MediaFact::ReceiveOfferReady { sdp, .. }, Stage::Offering { .. }) => {
                self.post(context, sdp.clone());
            }
            (MediaFact::ReceiveRunning { .. }, Stage::Connecting { .. }) => self.running(context, call),
            (MediaFact::ReceiveFailed { reason, .. }, Stage::Running) => {
                self.failures = 0;
                self.media_failed(context, now, call, reason);
            }
            (MediaFact::ReceiveFailed { reason, .. }, Stage::Offering { .. } | Stage::Connecting { .. }) => {
                self.media_failed(context, now, call, reason);
            }
            _ => {}
        }
    }

    /// What became of a POST; does nothing for those of others and for older ones.
    pub(crate) fn http(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: CallId,
        id: HttpId,
        outcome: &Result<HttpResponse, String>,
    ) {
        match &self.stage {
            Stage::Posting { request, offer } if *request == id => {
                let offer = offer.clone();
                self.posted(context, now, call, offer, outcome);
            }
            _ => {}
        }
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: CallId) {
        if self.next_deadline().is_none_or(|deadline| deadline > now) {
            return;
        }
        match std::mem::take(&mut self.stage) {
            Stage::Resting { offer, .. } => self.post(context, offer),
            Stage::Offering { .. } => self.media_failed(context, now, call, "media made no offer"),
            Stage::Connecting { .. } => {
                let reason = "Timed out waiting for stable signaling state and ready connection state";
                self.media_failed(context, now, call, reason);
            }
            Stage::Reopening { .. } => self.offer(context, now, call),
            Stage::Failed { .. } => self.begin(context, now, call),
            other => self.stage = other,
        }
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match self.stage {
            Stage::Offering { deadline } | Stage::Connecting { deadline } => Some(deadline),
            Stage::Failed { until } | Stage::Reopening { until } | Stage::Resting { until, .. } => Some(until),
            Stage::Off | Stage::Deferred | Stage::Posting { .. } | Stage::Running => None,
        }
    }

    /// The call is over, and its receive connection with it.
    pub(crate) fn call_ended(&mut self, context: &mut Context, call: CallId) {
        self.leave(context, call);
    }

    fn leave(&mut self, context: &mut Context, call: CallId) {
        if self.has_connection() {
            context.media(MediaRequest::CloseReceive { call });
        }
        self.stage = Stage::Off;
        self.target = None;
        self.given_up = 0;
        self.tell_ended(context, call, None);
    }

    fn running(&mut self, context: &mut Context, call: CallId) {
        self.stage = Stage::Running;
        self.given_up = 0;
        if !std::mem::replace(&mut self.told_started, true) {
            context.tell(CallEvent::RecvSessionStarted { call });
        }
    }

    fn tell_ended(&mut self, context: &mut Context, call: CallId, error: Option<Fault>) {
        if std::mem::take(&mut self.told_started) || error.is_some() {
            context.tell(CallEvent::RecvSessionEnded { call, error });
        }
    }

    const fn has_connection(&self) -> bool {
        !matches!(self.stage, Stage::Off | Stage::Deferred | Stage::Failed { .. } | Stage::Reopening { .. })
    }
}

/// What is asked of the server (spec section 2.8).
const fn effective(quality: ReceiveQuality) -> ReceiveQuality {
    match quality {
        ReceiveQuality::Auto => ReceiveQuality::High,
        other => other,
    }
}
