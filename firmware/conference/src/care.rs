//! Everything that looks after the streams of one call: measuring, judging, mending and steering them (spec sections 2.5 to
//! 2.7, 7 and 8).

use std::time::Instant;

use roombox_sip::api as sip;

use crate::api::{BalancerCommand, CallId, Command, MediaFact, MediaRequest, NetworkEvent, Stream, TrackSource};
use crate::balancer::Balancer;
use crate::call::{Call, OfferForm, Step};
use crate::catalogue::{MediaCommand, MediaEvent, MediaOutcome, Report, ResetCause, StopReason};
use crate::context::Context;
use crate::health::{Health, Remedy};
use crate::receive::Feed;
use crate::renegotiate::Renegotiate;
use crate::replace::Replace;
use crate::statistics::Statistics;
use crate::vendor::VendorMessage;

/// What looks after the streams of one call.
#[derive(Debug, Default)]
pub(crate) struct Care {
    balancer: Balancer,
    health: Health,
    renegotiate: Renegotiate,
    replace: Replace,
    statistics: Statistics,
    /// The connection of its own that the conference comes by.
    feed: Option<Feed>,
    /// That one is to be made anew.
    wants_new_feed: bool,
}

impl Care {
    pub(crate) fn call_confirmed(&mut self, context: &mut Context, now: Instant, call: &Call) {
        self.balancer.schedule(context, now, call.id());
        self.statistics.start(now);
    }

    pub(crate) fn call_ended(&mut self, context: &mut Context, call: &Call, failure: &sip::Failure) {
        let id = call.id();
        self.balancer.ended(context, id);
        let reset_cause = if call.is_up() { ResetCause::Ended } else { ResetCause::Failed };
        self.health.reset(context, id, reset_cause);
        self.renegotiate.call_ended(context, id, failure);
        self.replace.ended(context, id);
        self.statistics.stop(context, id, StopReason::CallEnded);
    }

    pub(crate) fn session_event(&mut self, context: &mut Context, call: &Call, event: &sip::Event) {
        self.health.session_event(event);
        self.renegotiate.follow_up(context, call);
    }

    pub(crate) fn hear(&mut self, context: &mut Context, now: Instant, call: &mut Call, message: &VendorMessage) {
        self.balancer.hear(context, call.id(), message);
        self.renegotiate.hear(context, now, call, message);
    }

    pub(crate) fn response(&mut self, request: sip::RequestId, outcome: &Result<sip::FinalResponse, sip::Failure>) {
        self.statistics.handle_response(request, outcome);
    }

    pub(crate) fn media_fact(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        fact: &MediaFact,
    ) -> Step {
        let id = call.id();
        self.balancer.media_fact(context, id, fact);
        self.replace.media_fact(context, now, id, fact);
        self.renegotiate.follow_up(context, call);
        let mut step = Step::Continue(());
        if let MediaFact::Statistics { took_ms, entries, .. } = fact {
            let session = call.standing_session();
            if let Some((source, report)) = self.statistics.measured(context, now, id, session, (*took_ms, entries)) {
                step = self.measured(context, now, call, source, &report);
            }
        }
        self.hurry(now);
        step
    }

    pub(crate) fn command(&mut self, context: &mut Context, now: Instant, call: &mut Call, command: &Command) {
        let id = call.id();
        match command {
            Command::Balance { command, .. } => self.balance(context, call, *command),
            Command::Renegotiate { .. } => self.renegotiate.command(context, now, call, OfferForm::default()),
            Command::ReplaceCamera { verify, .. } => {
                self.replace.ask(context, now, id, call.is_up(), *verify);
            }
            Command::RestartIce { by_update, .. } => {
                let form = OfferForm { restart_ice: true, by_update: *by_update };
                self.renegotiate.command(context, now, call, form);
            }
            _ => {}
        }
    }

    fn balance(&mut self, context: &mut Context, call: &Call, command: BalancerCommand) {
        if call.is_up() {
            self.balancer.command(context, call.id(), command);
        } else {
            let (command, outcome) = (MediaCommand::Balance, MediaOutcome::NotReady);
            context.tell(MediaEvent::CommandFinished { call: call.id(), command, outcome });
        }
    }

    pub(crate) fn network_changed(&mut self, context: &Context, now: Instant, event: NetworkEvent) {
        self.renegotiate.network_changed(context, now, event);
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: &mut Call) {
        let id = call.id();
        self.balancer.handle_timeout(context, now, id);
        self.renegotiate.handle_timeout(context, now, call);
        self.replace.handle_timeout(context, now, id);
        self.statistics.handle_timeout(context, now, id, self.replace.is_proving());
    }

    pub(crate) fn next_deadline(&self) -> Option<Instant> {
        let parts = [
            self.balancer.next_deadline(),
            self.renegotiate.next_deadline(),
            self.replace.next_deadline(),
            self.statistics.next_deadline(),
        ];
        parts.into_iter().flatten().min()
    }

    /// A spectator is fed by a connection of its own now, by another, or by the call again (spec sections 7.1, 8.1, 8.4).
    pub(crate) fn follow_receive(&mut self, context: &mut Context, now: Instant, call: CallId, feed: Option<Feed>) {
        let quality = |feed: Option<Feed>| feed.map(|feed| feed.quality);
        let (stop, reset) = match (quality(std::mem::replace(&mut self.feed, feed)), quality(feed)) {
            (before, now) if before == now => return,
            (None, _) => (StopReason::RecvSessionStarted, ResetCause::RecvSessionStarted),
            (Some(_), Some(_)) => (StopReason::RecvQualityChanged, ResetCause::RecvQualityChanged),
            (Some(_), None) => (StopReason::RecvSessionEnded, ResetCause::RecvSessionEnded),
        };
        match feed {
            Some(_) => self.balancer.stop(context, call),
            None => self.balancer.schedule(context, now, call),
        }
        self.health.reset(context, call, reset);
        self.statistics.restart(context, now, call, self.feeding(), stop);
    }

    /// The receive connection is to be made anew: asked once for each wish.
    pub(crate) const fn takes_wish_for_new_feed(&mut self) -> bool {
        std::mem::replace(&mut self.wants_new_feed, false)
    }

    /// The connection that brings the conference.
    const fn feeding(&self) -> TrackSource {
        if self.feed.is_some() { TrackSource::Receive } else { TrackSource::Call }
    }

    fn measured(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        source: TrackSource,
        report: &Report,
    ) -> Step {
        if source == TrackSource::Call {
            self.balancer.measured(context, call.id(), report);
            self.replace.measured(context, call.id(), report);
        }
        if source != self.feeding() {
            return Step::Continue(());
        }
        let busy = self.feed.map_or_else(|| !call.is_ready_to_offer(), |feed| !feed.is_running);
        match self.health.measured(context, now, report, source, busy) {
            Some(remedy) => self.mend(context, now, call, source, remedy),
            None => Step::Continue(()),
        }
    }

    fn mend(
        &mut self,
        context: &mut Context,
        now: Instant,
        call: &mut Call,
        source: TrackSource,
        remedy: Remedy,
    ) -> Step {
        match (remedy, source) {
            (Remedy::KeyFrame, _) => {
                context.media(MediaRequest::RequestKeyFrame { call: call.id(), source, stream: Stream::Camera });
            }
            (_, TrackSource::Receive) => self.wants_new_feed = true,
            (Remedy::Renegotiate, TrackSource::Call) => {
                call.wish_offer(context, now, false);
            }
            (Remedy::RestartIce, TrackSource::Call) => {
                call.wish_offer(context, now, true);
            }
            (Remedy::Redial, TrackSource::Call) => {
                return call.give_up(context, sip::Cause::WebrtcError, "the conference picture did not come back");
            }
        }
        Step::Continue(())
    }

    /// A proof waits for samples.
    fn hurry(&mut self, now: Instant) {
        if self.replace.is_proving() {
            self.statistics.hurry(now);
        }
    }
}
