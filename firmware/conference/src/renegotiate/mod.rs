//! Offering again: on command, because an old server asks for it, and because the network changed (spec section 2.6). What
//! the lost path itself asks for is in `call/media_watch`.
//!
//! A command while the call is not ready does nothing and says so; what the client itself wants waits for its turn.

use std::time::Instant;

use roombox_sip::api::Failure;

use crate::api::{CallId, NetworkEvent};
use crate::call::{Call, OfferForm, OfferOutcome, OfferTicket};
use crate::catalogue::{MediaCommand, MediaEvent, MediaOutcome};
use crate::context::Context;
use crate::vendor::VendorMessage;

/// Why ICE waits to be restarted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Network {
    #[default]
    Same,
    /// Changed; restart at that time.
    Changed(Instant),
}

/// Offers of ours in one call.
#[derive(Debug, Default)]
pub(crate) struct Renegotiate {
    /// The command whose offer is under way.
    command: Option<(MediaCommand, OfferTicket)>,
    network: Network,
}

impl Renegotiate {
    /// By command.
    pub(crate) fn command(&mut self, context: &mut Context, now: Instant, call: &mut Call, form: OfferForm) {
        let command = if form.restart_ice { MediaCommand::RestartIce } else { MediaCommand::Renegotiate };
        if call.is_ready_to_offer() {
            self.command = Some((command, call.wish_offer_in_form(context, now, form)));
        } else {
            tell(context, call.id(), command, MediaOutcome::NotReady);
        }
    }

    /// Servers before version 20 ask for it.
    pub(crate) fn hear(&self, context: &mut Context, now: Instant, call: &mut Call, message: &VendorMessage) {
        if matches!(message, VendorMessage::Restart { .. }) && context.config.media.obey_restart {
            call.wish_offer(context, now, true);
        }
    }

    /// Looks whether the offer of the command has ended.
    pub(crate) fn follow_up(&mut self, context: &mut Context, call: &Call) {
        let Some(outcome) = self.command.and_then(|(_, ticket)| call.offer_outcome(ticket)) else { return };
        let outcome = match outcome {
            OfferOutcome::Agreed => MediaOutcome::Done,
            OfferOutcome::MediaFailed(reason) => MediaOutcome::Failed { reason: reason.clone() },
            OfferOutcome::Refused(failure) => MediaOutcome::Failed { reason: failure.reason.clone() },
        };
        self.end(context, call.id(), outcome);
    }

    /// The call is over.
    pub(crate) fn call_ended(&mut self, context: &mut Context, call: CallId, failure: &Failure) {
        self.end(context, call, MediaOutcome::Failed { reason: failure.reason.clone() });
    }

    /// Addresses or routes changed: the path goes over what is no more, or over the worse way.
    pub(crate) fn network_changed(&mut self, context: &Context, now: Instant, event: NetworkEvent) {
        self.network = match event {
            NetworkEvent::Changed | NetworkEvent::Online => Network::Changed(now + context.config.media.network_grace),
            NetworkEvent::Offline => Network::Same,
        };
    }

    pub(crate) fn handle_timeout(&mut self, context: &mut Context, now: Instant, call: &mut Call) {
        if self.next_deadline().is_some_and(|at| at <= now) {
            self.network = Network::Same;
            call.path_changed(context, now);
        }
    }

    pub(crate) const fn next_deadline(&self) -> Option<Instant> {
        match self.network {
            Network::Changed(at) => Some(at),
            Network::Same => None,
        }
    }

    fn end(&mut self, context: &mut Context, call: CallId, outcome: MediaOutcome) {
        if let Some((command, _)) = self.command.take() {
            tell(context, call, command, outcome);
        }
    }
}

fn tell(context: &mut Context, call: CallId, command: MediaCommand, outcome: MediaOutcome) {
    context.tell(MediaEvent::CommandFinished { call, command, outcome });
}
