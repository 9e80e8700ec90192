//! Another source for the camera picture, with a proof that it is sent (spec section 2.7).

mod strictness;

use std::time::{Duration, Instant};

use crate::api::{CallId, MediaFact, MediaRequest};
use crate::catalogue::{MediaCommand, MediaEvent, MediaOutcome, Report};
use crate::context::Context;
pub use strictness::Strictness;
use strictness::{Proof, Sent};

/// For the proof (spec section 2.7).
const PROOF: Duration = Duration::from_secs(5);

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Idle,
    /// Media takes the other source.
    Asked { verify: Option<Strictness>, until: Instant },
    /// It took it; is it sent?
    Proving { proof: Proof, until: Instant },
}

/// The replacement of the camera of one call.
#[derive(Debug, Default)]
pub(crate) struct Replace {
    stage: Stage,
    /// What the last sample says is sent: what a proof begins with.
    sent: Sent,
}

impl Replace {
    /// Asked for; one after the other, so a newer wish ends the wait for an older one.
    pub(crate) fn ask(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: CallId,
        up: bool,
        verify: Option<Strictness>,
    ) {
        if !up {
            let (command, outcome) = (MediaCommand::ReplaceCamera, MediaOutcome::NotReady);
            context.tell(MediaEvent::CommandFinished { call, command, outcome });
            return;
        }
        self.fail(context, call, "another camera was asked for meanwhile");
        self.stage = Stage::Asked { verify, until: now + context.config.call.media_answer };
        context.media(MediaRequest::ReplaceCamera { call });
    }

    pub(crate) fn media_fact(&mut self, context: &mut Context, now: Instant, call: CallId, fact: &MediaFact) {
        let Stage::Asked { verify, .. } = self.stage else { return };
        match (fact, verify) {
            (MediaFact::CameraReplaceFailed { reason, .. }, _) => self.fail(context, call, reason),
            (MediaFact::CameraReplaced { .. }, None) => self.end(context, call, MediaOutcome::Done),
            (MediaFact::CameraReplaced { track, .. }, Some(_)) if track.is_empty() => {
                self.fail(context, call, "waitForOutboundVideoPackets requires a video track in mediaStream");
            }
            (MediaFact::CameraReplaced { track, .. }, Some(strictness)) => {
                let proof = Proof::new(track.clone(), strictness, self.sent);
                self.stage = Stage::Proving { proof, until: now + PROOF };
            }
            _ => {}
        }
    }

    /// One more sample.
    pub(crate) fn measured(&mut self, context: &mut Context, call: CallId, report: &Report) {
        self.sent = Sent::of(report);
        if let Stage::Proving { proof, .. } = &mut self.stage
            && proof.sample(report)
        {
            self.end(context, call, MediaOutcome::Done);
        }
    }

    /// Samples are wanted as often as possible.
    pub(crate) const fn is_proving(&self) -> bool {
        matches!(self.stage, Stage::Proving { .. })
    }

    pub(crate) fn ended(&mut self, context: &mut Context, call: CallId) {
        self.fail(context, call, "the call ended");
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: CallId) {
        if self.next_deadline().is_none_or(|at| at > now) {
            return;
        }
        let reason = match &self.stage {
            Stage::Proving { proof, .. } => {
                format!("Timed out waiting for outbound-rtp packets with video track {}", proof.track())
            }
            Stage::Asked { .. } | Stage::Idle => "the camera did not come".to_owned(),
        };
        self.fail(context, call, &reason);
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match &self.stage {
            Stage::Idle => None,
            Stage::Asked { until, .. } | Stage::Proving { until, .. } => Some(*until),
        }
    }

    fn fail(&mut self, context: &mut Context, call: CallId, reason: &str) {
        if !matches!(self.stage, Stage::Idle) {
            self.end(context, call, MediaOutcome::Failed { reason: reason.to_owned() });
        }
    }

    fn end(&mut self, context: &mut Context, call: CallId, outcome: MediaOutcome) {
        self.stage = Stage::Idle;
        context.tell(MediaEvent::CommandFinished { call, command: MediaCommand::ReplaceCamera, outcome });
    }
}
