//! What a call waits for and how long: its connection, its media, and the other side.

use std::time::Instant;

use roombox_sip::api::Cause;

use super::media_watch::WatchAction;
use super::{Call, Phase, Step};
use crate::connection::Link;
use crate::context::Context;

impl Call {
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
        self.say_again(context, now);
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
        let said = self.asking.media_state.deadline();
        [self.deadline, self.negotiation.deadline(), watch, said].into_iter().flatten().min()
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
}
