//! Early dialogs of the caller, one for each branch of a fork (RFC 3261 sections 12.1 and 13.2.2.1, RFC 6228).

use std::time::Instant;

use super::prack::Reliably;
use super::{Exchange, Session, State, Timers};
use crate::api::Event;
use crate::dialog::Dialog;
use crate::endpoint::core::Core;
use crate::message::Response;
use crate::transaction::TransactionEvent;

/// Branches of a fork that are kept apart; those beyond may still answer with 2xx.
const MAX_FORKS: usize = 32;

/// One early dialog.
#[derive(Debug)]
pub(super) struct Early {
    pub allows_update: bool,
    pub dialog: Dialog,
    pub exchange: Exchange,
    /// RSeq of the last reliable provisional response taken.
    pub rseq: Option<u32>,
}

impl Session {
    /// A provisional response to our INVITE.
    pub(super) fn on_progress(&mut self, core: &mut Core, now: Instant, event: &TransactionEvent, response: &Response) {
        let State::Calling { progress, .. } = &mut self.state else { return };
        if !*progress {
            *progress = true;
            self.timers.ring_limit(now + Timers::caller_patience(&event.request));
        }
        if response.status == 100 {
            return;
        }
        let tag = self.early_dialog(event, response);
        let reliably = Reliably::of(event, response, tag.as_deref());
        let Some(taken) = self.take_reliable(reliably.as_ref()) else { return };
        // What stands in an unreliable response is no answer yet: another branch may say something else.
        let shown = taken.is_answer || (reliably.is_none() && core.config.early_media && self.has_offered());
        core.event(Event::Progress {
            session: self.id,
            status: response.status,
            body: response.typed_body().filter(|_| shown),
            headers: response.headers.lines().to_vec(),
            reliable: reliably.is_some(),
        });
        if let Some(reliably) = reliably {
            self.acknowledge_reliable(core, now, reliably, taken.is_offer.then(|| response.typed_body()).flatten());
        }
        if response.status == 199
            && let Some(tag) = tag
        {
            self.branch_over(core, now, &tag);
        }
        self.next_offer(core, now);
    }

    /// Did our INVITE hold the offer?
    fn has_offered(&self) -> bool {
        self.exchange == Exchange::Ours
    }

    fn early_dialog(&mut self, event: &TransactionEvent, response: &Response) -> Option<String> {
        let tag = response.to_tag()?;
        if !self.early.contains_key(&tag) {
            if self.early.len() >= MAX_FORKS {
                return None;
            }
            let dialog = Dialog::of_caller(&event.request, response)?;
            let early = Early { allows_update: false, dialog, exchange: self.exchange, rseq: None };
            self.early.insert(tag.clone(), early);
        }
        let early = self.early.get_mut(&tag)?;
        if response.headers.get("Allow").is_some() {
            early.allows_update = response.headers.lists("Allow", "UPDATE");
        }
        Some(tag)
    }

    /// 199: this branch will not be answered; the others go on ringing.
    fn branch_over(&mut self, core: &mut Core, now: Instant, tag: &str) {
        if self.early.remove(tag).is_some() {
            self.drop_offers_with(core, now, tag);
        }
    }
}
